"""Backups, as an operator sees them: asked for, never given out, and what a restore has held."""

from pathlib import Path

import pytest
from desk import Browser, Desk

from tasktalk.ids import new_id
from tasktalk.settings import Settings


@pytest.fixture(autouse=True)
def settled(desk: Desk) -> None:
    desk.app.state.settings = Settings(_env_file=None, backup_dir="/backups")


async def test_one_is_asked_for_once_and_none_is_given_out(ana: Browser, ben: Browser, desk: Desk) -> None:
    assert "No backup has been made yet." in await ana.read("/backups")
    asked = await ana.send("/backups/run", on="/backups")
    assert asked.status_code == 303
    await ana.send("/backups/run", on="/backups")
    assert await desk.pool.fetchval("select count(*) from backups where state = 'asked'") == 1
    assert await desk.pool.fetchval("select count(*) from audit where action = 'backup.asked' and actor = 'Ana'") == 1
    await desk.pool.execute(
        "update backups set state = 'error', error = '<b>No space</b>', file = 'tasktalk-1.zip', seconds = 61"
    )
    await desk.pool.execute(
        "insert into backups (id, kind, state, file, bytes, seconds) "
        "values ($1, 'nightly', 'ok', 'tasktalk-2.zip', 3145728, 2)",
        new_id(),
    )
    page = await ana.read("/backups")
    for words in ("&lt;b&gt;No space", "tasktalk-1.zip", "1 min", "3.0 MiB", "The newest shows", "are not sealed"):
        assert words in page, words
    refused = await ana.open("/backups/tasktalk-2.zip")
    assert refused.status_code == 403
    for path in ("/backups", "/backups/tasktalk-2.zip"):
        assert (await ben.open(path)).status_code == 403
    assert (await ben.send("/backups/run", on="/tasks")).status_code == 403


async def test_what_a_restore_held_waits_for_a_word(ana: Browser, ben: Browser, desk: Desk) -> None:
    assert ana.viewer is not None
    assert "Held after a restore" not in await ana.read("/backups")
    for how, left in (("forget", []), ("send", ["waiting"])):
        await desk.pool.execute(
            "insert into letters (id, user_id, way, subject, body, state) values ($1, $2, 'email', 'x', 'x', 'held')",
            new_id(),
            ana.viewer.user_id,
        )
        assert "1 message was on its way" in await ana.read("/backups")
        assert (await ben.send(f"/backups/held/{how}", on="/tasks")).status_code == 403
        assert (await ana.send(f"/backups/held/{how}", on="/backups")).status_code == 303
        assert [row[0] for row in await desk.pool.fetch("select state from letters")] == left
    assert (await ana.send("/backups/held/eat", on="/backups")).status_code == 403
    acts = await desk.pool.fetch("select action from audit where action like 'backup.%' order by seq")
    assert [row[0] for row in acts] == ["backup.sending_dropped", "backup.sending_resumed"]


async def test_a_full_disk_is_told_on_every_page_about_the_installation(
    ana: Browser, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    desk.app.state.settings = Settings(_env_file=None, data=tmp_path)
    monkeypatch.setattr("tasktalk.messaging.room.find_free_mib", lambda _: 300.0)
    assert "The disk is nearly full" not in await ana.read("/system")
    monkeypatch.setattr("tasktalk.messaging.room.find_free_mib", lambda _: 100.0)
    for path in ("/system", "/backups"):
        assert "The disk is nearly full" in await ana.read(path)

"""The workers' page: figures, switches, and dead letters without words or numbers."""

import json

import pytest
from desk import Browser, Desk

from tasktalk.db import Pool
from tasktalk.settings import Settings

SAID = {
    "field": "messages",
    "contact": {"wa_id": "447700900123", "profile": {"name": "<Zoe>"}},
    "message": {
        "id": "wamid.HBgMNDQ3NzAwOTAwMTIzFQIAEhg",
        "from": "447700900123",
        "type": "text",
        "text": {"body": "call me at +44 7700 900123 <b>today</b>"},
    },
}


@pytest.fixture(autouse=True)
async def dead(desk: Desk, pool: Pool) -> list[int]:
    """Two, the first by Zoe. Nobody may read conversations."""
    desk.app.state.settings = Settings(_env_file=None, show_conversations="off")
    rows = await pool.fetch(
        "insert into inbox (key, lane, kind, payload, state, attempts, error, finished_at) "
        "values ('1', 'c:1', 'message', $1, 'dead', 5, 'ValueError: <odd>', now()), "
        "('2', 'c:2', 'status', '{}', 'dead', 5, 'KeyError', now()) returning seq",
        json.dumps(SAID),
    )
    return [row["seq"] for row in rows]


async def test_it_shows_how_much_waits_and_who_works(ana: Browser, pool: Pool) -> None:
    assert "No worker runs" in await ana.read("/workers")
    await pool.execute(
        "insert into workers (id, host, pid, processing, figures) "
        'values (gen_random_uuid(), \'box<1>\', 41, 0, \'{"items": 37, "sends": 5, "memory_mib": 143.2}\')'
    )
    await pool.execute(
        "insert into inbox (key, lane, kind, payload, received_at) "
        "values ('3', 'c:3', 'message', '{}', now() - interval '3 minutes')"
    )
    page = await ana.read("/workers")
    for words in ("At work", "box&lt;1&gt;", "37 / min", "143 MiB", "3 min", "ValueError: &lt;odd&gt;"):
        assert words in page
    assert "447700900123" not in page


async def test_its_switches_are_carried_out_and_audited(ana: Browser, pool: Pool, dead: list[int]) -> None:
    for action, state in (("pause", "paused"), ("resume", "active"), ("drain", "draining")):
        assert (await ana.send(f"/workers/{action}", on="/workers")).headers["location"] == "/workers"
        assert await pool.fetchval("select state from queue_control where queue = 'inbox'") == state
    assert (await ana.send("/workers/explode", on="/workers")).status_code == 404
    await ana.send(f"/workers/failed/{dead[0]}/retry", on="/workers")
    await ana.send(f"/workers/failed/{dead[1]}/discard", on="/workers")
    rows = await pool.fetch("select state, attempts, note from inbox order by seq")
    assert [tuple(row) for row in rows] == [("waiting", 0, None), ("done", 5, "cleared")]
    assert (await ana.send(f"/workers/failed/{dead[1]}/retry", on="/workers")).status_code == 404
    assert (await ana.send(f"/workers/failed/{10**30}/retry", on="/workers")).status_code == 404
    assert await pool.fetchval("select sum(completed) from queue_totals") == 1
    actions = await pool.fetch("select action from audit where action like 'workers%' order by seq")
    assert [row["action"].partition(".")[2] for row in actions] == [
        *("pause", "resume", "drain", "retry_one", "discard_one")
    ]
    assert "<code>workers.drain</code>" in await ana.read("/audit?kind=workers")


async def test_words_are_shown_where_they_may_be_and_numbers_never(
    desk: Desk, ana: Browser, pool: Pool, dead: list[int]
) -> None:
    page = await ana.read(f"/workers/failed/{dead[0]}")
    assert "ValueError: &lt;odd&gt;" in page
    for words in ("call me", "Zoe", "7700", "HBgM"):
        assert words not in page
    views = "select count(*) from audit where action = 'conversation.viewed'"
    assert await pool.fetchval(views) == 0
    desk.app.state.settings = Settings(_env_file=None, show_conversations="on")
    page = await ana.read(f"/workers/failed/{dead[0]}")
    assert "call me at ••• &lt;b&gt;today&lt;/b&gt;" in page
    for words in ("7700", "HBgM"):
        assert words not in page
    assert await pool.fetchval(views) == 1
    assert "call me" not in await ana.read("/workers")
    assert (await ana.open("/workers/failed/999")).status_code == 404


async def test_it_is_for_administrators(ben: Browser, dead: list[int]) -> None:
    for path in ("/workers", f"/workers/failed/{dead[0]}"):
        assert (await ben.open(path)).status_code == 403
    for path in ("/workers/pause", f"/workers/failed/{dead[0]}/discard"):
        assert (await ben.send(path)).status_code == 403

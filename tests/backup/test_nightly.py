"""Backups by themselves, each once, and the commands that an operator types."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import create_user, find_viewer
from tasktalk.backup.nightly import Keeper, last_due, name_of, sweep
from tasktalk.backup.runs import ask_run, list_runs, newest_backup_at
from tasktalk.cli import app
from tasktalk.db import Pool
from tasktalk.settings import Settings


def keeper_of(pool: Pool, dsn: str, folder: Path, now: datetime, **settings: Any) -> Keeper:
    chosen = Settings(data=folder / "data", backup_dir=folder / "kept", _env_file=None, **settings)  # type: ignore[call-arg]
    return Keeper(pool, dsn, chosen, asyncio.Event(), clock=lambda: now)


async def owner_of(pool: Pool) -> Viewer:
    async with pool.acquire() as conn:
        viewer = await find_viewer(conn, user_id=await create_user(conn, name="Owner", email=None, role="owner"))
    assert viewer is not None
    return viewer


async def test_one_a_night_of_several_workers_and_one_when_asked(
    pool: Pool, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, now = await owner_of(pool), datetime.now(UTC)
    keepers = [keeper_of(pool, database, tmp_path, now, backup_keep=1) for _ in range(3)]
    names = [name for name in await asyncio.gather(*(keeper.look() for keeper in keepers)) if name]
    assert [file.name for file in (tmp_path / "kept").iterdir()] == names
    async with pool.acquire() as conn:
        (nightly,) = await list_runs(conn)
        assert (nightly.state, nightly.kind, nightly.file, nightly.error) == ("ok", "nightly", names[0], None)
        assert nightly.bytes
        assert await newest_backup_at(conn) == nightly.at
        async with conn.transaction():
            assert await ask_run(conn, by=owner, now=now)
            assert not await ask_run(conn, by=owner, now=now)  # once is enough
        assert await conn.fetchval("select action from audit order by seq desc limit 1") == "backup.asked"

    def refuse(_: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refuse)  # as a service manager may
    later = keeper_of(pool, database, tmp_path, now + timedelta(seconds=1), backup_keep=1)
    name = await later.look()
    assert [file.name for file in (tmp_path / "kept").iterdir()] == [name]
    async with pool.acquire() as conn:
        newest = next(run for run in await list_runs(conn) if run.kind == "console")
    assert (newest.state, newest.file, newest.user_name) == ("ok", name, "Owner")
    assert await later.look() is None


async def test_what_fails_is_told_and_tried_again_an_hour_later(pool: Pool, database: str, tmp_path: Path) -> None:
    owner, now = await owner_of(pool), datetime.now(UTC)
    tried = []

    async def fail(self: Keeper, path: Path, kind: str, id_: object) -> None:  # noqa: ARG001
        tried.append(self.clock())
        await self.pool.execute("update backups set state = 'error', error = 'x' where id = $1", id_)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keeper, "_make", fail)
        for minutes in (0, 30, 61):
            keeper = keeper_of(pool, database, tmp_path, now + timedelta(minutes=minutes), backup_at="00:00")
            await keeper.look()
    assert [at - now for at in tried] == [timedelta(0), timedelta(minutes=61)]
    # One whose maker was killed is not under way for ever.
    await pool.execute("update backups set state = 'running', at = now() - interval '3 minutes'")
    nowhere = Keeper(pool, database, Settings(data=tmp_path, _env_file=None), asyncio.Event())  # type: ignore[call-arg]
    assert await nowhere.look() is None
    async with pool.acquire() as conn:
        assert {run.state for run in await list_runs(conn)} == {"error"}
        assert await ask_run(conn, by=owner, now=now)
        assert await nowhere.look() is None
        assert (await list_runs(conn))[0].error == "TASKTALK_BACKUP_DIR is not set where the worker runs."


def test_the_hour_is_on_the_clock_of_the_zone() -> None:
    now = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    assert last_due(now, at="03:30", zone="Europe/Madrid") == datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
    assert last_due(now, at="03:00", zone="Europe/Madrid") == now
    assert last_due(now, at="23:00", zone="America/New_York") == datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


def test_only_what_bears_our_names_is_swept(tmp_path: Path) -> None:
    moments = [datetime(2026, 11, day, 3, 30, tzinfo=UTC) for day in range(1, 6)]
    names = [name_of(at, sealed=at.day % 2 == 0) for at in moments]
    for name in (*names, "holiday.zip", "tasktalk-before-upgrade.zip"):
        (tmp_path / name).touch()
    under_way, cut_short = f".{names[4]}.7.part", f".{names[3]}.8.part"
    for part, age in ((under_way, 0), (cut_short, 7200)):
        (tmp_path / part).touch()
        os.utime(tmp_path / part, (time.time() - age,) * 2)
    assert sweep(tmp_path, keep=2) == [*names[:3], cut_short]
    left = {*names[3:], under_way, "holiday.zip", "tasktalk-before-upgrade.zip"}
    assert {file.name for file in tmp_path.iterdir()} == left


async def test_the_commands(pool: Pool, database: str, empty_database: str, tmp_path: Path) -> None:
    await owner_of(pool)
    (tmp_path / "words").write_text("correct horse battery\n")
    (tmp_path / "short").write_text("short\n")
    data = ["--data", str(tmp_path / "data")]

    async def run(*words: str, dsn: str = database, asked: str | None = None) -> tuple[int, str]:
        invoke = CliRunner().invoke
        told = await asyncio.to_thread(invoke, app, [*words, *data], input=asked, env={"DATABASE_URL": dsn})
        return told.exit_code, " ".join(f"{told.output} {told.exception or ''}".split())

    file = str(tmp_path / "a.sealed")
    code, said = await run("backup", file, "--passphrase-file", str(tmp_path / "short"))
    assert (code, "fewer than 12" in said) == (1, True)
    code, said = await run("backup", file, "--passphrase-file", str(tmp_path / "words"), "--with-key")
    assert (code, "0 files" in said, "not sealed" in said, "is not in it" in said) == (0, True, False, False), said
    code, said = await run("backup", str(tmp_path))
    assert (code, "not sealed" in said, "secret.key elsewhere" in said) == (0, True, True), said
    code, said = await run("backup", str(tmp_path / "nowhere/a.zip"))
    assert (code, "nowhere/a.zip cannot be written: No such file or directory." in said) == (1, True), said
    words = ("restore", file, "--passphrase-file", str(tmp_path / "words"))
    code, said = await run(*words, dsn=empty_database)
    assert (code, "is back" in said) == (0, True), said
    code, said = await run(*words, dsn=empty_database)
    assert (code, "--replace" in said) == (1, True), said
    code, said = await run(*words, "--replace", dsn=empty_database, asked="n\n")
    assert (code, "will be lost" in said) == (1, True), said
    code, said = await run(*words, "--replace", "--yes", dsn=empty_database)
    assert code == 0, said
    code, said = await run("restore", "--resume-sending", dsn=empty_database)
    assert (code, said) == (0, "0 messages leave now.")

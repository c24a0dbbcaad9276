"""From the first release's schema, with data in it, to this one's: nothing is lost, and a backup of then comes back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from filled import fill, snapshot
from typer.testing import CliRunner

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import find_viewer
from tasktalk.backup import making
from tasktalk.backup.restoring import Wishes, restore_backup
from tasktalk.backup.tables import list_tables
from tasktalk.cli import app
from tasktalk.db import migrate as migrations
from tasktalk.db.migrate import HEAD, current, list_pending, migrate
from tasktalk.db.pool import set_codecs
from tasktalk.ids import new_id
from tasktalk.settings import Settings
from tasktalk.tasks.listing import list_tasks

FIRST = "0001"


def quiet(_what: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
async def first(empty_database: str) -> AsyncIterator[Any]:
    """A database of the first release: Ana and Ben in a project, a task in a section, work in both queues."""
    async with migrations._upgrading(empty_database) as (_, upgrade):
        await upgrade(FIRST)
    conn = await asyncpg.connect(empty_database)
    ana, ben, home, task, own = (new_id() for _ in range(5))
    await conn.executemany(
        "insert into users (id, name, timezone) values ($1, $2, 'Europe/Madrid')", [(ana, "Ana"), (ben, "Ben")]
    )
    await conn.execute("insert into projects (id, owner_id, name) values ($1, $2, 'Home')", home, ana)
    await conn.executemany(
        "insert into project_members (project_id, user_id, role) values ($1, $2, $3)",
        [(home, ana, "owner"), (home, ben, "viewer")],
    )
    await conn.execute(
        "insert into tasks (id, owner_id, project_id, title, section, due_on, due_time, due_zone) "
        "values ($1, $2, $3, 'Paint the gate', 'Garden', '2026-11-23', '17:00', 'Europe/Madrid')",
        *(task, ana, home),
    )
    await conn.execute("insert into tasks (id, owner_id, title, section) values ($1, $2, 'Mine', 'garden ')", own, ana)
    await conn.execute(
        "insert into journal (change_set, actor_id, subject, subject_id, verb, after) "
        "select $1, $2, 'task', id, 'created', to_jsonb(t) from tasks t",
        *(new_id(), ana),
    )
    await fill(conn, await list_tables(conn))
    yield conn
    await conn.close()


async def looked_at(conn: Any, name: str) -> list[tuple[str, str | None, str | None]]:
    """What a person sees with this release's eyes."""
    viewer: Viewer | None = await find_viewer(
        conn, user_id=await conn.fetchval("select id from users where name = $1", name)
    )
    assert viewer is not None
    now = await conn.fetchval("select now()")
    page = await list_tasks(conn, viewer=viewer, now=now)
    return [(task.title, task.section, task.project.name if task.project else None) for task in page.items]


async def check_upgraded(conn: Any, before: dict[str, Any]) -> None:
    after = await snapshot(conn)
    assert await current(conn) == HEAD
    for table, rows in before.items():
        if not table.startswith("sequence") and table not in {"alembic_version", "audit", "backups"}:
            assert len(after[table]) == len(rows), table
        elif table.startswith("sequence"):
            assert after[table] >= rows, table
    await set_codecs(conn)
    assert ("Paint the gate", "Garden", "Home") in await looked_at(conn, "Ben")
    assert ("Mine", "garden ", None) in await looked_at(conn, "Ana")
    assert (
        await conn.fetchval(
            "select own_role from project_members m join users u on u.id = m.user_id where name = 'Ben'"
        )
        == "viewer"
    )
    floats = await conn.fetchval("select due_floats_with = owner_id from tasks where title = 'Paint the gate'")
    assert floats
    assert await conn.fetchval("select count(*) from journal where subject = 'task' and task_id is null") == 0


async def test_the_first_release_is_brought_here(first: Any, empty_database: str) -> None:
    before = await snapshot(first)
    pending = await list_pending(empty_database)
    assert (pending[0], pending[-1]) == ("0002", HEAD)
    assert await migrate(empty_database)
    assert await list_pending(empty_database) == []
    await check_upgraded(first, before)


async def test_a_backup_of_the_first_release_comes_back_as_this_one(
    first: Any, database: str, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_files(_conn: object) -> AsyncIterator[Any]:
        for row in ():
            yield row

    async def agree(_conn: object) -> None:
        pass

    settings = Settings(data=tmp_path, _env_file=None)  # type: ignore[call-arg]
    monkeypatch.setattr(making, "check", agree)  # it was made by a release that was at home there
    monkeypatch.setattr(making, "HEAD", FIRST)
    monkeypatch.setattr(making.Q, "list_files", no_files)
    async with making.alone(empty_database) as own:
        await making.make_backup(
            own, tmp_path / "a.zip", settings=settings, id=new_id(), now=await first.fetchval("select now()"),
            passphrase=None, with_key=False, progress=quiet,
        )  # fmt: skip
    monkeypatch.undo()
    before = await snapshot(first)
    await restore_backup(database, tmp_path / "a.zip", settings=settings, wishes=Wishes(), progress=quiet)
    conn = await asyncpg.connect(database)
    try:
        await check_upgraded(conn, before)
        assert await conn.fetchval("select count(*) from outbox where state = 'waiting'") == 0
    finally:
        await conn.close()


def test_migrate_says_what_is_to_be_done_and_does_nothing(empty_database: str) -> None:
    def run(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(app, ["migrate", *words], env={"DATABASE_URL": empty_database})
        return told.exit_code, told.output.strip()

    code, said = run("--check")
    assert (code, said.startswith("To be done: 0001, 0002"), said.endswith(f"{HEAD}.")) == (1, True, True)
    assert run("--check")[0] == 1
    assert run() == (0, "The schema was brought up to date.")
    assert run("--check") == (0, "The schema is up to date.")

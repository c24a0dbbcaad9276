"""Migrations: once, together, all or nothing, and never over a newer schema."""

import asyncio
import sys

import asyncpg
import pytest

from tasktalk.db import migrate as migrations
from tasktalk.db.migrate import HEAD, SchemaTooNew, check, current, migrate
from tasktalk.errors import Unavailable


async def test_many_processes_at_once_migrate_once(empty_database: str) -> None:
    migrated = await asyncio.gather(*(migrate(empty_database) for _ in range(5)))
    assert sorted(migrated) == [False, False, False, False, True]
    conn = await asyncpg.connect(empty_database)
    try:
        assert await current(conn) == HEAD
        await check(conn)
        assert await conn.fetchval("select state from queue_control") == "active"
    finally:
        await conn.close()


async def test_an_empty_database_is_not_ready(empty_database: str) -> None:
    conn = await asyncpg.connect(empty_database)
    try:
        assert await current(conn) is None
        with pytest.raises(Unavailable, match="tasktalk migrate"):
            await check(conn)
    finally:
        await conn.close()


async def test_a_newer_schema_is_refused_and_left_alone(database: str) -> None:
    conn = await asyncpg.connect(database)
    try:
        await conn.execute("update alembic_version set version_num = '9999'")
        with pytest.raises(SchemaTooNew, match="9999"):
            await migrate(database)
        with pytest.raises(SchemaTooNew, match="newer release"):
            await check(conn)
        assert await current(conn) == "9999"
    finally:
        await conn.close()


async def test_a_revision_that_fails_leaves_nothing(empty_database: str) -> None:
    conn = await asyncpg.connect(empty_database)
    try:
        await conn.execute("create table journal ()")  # in the way of the first release, which makes others before it
        with pytest.raises(Exception, match="journal"):
            await migrate(empty_database)
        tables = await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
        assert [row["tablename"] for row in tables] == ["journal"]
        await conn.execute("drop table journal")
        assert await migrate(empty_database)
    finally:
        await conn.close()


async def test_at_head_alembic_is_not_even_loaded(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "_upgrade", None)
    assert not await migrate(database)
    probe = "import tasktalk.db.migrate, sys; sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", probe)
    assert await process.wait() == 0

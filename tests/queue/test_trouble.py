"""The loop when the database refuses, and when one item takes the connection with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import asyncpg
import pytest
from queue_kit import is_empty

from product_kit import until, working
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import open_pool
from tasktalk.messaging.inbox import open_inbox
from tasktalk.queue import claim
from tasktalk.queue.claim import Item
from tasktalk.queue.worker import Rules
from tasktalk.whatsapp.delivery import Item as Delivered

RULES = Rules(rows=16, poll_seconds=0.01, max_attempts=2, retry_seconds=0.01)


async def fill(pool: Pool, *names: str) -> None:
    await open_inbox(pool).put([Delivered("message", name.encode(), name, None, name) for name in names])


async def outcome(pool: Pool) -> dict[str, tuple[str, int]]:
    return {row["payload"]: (row["state"], row["attempts"]) for row in await pool.fetch("select * from inbox")}


async def accept(_conn: Conn, _items: Sequence[Item], _notes: dict[int, str]) -> None:
    return None


async def test_a_claim_that_fails_is_not_repeated_without_a_pause(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = 0
    real = claim.claim

    async def counted(conn: Conn, *, rows: int) -> list[Item]:
        nonlocal claims
        claims += 1
        return await real(conn, rows=rows)

    monkeypatch.setattr(claim, "claim", counted)
    await fill(pool, "a")
    await pool.execute("alter table inbox rename to inbox_away")
    async with working(pool, accept, rules=RULES) as tasks:
        await asyncio.sleep(1)
        assert claims < 12
        assert not tasks[0].done()
        await pool.execute("alter table inbox_away rename to inbox")
        await until(lambda: is_empty(pool))


async def test_a_database_that_cannot_be_written_is_outlived(pool: Pool, database: str) -> None:
    """As after a failover to a standby, or on a full disk: not even the failure can be recorded."""
    await fill(pool, "a", "b")
    name = urlsplit(database).path.strip("/")
    await pool.execute(f"alter database {name} set default_transaction_read_only = on")
    standby = await open_pool(database, max_size=2)
    try:
        async with working(standby, accept, rules=RULES) as tasks:
            await asyncio.sleep(0.3)
            assert not tasks[0].done()
            assert await outcome(pool) == {"a": ("waiting", 0), "b": ("waiting", 0)}
            await pool.execute("set default_transaction_read_only = off")
            await pool.execute(f"alter database {name} reset default_transaction_read_only")
            await standby.expire_connections()
            await until(lambda: is_empty(pool))
    finally:
        await standby.close()
    assert await outcome(pool) == {"a": ("done", 0), "b": ("done", 0)}


async def misuse(_conn: Conn) -> None:
    raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")


async def be_slow(conn: Conn) -> None:
    await conn.execute("set local idle_in_transaction_session_timeout = '50ms'")
    await asyncio.sleep(0.2)


@pytest.mark.parametrize("trouble", [misuse, be_slow])
async def test_who_loses_the_connection_alone_is_to_blame(
    pool: Pool, trouble: Callable[[Conn], Awaitable[None]]
) -> None:
    """Not the database, which answers, nor the neighbours in the batch."""
    await fill(pool, "poison", "innocent")

    async def handle(conn: Conn, items: Sequence[Item], _notes: dict[int, str]) -> None:
        if any(item.payload == "poison" for item in items):
            await trouble(conn)

    async with working(pool, handle, rules=RULES):
        await until(lambda: is_empty(pool))
    assert await outcome(pool) == {"poison": ("dead", 2), "innocent": ("done", 0)}


async def test_an_item_alone_is_handled_once_an_attempt(pool: Pool) -> None:
    calls = 0

    async def handle(_conn: Conn, _items: Sequence[Item], _notes: dict[int, str]) -> None:
        nonlocal calls
        calls += 1
        raise ValueError("broken")

    await fill(pool, "a")
    async with working(pool, handle, rules=RULES):
        await until(lambda: is_empty(pool))
    assert calls == 2
    assert await outcome(pool) == {"a": ("dead", 2)}

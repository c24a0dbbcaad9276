"""Whatever goes wrong between a message and its reply, nothing is lost, nothing doubled, nothing out of order.

Short in the suite; `-m slow` runs each with forty times as many messages.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from fake_graph import FakeGraph, serving
from trouble_kit import PATIENCE, Talk, check, go_through

from product_kit import Product, count, open_product, until
from tasktalk.db import Conn, Pool
from tasktalk.messaging import sender, turns
from tasktalk.messaging.notices.loop import Teller
from tasktalk.queue import breaker
from tasktalk.queue.claim import Item

pytestmark = pytest.mark.chaos


@pytest.fixture(params=[6, pytest.param(240, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def messages(request: pytest.FixtureRequest) -> int:
    """Each person's."""
    number: int = request.param
    return number


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@pytest.fixture
async def talk(product: Product, messages: int) -> AsyncIterator[Talk]:
    graph = FakeGraph()
    async with serving(graph):
        yield Talk(product, graph, messages)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for seconds waits for less."""
    monkeypatch.setattr(sender, "_LOCK_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(breaker, "_FIRST_SECONDS", 0.1)


def name_of(dsn: str) -> str:
    return urlsplit(dsn).path.strip("/")


async def end_sessions(admin: Conn, dsn: str) -> int:
    """How many there were."""
    ended = await admin.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name_of(dsn))
    return len(ended)


async def test_restart(talk: Talk, admin: Conn) -> None:
    """Every connection ends at once, again and again, as when the server is started anew."""

    async def trouble(talk: Talk) -> None:
        for share in (0.2, 0.4, 0.6, 0.8):
            await talk.until_taken(share)
            talk.say_more()
            ended.append(await end_sessions(admin, talk.product.dsn))

    ended: list[int] = []
    await go_through(talk, trouble)
    await check(talk)
    assert sum(ended) > 5


async def test_database_away(talk: Talk, admin: Conn) -> None:
    async def trouble(talk: Talk) -> None:
        name = name_of(talk.product.dsn)
        await talk.until_taken(0.3)
        await admin.execute(f"alter database {name} allow_connections false")
        await end_sessions(admin, talk.product.dsn)
        await talk.until_refused(8)
        await admin.execute(f"alter database {name} allow_connections true")

    await go_through(talk, trouble)
    await check(talk)
    assert talk.answers[503] >= 8


async def test_graph_away(talk: Talk) -> None:
    """Meta answers with errors of its own, then nobody listens, then it is back."""

    async def trouble(talk: Talk) -> None:
        await talk.until_taken(0.3)
        talk.graph.default = (503, 131016)
        await talk.until_taken(1.0)
        await until(lambda: count(talk.product.pool, "from attempts where outcome = 'retry'"), seconds=PATIENCE)
        talk.graph.default = "accept"
        await talk.product.pool.execute("update outbox set next_try_at = now() where state = 'waiting'")

    await go_through(talk, trouble)
    await check(talk)


async def test_poison_message(talk: Talk) -> None:
    """One message that nothing can handle ends as a dead letter; its person's next ones go on, and everybody else's."""
    bad = talk.numbers(talk.product.ana)[talk.messages // 2]

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> Any:
        if any(f"errand {bad} " in item.payload for item in items):
            raise RuntimeError("poison")
        return await talk.product.turns.handle(conn, items, notes)

    async def trouble(_talk: Talk) -> None:
        return

    await go_through(talk, trouble, handler=handle)
    await check(talk, but=frozenset({bad}))
    dead = await talk.product.pool.fetch("select state, attempts, error from inbox where state = 'dead'")
    assert [tuple(row) for row in dead] == [("dead", 3, "RuntimeError: poison")]


async def test_disk_full(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL has no room for a while: for deliveries, for turns, for what was answered."""
    full = False

    def wrap(name: str) -> None:
        real = getattr(asyncpg.Connection, name)

        async def refuse(self: Any, query: str, *args: Any, **more: Any) -> Any:
            if full and ("insert" in query or "update" in query):
                raise asyncpg.DiskFullError("could not extend file: No space left on device")
            return await real(self, query, *args, **more)

        monkeypatch.setattr(asyncpg.Connection, name, refuse)

    for name in ("execute", "fetch", "fetchrow", "fetchval"):
        wrap(name)

    async def trouble(talk: Talk) -> None:
        nonlocal full
        for share in (0.2, 0.6):
            await talk.until_taken(share)
            full = True
            await talk.until_refused(6)
            full = False

    await go_through(talk, trouble)
    await check(talk)
    assert await count(talk.product.pool, "from inbox where attempts > 0") == 0


async def test_clock_jump(talk: Talk, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours forward and back, of the database's clock and of ours; a reminder in between rings once."""
    jump = timedelta(0)
    pool, ana = talk.product.pool, talk.product.ana.id
    await pool.execute(
        "create schema skew; create table skew.jump (by interval); insert into skew.jump values ('0'); "
        "create function skew.now() returns timestamptz language sql stable as "
        "'select pg_catalog.now() + (select by from skew.jump)'"
    )
    await pool.execute(f"alter database {name_of(database)} set search_path = skew, pg_catalog, public")
    await pool.expire_connections()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + jump

    monkeypatch.setattr(turns, "datetime", Clock)
    await pool.execute("insert into public.tasks (id, owner_id, title) values ($1, $1, 'x')", ana)
    await pool.execute(
        "insert into public.reminders (id, task_id, user_id, at_on, at_time, zone, ring_at) "
        "values ($1, $1, $1, current_date, '00:00', 'UTC', pg_catalog.now() + interval '1 hour')",
        ana,
    )
    teller = Teller(pool, talk.product.keyring, timedelta(0), clock=lambda: datetime.now(UTC) + jump)

    async def trouble(talk: Talk) -> None:
        nonlocal jump
        for hours in (3, -3, 2, 0):
            await talk.until_taken(0.25 if hours == 3 else 0.5)
            talk.say_more()
            jump = timedelta(hours=hours)
            await pool.execute("update skew.jump set by = $1", jump)
            assert await pool.fetchval("select now() - pg_catalog.now()") == jump
            await teller.look()

    await go_through(talk, trouble)
    await check(talk)
    assert await count(pool, "from public.notices where event = 'reminder'") == 1

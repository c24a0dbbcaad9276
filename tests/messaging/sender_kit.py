"""A sender's lane under test, and what one looks at."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import aiohttp
from fake_graph import FakeGraph

from product_kit import TOKEN, Product, Someone, delivery, until
from tasktalk.db.notify import listening
from tasktalk.messaging.outbox import Kind, Outgoing, add_messages
from tasktalk.messaging.sender import Lane, Pacing
from tasktalk.queue.breaker import Breaker
from tasktalk.queue.pace import Pace
from tasktalk.whatsapp.graph import Graph

RECONCILE = 0.4
PACING = Pacing(concurrency=8, timeout_seconds=5, reconcile_seconds=RECONCILE)


@asynccontextmanager
async def sending(
    product: Product,
    graph: FakeGraph,
    *,
    token: str = TOKEN,
    pacing: Pacing = PACING,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Lane]:
    """A worker's lane while the block lasts."""
    integration = (await product.directory.all())[0]
    async with aiohttp.ClientSession() as session:
        calls = Graph(session, base_url=graph.url, version="v25.0", access_token=token)
        lane = Lane(product.dsn, integration, calls, pacing, Pace(), asyncio.Event(), asyncio.Event(), Breaker(), clock)
        task = asyncio.create_task(lane.run())
        try:
            async with listening(product.dsn, ("outbox",), lambda *_: lane.wake.set()):
                yield lane
        finally:
            lane.stop.set()
            await task


async def put(
    product: Product,
    *texts: str,
    to: Someone | UUID | None = None,
    kind: Kind = "reply",
    rank: int | None = None,
) -> list[UUID]:
    """Texts for somebody, or for a contact."""
    contact_id = to if isinstance(to, UUID) else (to or product.ana).contact_id
    async with product.pool.acquire() as conn, conn.transaction():
        messages = [
            Outgoing(product.integration_id, contact_id, kind, {"type": "text", "text": {"body": text}}, rank=rank)
            for text in texts
        ]
        return await add_messages(conn, messages)


async def add_contacts(product: Product, count: int) -> list[UUID]:
    """People of whom we know how to reach them."""
    rows = await product.pool.fetch(
        "insert into contacts (id, integration_id, bsuid, wa_id) "
        "select gen_random_uuid(), $1, 'GB.many' || n, (447700910000 + n)::text from generate_series(1, $2) as n "
        "returning id",
        product.integration_id,
        count,
    )
    return [row["id"] for row in rows]


async def set_throughput(product: Product, per_second: int) -> None:
    """What Meta takes from the number."""
    await product.pool.execute("update integrations set per_second = $1", per_second)
    product.directory.forget()


def states(product: Product, *wanted: str) -> Callable[[], Awaitable[bool]]:
    """Whether the outbox, in order, is in these states."""

    async def read() -> bool:
        rows = await product.pool.fetch("select state from outbox order by seq")
        return [row["state"] for row in rows] == list(wanted)

    return read


async def outcomes(product: Product, message: UUID) -> list[str | None]:
    rows = await product.pool.fetch("select outcome from attempts where outbox_id = $1 order by number", message)
    return [row["outcome"] for row in rows]


async def tell(product: Product, *statuses: dict[str, object]) -> None:
    assert (await product.deliver(delivery(statuses=statuses))).status == 200
    await product.settle()


async def has_outcomes(product: Product, sent: UUID, tries: int) -> bool:
    return len([each for each in await outcomes(product, sent) if each]) == tries


async def answered(graph: FakeGraph, calls: int) -> bool:
    return len(graph.asked) >= calls


async def rest(lane: Lane) -> None:
    """Until the lane has nothing in hand, and has looked once more after that."""
    for _ in range(2):
        lane.wake.set()
        await until(lambda: _is_idle(lane))


async def _is_idle(lane: Lane) -> bool:
    return not lane._calls and not lane._answers and not lane._busy and not lane.wake.is_set()

"""Everything at once: throttles, lost answers, statuses that come twice and in any order.

Nobody misses a message, hears one twice, or hears them out of order.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from fake_graph import ACCEPT, DROP, LOSE, FakeGraph
from sender_kit import PACING, add_contacts, put, sending

from product_kit import Product, delivery, status, until, working
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.graph.rates import Rates

HASTE = 20.0  # times as fast as the clock: Meta's limits are kept by that one


def hasty() -> float:
    return time.monotonic() * HASTE


@dataclass
class Storm:
    """Meta on its worst day. `dropped`: the share of calls that never arrive, though nobody says so."""

    product: Product
    graph: FakeGraph
    dropped: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    untold: list[dict[str, object]] = field(default_factory=list)
    came: dict[str, list[str]] = field(default_factory=dict)
    meta: Rates = field(default_factory=Rates)
    too_fast: list[str] = field(default_factory=list)

    def decide(self) -> object:
        drawn = self.chance.random()
        if drawn < 0.2:
            return (429, 130429)
        return LOSE if drawn < 0.3 else DROP if drawn < 0.3 + self.dropped else ACCEPT

    def note(self, text: str, wamid: str, opaque: str) -> None:
        who, _, what = text.partition(" ")
        self.came.setdefault(who, []).append(what)
        try:
            self.meta.check_pair(who, now=hasty())
        except MetaError:
            self.too_fast.append(text)
        self.untold += [status(wamid, word, opaque=opaque) for word in ("sent", "delivered")]

    async def tell(self) -> None:
        """Statuses: half of them twice, in any order, many in a delivery."""
        while True:
            told, self.untold = self.untold, []
            told += [each for each in told if self.chance.random() < 0.5]
            self.chance.shuffle(told)
            for start in range(0, len(told), 100):
                assert (await self.product.deliver(delivery(statuses=told[start : start + 100]))).status == 200
            await asyncio.sleep(0.05)


@asynccontextmanager
async def storming(product: Product, graph: FakeGraph, *, dropped: float = 0.0) -> AsyncIterator[Storm]:
    storm = Storm(product, graph, dropped)
    graph.default, graph.told = storm.decide, storm.note
    async with working(product.pool, product.turns.handle):
        telling = asyncio.create_task(storm.tell())
        try:
            yield storm
        finally:
            telling.cancel()


async def weather(product: Product, graph: FakeGraph, *, people: int, each: int, dropped: float = 0.0) -> Storm:
    contacts = await add_contacts(product, people)
    for number in range(each):
        for who, contact_id in enumerate(contacts):
            await put(product, f"{who} {number}", to=contact_id)

    async def is_over() -> bool:
        return not await product.pool.fetchval("select exists (select from outbox where state <> 'accepted')")

    async with storming(product, graph, dropped=dropped) as storm:
        pacing = replace(PACING, concurrency=32, reconcile_seconds=1.0)
        async with sending(product, graph, pacing=pacing, clock=hasty):
            await until(is_over, seconds=600, every=0.1)
    assert not storm.too_fast
    return storm


async def check_each_came_once_in_order(storm: Storm, *, people: int, each: int) -> None:
    expected = [str(number) for number in range(each)]
    assert storm.came == {str(who): expected for who in range(people)}


async def test_everybody_gets_each_message_once_in_order(product: Product, graph: FakeGraph) -> None:
    storm = await weather(product, graph, people=40, each=8)
    await check_each_came_once_in_order(storm, people=40, each=8)
    outcomes = await product.pool.fetch("select distinct outcome from attempts order by 1")
    assert [row["outcome"] for row in outcomes] == ["accepted", "retry", "unknown"]


async def test_what_never_arrived_is_sent_again_and_only_that(product: Product, graph: FakeGraph) -> None:
    """It comes late, when more has been said: nobody can know sooner that it is missing."""
    storm = await weather(product, graph, people=20, each=5, dropped=0.1)
    expected = [str(number) for number in range(5)]
    assert {who: sorted(texts) for who, texts in storm.came.items()} == {str(who): expected for who in range(20)}


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_five_thousand(product: Product, graph: FakeGraph) -> None:
    began = time.monotonic()
    storm = await weather(product, graph, people=100, each=50)
    await check_each_came_once_in_order(storm, people=100, each=50)
    print(f"5,000 messages, {len(graph.asked)} calls: {time.monotonic() - began:.1f} s")  # noqa: T201

"""What all messages of a number would meet stops it: an operator is told, the queue is kept, it goes on by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fake_graph import FakeGraph
from sender_kit import PACING, add_contacts, answered, put, rest, sending, set_throughput, states

from product_kit import TOKEN, Product, count, open_product, until
from tasktalk.db import Pool
from tasktalk.db.notify import listening
from tasktalk.integrations.connections import Directory, save_credential
from tasktalk.messaging import conduct, stops
from tasktalk.settings import Settings
from tasktalk.worker import Worker


async def open_findings(product: Product) -> list[dict[str, Any]]:
    query = "select severity, detail, resolved_at from findings where kind = $1 and resolved_at is null"
    return [dict(row) for row in await product.pool.fetch(query, stops.KIND)]


@pytest.mark.parametrize("code", [190, 368, 131031, 131042, 10, 200])
async def test_an_operator_is_told_why_it_stopped(product: Product, graph: FakeGraph, code: int) -> None:
    graph.default = (401, code)
    async with sending(product, graph) as lane:
        await put(product, "hello")
        [finding] = await until(lambda: open_findings(product))
        assert not lane.breaker.closed
    assert finding["severity"] == "critical"
    assert finding["detail"] == {"code": code, "subcode": None, "said": f"(#{code}) as planned"}
    assert TOKEN not in str(finding)


async def test_a_long_rest_is_told_and_a_short_one_is_not(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [(400, 80007), (400, 131048)]
    async with sending(product, graph) as lane:
        await put(product, "hello")
        await until(lambda: answered(graph, 1))
        await until(lambda: _is_open(lane.breaker))
        await put(product, "ben", to=product.ben)
        assert not await open_findings(product)
        lane.breaker.retry_at = 0.0
        lane._changed.set()
        [finding] = await until(lambda: open_findings(product))
    assert finding["severity"] == "warning"
    assert finding["detail"]["code"] == 131048


async def test_told_to_stay_away_for_long_an_operator_is_told(product: Product, graph: FakeGraph) -> None:
    """And when the first message after that is accepted, it is over."""
    now = 5000.0
    usage = '{"201": [{"type": "whatsapp", "call_count": 100, "estimated_time_to_regain_access": 30}]}'
    graph.headers = {"X-Business-Use-Case-Usage": usage}
    async with sending(product, graph, clock=lambda: now) as lane:
        await put(product, "hello")
        [finding] = await until(lambda: open_findings(product))
        await put(product, "next")
        assert finding["severity"] == "warning"
        assert "100 %" in finding["detail"]["said"]
        graph.headers = {}
        now += 1799
        await rest(lane)
        assert graph.asked == ["hello"]
        now += 1
        lane.wake.set()
        await until(lambda: _all_resolved(product))
    assert graph.asked == ["hello", "next"]


async def test_the_breaker_opens_tests_the_water_and_closes(product: Product, graph: FakeGraph) -> None:
    """After five failures in a row nothing is called for 2 s, then one call, and 4 s if that fails too."""
    now = 5000.0
    graph.default = (503, 131016)
    await set_throughput(product, 100_000)
    for number, contact_id in enumerate(await add_contacts(product, 8)):
        await put(product, f"{number}", to=contact_id)
    async with sending(product, graph, clock=lambda: now, pacing=replace(PACING, concurrency=1)) as lane:
        for seconds in (0.0, 1.9):
            now += seconds
            await rest(lane)
            assert (len(graph.asked), lane.breaker.state(now)) == (5, "open")
        now += 0.1
        await rest(lane)
        assert (len(graph.asked), lane.breaker.state(now)) == (6, "open")
        graph.default = "accept"
        now += 3.9
        await rest(lane)
        assert len(graph.asked) == 6
        now += 0.1
        await rest(lane)
        assert lane.breaker.state(now) == "closed"
        await product.pool.execute("update outbox set next_try_at = now() where state = 'waiting'")
        await rest(lane)
    assert sorted(graph.carried_out) == [f"{number}" for number in range(8)]
    assert not await count(product.pool, "from outbox where state <> 'accepted'")


async def _is_open(breaker: Any) -> bool:
    return not breaker.closed


async def test_it_tries_again_by_itself_and_says_when_it_goes_on(
    product: Product, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message at a time while it tries; one open finding, whatever it hears meanwhile."""
    monkeypatch.setattr(conduct, "_OPERATOR_SECONDS", 0.01)
    graph.default = (401, 190)
    async with sending(product, graph):
        await put(product, "ana")
        await put(product, "ben", to=product.ben)
        await until(lambda: answered(graph, 5))
        assert len(await open_findings(product)) == 1
        graph.default = "accept"
        await until(states(product, "accepted", "accepted"))
        await until(lambda: _all_resolved(product))
    assert await count(product.pool, "from findings") == 1


async def _all_resolved(product: Product) -> bool:
    return not await open_findings(product)


@asynccontextmanager
async def at_work(product: Product, data: Path) -> AsyncIterator[Worker]:
    """The worker as its process runs it."""
    directory = Directory(product.pool, product.keyring)
    settings = Settings(data=data, limits="off", reconcile_seconds=1)
    worker = Worker(settings, dsn=product.dsn, pool=product.pool, directory=directory, keyring=product.keyring)
    async with listening(product.dsn, ("inbox", "outbox", "integrations"), worker.hear):
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop.set()
            await task


async def test_the_token_expires_and_a_new_one_drains_the_queue_in_order(
    database: str, pool: Pool, tmp_path: Path, graph: FakeGraph
) -> None:
    """What people say meanwhile is done and answered afterwards, and nothing waits for a timer."""
    product = await open_product(database, pool, tmp_path, graph_url=graph.url)
    graph.token = TOKEN
    async with at_work(product, tmp_path):
        await put(product, "ana 0")
        await until(states(product, "accepted"))
        graph.token = "another"
        await put(product, *(f"ana {number}" for number in range(1, 6)))
        await put(product, *(f"ben {number}" for number in range(5)), to=product.ben)
        [finding] = await until(lambda: open_findings(product))
        assert finding["detail"]["code"] == 190
        await product.say(product.ana, "buy milk tomorrow")
        await until(lambda: count(pool, "from tasks"))
        assert not await count(pool, "from outbox where state not in ('waiting', 'accepted')")
        assert graph.carried_out == ["ana 0"]
        async with pool.acquire() as conn, conn.transaction():
            await save_credential(
                conn,
                keyring=product.keyring,
                integration_id=product.integration_id,
                kind="access_token",
                secret="another",
                now=datetime.now(UTC),
            )
        await until(lambda: _accepted(product, 12), seconds=5)
        await until(lambda: _all_resolved(product))
    ana = [text for text in graph.carried_out if not text.startswith("ben")]
    assert ana[:-1] == [f"ana {number}" for number in range(6)]
    assert "milk" in ana[-1]
    assert [text for text in graph.carried_out if text.startswith("ben")] == [f"ben {number}" for number in range(5)]


async def _accepted(product: Product, messages: int) -> bool:
    return await count(product.pool, "from outbox where state = 'accepted'") == messages

"""What counts against a message and what does not, how long it is tried, and who may overtake it meanwhile."""

from dataclasses import replace
from uuid import UUID

import pytest
from fake_graph import LOSE, FakeGraph, serving
from sender_kit import PACING, answered, has_outcomes, outcomes, put, sending, states

from product_kit import Product, until
from tasktalk.messaging import conduct
from tasktalk.queue import breaker
from tasktalk.queue.breaker import Breaker


@pytest.fixture(autouse=True)
def _short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conduct, "_OPERATOR_SECONDS", 0.02)
    monkeypatch.setattr(conduct, "_DOUBLINGS", 0)
    monkeypatch.setattr(breaker, "_LONGEST_SECONDS", 0.1)


async def make_old(product: Product, message: UUID, *, failures: int, code: int | None, hours: float = 0) -> None:
    """As if it had been tried so often, and put so long ago."""
    await product.pool.execute(
        "update outbox set attempts = $2, created_at = now() - make_interval(mins => $3) where id = $1",
        message,
        failures,
        int(hours * 60),
    )
    await product.pool.execute(
        "insert into attempts (outbox_id, number, started_at, finished_at, outcome, error_code) "
        "select $1, n, now(), now(), 'retry', $3::int from generate_series(1, $2) as n",
        message,
        failures,
        code,
    )


async def test_a_bad_token_does_not_use_up_the_message_s_tries(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [(401, 190)] * 5 + [(500, 131000)]
    async with sending(product, graph) as lane:
        (sent,) = await put(product, "hello")
        await until(lambda: has_outcomes(product, sent, 6))
        await product.pool.execute("update outbox set next_try_at = now()")
        lane.wake.set()
        await until(states(product, "accepted"))
    assert await outcomes(product, sent) == ["retry"] * 6 + ["accepted"]


@pytest.mark.parametrize("code", [80007, 131048, 131057])
async def test_when_the_number_is_to_wait_it_waits_as_a_whole(product: Product, graph: FakeGraph, code: int) -> None:
    graph.default = (400, code)
    async with sending(product, graph) as lane:
        (sent,) = await put(product, "hello")
        await until(lambda: has_outcomes(product, sent, 1))
        await put(product, "others", to=product.ben)
        assert not lane.breaker.closed
        assert str(code) in lane.breaker.reason
        graph.default = "accept"
        assert graph.asked == ["hello"]
        lane.breaker.retry_at = 0.0
        lane.wake.set()
        lane._changed.set()
        await until(states(product, "accepted", "accepted"))
    assert await outcomes(product, sent) == ["retry", "accepted"]


async def test_what_is_not_the_message_s_fault_is_not_counted(product: Product, graph: FakeGraph) -> None:
    """Tried thirty times: the number was throttled."""
    graph.plans["hello"] = [(429, 130429)]
    (sent,) = await put(product, "hello")
    await make_old(product, sent, failures=30, code=130429, hours=30)
    async with sending(product, graph):
        await until(states(product, "accepted"))


@pytest.mark.parametrize(("hours", "state"), [(23, "waiting"), (25, "refused")])
async def test_where_nobody_listens_it_is_tried_as_long_as_it_is_worth_it(
    product: Product, hours: float, state: str
) -> None:
    graph = FakeGraph()
    async with serving(graph):
        pass
    (sent,) = await put(product, "hello")
    await make_old(product, sent, failures=30, code=None, hours=hours)
    async with sending(product, graph):
        await until(lambda: has_outcomes(product, sent, 31))
        row = await product.pool.fetchrow("select state, next_try_at < now() + interval '2 s' as soon from outbox")
    assert row is not None
    assert row["state"] == state
    assert row["soon"]


async def test_a_message_whose_answers_are_always_lost_is_given_up(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [LOSE] * 20
    async with sending(product, graph, pacing=replace(PACING, reconcile_seconds=0.05)):
        (sent, _) = await put(product, "hello", "next")
        await until(states(product, "refused", "accepted"), seconds=10)
    assert await outcomes(product, sent) == ["unknown"] * 6
    assert "may have arrived" in await product.pool.fetchval("select error from outbox where id = $1", sent)


async def test_a_short_retry_keeps_the_conversation_s_order(product: Product, graph: FakeGraph) -> None:
    graph.plans["one"] = [(500, 131000)]
    async with sending(product, graph) as lane:
        (one, *_) = await put(product, "one", "two", "three")
        await until(lambda: has_outcomes(product, one, 1))
        await put(product, "ben", to=product.ben)
        await until(lambda: answered(graph, 2))
        await product.pool.execute("update outbox set next_try_at = now() where id = $1", one)
        lane.wake.set()
        await until(states(product, *["accepted"] * 4))
    assert graph.asked == ["one", "ben", "one", "two", "three"]


async def test_who_waits_long_is_overtaken(product: Product, graph: FakeGraph) -> None:
    async with sending(product, graph):
        (one, _, three) = await put(product, "one", "two", "three")
        await until(states(product, *["accepted"] * 3))
        waits = "update outbox set state = 'waiting', next_try_at = now() + interval '5 minutes' where id = any($1)"
        await product.pool.execute(waits, [one, three])
        await put(product, "four")
        await until(states(product, "waiting", "accepted", "waiting", "accepted"))


def test_while_the_breaker_is_open_calls_from_before_change_nothing() -> None:
    one = Breaker()
    one.trip(10, "busy", 5)
    one.trip(11, "busy", 5)
    one.succeeded(12)
    one.failed(13, "away")
    assert (one.state(14.9), one.reason, one.opens) == ("open", "busy", 1)
    assert one.state(15) == "half_open"
    one.trip(15, "still busy", 10)
    assert (one.state(24.9), one.opens) == ("open", 2)
    one.succeeded(25)
    assert (one.state(25), one.reason, one.opens) == ("closed", "", 0)

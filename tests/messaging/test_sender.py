"""The sender: at most once unless it is known not to have arrived, in order, and one number's trouble its own."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from fake_graph import LOSE, FakeGraph, serving
from sender_kit import PACING, RECONCILE, answered, has_outcomes, outcomes, put, sending, states, tell

from product_kit import Product, count, delivery, status, until
from tasktalk.messaging.sender import Lane


async def test_accepted(product: Product, graph: FakeGraph) -> None:
    async with sending(product, graph):
        (sent,) = await put(product, "hello")
        await until(states(product, "accepted"))
    row = await product.pool.fetchrow("select * from outbox")
    assert row is not None
    assert row["wamid"] == "wamid.1.hello"
    assert row["finished_at"] is not None
    assert row["error_code"] is None
    assert graph.opaque["hello"] == str(sent)
    assert await outcomes(product, sent) == ["accepted"]


async def test_refused_is_refused_and_its_neighbours_go_on(product: Product, graph: FakeGraph) -> None:
    graph.plans["bad"] = [(400, 131009)]
    async with sending(product, graph):
        (bad, _) = await put(product, "bad", "good")
        await until(states(product, "refused", "accepted"))
    assert await outcomes(product, bad) == ["refused"]
    assert graph.asked == ["bad", "good"]
    assert await product.pool.fetchval("select error_code from outbox where id = $1", bad) == 131009


async def test_what_passes_is_tried_again(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [(500, 131056)] * 2
    async with sending(product, graph) as lane:
        (sent,) = await put(product, "hello")
        for tries in (1, 2):
            await until(lambda tries=tries: has_outcomes(product, sent, tries))
            assert await product.pool.fetchval("select next_try_at > now() + interval '0.5 s' from outbox")
            await product.pool.execute("update outbox set next_try_at = now()")
            lane.wake.set()
        await until(states(product, "accepted"))
    assert await outcomes(product, sent) == ["retry", "retry", "accepted"]
    assert graph.carried_out == ["hello"]


async def test_a_hiccup_is_not_tried_for_ever(product: Product, graph: FakeGraph) -> None:
    graph.default = (500, 131000)
    async with sending(product, graph) as lane:
        (sent,) = await put(product, "hello")
        for tries in (1, 2, 3):
            await until(lambda tries=tries: has_outcomes(product, sent, tries))
            await product.pool.execute("update outbox set next_try_at = now()")
            lane.wake.set()
        await until(states(product, "refused"))
    assert await outcomes(product, sent) == ["retry", "retry", "retry", "refused"]


async def test_where_nobody_listens_it_is_known_not_to_have_arrived(product: Product) -> None:
    graph = FakeGraph()
    async with serving(graph) as port:
        pass
    async with sending(product, graph):
        (sent,) = await put(product, "hello")
        await until(lambda: has_outcomes(product, sent, 1))
        assert await outcomes(product, sent) == ["retry"]
        async with serving(graph, port):
            await until(states(product, "accepted"))
    assert graph.carried_out == ["hello"]


async def test_a_bad_token_stops_the_number_until_it_is_replaced(product: Product, graph: FakeGraph) -> None:
    """All that waits is sent at once with the new one, and nothing is refused for it."""
    graph.token = "new"
    async with sending(product, graph) as lane:
        first, *_ = await put(product, *(f"hello {n}" for n in range(3)))
        await until(lambda: has_outcomes(product, first, 1))  # so the lane has looked at its queue for the last time
        await until(lambda: _is_open(lane))
        assert "190" in lane.breaker.reason
        await put(product, "hello Ben", to=product.ben)
    assert not graph.carried_out
    assert len(graph.asked) == 1
    assert not await count(product.pool, "from outbox where state <> 'waiting'")
    async with sending(product, graph, token="new"):
        await until(states(product, *["accepted"] * 4), seconds=4)
    assert [text for text in graph.carried_out if text != "hello Ben"] == ["hello 0", "hello 1", "hello 2"]


async def _is_open(lane: Lane) -> bool:
    return not lane.breaker.closed


async def test_a_lost_answer_and_a_status_is_not_sent_again(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [LOSE]
    async with sending(product, graph):
        (sent,) = await put(product, "hello")
        await until(states(product, "doubtful"))
        await tell(product, status("wamid.1.hello", "sent", opaque=sent))
        assert await states(product, "accepted")()
        # A second message proves that the first one's time has passed.
        await asyncio.sleep(RECONCILE)
        await put(product, "next")
        await until(states(product, "accepted", "accepted"))
    assert graph.carried_out == ["hello", "next"]
    assert await outcomes(product, sent) == ["unknown"]
    assert await product.pool.fetchval("select wamid from outbox where id = $1", sent) == "wamid.1.hello"


async def test_a_status_that_waits_unread_stands_against_sending_again(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [LOSE]
    async with sending(product, graph) as lane:
        (sent,) = await put(product, "hello")
        await until(states(product, "doubtful"))
        assert (await product.deliver(delivery(statuses=[status("wamid.1.hello", "sent", opaque=sent)]))).status == 200
        await asyncio.sleep(RECONCILE)
        await put(product, "next", to=product.ben)
        lane.wake.set()
        await until(states(product, "doubtful", "accepted"))
        await product.settle()
        await until(states(product, "accepted", "accepted"))
    assert graph.carried_out == ["hello", "next"]


async def test_a_test_message_left_in_the_middle_is_given_up_not_sent_again(product: Product, graph: FakeGraph) -> None:
    """It is whoever tests's to send once more; while they may still be waiting for it, it is left alone."""
    recent, old = await put(product, "recent", "old", kind="test")
    for each, minutes in ((recent, 1), (old, 6)):
        await product.pool.execute(
            "update outbox set state = 'sending', attempts = 1, sending_at = now() - make_interval(mins => $2) "
            "where id = $1",
            each,
            minutes,
        )
    async with sending(product, graph):
        await put(product, "hello")
        await until(states(product, "sending", "refused", "accepted"))
        await asyncio.sleep(RECONCILE)
        await put(product, "next")
        await until(states(product, "sending", "refused", "accepted", "accepted"))
    assert graph.carried_out == ["hello", "next"]


async def test_a_lost_answer_and_no_status_is_sent_again_once(product: Product, graph: FakeGraph) -> None:
    graph.plans["hello"] = [LOSE]
    async with sending(product, graph):
        began = asyncio.get_running_loop().time()
        (sent,) = await put(product, "hello")
        await until(states(product, "accepted"))
        assert asyncio.get_running_loop().time() - began >= RECONCILE
    assert graph.asked == ["hello", "hello"]
    assert await outcomes(product, sent) == ["unknown", "accepted"]


async def test_no_answer_in_time_is_a_doubt(product: Product, graph: FakeGraph) -> None:
    graph.after["hello"] = asyncio.Event()
    async with sending(product, graph, pacing=replace(PACING, timeout_seconds=0.2)):
        (sent,) = await put(product, "hello")
        await until(states(product, "doubtful"))
        await tell(product, status("wamid.1.hello", "delivered", opaque=sent))
    assert graph.carried_out == ["hello"]
    assert await states(product, "accepted")()


async def test_a_status_may_come_before_the_answer(product: Product, graph: FakeGraph) -> None:
    graph.after["hello"] = asyncio.Event()
    async with sending(product, graph):
        (sent,) = await put(product, "hello")
        await until(lambda: _carried_out(graph, 1))
        await tell(product, status("wamid.1.hello", "read", opaque=sent))
        graph.after["hello"].set()
        await until(lambda: has_outcomes(product, sent, 1))
    row = await product.pool.fetchrow("select state, status, wamid from outbox")
    assert row is not None
    assert tuple(row) == ("accepted", "read", "wamid.1.hello")
    assert await outcomes(product, sent) == ["accepted"]


async def _carried_out(graph: FakeGraph, calls: int) -> bool:
    return len(graph.carried_out) >= calls


async def test_each_contact_hears_in_order_and_the_others_meanwhile(product: Product, graph: FakeGraph) -> None:
    texts = [f"{n}" for n in range(30)]
    async with sending(product, graph):
        for text in texts:
            await put(product, f"ana {text}")
            await put(product, f"ben {text}", to=product.ben)
        await until(states(product, *["accepted"] * 60))
    assert [text for text in graph.carried_out if text.startswith("ana")] == [f"ana {text}" for text in texts]
    assert [text for text in graph.carried_out if text.startswith("ben")] == [f"ben {text}" for text in texts]


async def test_who_is_slow_to_reach_holds_up_nobody_else(product: Product, graph: FakeGraph) -> None:
    """However many messages wait for that one."""
    graph.gates["ana 0"] = asyncio.Event()
    async with sending(product, graph):
        await put(product, *(f"ana {n}" for n in range(40)))
        await until(lambda: answered(graph, 1))
        await put(product, "ben", to=product.ben)
        await until(lambda: _carried_out(graph, 1), seconds=4)
        assert graph.carried_out == ["ben"]
        graph.gates["ana 0"].set()
        await until(states(product, *["accepted"] * 41))
    assert graph.carried_out[1:] == [f"ana {n}" for n in range(40)]


async def test_of_two_senders_one_owns_the_lane(product: Product, graph: FakeGraph) -> None:
    async with sending(product, graph), sending(product, graph):
        await put(product, *(f"hello {n}" for n in range(20)))
        await until(states(product, *["accepted"] * 20))
    assert graph.asked == [f"hello {n}" for n in range(20)]


async def cut_off_owner(product: Product) -> None:
    """The connection that holds the lane ends, as when its process is killed or the database is."""
    ended = await product.pool.fetch(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 8 and granted "
        "and database = (select oid from pg_database where datname = current_database())"
    )
    assert len(ended) == 1


async def test_when_the_owner_dies_the_other_takes_over(product: Product, graph: FakeGraph) -> None:
    """What it had in flight is doubtful: not sent again where a status tells of it, and again where none does."""
    graph.after["told"] = graph.gates["untold"] = asyncio.Event()
    async with sending(product, graph) as owner:
        (told,), (untold,) = await put(product, "told"), await put(product, "untold", to=product.ben)
        await until(lambda: answered(graph, 2))
        await until(lambda: _carried_out(graph, 1))
        await cut_off_owner(product)
        owner.stop.set()
        for call in list(owner._calls):  # as kill -9 would
            call.cancel()
        async with sending(product, graph):
            await until(states(product, "doubtful", "doubtful"))
            await tell(product, status("wamid.1.told", "sent", opaque=told))
            graph.gates.clear()
            await until(states(product, "accepted", "accepted"))
    assert graph.carried_out == ["told", "untold"]
    assert await outcomes(product, told) == [None]
    assert await outcomes(product, untold) == [None, "accepted"]


@pytest.mark.parametrize("others", [0, 1])
async def test_what_is_known_to_be_accepted_survives_the_loss_of_the_database(
    product: Product, graph: FakeGraph, others: int
) -> None:
    """The answer came while nobody could write it down, and Meta tells no status: it must not be sent again."""
    graph.after |= {"one": asyncio.Event(), "two": asyncio.Event()}
    async with AsyncExitStack() as stack:
        for _ in range(1 + others):
            await stack.enter_async_context(sending(product, graph))
        (one,), (two,) = await put(product, "one"), await put(product, "two", to=product.ben)
        await until(lambda: _carried_out(graph, 2))
        await cut_off_owner(product)
        graph.after["one"].set()
        graph.after["two"].set()
        await until(states(product, "accepted", "accepted"))
    assert sorted(graph.carried_out) == ["one", "two"]
    assert [await outcomes(product, each) for each in (one, two)] == [["accepted"], ["accepted"]]


async def test_stopping_settles_what_is_in_flight(product: Product, graph: FakeGraph) -> None:
    graph.after["hello"] = asyncio.Event()
    async with sending(product, graph) as lane:
        await put(product, "hello", "later")
        await until(lambda: _carried_out(graph, 1))
        lane.stop.set()
        graph.after["hello"].set()
    assert await states(product, "accepted", "waiting")()

"""Statuses come in any order, twice, and before our own answer: the message shows the furthest, and never goes back."""

import itertools
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from product_kit import Product, count, delivery, status
from tasktalk.messaging.outbox import Outgoing, add_messages

RANKED = ["sent", "delivered", "read", "played", "failed"]


async def send(product: Product, *, wamid: str | None = None, state: str = "accepted") -> UUID:
    async with product.pool.acquire() as conn, conn.transaction():
        text = {"type": "text", "text": {"body": "hello"}}
        (sent,) = await add_messages(conn, [Outgoing(product.integration_id, product.ana.contact_id, "reply", text)])
        await conn.execute("update outbox set state = $2, wamid = $3 where id = $1", sent, state, wamid)
    return sent


async def shown(product: Product, sent: UUID) -> tuple[str, str | None, str | None]:
    row = await product.pool.fetchrow("select state, status, wamid from outbox where id = $1", sent)
    assert row is not None
    return row["state"], row["status"], row["wamid"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from([*RANKED, "warning"]), min_size=1, max_size=7),
    cuts=st.sets(st.integers(1, 6), max_size=3),
    by_opaque=st.booleans(),
)
async def test_the_furthest_is_shown_in_whatever_order_they_come(
    product: Product,
    words: list[str],
    cuts: set[int],
    by_opaque: bool,  # noqa: FBT001
) -> None:
    wamid = product.wamid()
    sent = await send(product, wamid=None if by_opaque else wamid)
    told = [status(wamid, word, opaque=sent if by_opaque else None, at=1790000000 + n) for n, word in enumerate(words)]
    edges = [0, *sorted(cut for cut in cuts if cut < len(told)), len(told)]
    reached = -1
    for start, end in itertools.pairwise(edges):
        assert (await product.deliver(delivery(statuses=told[start:end]))).status == 200
        await product.settle()
        reached = max([reached, *(RANKED.index(word) for word in words[start:end] if word in RANKED)])
        state, word, known = await shown(product, sent)
        assert state == "accepted"
        assert known == wamid
        assert word == (RANKED[reached] if reached >= 0 else word)
    kept = await product.pool.fetch("select status from statuses where outbox_id = $1", sent)
    assert sorted(row["status"] for row in kept) == sorted(set(words))


async def test_every_permutation_ends_the_same(product: Product) -> None:
    messages = []
    told = []
    for words in itertools.permutations(["sent", "delivered", "read"]):
        wamid = product.wamid()
        messages.append(await send(product, wamid=wamid))
        told.append([status(wamid, word) for word in words])
    for step in zip(*told, strict=True):
        await product.deliver(delivery(statuses=step))
        await product.settle(workers=2)
    assert [(await shown(product, sent))[1] for sent in messages] == ["read"] * 6


@pytest.mark.parametrize("state", ["waiting", "sending", "doubtful"])
async def test_a_status_by_our_own_id_settles_what_nobody_answered(product: Product, state: str) -> None:
    sent = await send(product, state=state)
    await product.deliver(delivery(statuses=[status("wamid.new", "delivered", opaque=sent)]))
    await product.settle()
    assert await shown(product, sent) == ("accepted", "delivered", "wamid.new")


async def test_a_failure_tells_why(product: Product) -> None:
    sent = await send(product, wamid="wamid.1")
    errors = [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours have passed"}}]
    await product.deliver(delivery(statuses=[status("wamid.1", "failed", errors=errors)]))
    await product.settle()
    row = await product.pool.fetchrow("select status, error_code, error from outbox where id = $1", sent)
    assert row is not None
    assert (row["status"], row["error_code"]) == ("failed", 131047)
    assert "24 hours" in row["error"]


async def test_statuses_of_others_and_odd_ones_are_kept_without_effect(product: Product) -> None:
    sent = await send(product, wamid="wamid.1")
    odd = [
        status("wamid.of.others", "sent"),
        status("wamid.of.others", "read", opaque="out:981"),
        status("wamid.of.others", "read", opaque="01a20519-56e9-7000-8000-0a164a4d0eed"),
        status("wamid.1", "x" * 3000),
        status("wamid.1", "sent", at=10**15),
        status("wamid.1", "failed", errors=[{"code": 10**12, "title": "t" * 9000}]),
    ]
    assert (await product.deliver(delivery(statuses=odd))).status == 200
    await product.settle()
    assert not await count(product.pool, "from inbox where state <> 'done' or attempts > 0")
    assert (await shown(product, sent))[:2] == ("accepted", "failed")


async def test_two_numbers_of_one_wamid_do_not_mix(product: Product) -> None:
    one, two = await send(product, wamid="wamid.1"), await send(product, wamid="wamid.2")
    await product.deliver(delivery(statuses=[status("wamid.1", "read"), status("wamid.2", "sent", opaque=two)]))
    await product.settle()
    assert (await shown(product, one))[1] == "read"
    assert (await shown(product, two))[1] == "sent"

"""What Meta answers may not fit what we keep: it must not hold up the number."""

import asyncio

import pytest
from fake_graph import FakeGraph
from sender_kit import put, sending, states

from product_kit import Product, count, until
from tasktalk.db import pool as db_pool
from tasktalk.messaging.sender import Answer


async def count_connections(product: Product) -> int:
    return await count(
        product.pool,
        "from pg_stat_activity where application_name = 'tasktalk-sender' and datname = current_database()",
    )


async def test_an_error_code_that_no_column_holds(product: Product, graph: FakeGraph) -> None:
    graph.plans["bad"] = [(400, 2**40)]
    async with sending(product, graph):
        await put(product, "bad", "good")
        await until(states(product, "refused", "accepted"))
        assert await count_connections(product) == 1
    assert await product.pool.fetchval("select error_code from outbox where state = 'refused'") is None


async def test_an_id_that_another_message_has(product: Product, graph: FakeGraph) -> None:
    """It was accepted all the same, and is not sent again; the others' ids are kept."""
    graph.wamids |= dict.fromkeys(("first", "odd"), "wamid.first")
    async with sending(product, graph):
        await put(product, "first")
        await until(states(product, "accepted"))
        for text, to in (("odd", product.ana), ("good", product.ben), ("next", product.ana)):
            await put(product, text, to=to)
        await until(states(product, *["accepted"] * 4))
        assert await count_connections(product) == 1
    assert sorted(graph.asked) == ["first", "good", "next", "odd"]
    rows = await product.pool.fetch("select wamid from outbox order by seq")
    assert [row["wamid"] is not None for row in rows] == [True, False, True, True]


async def test_an_answer_that_cannot_be_written_stays_known(product: Product, graph: FakeGraph) -> None:
    """Whatever the database says: the lane goes on trying, leaves no connection behind, and forgets nothing."""
    graph.after["hello"] = asyncio.Event()
    async with sending(product, graph) as lane:
        await put(product, "hello")
        await until(lambda: _is_carried_out(graph))
        await product.pool.execute("alter table attempts rename to attempts_away")
        graph.after["hello"].set()
        await until(lambda: _has_kept(lane._answers))
        await asyncio.sleep(0.5)
        assert await count_connections(product) <= 1
        await product.pool.execute("alter table attempts_away rename to attempts")
        await until(states(product, "accepted"), seconds=8)
    assert graph.asked == ["hello"]


async def _is_carried_out(graph: FakeGraph) -> bool:
    return bool(graph.carried_out)


async def _has_kept(answers: list[Answer]) -> bool:
    return bool(answers)


async def test_a_server_that_falls_silent_is_left(
    product: Product, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_pool, "_COMMAND_SECONDS", 0.3)
    async with sending(product, graph):
        await put(product, "hello")
        await until(states(product, "accepted"))
        async with product.pool.acquire() as conn, conn.transaction():
            known = await conn.fetch("select pid from pg_stat_activity where application_name = 'tasktalk-sender'")
            await conn.execute("lock table outbox in access exclusive mode")
            await product.pool.execute("select pg_notify('outbox', '')")

            async def is_another() -> bool:
                pids = await product.pool.fetch(
                    "select pid from pg_stat_activity where application_name = 'tasktalk-sender'"
                )
                return bool({row["pid"] for row in pids} - {row["pid"] for row in known})

            await until(is_another)
        await put(product, "next")
        await until(states(product, "accepted", "accepted"), seconds=8)

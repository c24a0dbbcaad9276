"""Pausing, draining, restarting, dead letters, and figures that add up."""

import asyncio
import random
from collections.abc import Sequence
from zlib import crc32

import pytest
from queue_kit import add_up, effects_by_lane, figures, fill, is_empty, make_effects, order, take_effect

from product_kit import count, until, working
from tasktalk.db import Conn, Pool
from tasktalk.queue import claim
from tasktalk.queue.claim import Item
from tasktalk.queue.worker import Rules


async def test_pause_resume_and_drain(pool: Pool) -> None:
    await make_effects(pool)
    assert (await order(pool, "pause"))[1] == "paused"
    await fill(pool, *(("a", n) for n in range(40)))
    async with working(pool, take_effect):
        await fill(pool, *(("b", n) for n in range(40)))
        async with pool.acquire() as conn, conn.transaction():
            assert await claim.claim(conn, rows=10) == []
        known = await figures(pool)
        assert (known.status, known.size, known.completed) == ("paused", 80, 0)
        assert (await order(pool, "drain"))[1] == "draining"

        async def is_drained() -> bool:
            return (await figures(pool)).status == "paused"

        await until(is_drained)
        assert (await figures(pool)).completed == 80
        await fill(pool, ("c", 0))
        async with pool.acquire() as conn, conn.transaction():
            assert await claim.claim(conn, rows=10) == []
        assert (await order(pool, "resume"))[1] == "active"
        await until(lambda: is_empty(pool))
    assert (await figures(pool)).completed == 81
    assert await add_up(pool)


async def test_draining_ends_though_more_comes_and_something_waits_for_its_retry(pool: Pool) -> None:
    await make_effects(pool)
    await fill(pool, ("a", 0), ("a", 1))
    await pool.execute("update inbox set next_try_at = now() + interval '1 hour' where payload = 'a/0'")
    number = 0

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        nonlocal number
        await take_effect(conn, items, notes)
        number += 1
        await fill(pool, ("b", number))  # there is always one more

    async def is_drained() -> bool:
        return (await figures(pool)).status == "paused"

    await order(pool, "drain")
    async with working(pool, handle):
        await until(is_drained)
    assert await effects_by_lane(pool) == {"a": [1]}
    assert not (await figures(pool)).draining


@pytest.mark.parametrize(("before", "after"), [("pause", "paused"), ("drain", "draining"), ("resume", "active")])
async def test_a_restart_ends_no_pause(pool: Pool, before: str, after: str) -> None:
    await order(pool, before)
    assert (await order(pool, "restart"))[1] == after
    assert await pool.fetchval("select state from queue_control") == after


async def test_folding_keeps_the_totals_of_who_is_at_work(pool: Pool) -> None:
    await make_effects(pool)
    async with working(pool, take_effect):
        for number in range(3):
            await fill(pool, ("a", number))
            await until(lambda: is_empty(pool))
            async with pool.acquire() as conn:
                await claim.Q.fold_totals(conn)
    assert (await figures(pool)).completed == 3
    assert await count(pool, "from queue_totals") == 1


async def test_dead_letters_are_tried_again_or_cleared(pool: Pool) -> None:
    await make_effects(pool)
    await fill(pool, ("a", 0), ("a", 1), ("b", 0))
    broken = True

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        if broken and any(each.lane == "a" for each in items):
            raise ValueError("broken")
        await take_effect(conn, items, notes)

    async with working(pool, handle, rules=Rules(16, 0.01, 2, 0.01)):
        await until(lambda: is_empty(pool))
        assert (await figures(pool)).failed == 2
        await order(pool, "retry_failed")
        await until(lambda: is_empty(pool))
        assert (await figures(pool)).failed == 2
        broken = False
        await order(pool, "retry_failed")
        await until(lambda: is_empty(pool))
        assert (await figures(pool)).failed == 0
        assert await effects_by_lane(pool) == {"a": [0, 1], "b": [0]}
        broken = True
        await fill(pool, ("a", 2))
        await until(lambda: is_empty(pool))
    message, _ = await order(pool, "clear_failed")
    assert message.startswith("1 ")
    known = await figures(pool)
    assert (known.size, known.completed, known.failed) == (0, 4, 0)
    assert await add_up(pool)


async def test_figures_add_up_at_every_moment(pool: Pool) -> None:
    chance = random.Random(7)

    async def handle(_conn: Conn, items: Sequence[Item], _notes: dict[int, str]) -> None:
        await asyncio.sleep(0)
        if any(crc32(each.payload.encode()) % 9 == 0 for each in items):
            raise ValueError("some fail")

    async def look() -> None:
        # Stored and counted in one statement, for both move on between two.
        row = await pool.fetchrow(
            "select (select count(*) from inbox) as stored, (select count(*) from inbox where state = 'waiting') + "
            "(select count(*) from inbox where state = 'dead') + "
            "(select coalesce(sum(completed), 0) from queue_totals) "
            "as known"
        )
        assert row is not None
        assert row["stored"] == row["known"]

    async with working(pool, handle, workers=2, rules=Rules(8, 0.01, 2, 0.01)):
        for burst in range(15):
            await fill(pool, *((f"lane{chance.randrange(6)}", burst * 100 + n) for n in range(chance.randrange(1, 12))))
            await look()
            if burst % 5 == 2:
                await order(pool, chance.choice(["retry_failed", "clear_failed"]))
                async with pool.acquire() as conn:
                    await claim.Q.fold_totals(conn)
                await look()
        await until(lambda: is_empty(pool))
    assert await add_up(pool)

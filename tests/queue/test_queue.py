"""The queue's promises: order per conversation, one effect, and one bad item that stops nobody."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

import asyncpg
import pytest
from queue_kit import add_up, effects_by_lane, figures, fill, is_empty, item, make_effects, take_effect

from product_kit import count, until, working
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import LOST, open_pool
from tasktalk.ids import new_id
from tasktalk.messaging.inbox import open_inbox
from tasktalk.queue import claim
from tasktalk.queue.claim import Item
from tasktalk.queue.worker import Rules


@pytest.mark.parametrize("share_that_fails", [0.0, 0.3])
async def test_two_workers_and_live_intake_keep_every_order(pool: Pool, share_that_fails: float) -> None:
    """A batch that fails is taken apart; each of its items still takes effect once, and in its order."""
    chance, lanes, each = random.Random(20261122), 25, 24
    await make_effects(pool)
    # In the order of intake; the lanes interleave.
    todo = [f"lane{n}" for n in range(lanes) for _ in range(each)]
    chance.shuffle(todo)

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        await take_effect(conn, items, notes)
        if len(items) > 1 and chance.random() < share_that_fails:
            raise ValueError("the batch fails after its effects")

    async def take_in() -> None:
        numbers: dict[str, int] = defaultdict(int)
        inbox = open_inbox(pool)
        while todo:
            batch = [todo.pop() for _ in range(min(len(todo), chance.randrange(1, 20)))]
            items = []
            for lane in batch:
                items.append(item(lane, numbers[lane]))
                numbers[lane] += 1
            await inbox.put(items)

    async with working(pool, handle, workers=2, rules=Rules(8, 0.01, 3, 0.01)):
        await take_in()
        await until(lambda: is_empty(pool), seconds=30)
    done = await effects_by_lane(pool)
    assert len(done) == lanes
    inversions = {lane: numbers for lane, numbers in done.items() if numbers != list(range(each))}
    assert not inversions
    assert await add_up(pool)


async def test_nobody_overtakes_one_that_waits_in_front(pool: Pool) -> None:
    """What a failed batch leaves is handled one by one; the second must not be while the first is due."""
    await fill(pool, ("a", 0), ("a", 1), ("b", 0))
    first, second, other = [row["seq"] for row in await pool.fetch("select seq from inbox order by seq")]
    async with pool.acquire() as conn, conn.transaction():
        assert await claim.claim_one(conn, seq=second) is None
        assert await claim.claim_one(conn, seq=other) is not None
        assert await claim.claim_one(conn, seq=first) is not None


async def test_an_item_in_another_worker_s_hands_is_left_alone(pool: Pool) -> None:
    await fill(pool, ("a", 0), ("a", 1), ("b", 0))
    async with pool.acquire() as one, pool.acquire() as two:
        async with one.transaction():
            (mine,) = await claim.claim(one, rows=1)
            async with two.transaction():
                assert [each.lane for each in await claim.claim(two, rows=10)] == ["b"]
                assert await claim.claim_one(two, seq=mine.seq) is None
            await claim.finish(one, items=[mine], notes={}, worker=new_id(), busy_ms=1)
        async with two.transaction():
            assert await claim.claim_one(two, seq=mine.seq) is None


async def test_a_worker_finds_free_lanes_behind_those_that_others_hold(pool: Pool) -> None:
    """Several workers at once are only faster if each finds something to do."""
    await fill(pool, *((f"lane{n}", 0) for n in range(40)))
    async with pool.acquire() as one, pool.acquire() as two, one.transaction(), two.transaction():
        taken = {each.lane for each in await claim.claim(one, rows=16)}
        others = {each.lane for each in await claim.claim(two, rows=16)}
    assert len(taken) == 16
    assert len(others) == 16
    assert not taken & others


async def test_one_bad_item_stops_nobody(pool: Pool) -> None:
    await make_effects(pool)
    await fill(pool, ("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1))
    tries: dict[int, float] = {}

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        await take_effect(conn, items, notes)
        for each in items:
            if each.payload == "a/1":
                tries[each.attempts] = asyncio.get_running_loop().time()
                raise ValueError("cannot read 's3cret")

    async with working(pool, handle, rules=Rules(16, 0.01, 3, 0.05)):
        await until(lambda: is_empty(pool))
    rows = {row["payload"]: row for row in await pool.fetch("select * from inbox")}
    bad = rows.pop("a/1")
    assert (bad["state"], bad["attempts"]) == ("dead", 3)
    assert "ValueError" in bad["error"]
    assert bad["finished_at"] is not None
    assert {(row["state"], row["attempts"], row["error"]) for row in rows.values()} == {("done", 0, None)}
    assert await effects_by_lane(pool) == {"a": [0, 2], "b": [0, 1]}
    assert list(tries) == [0, 1, 2]
    assert tries[1] - tries[0] >= 0.05
    assert tries[2] - tries[1] >= 0.2  # four times as long
    known = await figures(pool)
    assert (known.size, known.completed, known.failed) == (0, 4, 1)


async def test_a_retry_waits_in_size_and_is_not_tried_before_its_time(pool: Pool) -> None:
    await fill(pool, ("a", 0))
    tries = 0

    async def handle(_conn: Conn, _items: Sequence[Item], _notes: dict[int, str]) -> None:
        nonlocal tries
        tries += 1
        raise KeyError("a")

    async with working(pool, handle, rules=Rules(16, 0.01, 5, 60)):
        await until(lambda: count(pool, "from inbox where attempts = 1"))
        await fill(pool, ("b", 0))  # wakes nobody about `a`
        await until(lambda: count(pool, "from inbox where attempts = 1 and lane = 'b'"))
    assert tries == 2
    known = await figures(pool)
    assert (known.size, known.completed, known.failed) == (2, 0, 0)


async def test_a_time_out_inside_a_handler_is_the_item_s_failure(pool: Pool) -> None:
    """Not the database's: it would be tried for ever, and the whole queue with it."""
    await make_effects(pool)
    await fill(pool, ("a", 0), ("b", 0))

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        await take_effect(conn, items, notes)
        if any(each.lane == "a" for each in items):
            raise TimeoutError("somebody else did not answer")

    async with working(pool, handle, rules=Rules(16, 0.01, 2, 0.01)):
        await until(lambda: is_empty(pool), seconds=4)
    assert await effects_by_lane(pool) == {"b": [0]}
    assert (await figures(pool)).failed == 1


async def test_a_worker_that_is_killed_leaves_its_batch_to_another(pool: Pool, database: str) -> None:
    """Its connections go, as with kill -9: what it had done and not committed never was."""
    await make_effects(pool)
    await fill(pool, *((f"lane{n % 5}", n) for n in range(20)))
    doomed = await open_pool(database, max_size=2, application_name="doomed")
    reached, released = asyncio.Event(), asyncio.Event()

    async def hang(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        await take_effect(conn, items, notes)
        reached.set()
        await released.wait()

    async with working(doomed, hang):
        await reached.wait()
        assert not await count(pool, "from effects")
        await pool.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'")
        async with working(pool, take_effect):
            await until(lambda: is_empty(pool))
        released.set()
    doomed.terminate()
    assert await effects_by_lane(pool) == {f"lane{lane}": list(range(lane, 20, 5)) for lane in range(5)}
    assert (await figures(pool)).completed == 20


async def test_the_worker_outlives_the_loss_of_its_connections(pool: Pool) -> None:
    await make_effects(pool)
    async with working(pool, take_effect, workers=2) as tasks:
        for burst in range(8):
            await _patiently(pool, ("a", burst))
            with suppress(*LOST, asyncpg.PostgresError):
                await pool.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                )

        async def is_quiet() -> bool:
            with suppress(*LOST, asyncpg.PostgresError):
                return await is_empty(pool)
            return False

        await until(is_quiet)
        assert not [task for task in tasks if task.done()]
    assert await effects_by_lane(pool) == {"a": list(range(8))}


async def _patiently(pool: Pool, *items: tuple[str, int]) -> None:
    async def is_put() -> bool:
        with suppress(*LOST, asyncpg.PostgresError):
            await fill(pool, *items)
            return True
        return False

    await until(is_put)

"""What is set aside is made ready outside of any transaction; its lane waits, others do not, and nothing hangs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from queue_kit import add_up, effects_by_lane, fill, is_empty, make_effects, take_effect

from product_kit import until, working
from tasktalk.db import Conn, Pool
from tasktalk.queue import aside
from tasktalk.queue.aside import Aside, Prepare, Preparer, set_aside
from tasktalk.queue.claim import Item

SLOW = "slow/0"


class Slow:
    """A handler that sets `slow/0` aside once, with everything behind it in its lane; what each item had is kept."""

    def __init__(self, seconds: float = 5.0) -> None:
        self.seconds = seconds
        self.had: dict[str, tuple[str | None, Mapping[str, Any]]] = {}

    async def __call__(self, conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> set[int]:
        asides = [
            Aside(each.seq, "thing", self.seconds, {"question": "what?"})
            for each in items
            if each.payload == SLOW and each.needs is None and "thing" not in each.prepared
        ]
        left = {each.seq for each in items if asides and each.lane == "slow"}
        done = [each for each in items if each.seq not in left]
        self.had |= {each.payload: (each.needs, each.prepared) for each in done}
        await take_effect(conn, done, notes)
        await set_aside(conn, asides)
        return left


@asynccontextmanager
async def preparing(pool: Pool, prepare: Prepare) -> AsyncIterator[Preparer]:
    preparer = Preparer(pool, {"thing": prepare}, poll_seconds=0.01)
    task = asyncio.create_task(preparer.run())
    try:
        yield preparer
    finally:
        preparer.stop.set()
        await task


async def held(pool: Pool) -> bool:
    return bool(await pool.fetchval("select true from inbox where needs = 'thing' and state = 'waiting'"))


async def test_its_lane_waits_and_others_go_on(pool: Pool) -> None:
    await make_effects(pool)
    await fill(pool, ("slow", 0), ("slow", 1), ("quick", 0))
    handle, answer = Slow(), asyncio.Event()

    async def prepare(item: Item, _seconds: float) -> dict[str, Any]:
        await answer.wait()
        return {"thing": item.prepared["question"] + " that!"}

    async with preparing(pool, prepare), working(pool, handle, workers=2):
        await until(lambda: held(pool))
        await fill(pool, ("slow", 2), ("quick", 1))
        await until(lambda: _has(pool, "quick", [0, 1]))
        assert "slow" not in await effects_by_lane(pool)
        assert await add_up(pool)
        answer.set()
        await until(lambda: is_empty(pool))
    assert await effects_by_lane(pool) == {"quick": [0, 1], "slow": [0, 1, 2]}
    assert handle.had[SLOW] == (None, {"question": "what?", "thing": "what? that!"})
    row = await pool.fetchrow("select needs, prepared from inbox where payload = $1", SLOW)
    assert (row["needs"], row["prepared"]) == (None, None)  # nothing of it is kept


async def test_at_its_limit_it_is_handled_without(pool: Pool) -> None:
    """Nobody is there who could meet the need."""
    await make_effects(pool)
    await fill(pool, ("slow", 0), ("slow", 1))
    handle = Slow(seconds=0.2)
    async with working(pool, handle):
        await until(lambda: is_empty(pool))
    assert await effects_by_lane(pool) == {"slow": [0, 1]}
    assert handle.had[SLOW] == ("thing", {"question": "what?"})


async def test_what_takes_too_long_or_fails_says_so(pool: Pool) -> None:
    await make_effects(pool)
    await fill(pool, ("slow", 0))
    handle = Slow()

    async def prepare(_item: Item, _seconds: float) -> dict[str, Any]:
        raise ValueError("a bug")

    async with preparing(pool, prepare), working(pool, handle):
        await until(lambda: is_empty(pool))
    assert handle.had[SLOW][1]["thing"] == {"failed": "error"}


async def test_another_takes_over_from_one_that_is_gone(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first falls silent with the item in hand: its token lapses, and what it brings later is not taken."""
    monkeypatch.setattr(aside, "_HELD_SECONDS", 0.3)
    monkeypatch.setattr(aside, "_RENEW_SECONDS", 60.0)
    await make_effects(pool)
    await fill(pool, ("slow", 0))
    handle, calls, late = Slow(), [], asyncio.Event()

    async def prepare(_item: Item, _seconds: float) -> dict[str, Any]:
        calls.append(1)
        number = len(calls)
        if number == 1:
            await late.wait()
        return {"thing": number}

    async with preparing(pool, prepare), working(pool, handle):
        await until(lambda: is_empty(pool))
        late.set()
        await asyncio.sleep(0)
    assert handle.had[SLOW][1]["thing"] == 2
    assert await effects_by_lane(pool) == {"slow": [0]}


async def test_who_is_at_work_keeps_the_item(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_HELD_SECONDS", 0.3)
    monkeypatch.setattr(aside, "_RENEW_SECONDS", 0.05)
    await make_effects(pool)
    await fill(pool, ("slow", 0))
    handle, calls = Slow(), []

    async def prepare(_item: Item, _seconds: float) -> dict[str, Any]:
        calls.append(1)
        await asyncio.sleep(0.8)
        return {"thing": True}

    async with preparing(pool, prepare), preparing(pool, prepare), working(pool, handle):
        await until(lambda: is_empty(pool))
    assert len(calls) == 1


async def _has(pool: Pool, lane: str, numbers: list[int]) -> bool:
    return (await effects_by_lane(pool)).get(lane) == numbers

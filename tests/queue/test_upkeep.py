"""Jobs that sweep: once an hour, one worker, to the end, and none stops another."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from tasktalk.db import Pool
from tasktalk.queue.upkeep import keep_up, run_due

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Broom:
    """Sweeps as long as something is left."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.calls = 0

    async def __call__(self, _pool: Pool, _now: datetime) -> int:
        self.calls += 1
        done = min(self.left, 2)
        self.left -= done
        return done


async def test_a_job_runs_to_its_end_and_rests_for_an_hour(pool: Pool) -> None:
    broom, stop = Broom(5), asyncio.Event()
    assert await run_due(pool, "sweep", broom, now=NOON, stop=stop) == 5
    broom.left = 1
    assert await run_due(pool, "sweep", broom, now=NOON + timedelta(minutes=59), stop=stop) == 0
    assert await run_due(pool, "sweep", broom, now=NOON + timedelta(minutes=60), stop=stop) == 1


async def test_of_many_workers_one_sweeps(pool: Pool) -> None:
    broom, stop = Broom(3), asyncio.Event()
    swept = await asyncio.gather(*(run_due(pool, "sweep", broom, now=NOON, stop=stop) for _ in range(5)))
    assert sorted(swept) == [0, 0, 0, 0, 3]


async def test_one_jobs_trouble_is_not_the_next_ones(pool: Pool) -> None:
    stop = asyncio.Event()

    async def break_down(_pool: Pool, _now: datetime) -> int:
        raise RuntimeError("no broom")

    async def sweep(_pool: Pool, _now: datetime) -> int:
        stop.set()
        return 0

    with structlog.testing.capture_logs() as logged:
        async with asyncio.timeout(10):
            await keep_up(pool, {"a": break_down, "b": sweep}, stop=stop)
    assert [str(entry["exc_info"]) for entry in logged] == ["no broom"]

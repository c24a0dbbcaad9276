"""Sweeping out what has had its time: each job once an hour, by whichever worker comes first."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from tasktalk.db import Pool
from tasktalk.logs import get_log
from tasktalk.queue.claim import Q
from tasktalk.queue.waiting import first, log_outage

log = get_log("upkeep")

EVERY_SECONDS = 3600.0
_LOOK_SECONDS = 60.0

# Does some of its work, in transactions of its own, and answers how much that was; called again until it answers 0.
Job = Callable[[Pool, datetime], Awaitable[int]]


async def keep_up(pool: Pool, jobs: Mapping[str, Job], *, stop: asyncio.Event) -> None:
    """Run each job when it is due until `stop`. One that fails is logged and tried again an hour later."""
    while not stop.is_set():
        for name, job in jobs.items():
            try:
                await run_due(pool, name, job, now=datetime.now(UTC), stop=stop)
            except Exception as error:  # noqa: BLE001  (one job's trouble is not the next one's)
                log_outage(log, error, retry_seconds=_LOOK_SECONDS)
        await first(_LOOK_SECONDS, stop)


async def run_due(pool: Pool, name: str, job: Job, *, now: datetime, stop: asyncio.Event) -> int:
    """Run the job to its end if it is due; how much it did. It is moved on first, so that one worker alone takes it."""
    async with pool.acquire() as conn:
        if await Q.take_job(conn, job=name, now=now, seconds=EVERY_SECONDS) is None:
            return 0
    total = 0
    while not stop.is_set() and (done := await job(pool, now)):
        total += done
    if total:
        log.info("swept", job=name, count=total)
    return total

"""Sweeping out what has had its time: each job once an hour, or as often as it says, or when asked for.

Whichever worker comes first does it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tasktalk.db import Pool
from tasktalk.logs import get_log
from tasktalk.queue.claim import Q
from tasktalk.queue.waiting import first, log_outage

log = get_log("upkeep")

EVERY_SECONDS = 3600.0
_LOOK_SECONDS = 60.0
_GATHER_SECONDS = 1.0  # who asks for something seldom asks once

# Does some of its work, in transactions of its own, and answers how much that was; called again until it answers 0.
Job = Callable[[Pool, datetime], Awaitable[int]]


@dataclass(slots=True)
class Asked:
    """The jobs that somebody does not want to wait an hour for: NOTIFY `upkeep`, with the job's name."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _names: set[str] = field(default_factory=set)

    def hear(self, name: str) -> None:
        """Somebody asks for this job."""
        if name:
            self._names.add(name)
            self.wake.set()

    def take(self) -> set[str]:
        """Those asked for since the last time."""
        self.wake.clear()
        names, self._names = self._names, set()
        return names


async def keep_up(
    pool: Pool,
    jobs: Mapping[str, Job],
    *,
    stop: asyncio.Event,
    asked: Asked | None = None,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Run each job when it is due or asked for, until `stop`. One that fails is logged and waits for its next time."""
    asked = asked or Asked()
    while not stop.is_set():
        wanted = asked.take()
        for name, job in jobs.items():
            try:
                if name in wanted:
                    async with pool.acquire() as conn:
                        await Q.hasten_job(conn, job=name)
                await run_due(pool, name, job, now=datetime.now(UTC), stop=stop, every_seconds=every_seconds)
            except Exception as error:  # noqa: BLE001  (one job's trouble is not the next one's)
                log_outage(log, error, retry_seconds=_LOOK_SECONDS)
        await first(min(_LOOK_SECONDS, every_seconds), stop, asked.wake)
        await first(_GATHER_SECONDS, stop)


async def run_due(
    pool: Pool, name: str, job: Job, *, now: datetime, stop: asyncio.Event, every_seconds: float = EVERY_SECONDS
) -> int:
    """Run the job to its end if it is due; how much it did. It is moved on first, so that one worker alone takes it."""
    async with pool.acquire() as conn:
        if await Q.take_job(conn, job=name, now=now, seconds=every_seconds) is None:
            return 0
    total = 0
    while not stop.is_set() and (done := await job(pool, now)):
        total += done
    if total:
        log.info("swept", job=name, count=total)
    return total

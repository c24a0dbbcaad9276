"""Waiting: for whichever comes first, and for a database that does not serve."""

import asyncio
from collections.abc import Awaitable, Callable

from tasktalk.db.pool import FULL, LOST
from tasktalk.logs import Log

LONGEST_PAUSE_SECONDS = 5.0  # of a loop whose database does not serve; it doubles up to that


async def first(seconds: float, *events: asyncio.Event) -> None:
    """Until any of `events` is set, or `seconds` have gone."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def keep_looking(
    look: Callable[[], Awaitable[float]],
    *,
    log: Log,
    pause_seconds: float,
    gap_seconds: float = 0.0,
    wake: asyncio.Event,
    stop: asyncio.Event,
) -> None:
    """Until `stop`: `look` does what is due, and answers in how many seconds to look again; `wake` says sooner.

    However often that is set, two looks are `gap_seconds` apart. Whatever `look` raises, the loop outlives it: it is
    logged, and waited out `pause_seconds`, then longer each time.
    """
    pause = pause_seconds
    while not stop.is_set():
        wake.clear()
        try:
            seconds = await look()
        except Exception as error:  # noqa: BLE001  (see above)
            log_outage(log, error, retry_seconds=pause)
            await first(pause, stop)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        pause = pause_seconds
        if gap_seconds:
            await first(min(seconds, gap_seconds), stop)
        await first(max(0.0, seconds - gap_seconds), wake, stop)


def log_outage(log: Log, error: Exception, *, retry_seconds: float) -> None:
    """A loop cannot go on for now: in a line if the database is away, with the traceback if it is anything else."""
    if isinstance(error, LOST):
        log.warning("database_gone", error=type(error).__name__, retry_seconds=retry_seconds)
    elif isinstance(error, FULL):
        log.error("database_full", error=type(error).__name__, retry_seconds=retry_seconds)
    else:
        log.error("loop_held_up", exc_info=error, retry_seconds=retry_seconds)

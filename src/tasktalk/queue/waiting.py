"""Waiting: for whichever comes first, and for a database that does not serve."""

import asyncio

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


def log_outage(log: Log, error: Exception, *, retry_seconds: float) -> None:
    """A loop cannot go on for now: in a line if the database is away, with the traceback if it is anything else."""
    if isinstance(error, LOST):
        log.warning("database_gone", error=type(error).__name__, retry_seconds=retry_seconds)
    elif isinstance(error, FULL):
        log.error("database_full", error=type(error).__name__, retry_seconds=retry_seconds)
    else:
        log.error("loop_held_up", exc_info=error, retry_seconds=retry_seconds)

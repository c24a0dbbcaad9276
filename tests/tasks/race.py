"""For tests of two who do something at the same moment."""

import asyncio

from tasktalk.db import Conn


async def waits_or_ended(conn: Conn, other: asyncio.Task[None]) -> bool:
    """Whether `other` is through, or one connection to this test's database waits for another one's lock."""
    waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return other.done() or await conn.fetchval(f"select exists ({waiting})")

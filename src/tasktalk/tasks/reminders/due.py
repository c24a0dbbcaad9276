"""What is due: reminders that ring now, and when the next of anything comes. Nothing here waits or sends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.reminders.clock import next_ring

Q = queries(__file__)


@dataclass(frozen=True, slots=True)
class Ring:
    """A reminder that rings: `ring_at` is the moment that was planned. `is_default`: nobody asked for it by name."""

    reminder_id: UUID
    task_id: UUID
    user_id: UUID
    ring_at: datetime
    is_default: bool


async def take_due_reminders(conn: Conn, *, now: datetime, limit: int = 500) -> list[Ring]:
    """Reminders due by `now`, the longest due first, marked as rung; empty: none is left that nobody else has taken.

    Whoever calls this commits it together with what comes of it; until then other workers pass these rows by.
    A moment that a repeating reminder missed is not rung later. A reminder whose task is done, gone or no longer its
    person's to see ends without a ring.
    """
    while True:
        rows = [row async for row in Q.lock_due(conn, now=now, limit=limit)]
        if not rows:
            return []
        rings = [row["live"] for row in rows]
        following = [next_ring(row, after=now) if row["live"] else None for row in rows]
        await Q.mark_rung(conn, ids=[row["id"] for row in rows], rings=rings, following=following, now=now)
        if any(rings):
            return [
                Ring(row["id"], row["task_id"], row["user_id"], row["ring_at"], row["is_default"])
                for row in rows
                if row["live"]
            ]


async def find_next_ring(conn: Conn) -> datetime | None:
    """When the next reminder rings; in the past: it is due."""
    found: datetime | None = await Q.find_next_ring(conn)
    return found


async def find_next_due(conn: Conn) -> datetime | None:
    """When the next reminder, digest or review is due."""
    found: datetime | None = await Q.find_next_due(conn)
    return found

"""When reminders ring, worked out again whenever a task's time, state or people change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.reminders.clock import moment_of, next_ring

Q = queries(__file__)


async def plan_reminders(conn: Conn, *, task_ids: Sequence[UUID], now: datetime) -> None:
    """Sets `ring_at` of every reminder of these tasks, and makes or drops the default ones.

    One statement where there are only defaults, two where people set reminders of their own. What is past does not
    ring, unless it was planned for that very moment already: a late worker still rings it.
    """
    if not task_ids:
        return
    rows = [row async for row in Q.plan_defaults(conn, ids=task_ids, now=now)]
    planned = {row["id"]: _ring(row, now=now) for row in rows}
    changed = {row["id"]: planned[row["id"]] for row in rows if planned[row["id"]] != row["ring_at"]}
    if changed:
        await Q.set_rings(conn, ids=list(changed), rings=list(changed.values()))


def _ring(row: Mapping[str, Any], *, now: datetime) -> datetime | None:
    if not row["live"]:
        return None
    ring_at: datetime | None = row["ring_at"]
    rung_at: datetime | None = row["rung_at"]
    moment = moment_of(row)
    ahead = moment is not None and (moment >= now or moment == ring_at) and (rung_at is None or moment > rung_at)
    if row["rrule"] is None:
        spent = rung_at is not None and row["at_on"] is not None
        return moment if ahead and not spent else None
    if ring_at is not None and ring_at <= now:
        return ring_at  # a worker is about to ring it, and moves it on
    return moment if ahead else next_ring(row, after=max(now, rung_at or now))

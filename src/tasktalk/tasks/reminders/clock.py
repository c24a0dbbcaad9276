"""The moments of a reminder, on its person's wall clock."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from tasktalk.tasks.due import get_zone, instant
from tasktalk.tasks.model import Recurrence
from tasktalk.tasks.recurrence import next_occurrence

_DAY = 86400  # seconds


def moment_of(row: Mapping[str, Any]) -> dt.datetime | None:
    """When the reminder in `row` (see queries.sql) is to ring, first where it repeats; None: its task has no due date.

    Of a whole day an offset's days count, and the hour is the person's.
    """
    if row["at_on"] is not None:
        return instant(row["at_on"], row["at_time"], row["zone"])
    if row["due_at"] is not None:
        due_at: dt.datetime = row["due_at"]
        return due_at + dt.timedelta(seconds=row["offset_seconds"])
    if row["due_on"] is None:
        return None
    on = row["due_on"] + dt.timedelta(days=int(row["offset_seconds"] / _DAY))
    return instant(on, row["day_starts"], row["zone"])


def next_ring(row: Mapping[str, Any], *, after: dt.datetime) -> dt.datetime | None:
    """The moment of a reminder's `rrule` that follows `after`; None: there is none (any more)."""
    if row["rrule"] is None:
        return None
    rule: Recurrence = {"rrule": row["rrule"], "from": "schedule", "text": ""}
    wall = after.astimezone(get_zone(row["zone"]))
    while following := next_occurrence(rule, due_on=row["at_on"], due_time=row["at_time"], now=wall):
        moment = instant(following.on, following.at or row["at_time"], row["zone"])
        if moment > after:
            return moment
        # An hour that comes twice: what the wall clock calls later has been.
        wall = dt.datetime.combine(following.on, following.at or row["at_time"], wall.tzinfo)
    return None

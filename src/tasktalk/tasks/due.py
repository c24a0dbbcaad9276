"""The moment a task is due: a date and perhaps a time on a person's wall clock, and the instant that makes."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tasktalk.errors import BadRequest
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.model import Due

# Beyond these years no wall clock is known, and an instant could fall out of Python's calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2999


def get_zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`; BadRequest when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(Told("There is no time zone {name}.", name=repr(name)), field="zone") from error


def instant(on: dt.date, at: dt.time, zone: str) -> dt.datetime:
    """The UTC instant of a wall-clock time.

    An hour that the clock skips in spring is read with the offset before the change (02:30 becomes 03:30); of an hour
    that comes twice in autumn the first one is meant.
    """
    wall = dt.datetime.combine(on, at.replace(microsecond=0, fold=0), get_zone(zone))
    return wall.astimezone(dt.UTC)


def due_columns(
    on: dt.date | None, at: dt.time | None, zone: str, *, floats_with: UUID | None = None
) -> dict[str, object]:
    """The columns of a due moment; BadRequest for a time without a date or a date far away.

    `floats_with`: whose wall clock `zone` is, so that the time goes along when they move; None: it stays in `zone`.
    """
    if on is None:
        if at is not None:
            raise BadRequest(phrase("A time needs a date."), field="due")
        return {"due_on": None, "due_time": None, "due_at": None, "due_zone": None, "due_floats_with": None}
    check_day(on, field="due")
    at = at.replace(second=0, microsecond=0, tzinfo=None) if at is not None else None
    moment = None if at is None else instant(on, at, zone)
    floats = None if at is None else floats_with
    return {"due_on": on, "due_time": at, "due_at": moment, "due_zone": zone, "due_floats_with": floats}


def due_of(row: Mapping[str, object]) -> Due | None:
    """The due moment in a row of `tasks`."""
    on, at, due_at, zone = row["due_on"], row["due_time"], row["due_at"], row["due_zone"]
    if not isinstance(on, dt.date):
        return None
    if not isinstance(at, dt.time) or not isinstance(due_at, dt.datetime):
        return Due(on)
    return Due(on, f"{at:%H:%M}", due_at.astimezone(ZoneInfo(str(zone or "UTC"))))


def check_day(day: dt.date, *, field: str) -> dt.date:
    """`day`, unless its year is beyond what we plan for."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadRequest(Told("Dates reach from {first} to {last}.", first=FIRST_YEAR, last=LAST_YEAR), field=field)
    return day

"""A reminder as its person sees it, and what is asked of one."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from typing_extensions import TypedDict

OFTEN = 20  # reminders of one person about one task


class Moment(NamedTuple):
    """A time on the wall clock of `zone`; None: of its person, wherever they go."""

    on: dt.date
    at: dt.time
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class NewReminder:
    """A reminder to be made: `offset` from when the task is due (negative: before), or `at` a moment of its own.

    `rrule` (RFC 5545, without DTSTART) rings it again and again from `at` on.
    """

    offset: dt.timedelta | None = None
    at: Moment | None = None
    rrule: str | None = None


class ReminderChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is. An offset takes the place of a moment, and the reverse."""

    offset: dt.timedelta | None
    at: Moment | None
    rrule: str | None

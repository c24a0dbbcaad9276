"""Before which day nothing that a filter matches is due: a list by due date need not look there."""

from datetime import date, timedelta

from tasktalk.tasks.filters.days import find_days
from tasktalk.tasks.filters.expressions import All, Any, Dated, Expr, Not, Word

_ZONES = timedelta(days=2)  # a date in another zone is at most so far off
_NEVER = date(9999, 12, 30)  # after every due date, before none


def first_day_of(expr: Expr, today: date) -> date | None:
    """None: it may match from the beginning on. What has no due date comes after every day."""
    match expr:
        case All(parts):
            return max(filter(None, (first_day_of(part, today) for part in parts)), default=None)
        case Any(parts):
            found = [first_day_of(part, today) for part in parts]
            return None if None in found else min(filter(None, found), default=None)
        case Not(Word("overdue")):
            return today - _ZONES
        case Word("no date"):
            return _NEVER
        case Dated("due", "after", words):
            days = find_days(words, today, past=False)
            return days and days.last - _ZONES
        case _:
            return None

"""Arithmetic of days. Weeks begin on Monday; weekdays count from Monday = 0."""

import datetime as dt
from calendar import monthrange

from dateutil.relativedelta import relativedelta

from tasktalk.assistant.grammar.values import Amount

DAY = dt.timedelta(days=1)
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNITS = {
    "second": ("seconds", 1), "minute": ("minutes", 1), "hour": ("hours", 1), "day": ("days", 1), "week": ("weeks", 1),
    "fortnight": ("weeks", 2), "month": ("months", 1), "quarter": ("months", 3), "year": ("years", 1),
}  # fmt: skip


def find_date(year: int, month: int, day: int) -> dt.date | None:
    """The date, or None where the calendar has none (32 August, 29 February 2027)."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def add_days(day: dt.date, count: int) -> dt.date | None:
    """`count` days later; None beyond the calendar's end."""
    try:
        return day + dt.timedelta(days=count)
    except OverflowError:
        return None


def shift(moment: dt.datetime, amount: Amount, sign: int = 1) -> dt.datetime | None:
    """`moment` moved by an amount, forwards or back; None beyond the calendar's end."""
    try:
        for unit, number in amount.parts:
            if unit == "workday":
                moment += next_workday(moment.date(), int(number) * sign) - moment.date()
                continue
            name, factor = _UNITS[unit]
            total = number * factor * sign
            if name == "years" and total != int(total):
                name, total = "months", total * 12
            if total != int(total) and name in {"months", "years"}:
                moment += dt.timedelta(days=round(total * (30 if name == "months" else 365)))
                continue
            step = relativedelta(**{name: int(total)}) if total == int(total) else dt.timedelta(**{name: total})  # type: ignore[arg-type]
            moment += step
    except (OverflowError, ValueError):
        return None
    return moment


def coming(today: dt.date, weekday: int) -> dt.date:
    """The next such weekday, today counted."""
    return today + DAY * ((weekday - today.weekday()) % 7)


def monday_of(day: dt.date, weeks: int = 0) -> dt.date:
    """The Monday of the week of `day`, or of a week that many later."""
    return day - DAY * day.weekday() + DAY * 7 * weeks


def add_months(day: dt.date, months: int) -> dt.date | None:
    """The same day that many months later, or the month's last; None beyond the calendar's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_of(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, monthrange(year, month)[1])


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date | None:
    """The nth such weekday of a month, counted from its end when negative; None where there is none."""
    if nth > 0:
        first = coming(dt.date(year, month, 1), weekday)
        day = first + DAY * 7 * (nth - 1)
    else:
        last = last_of(year, month)
        day = last - DAY * ((last.weekday() - weekday) % 7) + DAY * 7 * (nth + 1)
    return day if day.month == month else None


def next_workday(day: dt.date, count: int = 1) -> dt.date:
    """`count` working days (Monday to Friday) after `day`; before it when negative."""
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while day.weekday() > 4:  # noqa: PLR2004  (Saturday, Sunday)
            day += step
    return day


def full_year(two_figures: int, today: dt.date) -> int:
    """The year that "26" or "96" means: within fifty years of today."""
    century = today.year // 100 * 100
    year = century + two_figures
    return year - 100 if year > today.year + 50 else year

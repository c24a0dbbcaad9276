"""The days and moments that a filter names: `2026-11-20`, `next friday`, `27 jan..30 jan`, `+3 days`, `today 5pm`."""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from tasktalk.tasks.due import FIRST_YEAR, LAST_YEAR

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(
    r"(?:(next|this|last) )?"
    r"(mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs?)?(?:day)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_DAY_MONTH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2})(?:st|nd|rd|th)?),?(?: (\d{4}))?"
)
_RELATIVE = re.compile(r"(?:(in |\+ ?)|(- ?))?(\d{1,5}) ?(day|week|month|year)s?(?: (ago))?")
_SOON = re.compile(r"(?:(in |\+ ?)|(- ?))?(\d{1,5}) ?(hour|minute|min)s?(?: (ago))?")
_CLOCK = re.compile(r"(.+?)(?: (?:at |@ ?)?|t)(\d{1,2})(?:[:.](\d{2}))?(?: ?(am|pm))?")


class Days(NamedTuple):
    """A stretch of days, both ends in it."""

    first: date
    last: date


def find_days(text: str, today: date, *, past: bool = False) -> Days | None:
    """The days that `text` (any case) means, seen from `today`; None when it means none.

    `past`: of what has happened, so that "friday" is the one gone and "this week" begins on Monday.
    """
    words = " ".join(text.lower().split())
    first, dots, last = words.partition("..")
    if dots:
        begin, end = find_days(first, today, past=past), find_days(last, today, past=past)
        return Days(begin.first, end.last) if begin and end and begin.first <= end.last else None
    try:
        days = _named(words, today, past=past) or _written(words, today, past=past) or _relative(words, today)
    except (ValueError, OverflowError):  # the 30th of February, the year 30000
        return None
    return days if days and days.first.year >= FIRST_YEAR and days.last.year <= LAST_YEAR else None


def find_moment(text: str, now: datetime) -> datetime | None:
    """The moment that `text` (any case) means, seen from `now` on its wall clock; None when it means none."""
    words = " ".join(text.lower().split())
    try:
        moment = _from_now(words, now) or _on_the_clock(words, now)
    except (ValueError, OverflowError):  # 25:00
        return None
    return moment if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def day_after(day: date, count: int) -> date:
    """`count` days later."""
    return day + timedelta(days=count)


def _from_now(words: str, now: datetime) -> datetime | None:
    found = _SOON.fullmatch(words)
    if not found or (found[5] and (found[1] or found[2])):
        return None
    minutes = int(found[3]) * (60 if found[4] == "hour" else 1) * (-1 if found[2] or found[5] else 1)
    return (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)


def _on_the_clock(words: str, now: datetime) -> datetime | None:
    found = _CLOCK.fullmatch(words)
    if not found or not (found[3] or found[4] or " at " in words or "@" in words):
        return None
    hour = int(found[2])
    if found[4]:
        if not 1 <= hour <= 12:  # noqa: PLR2004  (a clock face)
            return None
        hour = hour % 12 + (12 if found[4] == "pm" else 0)
    days = find_days(found[1], now.date())
    return datetime.combine(days.first, time(hour, int(found[3] or 0)), now.tzinfo) if days else None


def _named(words: str, today: date, *, past: bool) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    month = _month(today, 0)
    named = {
        "today": Days(today, today),
        "tod": Days(today, today),
        "tomorrow": _one(day_after(today, 1)),
        "tom": _one(day_after(today, 1)),
        "yesterday": _one(day_after(today, -1)),
        "this week": Days(monday if past else today, day_after(monday, 6)),
        "next week": Days(day_after(monday, 7), day_after(monday, 13)),
        "last week": Days(day_after(monday, -7), day_after(monday, -1)),
        "weekend": Days(max(today, day_after(monday, 5)), day_after(monday, 6)),
        "this weekend": Days(max(today, day_after(monday, 5)), day_after(monday, 6)),
        "next weekend": Days(day_after(monday, 12), day_after(monday, 13)),
        "this month": Days(month.first if past else today, month.last),
        "next month": _month(today, 1),
        "last month": _month(today, -1),
        "this year": Days(date(today.year, 1, 1) if past else today, date(today.year, 12, 31)),
        "next year": Days(date(today.year + 1, 1, 1), date(today.year + 1, 12, 31)),
        "last year": Days(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "first day": _one(today if today.day == 1 else _month(today, 1).first),
        "last day": _one(month.last),
        "end of month": _one(month.last),
    }
    if words in named:
        return named[words]
    if found := _WEEKDAY.fullmatch(words):
        return _one(_weekday(found[1], _WEEKDAYS.index(found[2][:3]), today, past=past))
    return None


def _weekday(which: str | None, weekday: int, today: date, *, past: bool) -> date:
    """Bare: the coming one (`past`: the one gone), today included; "next": that of next week; "last": the one gone."""
    if which == "next":
        return day_after(today, 7 - today.weekday() + weekday)
    if which == "last":
        return day_after(today, -((today.weekday() - weekday - 1) % 7 + 1))
    if past:
        return day_after(today, -((today.weekday() - weekday) % 7))
    return day_after(today, (weekday - today.weekday()) % 7)


def _written(words: str, today: date, *, past: bool) -> Days | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return _one(date.fromisoformat(words))
    found = _DAY_MONTH.fullmatch(words)
    if not found:
        return None
    name = found[2] or found[3]
    month = _MONTHS.index(name[:3]) + 1
    if not calendar.month_name[month].lower().startswith(name):
        return None
    day = int(found[1] or found[4])
    if found[5]:
        return _one(date(int(found[5]), month, day))
    # Without a year: the next such day or the last, and the 29th of February only comes in some.
    years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
    such = (date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1] and day)
    return next((_one(each) for each in such if (each <= today if past else each >= today)), None)


def _relative(words: str, today: date) -> Days | None:
    found = _RELATIVE.fullmatch(words)
    if not found or (found[5] and (found[1] or found[2])):
        return None
    count = int(found[3]) * (-1 if found[2] or found[5] else 1)
    match found[4]:
        case "day":
            return _one(day_after(today, count))
        case "week":
            return _one(day_after(today, 7 * count))
    months = count * (12 if found[4] == "year" else 1)
    month = _month(today, months)
    return _one(min(month.last, day_after(month.first, today.day - 1)))


def _month(today: date, ahead: int) -> Days:
    years, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return Days(date(years, month + 1, 1), date(years, month + 1, calendar.monthrange(years, month + 1)[1]))


def _one(day: date) -> Days:
    return Days(day, day)

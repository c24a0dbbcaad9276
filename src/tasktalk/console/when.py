"""Moments in words, as short as they can be understood."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR_DAYS = 7
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def day_words(day: date, today: date) -> str:
    """`Today`, `Tomorrow`, `Friday` within a week, `21 Nov`, `21 Nov 2027`."""
    distance = (day - today).days
    if -1 <= distance <= 1:
        return ("Yesterday", "Today", "Tomorrow")[distance + 1]
    if 1 < distance < _NEAR_DAYS:
        return _DAYS[day.weekday()]
    return _date(day, today)


def long_day(day: date) -> str:
    """`Sunday, 22 Nov`."""
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]}"


def heading(day: date, today: date) -> str:
    """`Tomorrow · Monday 23 Nov`, for a group of tasks."""
    name = day_words(day, today)
    weekday = _DAYS[day.weekday()]
    if name == weekday:
        return f"{weekday} · {_date(day, today)}"
    if abs((day - today).days) <= 1:
        return f"{name} · {weekday} {_date(day, today)}"
    return f"{_date(day, today)} · {weekday}"


def tone_of(day: date, today: date) -> str:
    """A class for a due date: `overdue`, `today`, `tomorrow`, `week`, `later`."""
    distance = (day - today).days
    if distance < 0:
        return "overdue"
    if distance <= 1:
        return ("today", "tomorrow")[distance]
    return "week" if distance < _NEAR_DAYS else "later"


def moment_words(at: datetime, now: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """`10:42` today (`10:42:07` with seconds), `Yesterday 10:42`, `19 Nov 10:42`, in the person's zone."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if local.date() == today:
        return clock
    if local.date() == today - timedelta(days=1):
        return f"Yesterday {clock}"
    return f"{_date(local.date(), today)} {clock}"


def length_words(seconds: float) -> str:
    """`40 ms`, `12 s`, `3 min`, `2 h 5 min`, `4 days`."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        hours, minutes = divmod(int(seconds) // _MINUTE, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{seconds // _DAY:.0f} days"


def _date(day: date, today: date) -> str:
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"

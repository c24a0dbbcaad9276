"""Moments in words, as short as they can be understood, in the language of who reads them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tasktalk.assistant.replies.speech import Speech

_NEAR_DAYS = 7
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def day_words(day: date, today: date, speech: Speech) -> str:
    """`Today`, `Tomorrow`, `Friday` within a week, `21 Nov`, `21 Nov 2027`."""
    distance = (day - today).days
    if distance == -1:
        return speech.say("Yesterday")
    if distance == 0:
        return speech.say("Today")
    if distance == 1:
        return speech.say("Tomorrow")
    return speech.weekdays[day.weekday()] if 1 < distance < _NEAR_DAYS else _date(day, today, speech)


def long_day(day: date, speech: Speech) -> str:
    """`Sunday 22 Nov`."""
    names = {"weekday": speech.weekdays[day.weekday()], "day": day.day, "month": speech.months[day.month - 1]}
    return speech.say("{weekday} {day} {month}", **names)


def heading(day: date, today: date, speech: Speech) -> str:
    """`Tomorrow · Monday 23 Nov`, for a group of tasks."""
    name, whole = day_words(day, today, speech), long_day(day, speech)
    if abs((day - today).days) <= 1:
        return f"{name} · {whole}"
    near = name == speech.weekdays[day.weekday()] or day.year == today.year
    return whole if near else f"{whole} {day.year}"


def tone_of(day: date, today: date) -> str:
    """A class for a due date: `overdue`, `today`, `tomorrow`, `week`, `later`."""
    distance = (day - today).days
    if distance < 0:
        return "overdue"
    if distance <= 1:
        return ("today", "tomorrow")[distance]
    return "week" if distance < _NEAR_DAYS else "later"


def moment_words(at: datetime, now: datetime, zone: ZoneInfo, speech: Speech, *, seconds: bool = False) -> str:
    """`10:42` today (`10:42:07` with seconds), `Yesterday 10:42`, `19 Nov 10:42`, in the person's zone."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if local.date() == today:
        return clock
    if local.date() == today - timedelta(days=1):
        return f"{speech.say('Yesterday')} {clock}"
    return f"{_date(local.date(), today, speech)} {clock}"


def length_words(seconds: float, speech: Speech) -> str:
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
    return speech.count("{number} day", "{number} days", int(seconds // _DAY))


def _date(day: date, today: date, speech: Speech) -> str:
    named = speech.say("{day} {month}", day=day.day, month=speech.months[day.month - 1])
    return named if day.year == today.year else f"{named} {day.year}"

"""Reminders as people and programs write them: ISO 8601 durations relative to when a task is due, or moments."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase
from tasktalk.tasks.due import check_day
from tasktalk.tasks.reminders.model import Moment, NewReminder

_DURATION = re.compile(
    r"([+-])?P(?=.)(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?", re.ASCII
)
FURTHEST = dt.timedelta(days=366)
_LONGEST = 40  # characters


def read_reminder(text: str, *, zone: str, now: dt.datetime | None = None, field: str = "reminders") -> NewReminder:
    """`-PT30M` (half an hour before the task is due), `PT0S`, `-P1D`, or an instant such as `2026-12-01T09:00`.

    An instant is on the wall clock of `zone`, its person's, and goes where they go; one with an offset is turned to it.
    Raises BadRequest for anything else, and for a moment that is past `now`.
    """
    text = text.strip()[: _LONGEST + 1]
    if text.lstrip("+-").startswith("P"):
        return NewReminder(offset=read_offset(text, field=field))
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("A reminder is a duration such as -PT30M, or a moment.", field=field) from error
    return NewReminder(at=read_moment(moment, zone=zone, now=now, field=field))


def read_moment(moment: dt.datetime, *, zone: str, now: dt.datetime | None = None, field: str) -> Moment:
    """The moment on the wall clock of `zone`. Raises BadRequest for one far away, or past `now`."""
    check_day(moment.date(), field=field)
    wall = moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    if now is not None and wall < now:
        raise BadRequest(phrase("This moment is past."), field=field)
    return Moment(wall.date(), wall.time().replace(microsecond=0))


def read_offset(text: str, *, field: str) -> dt.timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes, seconds, at most a year; BadRequest otherwise."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadRequest("A duration is written like -PT30M, PT0S or -P1DT2H.", field=field)
    weeks, days, hours, minutes, seconds = (int(figure or 0) for figure in found.groups()[1:])
    length = dt.timedelta(days=days, seconds=seconds, minutes=minutes, hours=hours, weeks=weeks)
    if length > FURTHEST:
        raise BadRequest(phrase("A reminder rings at most a year before or after."), field=field)
    return -length if found[1] == "-" else length


def spell_offset(offset: dt.timedelta) -> str:
    """The duration as `read_offset` reads it, in normal form."""
    length = abs(offset)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{length.days}D" if length.days else ""
    clock = "".join(f"{figure}{unit}" for figure, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if figure)
    if not length:
        return "PT0S"
    return f"{'-' if offset < dt.timedelta() else ''}P{days}{f'T{clock}' if clock else ''}"

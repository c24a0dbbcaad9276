"""From what the rules built to what a task stores: dates, times and instants in the person's zone."""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from tasktalk.assistant.grammar.calendar import add_days
from tasktalk.assistant.grammar.values import Clock, Moment
from tasktalk.assistant.understanding import Context, When


@lru_cache(maxsize=64)
def get_zone(name: str) -> dt.tzinfo:
    """The zone of that IANA name; UTC where the name means nothing."""
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return dt.UTC


def local_now(context: Context) -> dt.datetime:
    """The person's wall clock, to the minute and naive."""
    now = context.now
    try:
        now = now.astimezone(get_zone(context.tz)) if now.tzinfo else now
    except OverflowError:
        now = now.replace(tzinfo=None)
    return now.replace(tzinfo=None, second=0, microsecond=0)


def as_when(day: dt.date | None, clock: Clock | None, tz: str) -> When:
    """A date and a time of day as the contract writes them. 24:00 is midnight at the end of the day."""
    if clock is None:
        return When(date=day.isoformat() if day else None)
    if clock.hour > 23:  # noqa: PLR2004  (midnight ends the day it is said of)
        clock = replace(clock, hour=0)
        day = add_days(day, 1) if day else None
    time = dt.time(clock.hour, clock.minute)
    if day is None:
        return When(time=f"{time:%H:%M}")
    zone = get_zone(tz)
    local = dt.datetime.combine(day, time, zone)
    if clock.utc_offset is not None:
        zoned = dt.datetime.combine(day, time, dt.timezone(dt.timedelta(minutes=clock.utc_offset)))
        local = zoned.astimezone(zone)
        day, time = local.date(), local.time()
    try:
        local = local.astimezone(dt.UTC).astimezone(zone)  # an hour that the clocks skip is moved forward
    except OverflowError:
        return When(date=day.isoformat(), time=f"{time:%H:%M}")
    return When(date=day.isoformat(), time=f"{time:%H:%M}", datetime=local.isoformat())


def settle(moment: Moment, now: dt.datetime) -> Moment:
    """A moment with its day: of a time alone the next such time, of a weekday whose hour is past next week's."""
    clock = moment.clock
    if clock is None:
        return moment
    passed = (clock.hour, clock.minute) <= (now.hour, now.minute)
    if moment.on is None:
        return replace(moment, on=now.date() + dt.timedelta(days=1) if passed else now.date())
    if moment.alone and moment.on == now.date() and passed:
        later = add_days(moment.on, 7)
        return replace(moment, on=later, others=()) if later else moment
    return moment

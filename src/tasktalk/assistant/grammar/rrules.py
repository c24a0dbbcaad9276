"""Repetitions as RFC 5545 rules, and their first occurrence."""

import datetime as dt
from dataclasses import replace

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from tasktalk.assistant.grammar.calendar import CODES, DAY, coming
from tasktalk.assistant.grammar.values import Clock, Repeat

_SMALL = {"SECONDLY": "seconds", "MINUTELY": "minutes", "HOURLY": "hours"}


def as_rule(repeat: Repeat) -> str:
    """The RRULE's text. The hour of a single time of day is not in it: the due time has it. UNTIL is a local date."""
    parts = [f"FREQ={repeat.freq}"]
    if repeat.interval != 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.byday:
        parts.append("BYDAY=" + ",".join(sorted(repeat.byday, key=_weekday_order)))
    for name in ("bymonthday", "byyearday", "byweekno", "bymonth", "bysetpos"):
        values = getattr(repeat, name)
        if values:
            parts.append(f"{name.upper()}=" + ",".join(map(str, values)))
    if len(repeat.clocks) > 1:
        parts.append("BYHOUR=" + ",".join(str(clock.hour % 24) for clock in repeat.clocks))
        minutes = sorted({clock.minute for clock in repeat.clocks})
        parts.append("BYMINUTE=" + ",".join(map(str, minutes)))
    if repeat.count:
        parts.append(f"COUNT={repeat.count}")
    if repeat.until:
        parts.append(f"UNTIL={repeat.until:%Y%m%d}")
    rule = ";".join(parts)
    if repeat.exceptions:
        rule += "\nEXDATE:" + ",".join(f"{day:%Y%m%d}" for day in repeat.exceptions)
    return rule


def _weekday_order(code: str) -> tuple[int, int]:
    nth = int(code[:-2] or 0)
    return (nth if nth >= 0 else 99 + nth, CODES.index(code[-2:]))


def find_first(repeat: Repeat, now: dt.datetime) -> tuple[dt.date, Clock | None] | None:
    """The first day (and time) it happens, not before `now` (naive, local); None when the rule never does."""
    clock = min(repeat.clocks, key=lambda clock: (clock.hour, clock.minute)) if repeat.clocks else None
    if repeat.freq in _SMALL and not repeat.byday and not repeat.start:
        if clock:
            moment = dt.datetime.combine(now.date(), dt.time(clock.hour % 24, clock.minute))
            return (moment if moment > now else moment + DAY).date(), clock
        step = relativedelta(**{_SMALL[repeat.freq]: repeat.interval})  # type: ignore[arg-type]
        following = now + step
        return following.date(), Clock(following.hour, following.minute)
    start = max(repeat.start or now.date(), now.date()) if repeat.start is None else repeat.start
    if (
        repeat.start is None
        and clock
        and (clock.hour, clock.minute) <= (now.hour, now.minute)
        and (not clock.part or len(repeat.clocks) > 1)
    ):
        later = [c for c in repeat.clocks if (c.hour, c.minute) > (now.hour, now.minute)]
        if later:
            clock = later[0]
        else:
            start += DAY
    day = _first_day(repeat, start)
    return None if day is None else (day, clock)


def _first_day(repeat: Repeat, start: dt.date) -> dt.date | None:
    simple = all(code in CODES for code in repeat.byday) and not (
        repeat.bymonthday
        or repeat.bymonth
        or repeat.bysetpos
        or repeat.byyearday
        or repeat.byweekno
        or repeat.exceptions
    )
    if simple and repeat.freq != "MONTHLY":
        if not repeat.byday:
            return start
        return min(coming(start, CODES.index(code)) for code in repeat.byday)
    # The first day is the same whatever the interval, and counting must not stop before it is found.
    parts = as_rule(replace(repeat, interval=1, clocks=(), count=None, until=None, exceptions=()))
    rule = rrulestr(parts, dtstart=dt.datetime.combine(start, dt.time()))
    for found in rule.xafter(dt.datetime.combine(start, dt.time()), count=len(repeat.exceptions) + 1, inc=True):
        if found.date() not in repeat.exceptions:
            return found.date()
    return None


def list_days(repeat: Repeat, today: dt.date, years: int) -> tuple[dt.date, ...]:
    """The days that a rule falls on in the next years."""
    begin = dt.datetime.combine(today, dt.time())
    rule = rrulestr(as_rule(replace(repeat, clocks=(), exceptions=())), dtstart=begin)
    return tuple(found.date() for found in rule.between(begin, begin + relativedelta(years=years), inc=True))

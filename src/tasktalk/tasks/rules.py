"""Recurrence rules of RFC 5545 on a wall clock: MINUTELY to YEARLY with the BY-parts that people's tasks need.

Each period (a year, a month, …) is looked through day by day up to a horizon, so that any rule a person can send, also
one that never comes, costs a bounded and small time. COUNT is read here but counted by the caller. A second line may
name days that are left out: `EXDATE:20261224,20261231`.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Never

from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_YEARS_AHEAD = {"YEARLY": 100, "MONTHLY": 50, "WEEKLY": 25, "DAILY": 12, "HOURLY": 2, "MINUTELY": 1}
_RANGES = {
    "BYMONTH": 12,
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYSETPOS": 366,
    "BYHOUR": 23,
    "BYMINUTE": 59,
    "BYWEEKNO": 53,
}
_STEPS = {"HOURLY": dt.timedelta(hours=1), "MINUTELY": dt.timedelta(minutes=1)}
_MOST_STEPS = 20_000
_MOST_TIMES = 24  # a day
_LONGEST = 500  # characters of a rule; ours have under 100
_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+\-]+)")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read; empty tuples where a part is absent. `by_day`: (ordinal or 0, weekday from Monday 0)."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: dt.date | None = None
    week_start: int = 0
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    left_out: frozenset[dt.date] = frozenset()

    @property
    def step(self) -> dt.timedelta | None:
        """The distance of occurrences within a day; None where days are what it counts."""
        unit = _STEPS.get(self.freq)
        return unit and unit * self.interval


def read_rule(text: str) -> tuple[Rule, dict[str, str]]:
    """The rule and its parts in normal form. Raises BadRequest for one that cannot be read or is not a task's."""
    parts = _parts(text)
    by = {key: _numbers(key, parts.get(key)) for key in _RANGES}
    days = [_BYDAY.fullmatch(day) for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    rule = Rule(
        freq=parts["FREQ"],
        interval=_number(parts.get("INTERVAL", "1"), 9999),
        count=_number(parts["COUNT"], 9999) if "COUNT" in parts else None,
        until=_day(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_DAYS.index(parts.get("WKST", "MO")) if parts.get("WKST", "MO") in _DAYS else _refuse(),
        by_month=by["BYMONTH"],
        by_month_day=by["BYMONTHDAY"],
        by_year_day=by["BYYEARDAY"],
        by_day=tuple((int(day[1] or 0), _DAYS.index(day[2])) if day else _refuse() for day in days),
        by_hour=by["BYHOUR"],
        by_minute=by["BYMINUTE"],
        by_set_pos=by["BYSETPOS"],
        by_week_no=by["BYWEEKNO"],
        left_out=frozenset(_day(day) for day in parts["EXDATE"].split(",")) if "EXDATE" in parts else frozenset(),
    )
    ordinals = any(ordinal for ordinal, _ in rule.by_day)
    if (
        (ordinals and rule.freq not in {"MONTHLY", "YEARLY"})
        or ((rule.by_year_day or rule.by_week_no) and rule.freq != "YEARLY")
        or (rule.by_month_day and rule.freq == "WEEKLY")
        or (rule.by_set_pos and (rule.by_hour or rule.by_minute or rule.step or rule.freq == "DAILY"))
        or (rule.by_minute and rule.step)
        or len(rule.by_hour or (0,)) * len(rule.by_minute or (0,)) > _MOST_TIMES
        or any(number < 1 for number in (*rule.by_month, *rule.by_week_no))
    ):
        _refuse()
    return rule, parts


def occurrences(rule: Rule, start: dt.datetime, *, beyond: dt.datetime | None = None) -> Iterator[dt.datetime]:
    """Occurrences from `start` (naive; in the series if it fits the rule) to UNTIL, a whole day, or the horizon.

    The horizon lies some years after `beyond`, else after `start`.
    """
    seen_from = max(start, beyond or start).date().replace(day=1)
    last = seen_from + dt.timedelta(days=366 * _YEARS_AHEAD[rule.freq])
    last = min(last, rule.until) if rule.until else last
    if rule.step:
        moments = _steps(rule, rule.step, start)
    else:
        hours, minutes = rule.by_hour or (start.hour,), rule.by_minute or (start.minute,)
        times = sorted({dt.time(hour, minute) for hour in hours for minute in minutes})
        moments = (dt.datetime.combine(day, at) for day in _days(rule, start.date(), last) for at in times)
    for moment in moments:
        if moment.date() > last:
            return
        if moment >= start and moment.date() not in rule.left_out:
            yield moment


def _days(rule: Rule, start: dt.date, last: dt.date) -> Iterator[dt.date]:
    for first, length in _periods(rule, start, last):
        days = [day for n in range(length) if _fits(rule, day := first + dt.timedelta(days=n), start)]
        if rule.by_set_pos:
            places = {place - 1 if place > 0 else len(days) + place for place in rule.by_set_pos}
            days = [days[place] for place in sorted(places) if 0 <= place < len(days)]
        yield from days


def _periods(rule: Rule, start: dt.date, last: dt.date) -> Iterator[tuple[dt.date, int]]:
    """First day and length of every INTERVAL-th period from the one that `start` is in."""
    if rule.freq in {"DAILY", "WEEKLY"}:
        length = 7 if rule.freq == "WEEKLY" else 1
        first = start - dt.timedelta(days=(start.weekday() - rule.week_start) % 7 if length > 1 else 0)
        while first <= last:
            yield first, length
            first += dt.timedelta(days=rule.interval * length)
        return
    step = rule.interval * (12 if rule.freq == "YEARLY" else 1)
    month = start.year * 12 + (0 if rule.freq == "YEARLY" else start.month - 1)
    while month // 12 <= last.year:
        first = dt.date(month // 12, month % 12 + 1, 1)
        yield first, _year_days(first) if rule.freq == "YEARLY" else calendar.monthrange(first.year, first.month)[1]
        month += step


def _steps(rule: Rule, step: dt.timedelta, start: dt.datetime) -> Iterator[dt.datetime]:
    moment = start
    for _ in range(_MOST_STEPS):
        if _fits(rule, moment.date(), start.date()):
            if not rule.by_hour or moment.hour in rule.by_hour:
                yield moment
            moment += step
        else:  # on to the first step of the next day
            midnight = dt.datetime.combine(moment.date() + dt.timedelta(days=1), dt.time())
            moment -= (moment - midnight) // step * step


def _fits(rule: Rule, day: dt.date, start: dt.date) -> bool:
    """Whether a day passes every BY-part; what a rule leaves open is taken from its start."""
    month_days = rule.by_month_day
    months = rule.by_month
    if not (rule.by_month_day or rule.by_year_day or rule.by_day or rule.step):
        if rule.freq == "WEEKLY" or rule.by_week_no:
            if day.weekday() != start.weekday():
                return False
        elif rule.freq in {"YEARLY", "MONTHLY"}:
            month_days = (start.day,)
            months = months or ((start.month,) if rule.freq == "YEARLY" else ())
    if months and day.month not in months:
        return False
    if rule.by_week_no and day.isocalendar().week not in rule.by_week_no:
        return False
    if month_days and not _counted(day.day, calendar.monthrange(day.year, day.month)[1], month_days):
        return False
    if rule.by_year_day and not _counted(day.timetuple().tm_yday, _year_days(day), rule.by_year_day):
        return False
    return not rule.by_day or any(_is_weekday(rule, day, ordinal, weekday) for ordinal, weekday in rule.by_day)


def _is_weekday(rule: Rule, day: dt.date, ordinal: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if not ordinal:
        return True
    if rule.freq == "YEARLY" and not rule.by_month:  # the nth of the year, else of the month
        place, length = day.timetuple().tm_yday, _year_days(day)
    else:
        place, length = day.day, calendar.monthrange(day.year, day.month)[1]
    return ordinal in {(place - 1) // 7 + 1, -((length - place) // 7 + 1)}


def _counted(place: int, length: int, wanted: tuple[int, ...]) -> bool:
    """Whether the day at `place` of `length` is among `wanted`, which count from the end where negative."""
    return place in wanted or place - length - 1 in wanted


def _year_days(day: dt.date) -> int:
    return 366 if calendar.isleap(day.year) else 365


def _parts(text: str) -> dict[str, str]:
    line, _, left_out = text.strip().upper().partition("\n")
    listed = line.strip().removeprefix("RRULE:").rstrip(";").split(";")
    found = [_PART.fullmatch(part) for part in listed] if len(text) <= _LONGEST else [None]
    parts: dict[str, str] = {}
    for part in found:
        if part is None or part[1] in parts:
            _refuse()
        parts[part[1]] = part[2]
    if parts.get("FREQ") not in _YEARS_AHEAD:
        raise BadRequest(
            phrase("A task recurs every so many minutes, hours, days, weeks, months or years."), field="recurrence"
        )
    if parts.keys() - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_RANGES}:
        _refuse()
    if left_out:
        parts["EXDATE"] = left_out.removeprefix("EXDATE:")
    return parts


def _numbers(key: str, text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    clock = key in {"BYHOUR", "BYMINUTE"}
    most, least = _RANGES[key], 0 if clock else 1
    given = [int(number) if re.fullmatch(r"[+-]?\d{1,3}", number) else _refuse() for number in text.split(",")]
    if not all(least <= abs(number) <= most for number in given) or (clock and min(given) < 0):
        _refuse()
    return tuple(given)


def _number(text: str, most: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) and 1 <= int(text) <= most else _refuse()


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text[:8])
    except ValueError:
        return _refuse()


def _refuse() -> Never:
    raise BadRequest(phrase("This recurrence cannot be read."), field="recurrence")


def spell(parts: Mapping[str, str]) -> str:
    """The rule as text."""
    rule = ";".join(f"{key}={value}" for key, value in parts.items() if key != "EXDATE")
    return f"{rule}\nEXDATE:{parts['EXDATE']}" if "EXDATE" in parts else rule

"""Rules for what a repetition is told with: its hours, where it begins and ends, how often, and what is left out."""

import datetime as dt
from dataclasses import replace

from tasktalk.assistant.grammar.calendar import CODES, find_date, shift
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import read_hour
from tasktalk.assistant.grammar.dayparts import NO_DAY, place, span_of
from tasktalk.assistant.grammar.joins import AND
from tasktalk.assistant.grammar.rrules import list_days
from tasktalk.assistant.grammar.schedules import combine, repeat_each
from tasktalk.assistant.grammar.values import Clock, Moment, Repeat, Several, Stretch

BOUNDS = Rules(repeat=True)
_YEARS_AHEAD = 3  # in which what is left out is listed


@BOUNDS("r:REPEAT (COMMA|AT|ON|BY|ABOUT)* c:CLOCK", "c:CLOCK (COMMA|ON)? r:REPEAT", makes="REPEAT")
def _repeat_at(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    clock = m["c"]
    if found.clocks and found.clocks[0].part:
        return replace(found, clocks=(place(clock, found.clocks[0].hour),), sure=0.95)
    return None if found.clocks else replace(found, clocks=(clock,), sure=0.95)


@BOUNDS("r:REPEAT COMMA? AT h:NUM (?= WORD|LITERAL)", makes="REPEAT")
def _repeat_and_hour(m: Found) -> Repeat | None:
    """Read "every weekday at 9 standup": behind a repetition the number is its hour, whatever follows."""
    found: Repeat = m["r"]
    clock = read_hour(m["h"]) if m["h"] else None
    if clock is None or (found.clocks and not found.clocks[0].part):
        return None
    return replace(found, clocks=(place(clock, found.clocks[0].hour) if found.clocks else clock,), sure=0.95)


@BOUNDS(
    f"r:REPEAT (FROM|COMMA|AT)* a:D12 (TO|DASH|HYPHEN) b:D12 {NO_DAY}",
    "r:REPEAT (FROM|COMMA|AT)* a:D12 (TO|DASH|HYPHEN) b:D12 (?= WORD)",
    "r:REPEAT (FROM|COMMA)* a:CLOCK (TO|DASH|HYPHEN) b:D12 (?= WORD)",
    makes="REPEAT",
)
def _repeat_and_numbers(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    first = m["a"] if isinstance(m["a"], Clock) else read_hour(m["a"])
    hours = span_of(first, read_hour(m["b"]))
    if found.clocks or not m["a"] or not m["b"] or hours is None:
        return None
    return replace(found, clocks=(hours[0],), end=hours[1], sure=0.95)


@BOUNDS("r:REPEAT (AND|COMMA|COMMA AND) AT? c:CLOCK", makes="REPEAT")
def _repeat_also_at(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    return replace(found, clocks=(*found.clocks, m["c"])) if found.clocks else None


@BOUNDS(
    "r:REPEAT (IN THE|AT|IN|ON|OF|OF THE)? p:PART",
    "r:REPEAT d:DAYPART",
    "(IN THE)? p:PART (OF|ON) r:REPEAT",
    makes="REPEAT",
)
def _repeat_part(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    clock = m["d"] or Clock(m["p"], part=True)
    if found.clocks and not found.clocks[0].fixed:
        return replace(found, clocks=(place(found.clocks[0], clock.hour),), sure=0.95)
    return None if found.clocks else replace(found, clocks=(clock,), sure=0.95)


@BOUNDS("r:REPEAT (COMMA|FROM)? t:TIMESPAN", "t:TIMESPAN ON? r:REPEAT", makes="REPEAT")
def _repeat_between(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    start, end = m["t"]
    return None if found.clocks else replace(found, clocks=(start,), end=end, sure=0.95)


@BOUNDS("r:REPEAT COMMA? (FROM|FROM ON) d:MOMENT", "(FROM|FROM ON) d:MOMENT (COMMA|ON)* r:REPEAT", makes="REPEAT")
def _repeat_from(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    first = m["d"]
    if found.start or first.on is None:
        return None
    clocks = found.clocks or ((first.clock,) if first.clock else ())
    return replace(found, start=first.on, clocks=clocks, sure=0.95)


@BOUNDS("r:REPEAT COMMA? FROM AT? c:CLOCK", makes="REPEAT")
def _repeat_from_clock(m: Found) -> Repeat:
    found: Repeat = m["r"]
    return replace(found, clocks=(m["c"],), sure=0.95)


@BOUNDS("r:REPEAT COMMA? (UNTIL|TO|BY) d:MOMENT", "r:REPEAT COMMA? FOR THE? d:MOMENT", makes="REPEAT")
def _repeat_until(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    last = m["d"]
    if found.until or last.on is None:
        return None
    day = last.on
    if found.start and day < found.start:
        day = find_date(day.year + 1, day.month, day.day) or day
    return replace(found, until=day, sure=0.95)


@BOUNDS("r:REPEAT COMMA? s:STRETCH", makes="REPEAT")
def _repeat_within(m: Found) -> Repeat | None:
    stretch: Stretch = m["s"]
    found: Repeat = m["r"]
    return replace(found, start=stretch.start.on, until=stretch.end.on, sure=0.95)


@BOUNDS("r:REPEAT COMMA? l:LENGTH", "l:LENGTH COMMA? r:REPEAT", makes="REPEAT")
def _repeat_for(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    length = m["l"]
    if found.until or length.minutes is not None:
        return None
    start = found.start or m.setting.today
    last = shift(dt.datetime.combine(start, dt.time()), length)
    return replace(found, until=last.date(), sure=0.95) if last else None


@BOUNDS("r:REPEAT COMMA? (FOR|UNTIL|FOR UNTIL)? n:COUNT", "r:REPEAT COMMA? n:ONCE", makes="REPEAT")
def _repeat_times(m: Found) -> Repeat:
    found: Repeat = m["r"]
    return replace(found, count=m["n"], sure=0.95)


@BOUNDS("a:REPEAT COMMA? ON? b:REPEAT", makes="REPEAT")
def _beat_and_days(m: Found) -> Repeat | None:
    """Read "every two weeks on thursdays", where each is a repetition already."""
    first: Repeat = m["a"]
    return combine(first, m["b"])


@BOUNDS("a:REPEAT AND b:REPEAT", makes="REPEAT")
def _two_parts(m: Found) -> Repeat | None:
    """Read "every morning and every evening"."""
    first: Repeat = m["a"]
    second: Repeat = m["b"]
    if not (first.clocks and second.clocks) or replace(first, clocks=()) != replace(second, clocks=()):
        return None
    return replace(first, clocks=(*first.clocks, *second.clocks))


@BOUNDS("r:REPEAT (IN THE|IN|AT|COMMA)? p:PARTS", "p:PARTS COMMA? r:REPEAT", makes="REPEAT")
def _repeat_parts(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    return None if found.clocks else replace(found, clocks=m["p"], sure=0.95)


@BOUNDS("p:PARTS (?= STOP|PUNCT|BANG)", "p:PARTS $", makes="REPEAT")
def _parts(m: Found) -> Repeat:
    """Read "vitamins morning and evening": at two times of no day in particular, it is each day."""
    return Repeat("DAILY", clocks=m["p"], sure=0.8)


@BOUNDS(f"a:REPEAT/SEVERAL {AND} (AT|ON)? b:REPEAT/MOMENT/SEVERAL", makes="SEVERAL")
def _repeats(m: Found) -> Several | None:
    """Read "every monday at 7 and wednesday at 8": a rule for each hour."""
    first, more = (each.each if isinstance(each, Several) else (each,) for each in (m["a"], m["b"]))
    beat = first[-1]
    if not isinstance(beat, Repeat) or beat.end:
        return None
    if isinstance(more[0], Moment):
        repeated = repeat_each(replace(beat, byday=()), Several(more))
        more = repeated.each if repeated else ()
    repeats = (*first, *more)
    days = [code for each in repeats for code in each.byday]
    told = more and all(each.byday and each.clocks and each.freq == beat.freq for each in repeats)
    return Several(repeats) if told and len(days) == len(set(days)) else None


@BOUNDS("s:SEVERAL COMMA? r:REPEAT", "r:REPEAT COMMA? s:SEVERAL", makes="SEVERAL")
def _repeat_each(m: Found) -> Several | None:
    return repeat_each(m["r"], m["s"])


@BOUNDS("r:REPEAT d:NOTDAYS", makes="REPEAT")
def _repeat_not_on(m: Found) -> Repeat | None:
    return _without_days(m["r"], m["d"])


def _without_days(found: Repeat, left_out: tuple[str, ...]) -> Repeat | None:
    if found.freq not in {"DAILY", "WEEKLY"} or found.interval > 1:
        return None
    days = tuple(code for code in found.byday or CODES if code not in left_out)
    return replace(found, freq="WEEKLY", byday=days, sure=0.95) if days else None


@BOUNDS("r:REPEAT COMMA? EXCEPT ON? q:REPEAT", makes="REPEAT")
def _repeat_but_not(m: Found) -> Repeat | None:
    """Read "every monday except every second monday in march": what falls on the other rule in the next years."""
    found: Repeat = m["r"]
    other: Repeat = m["q"]
    if other.freq == "WEEKLY" and other.byday:
        return _without_days(found, other.byday)
    if other.freq not in {"MONTHLY", "YEARLY"} or found.freq in {"HOURLY", "MINUTELY", "SECONDLY"}:
        return None
    return replace(found, exceptions=list_days(other, m.setting.today, _YEARS_AHEAD), sure=0.95)


@BOUNDS("r:REPEAT n:NOTMONTHS", makes="REPEAT")
def _repeat_not_in(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    months = tuple(month for month in found.bymonth or range(1, 13) if month not in m["n"])
    return replace(found, bymonth=months, sure=0.95) if months else None


@BOUNDS("r:REPEAT COMMA? EXCEPT (ON|FOR)* d:MOMENT (AND ON? MOMENT)*", makes="REPEAT")
def _repeat_not_then(m: Found) -> Repeat | None:
    days = tuple(moment.on for moment in m.all("MOMENT") if moment.on)
    found: Repeat = m["r"]
    return replace(found, exceptions=days, sure=0.95)

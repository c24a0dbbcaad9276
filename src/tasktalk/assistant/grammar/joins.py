"""Rules that put moments together: a day and its time, a beginning and an end, several of them."""

import datetime as dt
from dataclasses import replace

from tasktalk.assistant.grammar.calendar import find_date
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import LAST_SMALL_HOUR, read_hour
from tasktalk.assistant.grammar.dayparts import NO_DAY, place, span_of
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Several, Stretch

LATE = 21  # the hour from which a part of the day goes on after midnight

JOINS = Rules(repeat=True)


def at(day: Moment, clock: Clock) -> Moment | None:
    """The day at that time; None when it has another already, or is none of the calendar's."""
    if day.on is None:
        return None
    if day.clock is None:
        if clock.hour == 24 and not day.today:  # noqa: PLR2004  (of a day named, midnight begins it)
            clock = replace(clock, hour=0)
        return replace(day, clock=clock, sure=max(day.sure, 0.9), grain="minute") if day.grain == "day" else None
    if day.clock.part and not clock.part and clock.hour == 24:  # noqa: PLR2004  (midnight)
        return replace(day, clock=clock, sure=max(day.sure, 0.9), grain="minute")
    if day.clock.part and not clock.part:
        placed = place(clock, day.clock.hour)
        past_midnight = day.clock.hour >= LATE and placed.hour <= LAST_SMALL_HOUR  # "tonight at 3"
        on = day.on + dt.timedelta(days=1) if past_midnight else day.on
        return replace(day, on=on, clock=placed, sure=max(day.sure, 0.9), grain="minute")
    return None


@JOINS(
    "d:MOMENT (COMMA|AT|DASH|FROM|BY|DOT|HYPHEN|ABOUT|STOP)* c:CLOCK",
    "(?<! REPEAT) c:CLOCK (COMMA|ON|OF|FOR|DASH)? d:MOMENT",
    "d:MOMENT COMMA? c:DAYPART",
    "c:DAYPART (ON|OF)? d:MOMENT",
    makes="MOMENT",
)
def _day_and_time(m: Found) -> Moment | None:
    return at(m["d"], m["c"])


@JOINS("d:MOMENT (BEFORE|AFTER|UNTIL|BY) c:CLOCK", makes="MOMENT")
def _day_before_time(m: Found) -> Moment | None:
    return at(m["d"], m["c"])


@JOINS("d:MOMENT (IN|ON|OF)? THE? p:PART", "THE? p:PART (OF|ON) d:MOMENT", makes="MOMENT")
def _day_and_part(m: Found) -> Moment | None:
    return at(m["d"], Clock(m["p"], part=True))


@JOINS("c:CLOCK (COMMA|ON|OF)? d:MOMENT p:PART", makes="MOMENT")
def _clock_day_part(m: Found) -> Moment | None:
    """Read "à 8h demain soir", "le 6 e mezza di domani mattina"."""
    return at(m["d"], place(m["c"], m["p"]))


@JOINS("d:MOMENT (AT|COMMA)? h:D12 (IN THE)? p:PART", makes="MOMENT")
def _day_hour_part(m: Found) -> Moment | None:
    clock = Clock(m["h"], fixed=False) if 0 < m["h"] <= 12 else None  # noqa: PLR2004  (a clock)
    return at(m["d"], place(clock, m["p"])) if clock else None


@JOINS("d:MOMENT COMMA? AT h:NUM (?= WORD|LITERAL)", makes="MOMENT")
def _day_and_hour(m: Found) -> Moment | None:
    """Read "tomorrow at 9 standup": behind a day the number is its hour, whatever follows."""
    clock = read_hour(m["h"]) if m["h"] else None
    return at(m["d"], clock) if clock else None


@JOINS("d:MOMENT (COMMA|FROM|SPAN|AT|BETWEEN)? t:TIMESPAN", "t:TIMESPAN (ON|COMMA)? d:MOMENT", makes="STRETCH")
def _day_and_timespan(m: Found) -> Stretch | None:
    day: Moment = m["d"]
    start, end = m["t"]
    in_part = day.clock is not None and day.clock.part
    if day.on is None or not (in_part or (day.grain == "day" and day.clock is None)):
        return None
    if day.clock and in_part:
        start, end = place(start, day.clock.hour), place(end, day.clock.hour)
    last = day.on + dt.timedelta(days=1) if (end.hour, end.minute) <= (start.hour, start.minute) else day.on
    return Stretch(replace(day, clock=start, sure=0.95), Moment(on=last, clock=end))


@JOINS("d:MOMENT (FROM|COMMA)? a:NUM (TO|DASH|HYPHEN) b:CLOCK", makes="STRETCH")
def _day_hours(m: Found) -> Stretch | None:
    clock = Clock(m["a"], fixed=False) if 0 < m["a"] <= 12 else None  # noqa: PLR2004  (a clock)
    day: Moment = m["d"]
    if clock is None or day.on is None or day.clock:
        return None
    end: Clock = m["b"]
    start = clock.afternoon() if end.hour >= 12 and clock.hour % 12 < end.hour % 12 else clock.forenoon()  # noqa: PLR2004
    return Stretch(replace(day, clock=start, sure=0.95), Moment(on=day.on, clock=end))


@JOINS(f"d:MOMENT (FROM|COMMA|AT)* a:D12 (TO|DASH|HYPHEN) b:D12 {NO_DAY}", makes="STRETCH")
def _day_and_numbers(m: Found) -> Stretch | None:
    """Read "2026-12-03 10-11": two bare numbers behind a day are its hours."""
    day: Moment = m["d"]
    if day.on is None or day.clock or day.grain != "day" or day.sure < 0.5 or not (m["a"] and m["b"]):  # noqa: PLR2004
        return None
    hours = span_of(read_hour(m["a"]), read_hour(m["b"]))
    if hours is None or (hours[0].hour, hours[0].minute) >= (hours[1].hour, hours[1].minute):
        return None
    return Stretch(replace(day, clock=hours[0], sure=0.95), Moment(on=day.on, clock=hours[1]))


@JOINS("^ d:MOMENT COMMA? a:D12 (DASH|HYPHEN) b:D12 (?= WORD)", makes="STRETCH")
def _day_and_numbers_first(m: Found) -> Stretch | None:
    """Read "tomorrow 10-11 standup"; smaller numbers may count what follows ("friday 3-4 people")."""
    return _day_and_numbers(m) if m["a"] > LAST_SMALL_HOUR else None


@JOINS("a:MOMENT SLASH b:MOMENT", makes="STRETCH")
def _dates_slash(m: Found) -> Stretch | None:
    """Read "2026-12-03/2026-12-05", as ISO 8601 writes it."""
    start, end = m["a"], m["b"]
    if not (start.dated and end.dated and start.on and end.on and start.on <= end.on):
        return None
    return Stretch(start, end)


@JOINS(
    "(FROM|BETWEEN|SPAN|DAYFROM)? a:MOMENT (TO|DASH|HYPHEN|UNTIL) b:MOMENT",
    "BETWEEN a:MOMENT AND b:MOMENT",
    makes="STRETCH",
)
def _days(m: Found) -> Stretch | None:
    start, end = m["a"], m["b"]
    if start.on is None or end.on is None:
        return None
    if end.dated and not start.dated and start.weekday is None:
        moved = find_date(end.on.year, start.on.month, start.on.day)
        if moved and moved > end.on:
            moved = find_date(end.on.year - 1, start.on.month, start.on.day)
        start = replace(start, on=moved or start.on)
    elif start.dated and not end.dated and end.weekday is None and end.on < start.on:
        end = replace(end, on=find_date(start.on.year, end.on.month, end.on.day) or end.on)
    if end.on < start.on:
        if end.weekday is not None:
            end = replace(end, on=end.on + dt.timedelta(days=7))
        elif end.on.year == start.on.year:
            moved = find_date(end.on.year + 1, end.on.month, end.on.day)
            end = replace(end, on=moved) if moved else end
    if end.on < start.on or (min(start.sure, end.sure) < 0.4 and not m.all("FROM", "BETWEEN", "TO")):  # noqa: PLR2004
        return None
    return Stretch(replace(start, sure=max(start.sure, 0.85)), end)


@JOINS("(FROM|BETWEEN|SPAN)? a:D12/ORD (TO|DASH|HYPHEN|AND|UNTIL) b:MOMENT", makes="STRETCH")
def _first_number(m: Found) -> Stretch | None:
    """Read "10 to 22 August": the first day is only a number."""
    end: Moment = m["b"]
    if end.on is None or end.grain == "month" or end.weekday is not None or m["a"] >= end.on.day or end.sure < 0.7:  # noqa: PLR2004
        return None
    first = find_date(end.on.year, end.on.month, m["a"])
    return Stretch(Moment(on=first, clock=end.clock), end) if first else None


@JOINS(
    "(FROM|BETWEEN|SPAN)? a:MOMENT (TO|DASH|HYPHEN|UNTIL) b:D12/ORD ((COMMA)? y:YEAR)? (?! COLON|SLASH|AMPM|UNIT)",
    makes="STRETCH",
)
def _second_number(m: Found) -> Stretch | None:
    """Read "August 10 - 22, 2027": the second day is only a number; one the month has not makes no range at all."""
    start: Moment = m["a"]
    if start.on is None or start.clock or start.grain != "day" or start.weekday is not None or start.sure < 0.7:  # noqa: PLR2004
        return None
    year = m["y"] or start.on.year
    first, last = find_date(year, start.on.month, start.on.day), find_date(year, start.on.month, m["b"])
    if first and last is None:
        return Stretch(replace(start, sure=0.0), Moment(sure=0.0))  # "February 20 - 31": none of it is a date
    return Stretch(replace(start, on=first), Moment(on=last)) if first and last and first < last else None


@JOINS("s:STRETCH (COMMA|AT)? c:CLOCK", "s:STRETCH COMMA? t:TIMESPAN", makes="STRETCH")
def _stretch_time(m: Found) -> Stretch | None:
    stretch: Stretch = m["s"]
    if stretch.start.clock or stretch.end.clock:
        return None
    first, last = (m["c"], m["c"]) if m["c"] else m["t"]
    return Stretch(replace(stretch.start, clock=first), replace(stretch.end, clock=last))


AND = "(AND|COMMA|COMMA AND|PLUS|SLASH)"


@JOINS(f"a:MOMENT/SEVERAL {AND} (AT|ON)? b:MOMENT", makes="SEVERAL")
def _moments(m: Found) -> Several | None:
    """Read "monday 7pm and wednesday 8pm": days of which each has its hour."""
    first = m["a"].each if isinstance(m["a"], Several) else (m["a"],)
    moments = (*first, m["b"])
    told = all(each.weekday is not None and each.clock and not each.clock.part for each in moments)
    return Several(moments) if told else None


@JOINS("(IN THE|THE)? a:PART/DAYPART AND (IN THE|THE)? b:PART/DAYPART", makes="PARTS")
def _two_parts_of_day(m: Found) -> tuple[Clock, Clock] | None:
    first, second = (each if isinstance(each, Clock) else Clock(each, part=True) for each in (m["a"], m["b"]))
    return (first, second) if first.hour < second.hour else None


@JOINS("INALL? n:NUM HYPHEN? TIMES INALL? (?! A|EVERY|PER|THE|UNIT|FREQWORD)", makes="COUNT")
def _count(m: Found) -> int | None:
    return m["n"] if 0 < m["n"] < 1000 else None  # noqa: PLR2004  (a lifetime of days)


@JOINS("d:MOMENT AHEAD", "(ON|AT)? AHEAD d:MOMENT", makes="MOMENT")
def _ahead(m: Found) -> Moment:
    """Read "3 maart a.s.": it lies ahead, as it would anyway."""
    day: Moment = m["d"]
    return replace(day, sure=max(day.sure, 0.9))


@JOINS("q:QTY LONG", makes="LENGTH")
def _long(m: Found) -> Amount:
    return m["q"]  # type: ignore[no-any-return]


@JOINS("A u:UNIT LONG", makes="LENGTH")
def _unit_long(m: Found) -> Amount:
    return Amount(((m["u"], 1),))


@JOINS("FOR (THE NEXT|ABOUT|UNTIL)* q:QTY", makes="LENGTH")
def _length(m: Found) -> Amount:
    return m["q"]  # type: ignore[no-any-return]


@JOINS("FOR (A|THE) (NEXT)? u:UNIT (?! WORD)", makes="LENGTH")
def _one_length(m: Found) -> Amount:
    return Amount(((m["u"], 1),))

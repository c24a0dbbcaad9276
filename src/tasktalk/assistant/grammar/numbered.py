"""Rules for hours told as a number and its noun: "às 17 horas", "17h30", "das 9h às 11h", "dez para as oito".

HOURMARK is the noun of an hour, HOURSIGN its letter, HOURTO what leads in the second hour of a range, INPART a part of
the day with its small word, MINUTESTO what stands between minutes and the hour they lead up to.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import HABITS
from tasktalk.assistant.grammar.bounds import BOUNDS
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import (
    CLOCKS,
    DAYPARTS,
    EARLY_CLOCKS,
    LAST_SMALL_HOUR,
    NOON,
    TIMESPANS,
    place,
    read_hour,
    span_of,
)
from tasktalk.assistant.grammar.dates import DATES
from tasktalk.assistant.grammar.joins import JOINS
from tasktalk.assistant.grammar.numbers import AMOUNTS
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch

_MINUTES, _FIVE, _HALF = 60, 5, 0.5
_EARLY = 5  # "às 5h" is before breakfast, "às 3h" after lunch


@EARLY_CLOCKS(
    "AT h:NUM HOURMARK (?! NUM HOURMARK)",
    "AT h:NUM HOURMARK AND n:NUM/HALF UNIT?",
    "AT h:D12 HOURSIGN n:D12 UNIT?",
    "(?<! FOR|IN|EVERY|DURING) h:D12 HOURSIGN n:D12 UNIT?",
    "AT? h:D12 COLON n:D12 HOURMARK",
    makes="CLOCK",
)
def _hour_noun(m: Found) -> Clock | None:
    """Read "às 17h", "17h30", "às 8 horas e 15", "17:30h"."""
    minute = 30 if m["n"] == _HALF else int(m["n"] or 0)
    if not m.all("AT") and m["h"] <= LAST_SMALL_HOUR:
        return None  # "estudar 1h30"
    written = "PADDED" in m.node("h").senses or (m.all("HOURSIGN") and m["h"] >= _EARLY)
    return read_hour(m["h"], minute, fixed=bool(written))


@AMOUNTS("h:D12 HOURSIGN n:D12 UNIT?", makes="QTY")
def _hours_minutes(m: Found) -> Amount:
    return Amount((("hour", m["h"]), ("minute", m["n"])))


@EARLY_CLOCKS(
    "(?<! IN|FOR|EVERY|ABOUT|AFTER|BEFORE|NUM|PLUS|THE|DOT) (?<! NUM COMMA)"
    " h:D12 HOURSIGN (?! D12|OF|AFTER|BEFORE|LATER|THEN|AND HALF|PER|EVERY|HOURTO)",
    makes="CLOCK",
)
def _hour_letter(m: Found) -> Clock | None:
    """Read "reunião 17h"; small figures are hours that something takes."""
    return read_hour(m["h"]) if m["h"] > LAST_SMALL_HOUR else None


@EARLY_CLOCKS(
    "(FROM|SPAN) a:D12 HOURMARK? HOURTO b:D12 HOURMARK",
    "(FROM|SPAN)? a:D12 HOURMARK HOURTO b:D12 HOURMARK? (?! COLON|HOURSIGN)",
    "(FROM|SPAN)? a:D12 (COLON|HOURSIGN) i:D12 HOURTO b:D12 (COLON|HOURSIGN) j:D12",
    "(FROM|SPAN) a:D12 HOURTO b:D12 (COLON|HOURSIGN) j:D12",
    "(FROM|SPAN)? a:D12 HOURMARK HOURTO b:D12 (COLON|HOURSIGN) j:D12",
    "(FROM|SPAN)? a:D12 (COLON|HOURSIGN) i:D12 HOURTO b:D12 HOURMARK?",
    "(FROM|SPAN) a:NUM HOURTO b:NUM HOURMARK? (?! COLON|HOURSIGN|AND|AMPM|OF PART|OF THE PART)",
    makes="TIMESPAN",
)
def _hours_to(m: Found) -> tuple[Clock, Clock] | None:
    """Read "das 9h às 11h30", where the second hour has the word that leads in any hour."""
    return span_of(read_hour(m["a"], int(m["i"] or 0)), read_hour(m["b"], int(m["j"] or 0)))


@TIMESPANS("(FROM|SPAN) a:CLOCK/NUM b:CLOCK", makes="TIMESPAN")
def _from_and_at(m: Found) -> tuple[Clock, Clock] | None:
    start = m["a"] if isinstance(m["a"], Clock) else read_hour(m["a"])
    return span_of(start, m["b"])


@CLOCKS("AT? h:NUM AND HALF (?! UNIT|WORD)", "AT h:NUM AND HALF", "h:NUM AND HALF (?= OF THE? PART)", makes="CLOCK")
def _and_half(m: Found) -> Clock | None:
    return read_hour(m["h"], 30) if 0 < m["h"] < 24 else None  # noqa: PLR2004  (a clock)


@CLOCKS(
    "AT h:NUM AND n:NUM/QUARTER (?! UNIT|WORD|COLON)",
    "h:NUM AND n:NUM/QUARTER (?= OF THE? PART|INPART)",
    "AT h:NUM s:LESS n:NUM/QUARTER (?! UNIT|WORD|COLON)",
    "h:NUM s:LESS n:NUM/QUARTER (?= OF THE? PART|INPART)",
    makes="CLOCK",
)
def _and_minutes(m: Found) -> Clock | None:
    """Read "às cinco e quinze", "às cinco menos um quarto"."""
    hour, minute = m["h"], m["n"]
    if minute % _FIVE or not 0 < hour < 24 or not 0 < minute < _MINUTES:  # noqa: PLR2004  (a clock)
        return None
    return read_hour(_before(hour), _MINUTES - minute) if m["s"] else read_hour(hour, minute)


@CLOCKS("AT? q:NUM/QUARTER UNIT? MINUTESTO h:NUM (?! UNIT|WORD)", "AT q:NUM/QUARTER MINUTESTO h:NUM", makes="CLOCK")
def _minutes_to(m: Found) -> Clock | None:
    """Read "dez para as oito"; "5 para as 10" may be about the fifth task."""
    minutes = m["q"]
    if minutes % _FIVE or not 0 < minutes < _MINUTES or not 1 <= m["h"] <= NOON:
        return None
    if "D12" in m.node("q").senses and not m.all("AT", "UNIT"):
        return None
    return read_hour(_before(m["h"]), _MINUTES - minutes)


def _before(hour: int) -> int:
    return (hour - 2) % NOON + 1


@DAYPARTS("c:CLOCK OF THE? p:PART", "c:CLOCK p:INPART", makes="CLOCK")
def _clock_of_part(m: Found) -> Clock:
    return place(m["c"], m["p"])


@DAYPARTS("AT? h:NUM OF THE? p:PART", makes="CLOCK")
def _hour_of_part(m: Found) -> Clock | None:
    clock = read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)
    return clock and place(clock, m["p"])


@DAYPARTS("AT? q:QTY OF THE? p:PART", "AT? q:QTY p:INPART", makes="CLOCK")
def _hours_of_part(m: Found) -> Clock | None:
    """Read "8 horas da noite"."""
    (unit, number), *more = m["q"].parts
    clock = read_hour(int(number)) if unit == "hour" and number == int(number) and number and not more else None
    return clock and place(clock, m["p"])


@DATES("c:CLOCK EXACTLY", makes="CLOCK")
@CLOCKS("c:CLOCK EXACTLY", "AT? h:NUM EXACTLY", makes="CLOCK")
def _exactly(m: Found) -> Clock | None:
    """Read "17h em ponto"."""
    return m["c"] or (read_hour(m["h"]) if 0 < m["h"] <= 24 else None)  # noqa: PLR2004  (a clock)


@DAYPARTS("p:INPART", makes="DAYPART")
def _part(m: Found) -> Clock:
    return Clock(m["p"], part=True)


@JOINS(
    "d:MOMENT COMMA? a:D12 HOURTO b:D12 (?! UNIT|WORD|COLON|HOURSIGN)", "d:MOMENT COMMA? a:D12 b:CLOCK", makes="STRETCH"
)
def _day_and_hours(m: Found) -> Stretch | None:
    """Read "amanhã 9 às 11h": behind a day the number is the hour the range begins with."""
    day: Moment = m["d"]
    hours = span_of(read_hour(m["a"]), m["b"] if isinstance(m["b"], Clock) else read_hour(m["b"]))
    if day.on is None or day.clock or day.grain != "day" or hours is None or m["a"] < LAST_SMALL_HOUR:
        return None
    return Stretch(replace(day, clock=hours[0], sure=0.95), Moment(on=day.on, clock=hours[1]))


@CLOCKS("HOURTO h:NUM (?= OF WORD)", makes="CLOCK")
def _hour_of(m: Found) -> Clock | None:
    """Read "me lembra às 9 de ligar"."""
    return read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)


@JOINS("d:MOMENT q:QTY (?! OF|WORD|BEFORE|AFTER|LATER|UNIT|PER)", makes="MOMENT")
def _day_and_noun(m: Found) -> Moment | None:
    """Read "amanhã 15 horas"; few hours are how long it takes."""
    day: Moment = m["d"]
    (unit, number), *more = m["q"].parts
    if more or unit != "hour" or number != int(number) or not LAST_SMALL_HOUR < number < 24 or day.on is None:  # noqa: PLR2004
        return None
    clock = read_hour(int(number))
    return replace(day, clock=clock, grain="minute", sure=0.95) if day.grain == "day" and not day.clock else None


@BOUNDS("a:CLOCK (AND|COMMA) AT? b:CLOCK (COMMA|ON)? r:REPEAT", makes="REPEAT")
def _clocks_repeat(m: Found) -> Repeat | None:
    """Read "às 8h e às 20h todo dia"."""
    found: Repeat = m["r"]
    return None if found.clocks else replace(found, clocks=(m["a"], m["b"]), sure=0.95)


@HABITS("(FROM|SPAN)? r:WDRANGE COMMA? c:CLOCK/TIMESPAN", "(ON|AT)? r:WDLIST COMMA? c:CLOCK/TIMESPAN", makes="REPEAT")
def _weekdays_at(m: Found) -> Repeat | None:
    """Read "de segunda a sexta às 8h": several days that have one hour come back."""
    days = m["r"]
    if len(days) < 3:  # noqa: PLR2004  ("monday or tuesday at 5" is one of them)
        return None
    clock = m["c"]
    if isinstance(clock, Clock):
        return Repeat("WEEKLY", byday=tuple(days), clocks=(clock,), sure=0.9)
    return Repeat("WEEKLY", byday=tuple(days), clocks=(clock[0],), end=clock[1], sure=0.9)

"""Rules for hours told as a number and its noun: "às 17 horas", "17h30", "das 9h às 11h".

HOURMARK is the noun of an hour, HOURSIGN its letter, HOURTO what leads in the second hour of a range, INPART a part of
the day with its small word.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import HABITS
from tasktalk.assistant.grammar.bounds import BOUNDS
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import CLOCKS, EARLY_CLOCKS, LAST_SMALL_HOUR, read_hour
from tasktalk.assistant.grammar.dates import DATES
from tasktalk.assistant.grammar.dayparts import DAYPARTS, place, span_of
from tasktalk.assistant.grammar.joins import JOINS
from tasktalk.assistant.grammar.values import Clock, Moment, Repeat, Stretch

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

"""Rules for hours and days told as a number and its noun: "às 17 horas", "das 9h às 11h", "dia 15", "todo dia 5".

HOURMARK is the noun of an hour, HOURSIGN its letter, HOURTO what leads in the second hour of a range, DAYNO the noun of
a day of the month, INPART a part of the day with its small word, MINUTESTO what stands between minutes and the hour
they lead up to, ALTERNATE what makes every second one of a weekday.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import HABITS
from tasktalk.assistant.grammar.calendar import add_months, find_date
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
from tasktalk.assistant.grammar.dates import DATES, resolve
from tasktalk.assistant.grammar.days import on_day
from tasktalk.assistant.grammar.joins import BOUNDS, JOINS
from tasktalk.assistant.grammar.picks import list_weekdays
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES, base
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch

_MONTH, _MINUTES, _FIVE, _HALF = 31, 60, 5, 0.5


@EARLY_CLOCKS(
    "AT h:NUM HOURMARK (?! NUM HOURMARK)",
    "AT h:NUM HOURMARK AND n:NUM/HALF UNIT?",
    "AT? h:D12 COLON n:D12 HOURMARK",
    makes="CLOCK",
)
def _hour_noun(m: Found) -> Clock | None:
    """Read "às 17h", "às 8 horas e 15", "17:30h"."""
    minute = 30 if m["n"] == _HALF else int(m["n"] or 0)
    return read_hour(m["h"], minute, fixed="PADDED" in m.node("h").senses)


@EARLY_CLOCKS(
    "(?<! IN|FOR|EVERY|ABOUT|AFTER|BEFORE|AND|NUM|PLUS|THE|DOT) (?<! NUM COMMA)"
    " h:D12 HOURSIGN (?! D12|OF|AFTER|BEFORE|LATER|THEN|AND|PER|EVERY|HOURTO)",
    makes="CLOCK",
)
def _hour_letter(m: Found) -> Clock | None:
    """Read "reunião 17h"; small figures are hours that something takes."""
    return read_hour(m["h"]) if m["h"] > LAST_SMALL_HOUR else None


@EARLY_CLOCKS(
    "(FROM|SPAN) a:D12 HOURMARK? HOURTO b:D12 HOURMARK",
    "(FROM|SPAN)? a:D12 HOURMARK HOURTO b:D12 HOURMARK? (?! COLON|HSEP)",
    "(FROM|SPAN)? a:D12 (COLON|HSEP) i:D12 HOURTO b:D12 (COLON|HSEP) j:D12",
    "(FROM|SPAN) a:D12 HOURTO b:D12 (COLON|HSEP) j:D12",
    "(FROM|SPAN)? a:D12 HOURMARK HOURTO b:D12 (COLON|HSEP) j:D12",
    "(FROM|SPAN)? a:D12 (COLON|HSEP) i:D12 HOURTO b:D12 HOURMARK?",
    "(FROM|SPAN) a:NUM HOURTO b:NUM HOURMARK? (?! COLON|HSEP|AND|AMPM|OF PART|OF THE PART)",
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


@CLOCKS("c:CLOCK EXACTLY", "AT? h:NUM EXACTLY", makes="CLOCK")
def _exactly(m: Found) -> Clock | None:
    """Read "17h em ponto"."""
    return m["c"] or (read_hour(m["h"]) if 0 < m["h"] <= 24 else None)  # noqa: PLR2004  (a clock)


@DAYPARTS("p:INPART", makes="DAYPART")
def _part(m: Found) -> Clock:
    return Clock(m["p"], part=True)


@JOINS("d:MOMENT COMMA? a:D12 HOURTO b:D12 (?! UNIT|WORD|COLON|HSEP)", "d:MOMENT COMMA? a:D12 b:CLOCK", makes="STRETCH")
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


# Days of the month.


@DATES(
    "(ON|AT|BY|BEFORE|UNTIL|AFTER)? (WEEKDAY COMMA?)? (ON|AT)? THE? DAYNO d:NUM/LEADORD (OF THE? THIS? u:UNIT)?"
    " (?! UNIT|COLON|SLASH)",
    "(ON|AT|BY|BEFORE|UNTIL|AFTER)? THE? DAYNO d:NUM/LEADORD (OF|IN)? THE? NEXT u:UNIT",
    "(ON|AT|BY|BEFORE|UNTIL|AFTER)? THE? DAYNO d:NUM/LEADORD (OF|IN)? THE? u:UNIT FOLLOWING",
    makes="MOMENT",
)
def _day_number(m: Found) -> Moment | None:
    """Read "dia 15": of this month, or of the next that has it when it has passed."""
    today, day = m.setting.today, m["d"]
    if not 0 < day <= _MONTH or m["u"] not in {None, "month"}:
        return None
    for step in (1,) if m.all("NEXT", "FOLLOWING") else range(3):
        first = add_months(today.replace(day=1), step)
        found = first and find_date(first.year, first.month, day)
        if found and found >= today:
            return Moment(on=found, sure=0.95)
    return Moment(sure=0.0)


@DATES("(ON|AT|BY)? THE? n:NTH/NTHWD/NTHDAY (IN|OF)? THE? u:UNIT FOLLOWING", makes="MOMENT")
def _nth_of_next(m: Found) -> Moment | None:
    """Read "na primeira segunda do mês que vem"."""
    first = add_months(m.setting.today.replace(day=1), 1)
    return on_day(resolve(m["n"], first.year, first.month), sure=0.95) if first and m["u"] == "month" else None


@DATES("(ON|AT|BY|UNTIL) THE? n:NTH (?! OF|IN|AND|COMMA NTH)", makes="MOMENT")
def _nth_workday(m: Found) -> Moment | None:
    """Read "no quinto dia útil": of this month, or of the next when it has passed."""
    today = m.setting.today
    if not m["n"].positions or m["n"].weekdays:
        return None
    firsts = [add_months(today.replace(day=1), step) for step in (0, 1)]
    days = [resolve(m["n"], first.year, first.month) for first in firsts if first]
    return on_day(next((day for day in days if day and day >= today), None), sure=0.9)


_NUMBERS = "n:NUM/LEADORD ((COMMA|AND|COMMA AND) (THE? DAYNO)? NUM (?! UNIT|COLON|AMPM|HSEP))*"


@BASES(
    f"(ON|AT)? THE? EVERY b:BANG? DAYNO {_NUMBERS} (OF THE? EVERY? u:UNIT)?"
    " (?! UNIT|COLON|AMPM|HSEP|SLASH|MONTH|OF MONTH)",
    f"(ON|AT)? THE? DAYNO {_NUMBERS} OF EVERY u:UNIT",
    makes="REPEAT",
)
def _every_day_number(m: Found) -> Repeat | None:
    """Read "todo dia 15", "dia 5 e 20 de cada mês"."""
    days = (m["n"], *m.all("NUM")["NUM" in m.node("n").senses :])
    if m["u"] not in {None, "month"} or not all(1 <= day <= _MONTH for day in days):
        return None
    return Repeat("MONTHLY", bymonthday=days, from_completion=bool(m.all("BANG")), sure=0.95)


@BASES("(OF|FROM|SPAN) a:NUM IN q:QTY", makes="BASE")
def _from_to_amount(m: Found) -> Repeat | None:
    """Read "de dois em dois dias"."""
    amount: Amount = m["q"]
    return base(*amount.parts[0]) if len(amount.parts) == 1 and amount.parts[0][1] == m["a"] else None


@BASES("f:FREQADV", makes="BASE")
def _adverb(m: Found) -> Repeat:
    """Read "semanalmente", which names nothing that the task is about, as "weekly" may."""
    freq, interval = m["f"].split()
    return Repeat(freq, int(interval))


@BASES("(ON|IN)? EVERY? u:UNIT ALTERNATE", "q:QTY ALTERNATE", makes="BASE")
def _alternate_unit(m: Found) -> Repeat | None:
    """Read "dia sim, dia não"."""
    unit, number = m["q"].parts[0] if m["q"] else (m["u"], 1)
    return base(unit, 2) if number == 1 else None


@CYCLES("(ON|IN)? EVERY? (WEEKDAY|WEEKDAYS) ALTERNATE", makes="REPEAT")
def _alternate(m: Found) -> Repeat:
    """Read "sábado sim, sábado não"."""
    return replace(Repeat("WEEKLY", 2, byday=list_weekdays(m)), sure=0.95)


@BASES("(ON|AT)? EVERY (THE? DAYNO)? d:NUM/LEADORD OF? k:MONTH", makes="REPEAT")
@CYCLES(
    "b:BASE (ON|AT)? (THE? DAYNO)? d:NUM/LEADORD OF? k:MONTH",
    "(ON|AT)? (THE? DAYNO)? d:NUM/LEADORD OF? k:MONTH COMMA? b:BASE",
    makes="REPEAT",
)
def _every_date(m: Found) -> Repeat | None:
    """Read "todo dia 12 de junho", "todo ano no dia 12 de junho"."""
    beat = m["b"] or Repeat("YEARLY")
    if beat.freq != "YEARLY" or not 1 <= m["d"] <= _MONTH:
        return None
    return replace(beat, bymonth=(m["k"],), bymonthday=(m["d"],), sure=0.95)

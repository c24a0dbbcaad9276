"""Rules for small words of one day, one hour, one range: "el lunes", "la una y media", "del 3 al 10", "cada mañana".

DAYTHE is the article that leads in a single day, HOURTHE one that leads in the hour it has as its value, DAYFROM what
a range of days begins with and no habit does, DAILYPART every day at a part of it.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import BEHIND, HABITS, coming_day
from tasktalk.assistant.grammar.calendar import DAY, find_date, monday_of
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import CLOCKS, EARLY_CLOCKS, NOON, place, read_hour, with_half
from tasktalk.assistant.grammar.coming import COMING
from tasktalk.assistant.grammar.days import FRIDAY, SATURDAY
from tasktalk.assistant.grammar.joins import JOINS
from tasktalk.assistant.grammar.picks import WORKDAYS, list_weekdays
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES
from tasktalk.assistant.grammar.roles import ROLES, When, as_value, lifted
from tasktalk.assistant.grammar.values import Clock, Moment, Repeat, Stretch

_MINUTES = ("AND b:HALF", "AND n:NUM/QUARTER", "l:LESS n:NUM/QUARTER")
_NO_DATE = "(?! UNIT|WORD|MONTH|COLON|DOT|SLASH|HYPHEN|LITERAL|AND|OF|AMPM)"


def _add(m: Found) -> Clock | None:
    minutes = 30 if m["b"] else int(m["n"] or 0)
    if not 1 <= m["h"] <= 24 or not 0 <= minutes <= 59 or m["x"] not in {None, m["h"]}:  # noqa: PLR2004  (a clock)
        return None
    hour, minute = ((m["h"] - 2) % NOON + 1, 60 - minutes) if m["l"] else (m["h"], minutes)
    return with_half(hour, minute, m["a"]) if m["a"] else read_hour(hour, minute)


@EARLY_CLOCKS(
    *(f"(AT|ATHOUR)? h:NUM {more} p:OFPART/PARTADV" for more in _MINUTES),
    *(f"AT? x:HOURTHE h:NUM {more} p:OFPART/PARTADV" for more in ("", *_MINUTES)),
    makes="CLOCK",
)
def _of_part(m: Found) -> Clock | None:
    """Read "las 5 y 20 de la tarde", "la una de la madrugada"."""
    clock = _add(m)
    return clock and place(clock, m["p"])


@EARLY_CLOCKS("(AT|ATHOUR)? n:NUM/QUARTER l:MINUTESTO h:NUM p:OFPART/PARTADV", makes="CLOCK")
def _to_hour_of_part(m: Found) -> Clock | None:
    """Read "veinte para las nueve de la noche"."""
    return _of_part(m) if m["n"] % 5 == 0 else None


@CLOCKS(
    *(f"(AT|ATHOUR) h:NUM {more} a:AMPM" for more in _MINUTES),
    *(f"AT? x:HOURTHE h:NUM {more} a:AMPM?" for more in _MINUTES),
    "AT? x:HOURTHE h:NUM a:AMPM",
    "AT? x:HOURTHE h:NUM COLON n:D12 a:AMPM?",
    "AT? x:HOURTHE h:NUM (?! WORD|UNIT|LITERAL|COLON|DOT|SLASH|HYPHEN|MONTH|OF|AND THE)",
    "h:NUM l:LESS n:QUARTER (?! UNIT|WORD|OF)",
    "h:NUM AND n:QUARTER (?! UNIT|WORD|OF)",
    makes="CLOCK",
)
def _hour(m: Found) -> Clock | None:
    """Read "a la una y media", "8 menos cuarto"."""
    return _add(m)


# Days.


@COMING("(ON|AT|IN)? THE? WEEKEND COMING", makes="MOMENT")
def _coming_weekend(m: Found) -> Moment:
    today = m.setting.today
    return Moment(on=monday_of(today, int(today.weekday() > FRIDAY)) + DAY * SATURDAY, sure=0.95)


@BEHIND(f"DAYFROM a:D12 TO b:D12 {_NO_DATE}", "DAYFROM a:D12 TO b:D12 OF (THE|THIS)? u:UNIT", makes="STRETCH")
def _days(m: Found) -> Stretch | None:
    """Read "del 3 al 10": days of the month, not hours."""
    first = coming_day(m.setting.today, m["a"])
    last = first and find_date(first.year, first.month, m["b"])
    if not first or not last or last < first or m["u"] not in {None, "month"}:
        return None
    return Stretch(Moment(on=first, sure=0.9), Moment(on=last))


@BEHIND("FROM DATETHE a:D12 (UNTIL|TO) k:MOMENT", makes="STRETCH")
def _day_to_date(m: Found) -> Stretch | None:
    """Read "desde el 10 hasta el 22 de agosto"."""
    last: Moment = m["k"]
    if last.on is None or m["a"] >= last.on.day:
        return None
    first = find_date(last.on.year, last.on.month, m["a"])
    return Stretch(Moment(on=first, sure=0.95), last) if first else None


@BEHIND("DAYTHE d:WEEKDAY n:D12 (?= WORD)", makes="MOMENT")
def _weekday_number(m: Found) -> Moment | None:
    """Read "el domingo 6 comida", when the 6th is a Sunday; otherwise the number counts what follows."""
    day = coming_day(m.setting.today, m["n"])
    return Moment(on=day, sure=0.95) if day and day.weekday() == m["d"] else None


@JOINS("DAYFROM s:STRETCH", "SPAN s:STRETCH", makes="STRETCH")
def _from(m: Found) -> Stretch:
    stretch: Stretch = m["s"]
    return replace(stretch, start=replace(stretch.start, sure=0.95))


@ROLES("(DAYTHE|FOR DAYTHE) k:MOMENT/STRETCH", makes="WHEN")
def _the(m: Found) -> When:
    return When("due", lifted(m), led=True)


@ROLES("DAYFROM THE? k:MOMENT/CLOCK", makes="WHEN")
def _of(m: Found) -> When | None:
    """Read "el informe del lunes": which one it is; one may ask for it, but it is no due time."""
    value = as_value(m["k"])
    return When("due", replace(value, sure=min(value.sure, 0.4))) if isinstance(value, Moment) else None


# Repetition.


@HABITS("HABIT (WEEKDAY|WDLIST) (?= SPAN (AT|ATHOUR)? NUM)", makes="REPEAT")
def _habit(m: Found) -> Repeat:
    """Read "los lunes de 9 a 10": what follows is an hour and no kind of Monday."""
    return Repeat("WEEKLY", byday=list_weekdays(m), sure=0.8)


@BASES("p:DAILYPART", makes="BASE")
def _every_part(m: Found) -> Repeat:
    return Repeat("DAILY", clocks=(Clock(m["p"], part=True),), sure=0.9)


@CYCLES("SPAN? HABITRANGE", makes="REPEAT")
def _workdays(_m: Found) -> Repeat:
    """Read "de lunes a viernes": every week, where "del lunes al viernes" is once."""
    return Repeat("WEEKLY", byday=WORKDAYS, sure=0.9)

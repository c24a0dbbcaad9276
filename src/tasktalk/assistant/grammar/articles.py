"""Rules for articles and small words that other languages leave out: "il 15", "fino al 20", "a venerdì", "el lunes".

They join the stages of the other rules. LEAD is a small word that leads in a time and also means "to", UNTILDATE one
that leads in the last day, PER one that says how often in which unit, DAYTHE the article that leads in a single day,
DAYFROM what a range of days begins with and no habit does, DAILYPART every day at a part of it.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import BEHIND, HABITS, coming_day
from tasktalk.assistant.grammar.bounds import BOUNDS
from tasktalk.assistant.grammar.calendar import find_date
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import read_hour
from tasktalk.assistant.grammar.joins import JOINS, at
from tasktalk.assistant.grammar.picks import LISTS, WORKDAYS, list_weekdays
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES
from tasktalk.assistant.grammar.roles import ROLES, When, as_value, lifted
from tasktalk.assistant.grammar.values import Clock, Moment, Repeat, Stretch

_AND = "(COMMA AND|COMMA OR|COMMA|AND|OR)"
_NO_DATE = "(?! UNIT|MONTH|COLON|DOT|SLASH|HYPHEN|LITERAL|AMPM)"


@LISTS(f"WEEKDAY {_AND} (THE|OF) WEEKDAY (?! TO WEEKDAY|HYPHEN|NUM)", f"WDLIST {_AND} (THE|OF) WEEKDAY", makes="WDLIST")
@LISTS(f"WEEKDAYS {_AND} THE WEEKDAYS", f"(WEEKDAY|WDLIST) {_AND} THE WEEKDAYS", makes="WDPLURAL")
@LISTS(f"WEEKDAYS {_AND} THE WEEKDAY", f"WDPLURAL {_AND} THE (WEEKDAY|WEEKDAYS)", makes="WDPLURAL")
def _weekday_list(m: Found) -> tuple[str, ...]:
    """Read "il lunedì e il giovedì"."""
    return list_weekdays(m)


@CYCLES("EVERY e:END/BEGIN OF? u:UNIT", makes="REPEAT")
def _every_edge(m: Found) -> Repeat | None:
    """Read "ogni fine mese"."""
    return Repeat("MONTHLY", bymonthday=(m["e"],), sure=0.95) if m["u"] == "month" else None


@JOINS("d:MOMENT COMMA? FROMHOUR h:NUM (?! COLON|DOT|UNIT|TO NUM)", makes="MOMENT")
def _day_from_hour(m: Found) -> Moment | None:
    clock = read_hour(m["h"]) if m["h"] else None
    return at(m["d"], clock) if clock else None


@JOINS("d:MOMENT COMMA? h:D12 DOT n:D12 (?! WORD|DOT|UNIT|LITERAL)", makes="MOMENT")
def _day_dotted(m: Found) -> Moment | None:
    """Read "domani 17.30" in a language that parts hours and minutes with a dot, as the day is written first."""
    node = m.node("n")
    if m.setting.date_order == "MDY" or node.end - node.start != 2:  # noqa: PLR2004  (two figures)
        return None
    clock = read_hour(m["h"], m["n"])
    return at(m["d"], clock) if clock else None


@BOUNDS(f"r:REPEAT COMMA? UNTILDATE d:D12 {_NO_DATE}", makes="REPEAT")
def _repeat_until_day(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    return None if found.until else replace(found, until=coming_day(m.setting.today, m["d"]), sure=0.95)


@BOUNDS(f"r:REPEAT COMMA? FROMDATE d:D12 {_NO_DATE}", makes="REPEAT")
def _repeat_from_day(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    return None if found.start else replace(found, start=coming_day(m.setting.today, m["d"]), sure=0.95)


@BOUNDS("r:REPEAT COMMA? FROMHOUR h:NUM (?! COLON|DOT|UNIT|TO NUM)", makes="REPEAT")
def _repeat_from_hour(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    clock = read_hour(m["h"])
    return replace(found, clocks=(clock,), sure=0.95) if clock and not found.clocks else None


@ROLES("FROMHOUR h:NUM (?! COLON|DOT|UNIT|SLASH|HYPHEN|WORD)", makes="WHEN")
def _from_hour(m: Found) -> When | None:
    clock = read_hour(m["h"])
    return When("start", as_value(clock), led=True) if clock and m["h"] else None


@ROLES(f"s:FROMDATE d:D12 {_NO_DATE}", f"UNTILDATE d:D12 {_NO_DATE}", makes="WHEN")
def _bare_date(m: Found) -> When | None:
    day = coming_day(m.setting.today, m["d"])
    return When("start" if m["s"] else "due", Moment(on=day), led=True) if day else None


# Days.


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


@JOINS("(DAYFROM|SPAN) s:STRETCH", makes="STRETCH")
def _from(m: Found) -> Stretch:
    stretch: Stretch = m["s"]
    return replace(stretch, start=replace(stretch.start, sure=0.95))


@ROLES("(DAYTHE|FOR DAYTHE) k:MOMENT/STRETCH", makes="WHEN")
def _the(m: Found) -> When:
    return When("due", lifted(m), led=True)


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

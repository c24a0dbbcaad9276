"""Rules for articles and small words that other languages leave out: "il 15 di ogni mese", "fino al 20", "a venerdì".

They join the stages of the other rules. LEAD is a small word that leads in a time and also means "to", UNTILDATE one
that leads in the last day, PER one that says how often in which unit.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import coming_day
from tasktalk.assistant.grammar.bounds import BOUNDS
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import DAYPARTS, place, read_hour
from tasktalk.assistant.grammar.days import OFFSETS, move
from tasktalk.assistant.grammar.joins import JOINS, at
from tasktalk.assistant.grammar.picks import LISTS, list_weekdays
from tasktalk.assistant.grammar.recurrence import CYCLES
from tasktalk.assistant.grammar.roles import ROLES, When, as_value, lifted
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat

_AND = "(COMMA AND|COMMA OR|COMMA|AND|OR)"
_NO_DATE = "(?! UNIT|MONTH|COLON|DOT|SLASH|HYPHEN|LITERAL|AMPM)"
_TIME = "k:MOMENT/CLOCK/STRETCH/TIMESPAN/DAYPART"
_LAST_DAY = 31


@LISTS(f"WEEKDAY {_AND} (THE|OF) WEEKDAY (?! TO WEEKDAY|HYPHEN|NUM)", f"WDLIST {_AND} (THE|OF) WEEKDAY", makes="WDLIST")
@LISTS(f"WEEKDAYS {_AND} THE WEEKDAYS", f"(WEEKDAY|WDLIST) {_AND} THE WEEKDAYS", makes="WDPLURAL")
@LISTS(f"WEEKDAYS {_AND} THE WEEKDAY", f"WDPLURAL {_AND} THE (WEEKDAY|WEEKDAYS)", makes="WDPLURAL")
def _weekday_list(m: Found) -> tuple[str, ...]:
    """Read "il lunedì e il giovedì"."""
    return list_weekdays(m)


@DAYPARTS("ATHOUR c:CLOCK", makes="CLOCK")
def _led_clock(m: Found) -> Clock:
    return m["c"]  # type: ignore[no-any-return]


@DAYPARTS("ATHOUR? c:CLOCK OF THE? p:PART", "ATHOUR c:CLOCK p:PARTADV", makes="CLOCK")
def _clock_of_part(m: Found) -> Clock:
    return place(m["c"], m["p"])


@CYCLES(
    "b:BASE HABIT (WEEKDAY|WDLIST|WDRANGE|WDPLURAL)",
    "b:BASE HABITOF (WEEKDAY|WDLIST|WDRANGE)",
    "HABIT? (WEEKDAY|WDLIST|WDRANGE) OF b:BASE",
    makes="REPEAT",
)
def _beat_on_habit(m: Found) -> Repeat | None:
    found: Repeat = m["b"]
    if found.freq not in {"WEEKLY", "DAILY"} or (found.freq == "DAILY" and found.interval > 1):
        return None
    return replace(found, freq="WEEKLY", byday=list_weekdays(m), sure=0.95)


_DATES = f"(DATETHE|THE)? DAYNOUN? D12 ({_AND} DATETHE? D12)*"


@CYCLES(
    f"{_DATES} (OF|PER) b:BASE",
    f"b:BASE DATETHE DAYNOUN? D12 ({_AND} DATETHE? D12)* {_NO_DATE}",
    f"EVERY D12 ({_AND} D12)* OF THE? u:UNIT",
    f"{_DATES} OF EVERY u:UNIT",
    makes="REPEAT",
)
def _on_dates(m: Found) -> Repeat | None:
    """Read "il 1 e il 15 di ogni mese", "ogni mese il 15", "ogni 5 del mese"."""
    beat: Repeat = m["b"] or Repeat("MONTHLY")
    days = tuple(m.all("D12"))
    if beat.freq != "MONTHLY" or m["u"] not in {None, "month"} or not all(0 < day <= _LAST_DAY for day in days):
        return None
    return replace(beat, bymonthday=days, sure=0.95)


@CYCLES(
    "(DATETHE|THE)? d:D12/ORD OF? k:MONTH (OF|PER) b:BASE",
    "b:BASE (DATETHE|THE) d:D12/ORD OF? k:MONTH",
    makes="REPEAT",
)
def _on_date(m: Found) -> Repeat | None:
    """Read "il 3 maggio di ogni anno"."""
    beat: Repeat = m["b"]
    if beat.freq != "YEARLY" or not 0 < m["d"] <= _LAST_DAY:
        return None
    return replace(beat, bymonth=(m["k"],), bymonthday=(m["d"],), sure=0.95)


@CYCLES("HABIT (WEEKDAYS|WDPLURAL)", makes="REPEAT")
def _plural(m: Found) -> Repeat:
    """Read "i sabati"."""
    return Repeat("WEEKLY", byday=list_weekdays(m), sure=0.95)


@CYCLES("EVERY e:END/BEGIN OF? u:UNIT", makes="REPEAT")
def _every_edge(m: Found) -> Repeat | None:
    """Read "ogni fine mese"."""
    return Repeat("MONTHLY", bymonthday=(m["e"],), sure=0.95) if m["u"] == "month" else None


@CYCLES("b:BASE LEAD k:MONTH", makes="REPEAT")
def _in_month(m: Found) -> Repeat:
    beat: Repeat = m["b"]
    return replace(beat, bymonth=(m["k"],), sure=0.95)


@OFFSETS(
    "q:QTY (AFTER|FROM|BEFORE) (OF|THE) k:MOMENT",
    "q:QTY (AFTER|FROM|BEFORE) OF THE k:MOMENT",
    "THE? u:UNIT (AFTER|BEFORE) (OF|THE) k:MOMENT",
    makes="MOMENT",
)
def _around(m: Found) -> Moment | None:
    """Read "due giorni prima di Natale"."""
    return move(m["k"], m["q"] or Amount(((m["u"], 1),)), -1 if m.all("BEFORE") else 1)


@JOINS("d:MOMENT OF THE? p:PART", makes="MOMENT")
def _day_of_part(m: Found) -> Moment | None:
    return at(m["d"], Clock(m["p"], part=True))


@JOINS("c:CLOCK (OF|ON) d:MOMENT p:PART", makes="MOMENT")
def _clock_of_day_part(m: Found) -> Moment | None:
    """Read "le 6 e mezza di domani mattina"."""
    return at(m["d"], place(m["c"], m["p"]))


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


@BOUNDS("r:REPEAT OF THE? p:PART", makes="REPEAT")
def _repeat_of_part(m: Found) -> Repeat | None:
    found: Repeat = m["r"]
    return None if found.clocks else replace(found, clocks=(Clock(m["p"], part=True),), sure=0.95)


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


@ROLES(f"LEAD (THE|ABOUT)? {_TIME}", makes="WHEN")
def _lead(m: Found) -> When:
    return When("due", lifted(m), led=True)


@ROLES(f"(BY|BEFORE|AFTER|UNTIL|FROM|FOR)* (BY|BEFORE|AFTER|UNTIL) (OF|TO|LEAD) THE? {_TIME}", makes="WHEN")
def _by_of(m: Found) -> When:
    return When("due", lifted(m), led=True)


@ROLES("FROMHOUR h:NUM (?! COLON|DOT|UNIT|SLASH|HYPHEN|WORD)", makes="WHEN")
def _from_hour(m: Found) -> When | None:
    clock = read_hour(m["h"])
    return When("start", as_value(clock), led=True) if clock and m["h"] else None


@ROLES(f"s:FROMDATE d:D12 {_NO_DATE}", f"UNTILDATE d:D12 {_NO_DATE}", makes="WHEN")
def _bare_date(m: Found) -> When | None:
    day = coming_day(m.setting.today, m["d"])
    return When("start" if m["s"] else "due", Moment(on=day), led=True) if day else None

"""Rules for languages that write ordinals with a dot ("am 3.", "24.12.26"), and say edges and spans in one word.

ORDDOT is the dot that makes an ordinal, UNITEDGE a unit and its edge ("Monatsende": "month -1"), AFTERNEXT "the one
after next", AGO the word for "ago" where it stands before the amount, MIXED a number with a half in it.
"""

import datetime as dt
from dataclasses import replace

from tasktalk.assistant.grammar.calendar import DAY, add_days, coming, find_date, full_year, monday_of, shift
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import CLOCKS, EARLY_CLOCKS, LAST_SMALL_HOUR, read_hour
from tasktalk.assistant.grammar.dates import DATES, IMPOSSIBLE, ahead
from tasktalk.assistant.grammar.days import DAYS, SATURDAY, edge_of, on_day, period
from tasktalk.assistant.grammar.numbers import AMOUNTS, NUMBERS
from tasktalk.assistant.grammar.picks import NTHS
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES, base
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Nth, Repeat, Stretch

_LAST_SHORT_YEAR, _SOON = 99, 3
_COUNTED = "MONTH|WEEKDAY|WEEKDAYS|UNIT|WORKDAY|WORKDAYS|OF|TO|HYPHEN|DASH|AND|EVERY"


@NUMBERS(f"(?<! AT|ORDDOT) n:D12 ORDDOT (?= {_COUNTED})", makes="ORD")
@NUMBERS("(?<= ON|THE|BY|BEFORE|UNTIL|FROM|EVERY) n:D12 ORDDOT (?! NUM)", makes="ORD")
def _ordinal(m: Found) -> int:
    """Read "3."; behind other words, at the end of a sentence, it is a number and a stop."""
    return int(m["n"])


@CLOCKS("AT? f:HMM OCLOCK", makes="CLOCK")
def _figures(m: Found) -> Clock | None:
    """Read "1730 Uhr"."""
    return read_hour(int(m["f"][:-2]), int(m["f"][-2:]))


@CLOCKS("AT A OCLOCK (?! NUM)", makes="CLOCK")
def _one(_m: Found) -> Clock | None:
    """Read "um ein Uhr", where the article is the number."""
    return read_hour(1)


@EARLY_CLOCKS("AT h:D12 HSEP (?! D12)", "(?<= WEEKDAY|DAYREL|MONTH|ORDDOT) h:D12 HSEP (?! D12)", makes="CLOCK")
def _letter(m: Found) -> Clock | None:
    """Read "um 17h", "Montag 17h"; few hours behind a day are how long it takes."""
    return read_hour(m["h"]) if m.all("AT") or m["h"] > LAST_SMALL_HOUR else None


@NTHS("ORD (AND|COMMA) THE? n:D12 ORDDOT (?! NUM)", makes="NTH")
def _two_ordinals(m: Found) -> Nth:
    return Nth(days=(*m.all("ORD"), m["n"]))


@AMOUNTS("n:MIXED u:UNIT", makes="QTY")
def _mixed(m: Found) -> Amount:
    return Amount(((m["u"], m["n"]),))


_DAY = "(ON|AT)? (WEEKDAY (STOP|COMMA)*)? (ON)? THE?"
_NO_DATE = "(?! ORDDOT|COLON|UNIT|PERCENT|OCLOCK|LITERAL|NUM|HSEP)"


@DATES(
    f"{_DAY} (?<! DOT) a:D12/ORD ORDDOT? b:D12 ORDDOT (?! NUM)",
    f"(?<= BY|BEFORE|UNTIL|FROM|SPAN|ON|THE|WEEKDAY) a:D12 DOT b:D12 {_NO_DATE}",
    f"(ON|AT) {_DAY} a:D12 DOT b:D12 {_NO_DATE}",
    f"WEEKDAY (STOP|COMMA)* THE? a:D12 DOT b:D12 {_NO_DATE}",
    makes="MOMENT",
)
def _day_month(m: Found) -> Moment | None:
    if not m.all("ORDDOT"):
        return None
    return on_day(ahead(m.setting.today, m["b"], m["a"]), sure=0.8) or IMPOSSIBLE


@DATES(f"{_DAY} (?<! DOT) a:D12/ORD ORDDOT? b:D12 ORDDOT y:YEAR/D12 {_NO_DATE}", makes="MOMENT")
def _day_month_year(m: Found) -> Moment | None:
    short = m["y"] <= _LAST_SHORT_YEAR
    found = find_date(full_year(m["y"], m.setting.today) if short else m["y"], m["b"], m["a"])
    if found is None or (short and not 0 <= found.year - m.setting.today.year <= _SOON and not m.all("ON")):
        return IMPOSSIBLE  # rather a version
    return Moment(on=found, sure=0.95, dated=True)


_FIRST = "(FROM|SPAN|BETWEEN)? THE? a:ORD (TO|DASH|HYPHEN|UNTIL|AND) THE?"


@DATES(
    f"{_FIRST} b:ORD k:MONTH STOP? y:YEAR?",
    f"{_FIRST} b:D12 ORDDOT k:D12 ORDDOT y:YEAR? (?! NUM|COLON)",
    makes="STRETCH",
)
def _days_of_month(m: Found) -> Stretch | None:
    """Read "10. bis 22. August", "10.-22.8.": the month goes for both."""
    last = find_date(m["y"], m["k"], m["b"]) if m["y"] else ahead(m.setting.today, m["k"], m["b"])
    if last is None:
        return Stretch(IMPOSSIBLE, IMPOSSIBLE)
    first = find_date(last.year, last.month, m["a"])
    if first is None or first >= last:
        return None
    return Stretch(Moment(on=first, sure=0.95), Moment(on=last))


@DAYS(
    "(ON|AT|IN)? THE? n:AFTERNEXT d:WEEKDAY",
    "(ON|AT)? d:WEEKDAY (OF|IN|COMMA)? THE? n:AFTERNEXT u:UNIT",
    "(IN THE?)? n:AFTERNEXT u:UNIT COMMA? (ON|AT)? d:WEEKDAY",
    makes="MOMENT",
)
def _weekday_after_next(m: Found) -> Moment | None:
    return Moment(on=monday_of(m.setting.today, 2) + DAY * m["d"], sure=0.95) if m["u"] in {None, "week"} else None


@DAYS("(ON|AT|IN|OVER)? THE? n:AFTERNEXT k:UNIT/WEEKEND", makes="MOMENT")
def _unit_after_next(m: Found) -> Moment | None:
    """Read "übernächste Woche"."""
    if m.all("WEEKEND"):
        return Moment(on=monday_of(m.setting.today, 2) + DAY * SATURDAY, sure=0.95, days=2)
    span = period(m.setting.today, m["k"], 2)
    return span and Moment(on=span[0], grain=m["k"], sure=0.95)


@DAYS("d:DAYREL IN q:QTY", "d:DAYREL IN A u:UNIT", "(ON|AT)? w:WEEKDAY IN q:QTY", makes="MOMENT")
def _day_in(m: Found) -> Moment | None:
    """Read "heute in zwei Wochen", "Freitag in vierzehn Tagen"; from weekday to weekday eight days are a week."""
    amount: Amount = m["q"] or Amount(((m["u"], 1),))
    if any(unit not in {"day", "week", "fortnight", "month", "year"} for unit, _ in amount.parts):
        return None
    first = coming(m.setting.today, m["w"]) if m["d"] is None else add_days(m.setting.today, m["d"])
    when = shift(dt.datetime.combine(first, dt.time()), amount) if first else None
    if when is None or m["d"] is not None:
        return on_day(when.date() if when else None, sure=0.95)
    day = add_days(when.date(), 3)  # half a week on: the nearest such weekday lies behind
    return on_day(day - DAY * ((day.weekday() - m["w"]) % 7) if day else None, sure=0.95)


@DAYS("AGO ABOUT? q:QTY (?! BEFORE|AFTER)", "AGO ABOUT? A u:UNIT (?! BEFORE|AFTER)", makes="MOMENT")
def _ago(m: Found) -> Moment | None:
    when = shift(m.setting.now, m["q"] or Amount(((m["u"], 1),)), -1)
    return on_day(when.date() if when else None, sure=0.4)


@DAYS("(AT|IN|ON|OF)? THE? w:NEXT/THIS? e:UNITEDGE", makes="MOMENT")
def _edge_word(m: Found) -> Moment | None:
    unit, edge = m["e"].split()
    today = m.setting.today
    for step in (1,) if m.all("NEXT") else (0, 1):
        span = period(today, unit, step)
        day = span and edge_of(span, unit, int(edge))
        if day and day >= today:
            return Moment(on=day, sure=0.9 if len(m.nodes) > 1 else 0.6)
    return None


@CYCLES(
    "(b:BASE|EVERY) (ON|AT)? THE? d:D12/ORD ORDDOT? k:D12 ORDDOT (?! NUM)",
    "(ON|AT)? THE? d:D12/ORD ORDDOT? k:D12 ORDDOT b:BASE",
    makes="REPEAT",
)
def _yearly(m: Found) -> Repeat | None:
    """Read "jährlich am 31.12."."""
    found = m["b"] or Repeat("YEARLY")
    if found.freq != "YEARLY" or not find_date(2000, m["k"], m["d"]):
        return None
    return replace(found, bymonth=(m["k"],), bymonthday=(m["d"],), sure=0.95)


@CYCLES("b:BASE (ON|AT|IN)? THE? e:UNITEDGE", "(ON)? EVERY (ON|AT)? THE? e:UNITEDGE", makes="REPEAT")
def _every_edge(m: Found) -> Repeat | None:
    """Read "jedes Quartalsende": the first or last day of each."""
    unit, edge = m["e"].split()
    day = int(edge)
    if abs(day) != 1 or (m["b"] and m["b"] != replace(base(unit) or m["b"], sure=m["b"].sure)):
        return None
    months = {"quarter": (1, 4, 7, 10), "year": (1,)}.get(unit, ())
    if day < 0:
        months = tuple(month + (2 if unit == "quarter" else 11) for month in months)
    freq = "YEARLY" if unit == "year" else "MONTHLY"
    return Repeat(freq, bymonth=months, bymonthday=(day,), sure=0.95) if unit != "week" else None


@BASES("n:NUM TIMES (A|EVERY|PER|THE|ON|IN) u:UNIT", makes="BASE")
def _once_in_figures(m: Found) -> Repeat | None:
    """Read "1x pro Woche"."""
    return base(m["u"]) if m["n"] == 1 else None

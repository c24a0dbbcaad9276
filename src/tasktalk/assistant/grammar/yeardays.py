"""Rules for repetition on dates, by months, seasons and weeks: "the 15th of each month", "every 3rd of may"."""

from dataclasses import replace

from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.picks import list_months, list_weekdays
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES
from tasktalk.assistant.grammar.values import Nth, Repeat

_MONTHS = "(MONTH|MONTHLIST)"


@CYCLES(
    f"(b:BASE|EVERY) COMMA? (ON|IN)? THE? n:NTHWD/NTH/NTHDAY (IN|OF) {_MONTHS}",
    f"(b:BASE|EVERY) (ON|IN)? THE? ORD (OF|IN)? {_MONTHS}",
    f"(b:BASE|EVERY) (ON|IN)? {_MONTHS} (ON)? (THE|UNIT)? (n:NTH/NTHDAY|ORD)",
    f"(b:BASE|EVERY) (ON|IN)? {_MONTHS} STOP? (ON)? (THE|UNIT)? d:D12 (AND D12)? (?! COLON|AMPM)",
    f"(b:BASE|EVERY) (ON)? d:D12 {_MONTHS}",
    makes="REPEAT",
)
def _yearly(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY", sure=0.95)
    if beat.freq != "YEARLY":
        return None
    nth = m["n"] if isinstance(m["n"], Nth) else None
    days = nth.days if nth else tuple(m.all("ORD")) or tuple(m.all("D12"))
    return replace(beat, bymonth=list_months(m), bymonthday=days, byday=nth.weekdays if nth else (), sure=0.95)


@CYCLES(f"EVERY {_MONTHS}", f"b:BASE (IN|ON|LEAD) {_MONTHS}", makes="REPEAT")
def _every_month_name(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY")
    if beat.freq == "YEARLY" and not m.all("BASE"):
        return replace(beat, bymonth=list_months(m), bymonthday=(1,), sure=0.95)
    return replace(beat, bymonth=list_months(m), sure=0.95)


@CYCLES("EVERY k:SEASON", "b:BASE (IN|ON)? THE? k:SEASON", "(IN|ON)? THE? k:SEASON b:BASE", makes="REPEAT")
def _every_season(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY", sure=0.95)
    return replace(beat, bymonth=(m["k"],), bymonthday=(1,)) if beat.freq == "YEARLY" else None


_NUMBER = "(ORD|LEADORD|NUM)"
_MORE = f"((COMMA|AND|COMMA AND|OR) (DATETHE|DAYTHE|THE)? {_NUMBER})*"
_NO_DATE = "(?! UNIT|MONTH|COLON|DOT|SLASH|HYPHEN|LITERAL|AMPM|WORD)"


@CYCLES(
    f"(ON|AT)? (DATETHE|DAYTHE|THE)? DAYNOUN? {_NUMBER} {_MORE} (OF|PER) b:BASE",
    f"(ON|AT)? DATETHE {_NUMBER} {_MORE} b:BASE",
    f"b:BASE COMMA? DATETHE DAYNOUN? {_NUMBER} {_MORE} {_NO_DATE}",
    f"EVERY {_NUMBER} {_MORE} OF THE? u:UNIT",
    f"(DATETHE|THE)? DAYNOUN? {_NUMBER} {_MORE} OF EVERY u:UNIT",
    makes="REPEAT",
)
def _on_numbers(m: Found) -> Repeat | None:
    """Read "il 1 e il 15 di ogni mese", "chaque mois le 15", "el cinco de cada mes"."""
    beat: Repeat = m["b"] or Repeat("MONTHLY")
    kinds = ("ORD", "LEADORD", "NUM")
    days = tuple(
        next(node.senses[kind] for kind in kinds if kind in node.senses)
        for node in m.nodes
        if not node.senses.keys().isdisjoint(kinds) and "BASE" not in node.senses
    )
    if beat.freq != "MONTHLY" or m["u"] not in {None, "month"} or not all(1 <= day <= 31 for day in days):  # noqa: PLR2004
        return None
    return replace(beat, bymonthday=days, sure=0.95)


_DATE = "(DATETHE|THE)? DAYNO? d:D12/ORD/LEADORD OF? k:MONTH"


@CYCLES(f"(ON|AT)? {_DATE} (OF|PER|COMMA)? b:BASE", f"b:BASE (ON|AT)? {_DATE}", makes="REPEAT")
@BASES(f"(ON|AT)? EVERY {_DATE}", makes="REPEAT")
def _on_date(m: Found) -> Repeat | None:
    """Read "il 3 maggio di ogni anno", "todo dia 12 de junho"."""
    beat: Repeat = m["b"] or Repeat("YEARLY")
    if beat.freq != "YEARLY" or not 1 <= m["d"] <= 31:  # noqa: PLR2004  (a calendar)
        return None
    return replace(beat, bymonth=(m["k"],), bymonthday=(m["d"],), sure=0.95)


@CYCLES("EVERY n:D12 (COMMA D12)* (AND D12)? (?! WORD|COLON|UNIT|AMPM|LITERAL|DOT|SLASH)", makes="REPEAT")
def _every_numbers(m: Found) -> Repeat | None:
    days = tuple(m.all("D12"))
    return Repeat("MONTHLY", bymonthday=days) if all(1 <= day <= 31 for day in days) else None  # noqa: PLR2004  (a calendar)


@CYCLES("(b:BASE|EVERY) (ON)? (WEEKDAY|WDLIST|WDRANGE)? (IN|OF) u:UNIT n:NUM (AND NUM)*", makes="REPEAT")
def _week_number(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY")
    if m["u"] != "week" or beat.freq != "YEARLY":
        return None
    return replace(beat, byday=list_weekdays(m), byweekno=tuple(n for n in m.all("NUM") if 1 <= n <= 53), sure=0.95)  # noqa: PLR2004

"""Rules for dates of the calendar: "27 January", "5/6/2027", "2026-11-22", "on the 15th", "first Monday of June"."""

import datetime as dt
from dataclasses import replace

from tasktalk.assistant.grammar.calendar import CODES, DAY, add_months, find_date, full_year, last_of, nth_weekday
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.dayparts import FARTHEST_ZONE
from tasktalk.assistant.grammar.days import on_day, period
from tasktalk.assistant.grammar.values import Clock, Moment, Nth

DATES = Rules()
MONTHS = Rules()

_LAST_SHORT_YEAR = 99


def ahead(today: dt.date, month: int, day: int) -> dt.date | None:
    """The next time the calendar has this day, today counted; 29 February may be years away."""
    if not find_date(2000, month, day):
        return None
    for year in range(today.year, today.year + 2):
        found = find_date(year, month, day)
        if found and found >= today:
            return found
    return None


def _pick(today: dt.date, year: int | None, month: int, day: int) -> dt.date | None:
    return ahead(today, month, day) if year is None else find_date(year, month, day)


def _year(m: Found) -> int | None:
    if m["y"] is None:
        return None
    value = int(m["y"])
    return full_year(value, m.setting.today) if value <= _LAST_SHORT_YEAR else value


_YEAR = "((COMMA|OF|SLASH|HYPHEN|DOT|STOP|IN)? y:YEAR)? (?! HYPHEN NUM|COLON)"
_ALONE = "(?<! SLASH|HYPHEN|DOT)"
IMPOSSIBLE = Moment(sure=0.0)
_DAY = "(WEEKDAY (STOP|COMMA)*)? (ON THE?)? (THE? DAYNO)?"


@DATES(
    f"(ON|AT)? {_DAY} THE? d:NUM/ORD/LEADORD (OF|STOP|DOT|HYPHEN|SLASH)? k:MONTH STOP? {_YEAR}",
    f"(ON|AT)? {_DAY} THE? k:MONTH (STOP|HYPHEN|SLASH|THE|COMMA)? d:D12/ORD {_YEAR}",
    f"(ON|AT)? {_DAY} d:D12 (HYPHEN|SLASH) k:MONTH (HYPHEN|SLASH) y:D12",
    f"(ON|AT)? {_DAY} k:MONTH STOP? d:ORD COMMA? y:D12 $",
    f"(ON|AT)? {_DAY} y:YEAR (HYPHEN|SLASH)? k:MONTH (HYPHEN|SLASH)? d:D12/ORD",
    makes="MOMENT",
)  # fmt: skip
def _month_day(m: Found) -> Moment | None:
    day = m["d"]
    if "WEEKDAY" in m.node("d").senses:
        return None  # "segunda de março"
    if "A" in m.node("d").senses and m.node("k").weak and len(m.nodes) == 2:  # noqa: PLR2004
        return None  # "un mars"
    weak_may = m.node("k").weak and len(m.nodes) == 2 and "ORD" not in m.node("d").senses  # noqa: PLR2004
    found = _pick(m.setting.today, _year(m), m["k"], day)
    if found is None:
        return IMPOSSIBLE
    return Moment(on=found, sure=0.75 if weak_may else 0.95, dated=m["y"] is not None)


@DATES(
    "(ON|AT)? y:YEAR HYPHEN k:D12 HYPHEN d:D12",
    "(ON|AT)? y:YEAR SLASH k:D12 SLASH d:D12",
    "(ON|AT)? y:YEAR DOT k:D12 DOT d:D12",
    makes="MOMENT",
)
def _iso(m: Found) -> Moment | None:
    return on_day(find_date(m["y"], m["k"], m["d"]), sure=1.0, dated=True) or IMPOSSIBLE


@DATES(
    "(ON|AT)? y:YEAR HYPHEN k:D12 HYPHEN d:D12 ISO_T c:CLOCK z:ISO_Z?",
    "(ON|AT)? y:YEAR HYPHEN k:D12 HYPHEN d:D12 ISO_T c:CLOCK (PLUS|HYPHEN) o:CLOCK/HMM",
    makes="MOMENT",
)
def _iso_time(m: Found) -> Moment | None:
    """An instant as ISO 8601 writes it; with Z or an offset it is that instant, seen from the person's own zone."""
    day = find_date(m["y"], m["k"], m["d"])
    if day is None:
        return IMPOSSIBLE
    return Moment(on=day, clock=replace(m["c"], utc_offset=_read_offset(m)), grain="minute", sure=1.0, dated=True)


def _read_offset(m: Found) -> int | None:
    """Minutes ahead of UTC; None where no offset is written."""
    offset = m["o"]
    if offset is None:
        return None if m["z"] is None else 0
    hours, minutes = (
        (offset.hour, offset.minute) if isinstance(offset, Clock) else (int(offset[:-2]), int(offset[-2:]))  # +0530
    )
    if hours > FARTHEST_ZONE or minutes > 59:  # noqa: PLR2004  (a clock)
        return None
    ahead_by = hours * 60 + minutes
    return ahead_by if m.all("PLUS") else -ahead_by


def _read_pair(m: Found, first: int, second: int) -> list[tuple[int, int]]:
    """(month, day) in the order this language writes them, then the other way round where that is a date too."""
    orders = [(first, second), (second, first)] if m.setting.date_order == "MDY" else [(second, first), (first, second)]
    return [(month, day) for month, day in orders if 1 <= month <= 12 and 1 <= day <= 31]  # noqa: PLR2004  (a calendar)


@DATES(
    f"(ON|AT)? {_DAY} {_ALONE} a:D12 SLASH b:D12 SLASH y:YEAR/D12",
    f"(ON|AT)? {_DAY} a:D12 HYPHEN b:D12 HYPHEN y:YEAR",
    f"(ON|AT)? {_DAY} a:D12 DOT b:D12 DOT y:YEAR",
    "(ON|AT)? (WEEKDAY COMMA?)? a:D12 HYPHEN b:D12 HYPHEN y:D12",
    makes="MOMENT",
)
def _numeric(m: Found) -> Moment | None:
    year = _year(m)
    dates = [date for month, day in _read_pair(m, m["a"], m["b"]) if (date := _pick(m.setting.today, year, month, day))]
    if not dates or (year is not None and len(str(m["y"])) == 1):
        return IMPOSSIBLE
    return Moment(on=dates[0], sure=0.95, others=_other(dates), dated=True)


def _other(dates: list[dt.date]) -> tuple[dt.date, ...]:
    """The second reading of 5/6, where it is another day."""
    return tuple(dates[1:]) if dates[1:] != dates[:1] else ()


@DATES(f"(ON|AT|BY|BEFORE|UNTIL)? {_DAY} {_ALONE} a:D12 SLASH b:D12 (?! SLASH|HYPHEN)", makes="MOMENT")
def _day_month(m: Found) -> Moment | None:
    dates = [date for month, day in _read_pair(m, m["a"], m["b"]) if (date := ahead(m.setting.today, month, day))]
    if not dates:
        return IMPOSSIBLE
    # "9/11" in the middle of a sentence may be a name or a fraction
    sure = 0.8 if len(m.nodes) > 3 else 0.5  # noqa: PLR2004  (more than the figures themselves)
    return Moment(on=dates[0], sure=sure, others=_other(dates))


@DATES(f"(ON|BY) {_DAY} a:D12 HYPHEN b:D12 (?! SLASH|HYPHEN|UNIT|COLON|AMPM)", makes="MOMENT")
def _hyphen_day_month(m: Found) -> Moment | None:
    """Read "on 3-12", where the day is written first; without the small word two such numbers are a range."""
    if m.setting.date_order == "MDY":
        return None
    return on_day(ahead(m.setting.today, m["b"], m["a"]), sure=0.85)


@DATES(
    "(ON|AT)? THE? d:ORD (OF (THE|THIS) u:UNIT)?",
    "(ON|AT)? THE? d:ORD OF? NEXT u:UNIT",
    "ON? (WEEKDAY COMMA?) THE? d:ORD",
    makes="MOMENT",
)
def _ordinal_day(m: Found) -> Moment | None:
    """A day of this month, or of the next that has it when it has passed."""
    if m["d"] > 31 or m["u"] not in {None, "month"}:  # noqa: PLR2004  (a calendar)
        return None
    today, day = m.setting.today, m["d"]
    sure = 0.9 if m.all("ON", "WEEKDAY") or m.all("UNIT") else 0.5 if _is_figure(m) else 0.2
    if "UNIT" in m.node("d").senses:
        sure = 0.1  # "a second"
    if m.all("NEXT"):
        first = add_months(today.replace(day=1), 1)
        return on_day(find_date(first.year, first.month, day), sure=sure) if first else None
    for step in range(3):
        first = add_months(today.replace(day=1), step)
        found = first and find_date(first.year, first.month, day)
        if found and found >= today:
            return Moment(on=found, sure=sure, nth=Nth(days=(day,)))
    return None


def _is_figure(m: Found) -> bool:
    """Whether an ordinal is written in figures ("27th", "27ste") or a word as short."""
    size = m.node("d").end - m.node("d").start
    return size < 5 or (size == 5 and m["d"] > 12)  # noqa: PLR2004  (all words for the 13th and on are longer)


def resolve(nth: Nth, year: int, month: int) -> dt.date | None:
    """The day of a month that is picked out, when it is only one."""
    if nth.weekdays:
        code = nth.weekdays[0]
        return nth_weekday(year, month, CODES.index(code[-2:]), int(code[:-2]))
    if nth.days:
        day = nth.days[0]
        return find_date(year, month, day) if day > 0 else last_of(year, month) + DAY * (day + 1)
    if nth.positions:
        workdays = [
            first
            for n in range(1, last_of(year, month).day + 1)
            if (first := dt.date(year, month, n)).weekday() < 5  # noqa: PLR2004
        ]
        at = nth.positions[0]
        return workdays[at - 1 if at > 0 else at] if abs(at) <= len(workdays) else None
    return None


@DATES("(ON|AT|BY)? THE? n:NTH/NTHWD/NTHDAY (IN|OF)? k:MONTH STOP? (COMMA|OF|IN)? y:YEAR?", makes="MOMENT")
def _nth_of_month(m: Found) -> Moment | None:
    today = m.setting.today
    for year in (m["y"],) if m["y"] else (today.year, today.year + 1):
        day = resolve(m["n"], year, m["k"])
        if day and (m["y"] or day >= today):
            return Moment(on=day, sure=0.95)
    return None


@DATES("(ON|AT|BY)? THE? n:NTH/NTHWD/NTHDAY (IN|OF)? THE? w:THIS/NEXT? u:UNIT", makes="MOMENT")
def _nth_of_unit(m: Found) -> Moment | None:
    today, unit = m.setting.today, m["u"]
    if unit == "week" and m["n"].days:
        span = period(today, unit, 1 if m.all("NEXT") else 0)
        return span and on_day(span[0] + DAY * (m["n"].days[0] - 1 if m["n"].days[0] > 0 else 6), sure=0.9)
    if unit not in {"month", "year"}:
        return None
    step = 1 if m.all("NEXT") else 0
    for later in (step,) if step else (0, 1):
        first = add_months(today.replace(day=1), later) if unit == "month" else dt.date(today.year + later, 1, 1)
        if first is None:
            return None
        if unit == "year" and m["n"].days and m["n"].days[0] == -1:
            day: dt.date | None = dt.date(first.year, 12, 31)
        else:
            day = resolve(m["n"], first.year, first.month)
        if day and (step or day >= today):
            return Moment(on=day, sure=0.95, nth=m["n"] if unit == "month" else None)
    return None


@MONTHS(
    "(IN|THIS|DURING)? k:MONTH STOP? (COMMA|OF|HYPHEN)? y:YEAR",
    "y:YEAR (COMMA|HYPHEN)? k:MONTH",
    "k:MONTH STOP? y:D12 $",
    makes="MOMENT",
)
def _month_year(m: Found) -> Moment | None:
    return on_day(find_date(_year(m) or 0, m["k"], 1), grain="month", sure=0.9, dated=True)


@MONTHS("k:D12 SLASH y:YEAR", makes="MOMENT")
def _numeric_month(m: Found) -> Moment | None:
    return on_day(find_date(m["y"], m["k"], 1), grain="month", sure=0.6)


@MONTHS("(?<! NUM|ORD|HYPHEN) (IN|THIS|NEXT|DURING)? k:MONTH STOP? (?! NUM|ORD|HYPHEN)", makes="MOMENT")
def _month(m: Found) -> Moment | None:
    """Its first day, when it lies ahead; this month itself means what is left of it."""
    today, month, node = m.setting.today, m["k"], m.node("k")
    if m.all("NEXT") or month != today.month:
        day = find_date(today.year + (month <= today.month), month, 1)
    else:
        day = last_of(today.year, month) if m.all("IN", "THIS") else today.replace(year=today.year + 1, day=1)
    alone = 0.3 if node.weak else 0.55
    return on_day(day, grain="month", sure=0.85 if len(m.nodes) > 1 else alone)

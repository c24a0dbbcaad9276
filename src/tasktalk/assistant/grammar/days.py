"""Rules for days by their names and relations: "tomorrow", "next friday", "in 3 days", "end of the month"."""

import datetime as dt

from tasktalk.assistant.grammar.calendar import (
    CODES,
    DAY,
    add_days,
    add_months,
    coming,
    find_date,
    last_of,
    monday_of,
    next_workday,
    shift,
)
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import read_hour
from tasktalk.assistant.grammar.dayparts import place
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Stretch

DAYS = Rules()
OFFSETS = Rules(repeat=True)

SATURDAY, FRIDAY = 5, 4
_WHOLE = frozenset({"workday", "day", "week", "fortnight", "month", "quarter", "year"})


def on_day(day: dt.date | None, **more: object) -> Moment | None:
    """A moment on that day, or None where the calendar has no such day."""
    return None if day is None else Moment(on=day, **more)  # type: ignore[arg-type]


@DAYS("r:DAYREL", makes="MOMENT")
def _named_day(m: Found) -> Moment | None:
    return on_day(add_days(m.setting.today, m["r"]), sure=0.95 if m["r"] >= 0 else 0.45, today=m["r"] == 0)


@DAYS("t:TONIGHT", "AT? h:D12 t:TONIGHT", makes="MOMENT")
def _tonight(m: Found) -> Moment | None:
    if m["h"] is not None:
        clock = read_hour(m["h"])
        return Moment(on=m.setting.today, clock=place(clock, m["t"]), sure=0.9) if clock else None
    return Moment(on=m.setting.today, clock=Clock(m["t"], part=True), sure=0.9, today=True)


@DAYS("THIS p:PART", makes="MOMENT")
def _this_part(m: Found) -> Moment:
    return Moment(on=m.setting.today, clock=Clock(m["p"], part=True), sure=0.9)


@DAYS("PAST p:PART", makes="MOMENT")
def _last_night(m: Found) -> Moment:
    return Moment(on=m.setting.today - DAY, clock=Clock(m["p"], part=True), sure=0.4)


@DAYS("n:NOW", makes="MOMENT")
def _now(m: Found) -> Moment | None:
    now = m.setting.now
    # "now" alone is too common a word to be a due time unless it stands by itself.
    return Moment(on=now.date(), clock=Clock(now.hour, now.minute), grain="minute", sure=0.3)


@DAYS("d:WEEKDAY STOP?", makes="MOMENT")
def _weekday(m: Found) -> Moment:
    today, node = m.setting.today, m.node("d")
    day = coming(today, m["d"])
    others = (day + DAY * 7,) if day == today else ()
    short = node.end - node.start < 5  # noqa: PLR2004  ("tues" is the longest short form)
    sure = 0.3 if node.weak else 0.6 if short else 0.8
    return Moment(on=day, sure=sure, others=others, weekday=m["d"], alone=True)


@DAYS("(ON|AT)? THE? THIS d:WEEKDAY STOP?", makes="MOMENT")
def _this_weekday(m: Found) -> Moment:
    return Moment(on=coming(m.setting.today, m["d"]), sure=0.9, weekday=m["d"], alone=True)


@DAYS("(ON|AT)? THE? n:NEXT d:WEEKDAY STOP?", makes="MOMENT")
def _next_weekday(m: Found) -> Moment:
    """The one in the calendar week after this; the other reading is the one still ahead in this week."""
    today = m.setting.today
    day = monday_of(today, 1) + DAY * m["d"]
    first = coming(today, m["d"])
    others = (first,) if first not in {day, today} else (day + DAY * 7,) if day - today < DAY * 3 else ()
    return Moment(on=day, sure=0.95, others=others, weekday=m["d"])


@DAYS("(ON|AT)? THE? PAST d:WEEKDAY STOP?", makes="MOMENT")
def _last_weekday(m: Found) -> Moment:
    today = m.setting.today
    return Moment(on=coming(today - DAY * 7, m["d"]), sure=0.45, weekday=m["d"])


@DAYS(
    "(ON|AT)? d:WEEKDAY (OF|IN|COMMA)? THE? (NEXT|THIS|PAST) u:UNIT",
    "(ON|AT|IN)? (NEXT|THIS) u:UNIT COMMA? (ON|AT)? d:WEEKDAY",
    makes="MOMENT",
)
def _weekday_of_week(m: Found) -> Moment | None:
    if m["u"] != "week":
        return None
    step = 1 if m.all("NEXT") else -1 if m.all("PAST") else 0
    day = monday_of(m.setting.today, step) + DAY * m["d"]
    return Moment(on=day, sure=0.95 if step >= 0 else 0.4, weekday=m["d"])


@DAYS("(ON|AT)? d:WEEKDAY u:UNIT", makes="MOMENT")
def _friday_week(m: Found) -> Moment | None:
    return Moment(on=coming(m.setting.today, m["d"]) + DAY * 7, sure=0.7) if m["u"] == "week" else None


@DAYS("(ON|AT|IN|OVER|BY|DURING)? THE? w:THIS? k:WEEKEND", makes="MOMENT")
def _weekend(m: Found) -> Moment | None:
    today = m.setting.today
    if len(m.nodes) == 1:
        return Moment(on=_saturday(today), sure=0.55, days=_days_left(today))
    return Moment(on=_saturday(today), sure=0.9, days=_days_left(today))


def _saturday(today: dt.date) -> dt.date:
    return today if today.weekday() > FRIDAY else monday_of(today) + DAY * SATURDAY


def _days_left(today: dt.date) -> int:
    return 1 if today.weekday() > SATURDAY else 2


@DAYS("(ON|AT|IN|OVER)? THE? n:NEXT WEEKEND", makes="MOMENT")
def _next_weekend(m: Found) -> Moment:
    today = m.setting.today
    day = monday_of(today, 1) + DAY * SATURDAY
    return Moment(on=day, sure=0.95, days=2, others=(_saturday(today),) if today.weekday() <= FRIDAY else ())


@DAYS("THE? PAST WEEKEND", makes="MOMENT")
def _last_weekend(m: Found) -> Moment:
    return Moment(on=monday_of(m.setting.today, -1) + DAY * SATURDAY, sure=0.4, days=2)


@DAYS("NEXT WORKDAY", makes="MOMENT")
def _next_workday(m: Found) -> Moment:
    return Moment(on=next_workday(m.setting.today), sure=0.95)


def period(today: dt.date, unit: str, step: int) -> tuple[dt.date, dt.date] | None:
    """First and last day of the week, month, quarter or year `step` after the present one."""
    if unit == "week":
        monday = monday_of(today, step)
        return monday, monday + DAY * 6
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        return None
    first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
    start, after = add_months(first, months * step), add_months(first, months * (step + 1))
    return None if start is None or after is None else (start, after - DAY)


@DAYS("(IN|ON)? THE? w:NEXT u:UNIT", makes="MOMENT")
def _next_unit(m: Found) -> Moment | None:
    today, unit = m.setting.today, m["u"]
    if unit == "day":
        return Moment(on=today + DAY, sure=0.9)
    if unit in {"hour", "minute", "second"}:
        return after_now(m, Amount(((unit, 1),)))
    span = period(today, unit, 1)
    same = shift(m.setting.now, Amount(((unit, 1),))) if span else None
    if span is None or same is None:
        return None
    return Moment(on=span[0], grain=unit, sure=0.9, others=(same.date(),) if same.date() != span[0] else ())


@DAYS("(IN|ON|LATER)? w:THIS u:UNIT", makes="MOMENT")
def _this_unit(m: Found) -> Moment | None:
    """Some time in it, so by its last day; "later this week" is the day after tomorrow while the week has one."""
    today = m.setting.today
    span = period(today, m["u"], 0)
    if span is None:
        return None
    if m.all("LATER"):
        return Moment(on=min(today + DAY * 2, span[1]), grain="day", sure=0.9)
    return Moment(on=span[1], grain=m["u"], sure=0.8)


@DAYS("LATER n:NEXT u:UNIT", makes="MOMENT")
def _later_next(m: Found) -> Moment | None:
    span = period(m.setting.today, m["u"], 1)
    return span and Moment(on=span[0] + DAY * 2, grain=m["u"], sure=0.9)


@DAYS("PAST u:UNIT", makes="MOMENT")
def _last_unit(m: Found) -> Moment | None:
    day = shift(m.setting.now, Amount(((m["u"], 1),)), -1) if m["u"] in _WHOLE else None
    return Moment(on=day.date(), sure=0.4) if day else None


@DAYS(
    "(AT|IN|ON)? THE? e:END/BEGIN/MID (OF|HYPHEN|DASH)? THE? w:THIS/NEXT? u:UNIT",
    "AT? THE? e:END/BEGIN/MID (OF|HYPHEN)? w:NEXT/THIS u:UNIT", makes="MOMENT",
)  # fmt: skip
def _edge_of_unit(m: Found) -> Moment | None:
    unit, edge = m["u"], m["e"]
    today = m.setting.today
    if unit == "day" and edge < 0 and not m.all("NEXT"):
        return Moment(on=today, sure=0.9)
    span = period(today, unit, 1 if m.all("NEXT") else 0)
    if span is None:
        return None
    day = edge_of(span, unit, edge)
    if day < today and not m.all("THIS"):
        span = period(today, unit, 1) or span
        day = edge_of(span, unit, edge)
    # "start of week" without any small word around it may be anything
    return Moment(on=day, grain="day", sure=0.9 if len(m.nodes) > 2 or edge != 1 else 0.5)  # noqa: PLR2004


def edge_of(span: tuple[dt.date, dt.date], unit: str, edge: int) -> dt.date:
    """The beginning (1), middle (15) or end (-1) of a period; a week ends on Friday."""
    first, last = span
    if unit == "week":
        return first + DAY * {-1: 4, 1: 0}.get(edge, 2)
    if edge == -1:
        return last
    if edge == 1:
        return first
    return first + DAY * 14 if unit == "month" else first + (last - first + DAY) // 2


@DAYS("(AT|IN|ON)? THE? e:END/BEGIN/MID (OF|HYPHEN|DASH)? k:MONTH STOP? (COMMA? y:YEAR)?", makes="MOMENT")
def _edge_of_month(m: Found) -> Moment | None:
    today, edge, month = m.setting.today, m["e"], m["k"]
    for year in (m["y"],) if m["y"] else (today.year, today.year + 1):
        day = last_of(year, month) if edge == -1 else find_date(year, month, 15 if edge == 15 else 1)  # noqa: PLR2004
        if day and (m["y"] or day >= today):
            return Moment(on=day, sure=0.9)
    return None


@DAYS("(ON|AT)? h:HOLIDAY y:YEAR?", "(ON|AT)? w:THIS/NEXT h:HOLIDAY", makes="MOMENT")
def _holiday(m: Found) -> Moment | None:
    today = m.setting.today
    month, day = map(int, m["h"].split("-"))
    year = m["y"]
    found = find_date(year or today.year, month, day)
    if found and found < today and not year:
        found = find_date(today.year + 1, month, day)
    return on_day(found, sure=0.9 if len(m.nodes) > 1 else 0.5)


def after_now(m: Found, amount: Amount, sign: int = 1, sure: float = 0.95) -> Moment | None:
    """Now moved by an amount: an instant when it has hours or less in it, else a whole day."""
    when = shift(m.setting.now, amount, sign)
    if when is None:
        return None
    if all(unit in _WHOLE and (unit != "day" or number == int(number)) for unit, number in amount.parts):
        return Moment(on=when.date(), sure=sure)
    if when.second:
        when += dt.timedelta(seconds=60 - when.second) * (when.second > 29)  # noqa: PLR2004  (to the nearest minute)
    return Moment(on=when.date(), clock=Clock(when.hour, when.minute), grain="minute", sure=sure)


_TERSE = 3  # letters of "5m"


@DAYS(
    "IN ABOUT? THE? NEXT? q:QTY TIME?",
    "q:QTY t:THEN",
    "(?<! WEEKDAY|DAYREL|TONIGHT|MONTH|D12|YEAR|UNIT|CLOCK|WEEKEND) PLUS q:QTY",
    "q:QTY FROM NOW",
    "AFTER ABOUT? q:QTY (?! OF|FROM|AFTER|BEFORE)",
    "n:NEXT q:QTY",
    "q:QTY LATER $",
    makes="MOMENT",
)
def _in_amount(m: Found) -> Moment | None:
    if m["n"] is not None and m["q"].parts[0][0] == "minute" and m.node("q").end - m.node("q").start <= _TERSE:
        return None  # "next 5m" may be metres, or millions
    sign = -1 if m.all("THEN") == [-1] else 1
    return after_now(m, m["q"], sign, 0.95 if sign > 0 else 0.4)


@DAYS(
    "IN ABOUT? (A|THE NEXT) u:UNIT",
    "(IN|FROM)? A u:UNIT t:THEN",
    "A u:UNIT LATER $",
    "A u:UNIT FROM NOW",
    "AFTER A u:UNIT $",
    makes="MOMENT",
)
def _in_a_unit(m: Found) -> Moment | None:
    sign = -1 if m.all("THEN") == [-1] else 1
    return after_now(m, Amount(((m["u"], 1),)), sign, 0.95 if sign > 0 else 0.4)


@DAYS("IN q:QTY ON? d:WEEKDAY", makes="MOMENT")
def _in_weeks_on(m: Found) -> Moment | None:
    base = shift(m.setting.now, m["q"])
    return Moment(on=monday_of(base.date()) + DAY * m["d"], sure=0.95) if base else None


@OFFSETS(
    "q:QTY (AFTER|FROM|BEFORE) (OF|THE)* k:MOMENT",
    "A u:UNIT (AFTER|FROM|BEFORE) k:MOMENT",
    "THE? u:UNIT (AFTER|BEFORE) (OF|THE)? k:MOMENT",
    makes="MOMENT",
)
def _around(m: Found) -> Moment | None:
    moment: Moment = m["k"]
    if moment.on is None or (moment.on < m.setting.today and moment.sure < 0.5 and m["u"]):  # noqa: PLR2004
        return None
    return move(moment, m["q"] or Amount(((m["u"], 1),)), -1 if m.all("BEFORE") else 1)


def move(moment: Moment, amount: Amount, sign: int) -> Moment | None:
    """The moment moved by an amount, forwards or back; None for hours of a whole day."""
    if moment.on is None:
        return None
    clock = moment.clock
    hour, minute = (clock.hour % 24, clock.minute) if clock else (0, 0)
    when = shift(dt.datetime.combine(moment.on, dt.time(hour, minute)), amount, sign)
    if when is None or (amount.minutes is not None and clock is None):
        return None
    return Moment(on=when.date(), clock=Clock(when.hour, when.minute) if clock else None, sure=0.95)


@OFFSETS("k:MOMENT PLUS q:QTY", makes="MOMENT")
def _plus(m: Found) -> Moment | None:
    moment: Moment = m["k"]
    if moment.on is None:
        return None
    clock = moment.clock or Clock(0)
    when = shift(dt.datetime.combine(moment.on, dt.time(clock.hour % 24, clock.minute)), m["q"])
    timed = moment.clock or m["q"].minutes is not None
    return Moment(on=when.date(), clock=Clock(when.hour, when.minute) if timed else None, sure=0.95) if when else None


@DAYS("FROM? r:WDRANGE", "BETWEEN r:WDLIST", makes="STRETCH")
def _weekday_range(m: Found) -> Stretch:
    codes = m["r"]
    first = coming(m.setting.today, CODES.index(codes[0]))
    last = coming(first, CODES.index(codes[-1]))
    return Stretch(Moment(on=first, sure=0.85, weekday=first.weekday()), Moment(on=last, weekday=last.weekday()))


@OFFSETS("d:MOMENT AFTER NEXT", makes="MOMENT")
def _after_next(m: Found) -> Moment | None:
    moment: Moment = m["d"]
    if moment.weekday is None or moment.on is None:
        return None
    return Moment(on=monday_of(m.setting.today, 2) + DAY * moment.weekday, sure=0.9)

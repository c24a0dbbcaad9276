"""Rules for words that stand behind what they speak of, and for articles that make a date: "lunedì prossimo", "il 15".

FOLLOWING and GONE are "next" and "last" behind their noun, DATETHE an article before a bare day of the month, FROMDATE
and DAYFROM what a range of days begins with, HABIT the article that makes a weekday every such day, ALTERNATELY every
second one.
"""

import datetime as dt

from tasktalk.assistant.grammar.calendar import DAY, add_months, coming, find_date, monday_of, shift
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.days import SATURDAY, on_day, period
from tasktalk.assistant.grammar.picks import list_weekdays
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch

BEHIND = Rules()
ALTERNATES = Rules()
HABITS = Rules()

_DAYS = "(WEEKDAY|WDLIST|WDRANGE)"
_NOT_ONE = "(?! NUM|ORD|FOLLOWING|GONE|NEXT|THIS|PAST|OF|IN QTY)"
_NO_DATE = "(?! UNIT|WORD|MONTH|COLON|DOT|SLASH|HYPHEN|LITERAL|AND|TO|COMMA NUM|ORD|OF|AMPM)"


@BEHIND("(ON|AT)? THE? d:WEEKDAY STOP? FOLLOWING", makes="MOMENT")
def _next_weekday(m: Found) -> Moment | None:
    """The one in the calendar week after this; the other reading is the one still ahead in this week."""
    if m.all("COMING"):
        return None  # where the language means the nearest to come
    today = m.setting.today
    day = monday_of(today, 1) + DAY * m["d"]
    first = coming(today, m["d"])
    return Moment(on=day, sure=0.95, others=(first,) if first not in {day, today} else (), weekday=m["d"])


@BEHIND("(ON|AT)? THE? d:WEEKDAY STOP? GONE", makes="MOMENT")
def _last_weekday(m: Found) -> Moment:
    return Moment(on=coming(m.setting.today - DAY * 7, m["d"]), sure=0.45, weekday=m["d"])


@BEHIND("(IN|ON)? THE? u:UNIT FOLLOWING", makes="MOMENT")
def _next_unit(m: Found) -> Moment | None:
    span = period(m.setting.today, m["u"], 1)
    same = shift(m.setting.now, Amount(((m["u"], 1),))) if span else None
    if span is None or same is None:
        return Moment(on=m.setting.today + DAY, sure=0.9) if m["u"] == "day" else None
    return Moment(on=span[0], grain=m["u"], sure=0.9, others=(same.date(),) if same.date() != span[0] else ())


@BEHIND("THE? u:UNIT GONE", makes="MOMENT")
def _last_unit(m: Found) -> Moment | None:
    if m["u"] in {"hour", "minute", "second"}:
        return None
    day = shift(m.setting.now, Amount(((m["u"], 1),)), -1)
    return on_day(day.date() if day else None, sure=0.4)


@BEHIND("(ON|AT|OVER|IN)? THE? WEEKEND FOLLOWING", makes="MOMENT")
def _next_weekend(m: Found) -> Moment | None:
    return None if m.all("COMING") else Moment(on=monday_of(m.setting.today, 1) + DAY * SATURDAY, sure=0.95, days=2)


@BEHIND("(ON|AT|OVER|IN)? THE? WEEKEND GONE", makes="MOMENT")
def _last_weekend(m: Found) -> Moment:
    return Moment(on=monday_of(m.setting.today, -1) + DAY * SATURDAY, sure=0.4, days=2)


@BEHIND("(IN|ON)? k:MONTH FOLLOWING", makes="MOMENT")
def _next_month(m: Found) -> Moment | None:
    today = m.setting.today
    return on_day(find_date(today.year + (m["k"] <= today.month), m["k"], 1), grain="month", sure=0.9)


@BEHIND(
    "(ON|AT)? d:WEEKDAY (OF|IN|COMMA)? THE? u:UNIT FOLLOWING",
    "(ON|IN)? THE? u:UNIT FOLLOWING COMMA? (ON|AT|DAYTHE)? d:WEEKDAY",
    makes="MOMENT",
)
def _weekday_of_week(m: Found) -> Moment | None:
    if m["u"] != "week":
        return None
    return Moment(on=monday_of(m.setting.today, 1) + DAY * m["d"], sure=0.95, weekday=m["d"])


@BEHIND("(AT|BY|IN|ON)? THE? e:END/BEGIN/MID (OF|HYPHEN|DASH)? THE? u:UNIT FOLLOWING", makes="MOMENT")
def _edge_of_next(m: Found) -> Moment | None:
    unit, edge = m["u"], m["e"]
    span = period(m.setting.today, unit, 1)
    if span is None:
        return None
    first, last = span
    if unit == "week":
        return Moment(on=first + DAY * {-1: 4, 1: 0}.get(edge, 2), sure=0.9)
    middle = first + DAY * 14 if unit == "month" else first + (last - first + DAY) // 2
    return Moment(on={-1: last, 1: first}.get(edge, middle), sure=0.9)


def coming_day(today: dt.date, day: int) -> dt.date | None:
    """The day of this month, or of the next that has it when it has passed."""
    for step in range(3):
        first = add_months(today.replace(day=1), step)
        found = first and find_date(first.year, first.month, day)
        if found and found >= today:
            return found
    return None


@BEHIND(
    f"(ON|AT)? (WEEKDAY COMMA?)? DATETHE DAYNOUN? d:D12 {_NO_DATE}",
    f"(ON|AT)? (WEEKDAY COMMA?) d:D12 {_NO_DATE}",
    f"(?<= BEFORE|AFTER|UNTIL) (OF|TO) d:D12 {_NO_DATE}",
    "^ DATETHE d:D12 (?= WORD)",
    makes="MOMENT",
)
def _day_of_month(m: Found) -> Moment | None:
    return on_day(coming_day(m.setting.today, m["d"]), sure=0.85)


@BEHIND("DATETHE d:D12 OF? THE? u:UNIT FOLLOWING", "DATETHE d:D12 OF THE? NEXT u:UNIT", makes="MOMENT")
def _day_of_next_month(m: Found) -> Moment | None:
    first = add_months(m.setting.today.replace(day=1), 1)
    if m["u"] != "month" or first is None:
        return None
    return on_day(find_date(first.year, first.month, m["d"]), sure=0.95)


@BEHIND("DATETHE d:D12 OF (THE|THIS)? u:UNIT", makes="MOMENT")
def _day_of_this_month(m: Found) -> Moment | None:
    return on_day(coming_day(m.setting.today, m["d"]), sure=0.95) if m["u"] == "month" else None


@BEHIND(
    f"(FROMDATE|DAYFROM) a:D12 TO b:D12 {_NO_DATE}",
    "(FROMDATE|DAYFROM) a:D12 TO b:D12 OF (THE|THIS)? UNIT",
    makes="STRETCH",
)
def _days_from_to(m: Found) -> Stretch | None:
    """Read "dal 5 al 10", "del 3 al 10": days of the month, not hours."""
    first = coming_day(m.setting.today, m["a"])
    last = first and find_date(first.year, first.month, m["b"])
    if not first or not last or last < first or any(unit != "month" for unit in m.all("UNIT")):
        return None
    return Stretch(Moment(on=first, sure=0.9), Moment(on=last))


@BEHIND("r:RELPART", makes="MOMENT")
def _named_part(m: Found) -> Moment:
    """Read "domattina": a day counted from today and the hour of its part."""
    days, hour = map(int, m["r"].split())
    return Moment(on=m.setting.today + DAY * days, clock=Clock(hour, part=True), sure=0.9 if days >= 0 else 0.4)


@HABITS(
    f"(?<! FOR|BY|BEFORE|AFTER|UNTIL|FROM) HABIT {_DAYS} {_NOT_ONE}",
    "FROMDATE WDRANGE",
    makes="REPEAT",
)
def _habit(m: Found) -> Repeat:
    """Read "il lunedì", "dal lunedì al venerdì" as every such day."""
    return Repeat("WEEKLY", byday=list_weekdays(m), sure=0.8)


@ALTERNATES(f"(A|ON|IN|EVERY|ON EVERY|IN EVERY)? ({_DAYS}|WEEKDAYS) ALTERNATELY", makes="REPEAT")
def _alternate(m: Found) -> Repeat:
    """Read "un lunedì sì e uno no", "sábado sim, sábado não"."""
    return Repeat("WEEKLY", 2, byday=list_weekdays(m), sure=0.95)


@ALTERNATES("(A|ON|IN|EVERY|ON EVERY|IN EVERY)? u:UNIT ALTERNATELY", "q:QTY ALTERNATELY", makes="BASE")
def _alternate_unit(m: Found) -> Repeat | None:
    unit = m["q"].parts[0][0] if m["q"] and m["q"].parts[0][1] == 1 else m["u"]
    freq = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}.get(unit)
    return Repeat(freq, 2, sure=0.95) if freq else None

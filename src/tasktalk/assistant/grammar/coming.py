"""Rules for the nearest day of a name ("komende vrijdag", "vrijdag over twee weken"), and for short names.

A NAMEDAY or NAMEMONTH is another word too: only words of time beside it make "jan", "ma" a time.
"""

from tasktalk.assistant.grammar.calendar import DAY, add_days, coming, monday_of
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.days import FRIDAY, SATURDAY, after_now, on_day
from tasktalk.assistant.grammar.numbers import NUMBERS
from tasktalk.assistant.grammar.values import Amount, Moment

COMING = Rules()


@COMING(
    "(ON|AT)? THE? COMING d:WEEKDAY STOP?",
    "(ON|AT)? d:WEEKDAY (STOP|COMMA)? AHEAD",
    "(ON|AT)? d:WEEKDAY COMING (?! UNIT)",
    makes="MOMENT",
)
def _coming_weekday(m: Found) -> Moment:
    """The nearest one after today."""
    return Moment(on=coming(m.setting.today + DAY, m["d"]), sure=0.95, weekday=m["d"])


@COMING("(ON|AT|IN)? THE? COMING WEEKEND", "(ON|AT|IN)? THE? WEEKEND COMING", makes="MOMENT")
def _coming_weekend(m: Found) -> Moment:
    today = m.setting.today
    return Moment(on=monday_of(today, int(today.weekday() > FRIDAY)) + DAY * SATURDAY, sure=0.95, days=2)


@COMING("(ON|AT)? d:WEEKDAY IN q:QTY", "(ON|AT)? d:WEEKDAY IN A u:UNIT", makes="MOMENT")
def _weekday_in_weeks(m: Found) -> Moment | None:
    """So many weeks after the coming one."""
    unit, number = m["q"].parts[0] if m["q"] else (m["u"], 1)
    if unit != "week" or number != int(number) or (m["q"] and len(m["q"].parts) > 1):
        return None
    return on_day(add_days(coming(m.setting.today, m["d"]), int(number) * 7), sure=0.95, weekday=m["d"])


@COMING("IN A u:UNIT OR n:NUM", makes="MOMENT")
def _in_a_unit_or(m: Found) -> Moment | None:
    """Read "over een week of twee": about so many."""
    return after_now(m, Amount(((m["u"], m["n"]),)))


_DAY_SIGNS = ("COMMA", "AND", "HYPHEN", "SLASH", "DASH", "TO")
_AFTER_DAY = "|".join(f"WEEKDAY {sign}" for sign in _DAY_SIGNS)
_BEFORE_DAY = "|".join(f"{sign} WEEKDAY" for sign in _DAY_SIGNS)


@NUMBERS(
    "(?<= D12|ORDSUF|ORD|HYPHEN|SLASH|STOP|BEGIN|MID|END|IN|FROM|UNTIL|BY|NEXT|THIS|EVERY) k:NAMEMONTH",
    "k:NAMEMONTH STOP? (?= YEAR)",
    makes="MONTH",
)
def _short_month(m: Found) -> int:
    return int(m["k"])


@NUMBERS(
    "(?<= ON|NEXT|THIS|COMING|EVERY|SKIP|BY) d:NAMEDAY (?! D12 WORD)",
    f"(?<= {_AFTER_DAY}) d:NAMEDAY",
    f"d:NAMEDAY (?= STOP? COMMA? D12 (MONTH|NAMEMONTH|HYPHEN|SLASH)|{_BEFORE_DAY}|PART|AHEAD|WEEKDAY)",
    makes="WEEKDAY",
)
def _short_weekday(m: Found) -> int:
    return int(m["d"])

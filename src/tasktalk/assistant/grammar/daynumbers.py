"""Rules for days told as a number and its noun, and turns of days: "dia 15", "todo dia 5", "de dois em dois dias".

DAYNO is the noun of a day of the month, LEADORD an ordinal that is another word alone.
"""

from tasktalk.assistant.grammar.calendar import add_months, find_date
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.dates import DATES, resolve
from tasktalk.assistant.grammar.days import on_day
from tasktalk.assistant.grammar.numbers import NUMBERS
from tasktalk.assistant.grammar.recurrence import BASES, base
from tasktalk.assistant.grammar.values import Amount, Moment, Repeat

_MONTH = 31  # days


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


@NUMBERS("(?<= WORD|A|THE) LEADORD (?= WORD)", "(?<= WORD) TO LEADORD (?= WORD)", makes="WORD")
def _lead_word(m: Found) -> int:
    """Read "a sexta extinção", "uma segunda tela": an ordinal before its noun, and no weekday."""
    return len(m.nodes)


@DATES(
    "(IN|ON|BY)? (d:NUM/LEADORD OF?)? k:MONTH OF THE? u:UNIT FOLLOWING",
    "(IN|ON|BY)? (d:NUM/LEADORD OF?)? k:MONTH OF THE? NEXT u:UNIT",
    makes="MOMENT",
)
def _month_of_next_year(m: Found) -> Moment | None:
    day = m["d"] or 1
    found = find_date(m.setting.today.year + 1, m["k"], day) if m["u"] == "year" else None
    return on_day(found, sure=0.95, grain="day" if m["d"] else "month", dated=True)


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


_NUMBERS = "n:NUM/LEADORD ((COMMA|AND|COMMA AND) (THE? DAYNO)? NUM (?! UNIT|COLON|AMPM|HOURSIGN))*"


@BASES(
    f"(ON|AT)? THE? EVERY b:BANG? DAYNO {_NUMBERS} (OF THE? EVERY? u:UNIT)?"
    " (?! UNIT|COLON|AMPM|HOURSIGN|SLASH|MONTH|OF MONTH)",
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

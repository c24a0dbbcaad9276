"""Rules for days and repetition counted in turns: "un lundi sur deux", "vendredi en huit".

OUTOF counts turns, EACHTHE the article of every weekend, WEEKSON so many weeks after the
coming day, SHORTDAY a weekday's short form that is another word, too.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import HABITS, coming_day
from tasktalk.assistant.grammar.calendar import DAY, add_days, coming, shift
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.dates import DATES, IMPOSSIBLE, ahead
from tasktalk.assistant.grammar.days import DAYS, on_day
from tasktalk.assistant.grammar.numbers import NUMBERS
from tasktalk.assistant.grammar.picks import list_weekdays
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES, base
from tasktalk.assistant.grammar.roles import ROLES, When, lifted
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat

# Days.


@DAYS("(ON|AT)? d:WEEKDAY/DAYREL w:WEEKSON", makes="MOMENT")
def _weeks_on(m: Found) -> Moment | None:
    """Read "vendredi en huit"."""
    today = m.setting.today
    first = coming(today, m["d"]) if "WEEKDAY" in m.node("d").senses else add_days(today, m["d"])
    return on_day(first + DAY * 7 * m["w"] if first else None, sure=0.95)


@DAYS("THE? n:NUM FOLLOWING u:UNIT", "THE? q:QTY FOLLOWING", makes="MOMENT")
def _coming_units(m: Found) -> Moment | None:
    """Read "les deux prochaines semaines": until they are over."""
    amount: Amount = m["q"] or Amount(((m["u"], m["n"]),))
    when = shift(m.setting.now, amount) if m["q"] is None or m["q"].parts[0][1] > 1 else None
    if when is None:
        return None
    clock = None if amount.minutes is None else Clock(when.hour, when.minute)
    return Moment(on=when.date(), clock=clock, sure=0.85)


_NO_NUMBER = (
    "(?! UNIT|WORD|MONTH|COLON|DOT|SLASH|HYPHEN|LITERAL|AND|TO|COMMA NUM|ORD|OF THE|OF UNIT|OF MONTH|AMPM|WEEKDAY"
    "|WEEKDAYS)"
)


@HABITS(f"DATETHE d:ORD {_NO_NUMBER}", "DATETHE d:D12 (?= OF WORD)", "^ DATETHE d:ORD (?= WORD)", makes="MOMENT")
def _day_of_month(m: Found) -> Moment | None:
    """Read "le 1er"; "le 15 de payer" leads in what is to be done."""
    return on_day(coming_day(m.setting.today, m["d"]), sure=0.85)


@DATES("DATETHE a:D12 SLASH b:D12 (?! SLASH|HYPHEN|NUM|UNIT)", makes="MOMENT")
def _day_and_month(m: Found) -> Moment | None:
    day = ahead(m.setting.today, m["b"], m["a"])
    return on_day(day, sure=0.9) or IMPOSSIBLE


@ROLES("(DATETHE|HABIT) k:MOMENT", makes="WHEN")
def _led(m: Found) -> When:
    """Read "le sam"; an article makes no month of a short word ("l'ago")."""
    moment: Moment = m["k"]
    return When("due", moment if moment.grain == "month" else lifted(m), led=True)


@NUMBERS("d:SHORTDAY (?= D12 (MONTH|HOURNOUN|SLASH|COLON|ORDSUF)|WEEKDAY)", "(?<= EVERY) d:SHORTDAY", makes="WEEKDAY")
def _short_day(m: Found) -> int:
    """Read "jeu 3 déc"; alone it is another word."""
    return int(m["d"])


# Repetition.


@BASES("q:QTY OUTOF n:NUM", "EVERY q:QTY AFTERDONE", makes="BASE")
def _turn(m: Found) -> Repeat | None:
    """Read "un jour sur deux", "tous les 3 jours après l'avoir fait"."""
    parts = m["q"].parts
    if m["n"] is None:
        found = base(*parts[0]) if len(parts) == 1 else None
        return found and replace(found, from_completion=True)
    return base(parts[0][0], m["n"]) if len(parts) == 1 and parts[0][1] == 1 else None


@CYCLES("(ON|AT)? k:NUM (WEEKDAY|WEEKEND) OUTOF n:NUM", makes="REPEAT")
def _weekday_turn(m: Found) -> Repeat | None:
    if m["k"] != 1 or not 1 <= m["n"] <= 52:  # noqa: PLR2004  (weeks of a year)
        return None
    return Repeat("WEEKLY", m["n"], byday=list_weekdays(m), sure=0.95)


@CYCLES("(?<! BY|BEFORE|AFTER|UNTIL|FROM|FOR) EACHTHE WEEKEND (?! FOLLOWING|GONE|NEXT|OF|NUM)", makes="REPEAT")
def _each_weekend(m: Found) -> Repeat:
    """Read "le week-end"."""
    return Repeat("WEEKLY", byday=list_weekdays(m), sure=0.8)

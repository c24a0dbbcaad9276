"""Rules for hours that carry their noun ("17h30", "8 heures moins le quart", "9h-11h") and turns ("un lundi sur deux").

HOURNOUN makes an hour of a number unless other words make it an amount; HOURPLUS are minutes behind it, MINUS takes
them away, OFPART is a part of the day behind an hour, FROMOF what a range begins with. OUTOF counts turns, BEAT is a
whole beat in words, EACHTHE the article of every weekend, WEEKSON so many weeks after the coming day, LASTING leads in
how long it takes.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import HABITS, coming_day
from tasktalk.assistant.grammar.calendar import DAY, add_days, coming, find_date, shift
from tasktalk.assistant.grammar.chart import Found, Node
from tasktalk.assistant.grammar.clocks import (
    DAYPARTS,
    EARLY_CLOCKS,
    LAST_SMALL_HOUR,
    NOON,
    TIMESPANS,
    place,
    read_hour,
    span_of,
)
from tasktalk.assistant.grammar.dates import DATES, IMPOSSIBLE, ahead
from tasktalk.assistant.grammar.days import DAYS, on_day
from tasktalk.assistant.grammar.joins import JOINS
from tasktalk.assistant.grammar.numbers import AMOUNTS, NUMBERS
from tasktalk.assistant.grammar.picks import list_weekdays
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES, base
from tasktalk.assistant.grammar.roles import ROLES, When, lifted
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch

_LAST_HOUR, _MONTH, _MINUTES = 23, 31, 60
EARLY = 5
# What makes an amount of "8h", before it and behind it, and what makes an hour of it.
_FREE = "(?<! IN|EVERY|NEXT|PAST|PLUS|FOR|DURING|LASTING|AGO|ABOUT|THE|UNIT|DOT|SLASH|HYPHEN|OUTOF|PER|NUM)"
_WHOLE = "(?! OF WORD|OF LITERAL|OUTOF|LATER|THEN|PER|BEFORE|AND HALF|HALF)"
_BEHIND_DAY = "(?<= WEEKDAY|DAYREL|TONIGHT|MONTH|PART|PARTADV|YEAR|FOLLOWING)"


def _written(node: Node) -> bool:
    """Two figures, or a word: minutes as one writes them."""
    return "D12" not in node.senses or node.end - node.start == 2  # noqa: PLR2004


def _hour(m: Found, minute: int = 0) -> Clock | None:
    return read_hour(m["h"], minute, fixed="PADDED" in m.node("h").senses)


@EARLY_CLOCKS(
    f"AT ABOUT? h:NUM HOURNOUN {_WHOLE}", f"{_BEHIND_DAY} AT ABOUT? h:NUM HOURNOUN (?= OF WORD)", makes="CLOCK"
)
def _at_hour(m: Found) -> Clock | None:
    """Read "à 17h", "à 5 heures"."""
    return _hour(m)


@EARLY_CLOCKS("AT h:NUM HOURNOUN (?= OF WORD)", makes="CLOCK")
def _at_late_hour(m: Found) -> Clock | None:
    """Read "à 9h d'appeler"; "à 2h de route" is how far it is."""
    return _hour(m) if m["h"] > LAST_SMALL_HOUR else None


@EARLY_CLOCKS(f"{_FREE} h:NUM n:HOURNOUN {_WHOLE}", makes="CLOCK")
def _bare_hour(m: Found) -> Clock | None:
    """Read "réunion 17h"; the noun in full rather counts hours ("dormir 8 heures"), as small figures do."""
    letter = m.node("n").end - m.node("n").start == 1
    return _hour(m) if (LAST_SMALL_HOUR if letter else NOON) < m["h"] <= _LAST_HOUR else None


@EARLY_CLOCKS("(?<= FOR|LASTING|BY) h:NUM n:HOURNOUN (?! OF WORD)", makes="CLOCK")
def _afternoon_hour(m: Found) -> Clock | None:
    """Read "la réunion de 17h": nothing takes that long."""
    return _hour(m) if NOON < m["h"] <= _LAST_HOUR else None


@EARLY_CLOCKS(f"{_BEHIND_DAY} COMMA? h:NUM HOURNOUN {_WHOLE} (?! WORD)", makes="CLOCK")
def _hour_of_day(m: Found) -> Clock | None:
    return _hour(m) if m["h"] <= _LAST_HOUR else None


@EARLY_CLOCKS(
    "AT ABOUT? h:NUM HOURNOUN n:NUM MINUTENOUN? (?! UNIT|HOURNOUN|COLON|SLASH)",
    f"{_BEHIND_DAY} COMMA? h:NUM HOURNOUN n:NUM MINUTENOUN? (?! OF WORD|HOURNOUN|COLON|SLASH)",
    makes="CLOCK",
)
def _at_minutes(m: Found) -> Clock | None:
    """Read "à 17h30", "demain 5h30"; at five and six one gets up and takes trains."""
    if not _written(m.node("n")):
        return None
    return read_hour(m["h"], m["n"], fixed=m["h"] >= EARLY or "PADDED" in m.node("h").senses)


@EARLY_CLOCKS(f"{_FREE} h:NUM HOURNOUN n:NUM MINUTENOUN? (?! OF WORD|UNIT|HOURNOUN|COLON|SLASH)", makes="CLOCK")
def _bare_minutes(m: Found) -> Clock | None:
    """Read "8h30"; "1h30" is how long something takes."""
    return _hour(m, m["n"]) if _written(m.node("n")) and m["h"] > LAST_SMALL_HOUR else None


@EARLY_CLOCKS(
    "AT ABOUT? h:NUM HOURNOUN (x:HOURPLUS|MINUS n:NUM) p:OFPART?",
    f"{_FREE} h:NUM HOURNOUN (x:HOURPLUS|MINUS n:NUM) p:OFPART?",
    f"{_BEHIND_DAY} h:NUM HOURNOUN (x:HOURPLUS|MINUS n:NUM) p:OFPART?",
    makes="CLOCK",
)
def _hour_and_more(m: Found) -> Clock | None:
    """Read "à 8 heures et demie", "10h moins dix", "trois heures et quart du matin"."""
    led = any(kind in m.nodes[0].senses for kind in ("AT",))
    clock = read_hour(m["h"])
    if clock is None or not (led or m["p"] or m["h"] > LAST_SMALL_HOUR or m.all("MINUS") or (m["x"] or 0) < 0):
        return None
    return _moved(place(clock, m["p"]) if m["p"] else clock, m["x"] or -m["n"])


@EARLY_CLOCKS("AT? ABOUT? w:CLOCKWORD (x:HOURPLUS|MINUS n:NUM)", makes="CLOCK")
def _noon_and_more(m: Found) -> Clock | None:
    return _moved(Clock(int(m["w"].split(":")[0])), m["x"] or -m["n"])


def _moved(clock: Clock, minutes: int) -> Clock | None:
    if not 0 < abs(minutes) < _MINUTES:
        return None
    hour, minute = divmod(clock.hour * 60 + minutes, 60)
    return replace(clock, hour=hour % 24, minute=minute)


@EARLY_CLOCKS("AT? ABOUT? h:NUM HOURNOUN? (n:NUM MINUTENOUN?)? p:OFPART", makes="CLOCK")
def _hour_of_part(m: Found) -> Clock | None:
    """Read "5h du matin", "à 5 heures de l'après-midi"."""
    clock = _hour(m, m["n"] or 0)
    return clock and place(clock, m["p"])


# Ranges of hours; the second hour's small word is the one that leads in any hour.

_FIRST = "a:NUM/CLOCKWORD ((HOURNOUN|COLON) (i:D12 MINUTENOUN?)?)?"
_MARKED = "a:NUM (HOURNOUN|COLON) (i:D12 MINUTENOUN?)?"
_SECOND = "b:NUM/CLOCKWORD ((HOURNOUN|COLON) (j:D12 MINUTENOUN?)?)?"
_NO_DATE = "(?<! DATETHE|MONTH|NUM|SLASH|HYPHEN|DOT|COLON|FROMDATE)"
_NO_DAY = "(?<! OUTOF|WEEKDAY|DATETHE|MONTH|NUM|SLASH|HYPHEN|DOT|COLON|FROMDATE)"
_NO_MORE = "(?! UNIT|MONTH|SLASH|DOT|COLON|HYPHEN|NUM|AMPM|OF MONTH|LITERAL)"


@EARLY_CLOCKS(
    f"(FROMOF|FROM) {_FIRST} (TO|UNTIL|DASH|HYPHEN) {_SECOND} {_NO_MORE}",
    f"BETWEEN {_FIRST} AND {_SECOND} {_NO_MORE}",
    f"(?<! LASTING|FOR|IN) {_MARKED} (TO|UNTIL|DASH|HYPHEN) {_SECOND} {_NO_MORE}",
    f"{_NO_DAY} a:NUM TO b:NUM HOURNOUN j:D12? {_NO_MORE}",
    f"{_NO_DATE} a:NUM (DASH|HYPHEN) b:NUM HOURNOUN j:D12? {_NO_MORE}",
    makes="TIMESPAN",
)
def _hours(m: Found) -> tuple[Clock, Clock] | None:
    """Read "de 9h à 11h30", "entre midi et 14h", "9h-11h"; "2h à 3h" is how long something takes."""
    marked = bool(m.all("HOURNOUN", "CLOCKWORD"))
    led = bool(m.all("FROMOF", "FROM", "BETWEEN"))
    if not marked or not (led or any(isinstance(m[end], str) or m[end] > LAST_SMALL_HOUR for end in "ab")):
        return None
    return span_of(_end(m["a"], m["i"]), _end(m["b"], m["j"]))


def _end(hour: int | str, minute: int | None) -> Clock | None:
    return Clock(int(hour.split(":")[0])) if isinstance(hour, str) else read_hour(hour, minute or 0)


@EARLY_CLOCKS(f"(?<! MONTH) FROMHOURS a:D12 TO b:D12 (?! WORD|AT|HOURNOUN) {_NO_MORE}", makes="TIMESPAN")
def _numbers(m: Found) -> tuple[Clock, Clock] | None:
    """Read "de 10 à 12"."""
    return span_of(read_hour(m["a"]), read_hour(m["b"])) if m["a"] and m["b"] else None


@TIMESPANS("FROMOF a:CLOCK (TO|UNTIL)? b:CLOCK", makes="TIMESPAN")
def _from_to(m: Found) -> tuple[Clock, Clock] | None:
    return span_of(m["a"], m["b"])


@JOINS("FROMDATE w:MOMENT a:D12 TO b:MOMENT", makes="STRETCH")
def _weekday_numbers(m: Found) -> Stretch | None:
    """Read "du lundi 3 au vendredi 7 août", where the first day has its weekday and no month."""
    last: Moment = m["b"]
    if m["w"].weekday is None or last.on is None or m["a"] >= last.on.day:
        return None
    first = find_date(last.on.year, last.on.month, m["a"])
    return Stretch(Moment(on=first, sure=0.9), last) if first else None


@DAYPARTS("t:TIMESPAN p:OFPART", makes="TIMESPAN")
def _span_of_part(m: Found) -> tuple[Clock, Clock]:
    start, end = m["t"]
    return place(start, m["p"]), place(end, m["p"])


# Amounts.


@AMOUNTS("h:NUM HOURNOUN n:D12 MINUTENOUN?", makes="QTY")
def _hours_minutes(m: Found) -> Amount | None:
    return Amount((("hour", m["h"]), ("minute", m["n"]))) if _written(m.node("n")) else None


@AMOUNTS("n:NUM u:UNIT x:HOURPLUS", makes="QTY")
def _and_part(m: Found) -> Amount | None:
    """Read "2 heures et demie", "un an et demi"."""
    if m["x"] <= 0 or (m["u"] != "hour" and m["x"] * 2 != _MINUTES):
        return None
    return Amount(((m["u"], m["n"] + m["x"] / _MINUTES),))


@AMOUNTS("A? h:HALF HYPHEN u:UNIT", makes="QTY")
def _half(m: Found) -> Amount:
    return Amount(((m["u"], 0.5),))


@JOINS("LASTING q:QTY (?! BEFORE|AFTER|LATER|THEN|OF WORD)", makes="LENGTH")
def _lasting(m: Found) -> Amount | None:
    amount: Amount = m["q"]
    return amount if amount.minutes else None


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


@BASES("f:BEAT", makes="BASE")
def _beat(m: Found) -> Repeat:
    freq, interval = m["f"].split()
    return Repeat(freq, int(interval))


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


_NUMBERS = "(ORD|LEADORD|D12) ((COMMA|AND|COMMA AND) DATETHE? (ORD|LEADORD|D12))*"


@CYCLES(
    f"(ON|AT)? DATETHE {_NUMBERS} OF? b:BASE",
    f"b:BASE COMMA? DATETHE {_NUMBERS} (?! MONTH|UNIT|COLON|SLASH|WORD)",
    f"EVERY {_NUMBERS} OF THE? u:UNIT",
    makes="REPEAT",
)
def _days_of_month(m: Found) -> Repeat | None:
    """Read "le 1er et le 15 de chaque mois", "tous les 15 du mois"."""
    beat: Repeat = m["b"] or Repeat("MONTHLY")
    days = tuple(m.all("ORD", "LEADORD", "D12"))
    if beat.freq != "MONTHLY" or m["u"] not in {None, "month"} or not all(1 <= day <= _MONTH for day in days):
        return None
    return replace(beat, bymonthday=days, sure=0.95)

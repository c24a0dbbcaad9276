"""Rules for hours that carry their noun: "17h30", "8 heures moins le quart", "9h-11h", "à 15h pile".

HOURNOUN makes an hour of a number unless other words make it an amount; HOURPLUS are minutes behind it, MINUS takes
them away, SHARP says that it is just then, OFPART is a part of the day behind an hour, FROMOF and FROMHOURS what a
range begins with, LASTING what leads in how long something takes.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.behind import coming_day
from tasktalk.assistant.grammar.calendar import find_date
from tasktalk.assistant.grammar.chart import Found, Node
from tasktalk.assistant.grammar.clocks import EARLY_CLOCKS, LAST_SMALL_HOUR, NOON, read_hour
from tasktalk.assistant.grammar.dayparts import DAYPARTS, place, span_of
from tasktalk.assistant.grammar.days import on_day
from tasktalk.assistant.grammar.joins import JOINS
from tasktalk.assistant.grammar.numbers import AMOUNTS
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Stretch

_LAST_HOUR, _MINUTES = 23, 60
EARLY = 5
# What makes an amount of "8h", before it and behind it, and what makes an hour of it.
_FREE = "(?<! IN|EVERY|NEXT|PAST|PLUS|FOR|DURING|LASTING|AGO|ABOUT|THE|UNIT|DOT|SLASH|HYPHEN|OUTOF|PER|NUM)"
_WHOLE = "(?! OF WORD|OF LITERAL|OUTOF|LATER|THEN|PER|BEFORE|AND HALF|HALF|D12 COLON)"
_BEHIND_DAY = "(?<= WEEKDAY|DAYREL|TONIGHT|MONTH|PART|PARTADV|YEAR|FOLLOWING)"


def _written(node: Node) -> bool:
    """Two figures, or a word: minutes as one writes them."""
    return "D12" not in node.senses or node.end - node.start == 2  # noqa: PLR2004


def _hour(m: Found, minute: int = 0) -> Clock | None:
    early = m.setting.hours > NOON and m["h"] == LAST_SMALL_HOUR  # one gets up at six
    return read_hour(m["h"], minute, fixed=early or "PADDED" in m.node("h").senses)


@EARLY_CLOCKS(
    f"AT ABOUT? h:NUM HOURNOUN SHARP? {_WHOLE}", f"{_BEHIND_DAY} AT ABOUT? h:NUM HOURNOUN (?= OF WORD)", makes="CLOCK"
)
def _at_hour(m: Found) -> Clock | None:
    """Read "à 17h", "à 5 heures"."""
    return _hour(m)


@EARLY_CLOCKS("AT h:NUM HOURNOUN (?= OF WORD)", makes="CLOCK")
def _at_late_hour(m: Found) -> Clock | None:
    """Read "à 9h d'appeler"; "à 2h de route" is how far it is."""
    return _hour(m) if m["h"] > LAST_SMALL_HOUR else None


@EARLY_CLOCKS(f"{_FREE} h:NUM n:HOURNOUN SHARP? {_WHOLE}", makes="CLOCK")
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


@JOINS("FROMDATE w:MOMENT a:D12 TO b:MOMENT", makes="STRETCH")
def _weekday_numbers(m: Found) -> Stretch | None:
    """Read "du lundi 3 au vendredi 7 août", where the first day has its weekday and no month."""
    last: Moment = m["b"]
    if m["w"].weekday is None or last.on is None or m["a"] >= last.on.day:
        return None
    first = find_date(last.on.year, last.on.month, m["a"])
    return Stretch(Moment(on=first, sure=0.9), last) if first else None


@DAYPARTS("DATETHE d:D12 p:PARTADV", makes="MOMENT")
def _day_and_part(m: Found) -> Moment | None:
    """Read "le 3 au matin"."""
    day = on_day(coming_day(m.setting.today, m["d"]), sure=0.9)
    return day and replace(day, clock=Clock(m["p"], part=True))


# Amounts.


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

"""Rules for hours led in by a word that leads in nothing else, and minutes told with their hour.

"alle 17", "dalle 9 alle 11", "cinco menos un cuarto", "dez para as oito". ATHOUR is such a word, FROMHOUR the one a
range begins with, HOURTHE an article that leads in the hour it has as its value ("la una"), LESS takes minutes away,
MINUTESTO stands between minutes and the hour they lead up to.
"""

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import CLOCKS, EARLY_CLOCKS, NOON, read_hour, with_minutes
from tasktalk.assistant.grammar.dayparts import NO_DAY, place, read_span
from tasktalk.assistant.grammar.values import Clock

HOURS = Rules()
HOUR_SPANS = Rules()
_TWO_FIGURES = 2


@EARLY_CLOCKS(
    "(?<= WEEKDAY D12) HOURTAG h:D12 ((COLON|DOT) n:D12)? (?! UNIT|COLON|DOT)",
    "(?<= SLASH D12) HOURTAG h:D12 ((COLON|DOT) n:D12)? (?! UNIT|COLON|DOT)",
    makes="CLOCK",
)
def _tagged(m: Found) -> Clock | None:
    """Read "venerdì 27 ore 21", where the first number counts no hours."""
    return read_hour(m["h"], m["n"] or 0)


@HOURS("ATHOUR h:D12 (DOT|COMMA) n:D12 (?! UNIT|LITERAL|DOT)", makes="CLOCK")
def _parted(m: Found) -> Clock | None:
    """Read "alle 17.30", "alle 17,30"."""
    minutes = m.node("n")
    written = minutes.end - minutes.start == _TWO_FIGURES and minutes.start == m.nodes[-2].end
    return read_hour(m["h"], m["n"]) if written else None


@HOURS(
    "ATHOUR h:NUM (?! COLON|DOT|SLASH|HYPHEN|DASH NUM|COMMA NUM (?! HYPHEN? TIMES)"
    "|AMPM|OCLOCK|HSEP|UNIT|MONTH|LITERAL|NUM|TO NUM)",
    makes="CLOCK",
)
def _hour(m: Found) -> Clock | None:
    return read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)


HOUR_SPANS(
    "FROMHOUR a:NUM/CLOCK (TO|DASH|HYPHEN|UNTIL)? b:CLOCK",
    f"FROMHOUR a:NUM/CLOCK (TO|DASH|HYPHEN|UNTIL) b:NUM {NO_DAY}",
    f"BETWEEN THE? a:CLOCK/NUM (AND|HYPHEN|DASH) THE? b:CLOCK/NUM {NO_DAY}",
    makes="TIMESPAN",
)(read_span)


_MORE = ("AND A? b:HALF", "AND A? n:NUM/QUARTER", "l:LESS A? n:NUM/QUARTER")
_AT, _THE = "(AT|ATHOUR)", "AT? x:HOURTHE"
_ENDS = "(?! UNIT|WORD|COLON|OF)"
_NO_DATE = "(?! UNIT|COLON|DOT|SLASH|HYPHEN)"
_PART = "(?= OF THE? PART|INPART)"
_FIVE = 5


@EARLY_CLOCKS(
    *(f"{_AT}? h:NUM {more} p:OFPART/PARTADV" for more in _MORE),
    *(f"{_THE} h:NUM {more} p:OFPART/PARTADV" for more in ("", *_MORE)),
    makes="CLOCK",
)
@HOURS(
    f"ATHOUR h:NUM OCLOCK? AND A? b:HALF {_NO_DATE}",
    f"ATHOUR h:NUM OCLOCK? AND A? n:NUM/QUARTER {_NO_DATE}",
    "ATHOUR h:NUM OCLOCK? l:LESS A? n:NUM/QUARTER UNIT?",
    makes="CLOCK",
)
@CLOCKS(
    *(f"{_AT} h:NUM {more} a:AMPM" for more in _MORE),
    *(f"{_THE} h:NUM {more} a:AMPM?" for more in _MORE),
    f"{_THE} h:NUM a:AMPM",
    f"{_THE} h:NUM COLON n:D12 a:AMPM?",
    f"{_THE} h:NUM (?! WORD|UNIT|LITERAL|COLON|DOT|SLASH|HYPHEN|MONTH|OF|AND THE)",
    "AT h:NUM AND b:HALF",
    f"h:NUM AND b:HALF {_ENDS}",
    *(f"AT h:NUM {more} (?! UNIT|WORD|COLON)" for more in _MORE[1:]),
    *(f"h:NUM {more} {_PART}" for more in _MORE),
    f"h:NUM AND n:QUARTER {_ENDS}",
    f"h:NUM l:LESS n:QUARTER {_ENDS}",
    makes="CLOCK",
)
def _hour_and_minutes(m: Found) -> Clock | None:
    """Minutes that are no full fives may count what follows, where nothing else says that it is a time."""
    minutes = 30 if m["b"] else int(m["n"] or 0)
    told = m["p"] is not None or m["a"] or m["x"]
    if m["x"] not in {None, m["h"]} or (minutes % _FIVE and not told) or (m["n"] == 0 and not told):
        return None
    clock = with_minutes(m["h"], -minutes if m["l"] else minutes, m["a"])
    return place(clock, m["p"]) if clock and m["p"] is not None else clock


@EARLY_CLOCKS(f"{_AT}? n:NUM/QUARTER MINUTESTO h:NUM p:OFPART/PARTADV", makes="CLOCK")
@CLOCKS(
    f"{_AT}? n:NUM/QUARTER UNIT? MINUTESTO h:NUM (?! UNIT|WORD)", f"{_AT} n:NUM/QUARTER MINUTESTO h:NUM", makes="CLOCK"
)
def _minutes_to(m: Found) -> Clock | None:
    """Read "dez para as oito"; "5 para as 10" may be about the fifth task."""
    minutes = m["n"]
    if minutes % _FIVE or not minutes or not 1 <= m["h"] <= NOON:
        return None
    if "D12" in m.node("n").senses and m["p"] is None and not m.all("AT", "ATHOUR", "UNIT"):
        return None
    clock = with_minutes(m["h"], -minutes)
    return place(clock, m["p"]) if clock and m["p"] is not None else clock


@HOURS("w:CLOCKWORD AND A? (HALF|q:QUARTER) (?! UNIT)", makes="CLOCK")
def _named_and(m: Found) -> Clock:
    """Read "mezzogiorno e mezzo"."""
    return Clock(int(m["w"].split(":")[0]), m["q"] or 30)

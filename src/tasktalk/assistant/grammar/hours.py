"""Rules for hours led in by a word that leads in nothing else ("alle 17", "alle 5 e mezza", "dalle 9 alle 11").

ATHOUR is such a word, FROMHOUR the one a range begins with, LESS takes minutes away. What they make, the rules of
`clocks` go on with.
"""

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import EARLY_CLOCKS, NO_DAY, place, read_hour, span_of
from tasktalk.assistant.grammar.values import Clock

HOURS = Rules()
HOUR_SPANS = Rules()
_TWO_FIGURES = 2
_MINUTES = 60


@EARLY_CLOCKS(
    "(?<= WEEKDAY D12) HOURTAG h:D12 ((COLON|DOT) n:D12)? (?! UNIT|COLON|DOT)",
    "(?<= SLASH D12) HOURTAG h:D12 ((COLON|DOT) n:D12)? (?! UNIT|COLON|DOT)",
    makes="CLOCK",
)
def _tagged(m: Found) -> Clock | None:
    """Read "venerdì 27 ore 21", where the first number counts no hours."""
    return read_hour(m["h"], m["n"] or 0)


@HOURS("w:CLOCKWORD AND A? (HALF|q:QUARTER) (?! UNIT)", makes="CLOCK")
def _named_and(m: Found) -> Clock:
    return Clock(int(m["w"].split(":")[0]), m["q"] or 30)


@HOURS("ATHOUR h:NUM OCLOCK? AND A? (HALF|q:QUARTER) (?! UNIT)", makes="CLOCK")
def _and_half(m: Found) -> Clock | None:
    return read_hour(m["h"], m["q"] or 30)


@HOURS("ATHOUR h:NUM OCLOCK? AND n:NUM (?! COLON|DOT|SLASH|HYPHEN)", makes="CLOCK")
def _and_minutes(m: Found) -> Clock | None:
    """Read "alle 5 e 20"; other minutes than full fives may count what follows."""
    return read_hour(m["h"], m["n"]) if m["n"] >= 5 and m["n"] % 5 == 0 else None  # noqa: PLR2004  (a clock)


@HOURS("ATHOUR h:NUM OCLOCK? LESS A? (q:QUARTER|n:NUM|a:QTY)", makes="CLOCK")
def _less(m: Found) -> Clock | None:
    minutes = m["q"] or m["n"] or m["a"].minutes or 0
    clock = read_hour(m["h"])
    if clock is None or not 0 < minutes < _MINUTES:
        return None
    return Clock((clock.hour or 24) - 1, _MINUTES - minutes, fixed=clock.fixed)


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


@HOUR_SPANS(
    "FROMHOUR a:NUM/CLOCK (TO|DASH|HYPHEN|UNTIL)? b:CLOCK",
    f"FROMHOUR a:NUM/CLOCK (TO|DASH|HYPHEN|UNTIL) b:NUM {NO_DAY}",
    f"BETWEEN THE? a:CLOCK/NUM (AND|HYPHEN|DASH) THE? b:CLOCK/NUM {NO_DAY}",
    makes="TIMESPAN",
)
def _from_to(m: Found) -> tuple[Clock, Clock] | None:
    start = m["a"] if isinstance(m["a"], Clock) else read_hour(m["a"])
    end = m["b"] if isinstance(m["b"], Clock) else read_hour(m["b"])
    return span_of(start, end)


@HOUR_SPANS("t:TIMESPAN p:PARTADV", makes="TIMESPAN")
def _span_part(m: Found) -> tuple[Clock, Clock]:
    start, end = m["t"]
    return place(start, m["p"]), place(end, m["p"])

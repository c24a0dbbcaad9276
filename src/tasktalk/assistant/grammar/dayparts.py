"""Rules for hours in a part of the day or in a zone, and from hour to hour: "8 in the evening", "9-11h"."""

from dataclasses import replace

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import CLOCKS, NOON, read_hour
from tasktalk.assistant.grammar.values import Clock

DAYPARTS = Rules()
TIMESPANS = Rules()

FARTHEST_ZONE = 14  # hours ahead of UTC


def place(clock: Clock, part_hour: int) -> Clock:
    """The clock as a part of the day fixes it: "8 in the evening", "1 at night", "12 at night"."""
    if clock.part:
        return clock
    if clock.fixed and clock.hour > NOON:
        return clock
    hour = clock.hour % NOON
    if part_hour < NOON:
        return replace(clock, hour=hour, fixed=True)
    if part_hour == NOON:
        return replace(clock, hour=NOON if hour in {0, NOON} else hour if hour >= 10 else hour + NOON, fixed=True)  # noqa: PLR2004  (11 is still noonish)
    if part_hour >= 21 and hour < 6:  # noqa: PLR2004  (after midnight is still night)
        return replace(clock, hour=hour or 24, fixed=True)
    return replace(clock, hour=hour + NOON, fixed=True)


@DAYPARTS(
    "c:CLOCK (IN THE|IN|AT|THIS|ON THE|ONTHE|OF|OF THE)? p:PART",
    "c:CLOCK p:INPART",
    "c:CLOCK COMMA? p:PARTADV",
    "ATHOUR c:CLOCK (OF|OF THE)? p:PART/PARTADV",
    "(IN THE|IN|DURING|ONTHE) p:PART c:CLOCK",
    "p:PARTADV (COMMA|AT|FROM|ABOUT)? c:CLOCK",
    makes="CLOCK",
)
def _clock_part(m: Found) -> Clock:
    return place(m["c"], m["p"])


@DAYPARTS("ATHOUR c:CLOCK", makes="CLOCK")
def _led_clock(m: Found) -> Clock:
    return m["c"]  # type: ignore[no-any-return]


@DAYPARTS(
    "IN THE p:PART AT? h:NUM (?! UNIT|WORD|SLASH|MONTH)",
    "AT? h:D12 (IN THE|AT) p:PART",
    "AT? h:D12 p:PARTADV",
    "AT? h:NUM OF THE? p:PART",
    makes="CLOCK",
)
def _hour_part(m: Found) -> Clock | None:
    clock = read_hour(m["h"])
    return clock and place(clock, m["p"])


@DAYPARTS("t:TIMESPAN p:OFPART", makes="TIMESPAN")
def _span_part(m: Found) -> tuple[Clock, Clock]:
    start, end = m["t"]
    return place(start, m["p"]), place(end, m["p"])


@DAYPARTS("IN THE p:PART", "AT p:PART", "ONTHE p:PART", "p:PARTADV/INPART", makes="DAYPART")
def _in_part(m: Found) -> Clock:
    return Clock(m["p"], part=True)


@DAYPARTS("c:CLOCK z:ZONE (?! WORD|LITERAL)", "c:CLOCK PLUS z:HMM/CLOCK (?! UNIT|WORD)", makes="CLOCK")
def _zoned(m: Found) -> Clock | None:
    """Read "10:30 pst", "10:00 +0100": an hour of somewhere else."""
    zone = m["z"]
    if isinstance(zone, str):
        zone = int(zone[:-2]) * 60 + int(zone[-2:])
    elif isinstance(zone, Clock):
        zone = zone.hour % 12 * 60 + zone.minute
    return replace(m["c"], utc_offset=zone, fixed=True) if abs(zone) <= FARTHEST_ZONE * 60 else None


def _same_half(start: Clock, end: Clock) -> Clock:
    """The first hour of a range takes the half of the day of the second: "3-4pm", but "11-1pm"."""
    if start.fixed or not end.fixed:
        return start
    for guess in (start.afternoon(), start.forenoon()):
        if (guess.hour, guess.minute) < (end.hour, end.minute):
            return guess
    return start


def after(start: Clock, end: Clock) -> Clock:
    """The second hour of a range, put behind the first where its half was left open: "8pm - 11", "from 10 to 2"."""
    if end.fixed or ((end.hour, end.minute) > (start.hour, start.minute) and not start.fixed):
        return end
    for guess in (end.forenoon(), end.afternoon()):
        if (guess.hour, guess.minute) > (start.hour, start.minute):
            return guess
    return end.forenoon()  # "22:00 - 6:00" ends the next day


NO_DAY = "(?! UNIT|WORD|MONTH|SLASH|HYPHEN|DOT|LITERAL)"


@TIMESPANS(
    "(FROM|BETWEEN)? a:CLOCK (TO|DASH|HYPHEN|UNTIL) b:CLOCK",
    f"(FROM|BETWEEN)? a:CLOCK (TO|DASH|HYPHEN|UNTIL) b:NUM {NO_DAY}",
    "(FROM|BETWEEN|AT)? a:NUM (TO|DASH|HYPHEN) b:CLOCK",
    f"AT a:NUM (TO|DASH|HYPHEN) b:NUM {NO_DAY}",
    f"(FROM|SPAN) a:NUM (TO|DASH|HYPHEN|UNTIL) b:NUM {NO_DAY}",
    "SPAN a:NUM (TO|DASH|HYPHEN|UNTIL) b:CLOCK",
    "SPAN a:CLOCK (TO|DASH|HYPHEN|UNTIL) b:CLOCK",
    "(FROM|SPAN) a:CLOCK/NUM b:CLOCK",
    "FROMOF a:CLOCK (TO|UNTIL)? b:CLOCK",
    f"BETWEEN a:CLOCK/NUM (AND|HYPHEN|DASH) b:CLOCK/NUM {NO_DAY}",
    makes="TIMESPAN",
)
def read_span(m: Found) -> tuple[Clock, Clock] | None:
    """From the hour `a` to the hour `b`, each a clock or only a number."""
    start, end = (each if isinstance(each, Clock) else read_hour(each) for each in (m["a"], m["b"]))
    return span_of(start, end)


def span_of(start: Clock | None, end: Clock | None) -> tuple[Clock, Clock] | None:
    """Two times of day as a range whose ends agree about before and after noon; None where one of them is no time."""
    if start is None or end is None:
        return None
    start = _same_half(start, end)
    return start, after(start, end)


@CLOCKS(
    "(?<! DOT|COMMA|SLASH|NUM) FROM? a:D12 DOT i:D12 (HYPHEN|DASH|TO|UNTIL) b:D12 DOT j:D12"
    " (?! DOT|ORDDOT|UNIT|PERCENT|LITERAL)",
    makes="TIMESPAN",
)
def _dotted_span(m: Found) -> tuple[Clock, Clock] | None:
    """Read "9.30-10.45": minutes that no month is."""
    if any(0 < m[minute] <= NOON or m.node(minute).end - m.node(minute).start != 2 for minute in "ij"):  # noqa: PLR2004
        return None
    return span_of(read_hour(m["a"], m["i"]), read_hour(m["b"], m["j"]))

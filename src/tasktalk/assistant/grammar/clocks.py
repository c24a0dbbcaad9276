"""Rules for times of day: "5pm", "17:30", "630 am", "half past 3", "at 3:30", "8 in the evening"."""

from dataclasses import replace

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.values import Clock

EARLY_CLOCKS = Rules()  # before "17h" becomes an amount
CLOCKS = Rules()
DAYPARTS = Rules()
TIMESPANS = Rules()

LAST_SMALL_HOUR = 6  # "at 3" is in the afternoon, "at 8" in the morning, unless other words say otherwise
NOON = 12
FARTHEST_ZONE = 14  # hours ahead of UTC


def read_hour(hour: int, minute: int = 0, *, fixed: bool = False) -> Clock | None:
    """A time on the 24-hour clock, or None where there is none. Small hours not marked as such mean the afternoon."""
    if hour > 24 or minute > 59 or (hour == 24 and minute):  # noqa: PLR2004  (a clock)
        return None
    if fixed or hour > NOON or hour == 0:
        return Clock(hour, minute, fixed=True)
    if hour <= LAST_SMALL_HOUR:
        return Clock(hour + NOON, minute, fixed=False)
    return Clock(hour, minute, fixed=False)


def with_half(hour: int, minute: int, half: str) -> Clock | None:
    """A time on the 12-hour clock; None for "14PM"."""
    if not 1 <= hour <= NOON or minute > 59:  # noqa: PLR2004  (a clock)
        return None
    return Clock(hour % NOON + (NOON if half == "pm" else 0), minute)


def _split(figures: str) -> tuple[int, int]:
    return int(figures[:-2]), int(figures[-2:])


@CLOCKS("AT? h:D12 (COLON|DOT) n:D12 a:AMPM", "AT? h:D12 COLON n:D12 (COLON D12)? (DOT NUM)? a:AMPM", makes="CLOCK")
def _twelve(m: Found) -> Clock | None:
    return with_half(m["h"], m["n"], m["a"])


@CLOCKS("(?<! DOT|COLON) AT? h:D12 a:AMPM", makes="CLOCK")
def _hour_twelve(m: Found) -> Clock | None:
    return with_half(m["h"], 0, m["a"])


@CLOCKS("(?<! DOT|COLON) AT? h:NUM a:AMPM", makes="CLOCK")
def _word_twelve(m: Found) -> Clock | None:
    return with_half(m["h"], 0, m["a"])


@CLOCKS("(?<! MONTH|NUM|ORD|HYPHEN|SLASH|DOT|COLON) AT? h:NUM n:NUM a:AMPM", makes="CLOCK")
def _words_twelve(m: Found) -> Clock | None:
    """Read "two thirty pm"; the first number of "3 8am" is something else: a day, a count."""
    return with_half(m["h"], m["n"], m["a"]) if m["n"] >= 10 or "PADDED" in m.node("n").senses else None  # noqa: PLR2004


@CLOCKS("AT? f:HMM a:AMPM", makes="CLOCK")
def _figures_twelve(m: Found) -> Clock | None:
    return with_half(*_split(m["f"]), m["a"])


@CLOCKS("AT? h:D12 COLON n:D12 (COLON D12)? (DOT NUM)?", makes="CLOCK")
def _colon(m: Found) -> Clock | None:
    text_is_two = m.nodes[[i for i, node in enumerate(m.nodes) if "COLON" in node.senses][0] + 1]  # noqa: RUF015
    if text_is_two.end - text_is_two.start != 2:  # noqa: PLR2004  ("3:1" is a ratio)
        return None
    morning = m.setting.hours > NOON and m["h"] >= LAST_SMALL_HOUR  # "6:30" on the 24-hour clock
    return read_hour(m["h"], m["n"], fixed=morning or "PADDED" in m.node("h").senses)


@CLOCKS("AT? h:D12 COLON n:D12 (COLON D12)? OCLOCK a:AMPM?", "AT? h:D12 DOT n:D12 OCLOCK", makes="CLOCK")
def _figures_oclock(m: Found) -> Clock | None:
    """Read "17:30 Uhr", "17.30 Uhr"."""
    if m["a"]:
        return with_half(m["h"], m["n"], m["a"])
    return read_hour(m["h"], m["n"], fixed=m.setting.hours > NOON or "PADDED" in m.node("h").senses)


@CLOCKS("AT h:D12 DOT n:D12", makes="CLOCK")
def _dot(m: Found) -> Clock | None:
    node = m.node("n")
    return read_hour(m["h"], m["n"]) if node.end - node.start == 2 else None  # noqa: PLR2004  (two figures)


@CLOCKS("(?<= CLOCKLEAD|DAYREL|TONIGHT|PARTADV|WEEKDAY) h:D12 DOT n:D12 (?! DOT|ORDDOT|UNIT)", makes="CLOCK")
def _dot_behind(m: Found) -> Clock | None:
    """Read "morgen 9.30", "van 13.00"; behind a weekday it may be a date ("vrijdag 4.12")."""
    node = m.node("n")
    is_time = node.end - node.start == 2 and (m["n"] == 0 or m["n"] > NOON)  # noqa: PLR2004  (two figures)
    return read_hour(m["h"], m["n"]) if is_time else None


_DAY_WORD = "DAYREL|TONIGHT|WEEKDAY"


@CLOCKS(
    f"(?<! DOT|COMMA|SLASH|HYPHEN|MONTH) h:D12 DOT n:D12 (?= {_DAY_WORD})",
    "(?<= ^ DAYREL|^ TONIGHT|^ WEEKDAY) f:HMM (?= WORD)",
    f"(?<= {_DAY_WORD}) f:HMM (?! UNIT|MONTH|WORD|LITERAL|DOT|SLASH|HYPHEN|PERCENT)",
    f"(?<! MONTH|NUM|ORD|DOT|COMMA|SLASH|HYPHEN|UNIT) f:HMM (?= {_DAY_WORD})",
    makes="CLOCK",
)
def _beside_day(m: Found) -> Clock | None:
    """Read "9.30 tomorrow", "today 1515": quarters of an hour beside a day; other such numbers may count something."""
    if m["f"] is None:
        node = m.node("n")
        is_time = node.end - node.start == 2 and (m["n"] == 0 or m["n"] > NOON)  # noqa: PLR2004  (two figures)
        return (
            read_hour(m["h"], m["n"], fixed=m.setting.hours > NOON and m["h"] >= LAST_SMALL_HOUR) if is_time else None
        )
    hour, minute = _split(m["f"])
    return read_hour(hour, minute, fixed=True) if len(m["f"]) == 4 and minute in {15, 30, 45} else None  # noqa: PLR2004


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


@EARLY_CLOCKS("AT? h:D12 HSEP n:D12", makes="CLOCK")
def _h_between(m: Found) -> Clock | None:
    """Read "17h30"; "1h30" without "at" is an amount."""
    return read_hour(m["h"], m["n"], fixed=True) if m["h"] > LAST_SMALL_HOUR or len(m.nodes) > 3 else None  # noqa: PLR2004


# A word that is both "hours" and "o'clock" ("uur"): what stands around it says which of the two.
_IS_AMOUNT = "(?! THEN|LATER|LONG|BEFORE|AFTER|FROM NOW|AND A HALF|AND HALF|D12 UNIT)"
_FREE = "(?<! IN|EVERY|SKIP|NEXT|PAST|PLUS|COMMA|DURING|ABOUT|UNIT|OF|WORDNUM|DOT)"
_DAY_BEFORE = "(?<= WEEKDAY|DAYREL|TONIGHT|MONTH|PART|PARTADV|CLOCK|BEFORE|UNTIL|FROM|BY|HYPHEN|DASH|TO|AND)"


@EARLY_CLOCKS("AT ABOUT? h:NUM/A HOURWORD", makes="CLOCK")
@EARLY_CLOCKS(f"{_FREE} h:NUM HOURWORD {_IS_AMOUNT} (?! WORD)", makes="CLOCK")
@EARLY_CLOCKS(f"{_DAY_BEFORE} COMMA? h:NUM HOURWORD {_IS_AMOUNT}", makes="CLOCK")
@EARLY_CLOCKS("(?<= OF) h:NUM HOURWORD (?= TO|DASH|HYPHEN|UNTIL)", makes="CLOCK")
def _hour_word(m: Found) -> Clock | None:
    hour, node = m["h"], m.node("h")
    if "VAGUE" in node.senses or hour != int(hour) or not 0 <= hour <= (24 if m.all("AT") else 23):
        return None
    return read_hour(int(hour))


@EARLY_CLOCKS(f"{_FREE} h:NUM HOURWORD {_IS_AMOUNT} (?= WORD)", makes="CLOCK")
def _hour_word_first(m: Found) -> Clock | None:
    """Read "9 uur tandarts" as a time; few hours of something are how long it takes ("2 uur studeren")."""
    return _hour_word(m) if m["h"] > LAST_SMALL_HOUR else None


@EARLY_CLOCKS("AT? h:D12 HOURWORD n:D12 (?! UNIT|WORD|COLON|DOT|HYPHEN|SLASH|MONTH)", makes="CLOCK")
@EARLY_CLOCKS("AT? h:D12 (COLON|DOT) n:D12 HOURWORD", makes="CLOCK")
def _hour_word_minutes(m: Found) -> Clock | None:
    """Read "17 uur 30", "17.30 uur"."""
    node = m.node("n")
    return read_hour(m["h"], m["n"]) if node.end - node.start == 2 else None  # noqa: PLR2004  (two figures)


@CLOCKS("AT? HALFTO A OCLOCK?", makes="CLOCK")
def _half_to_one(_m: Found) -> Clock | None:
    """Read "half een", where the word for one is the article."""
    return read_hour(NOON, 30)


@CLOCKS("AT? q:QUARTER p:PASTHOUR/BEFOREHOUR A (?! WORD|UNIT)", makes="CLOCK")
def _quarter_around_one(m: Found) -> Clock | None:
    return read_hour(1, 15) if m["p"] > 0 else read_hour(NOON, 45)


@CLOCKS("AT? q:QTY p:PASTHOUR/BEFOREHOUR x:HALFTO? h:NUM OCLOCK?", makes="CLOCK")
def _minutes_around(m: Found) -> Clock | None:
    """Read "vijf minuten voor half acht", "tien minuten over drie"."""
    minutes = m["q"].minutes
    if not minutes or not 0 < minutes < 30 or not 1 <= m["h"] <= NOON:  # noqa: PLR2004  (half an hour)
        return None
    if m["x"] is not None:
        return _hour_before(m["h"], 30 + minutes * m["p"], None)
    return read_hour(m["h"], minutes) if m["p"] > 0 else _hour_before(m["h"], 60 - minutes, None)


@CLOCKS("AT f:HMM OCLOCK? (?! WORD|UNIT|LITERAL|SLASH|DOT|HYPHEN|PUNCT|BANG)", makes="CLOCK")
def _at_figures(m: Found) -> Clock | None:
    return read_hour(*_split(m["f"]), fixed=len(m["f"]) == 4)  # noqa: PLR2004  ("at 1730")


@CLOCKS("AT? h:NUM OCLOCK a:AMPM?", makes="CLOCK")
def _oclock(m: Found) -> Clock | None:
    if m["a"]:
        return with_half(m["h"], 0, m["a"])
    return read_hour(m["h"], fixed=m.setting.hours > NOON and m["h"] >= LAST_SMALL_HOUR)


@CLOCKS("AT? h:NUM OCLOCK n:NUM (?! UNIT|OCLOCK|COLON|SLASH|DOT|MONTH)", makes="CLOCK")
def _oclock_minutes(m: Found) -> Clock | None:
    """Read "17 Uhr 30": what the language puts between hours and minutes."""
    return read_hour(m["h"], m["n"]) if 0 < m["n"] < 60 else None  # noqa: PLR2004  (a clock)


@CLOCKS("AT w:CLOCKWORD", "w:CLOCKWORD", makes="CLOCK")
def _named(m: Found) -> Clock:
    hour, minute = m["w"].split(":")
    return Clock(int(hour), int(minute))


@CLOCKS("AT? HALF PASTHOUR h:NUM OCLOCK? a:AMPM?", makes="CLOCK")
def _half_past(m: Found) -> Clock | None:
    return with_half(m["h"], 30, m["a"]) if m["a"] else read_hour(m["h"], 30)


def _hour_before(hour: int, minute: int, half: str | None) -> Clock | None:
    """So many minutes into the hour that leads up to `hour`."""
    if not 1 <= hour <= NOON:
        return None
    before = (hour - 2) % NOON + 1
    return with_half(before, minute, half) if half else read_hour(before, minute)


@CLOCKS("AT? HALFTO h:NUM OCLOCK? a:AMPM? (?! UNIT)", makes="CLOCK")
def _half_to(m: Found) -> Clock | None:
    """Read "halb acht", "half acht": half of the eighth hour."""
    return _hour_before(m["h"], 30, m["a"])


@CLOCKS("AT? q:QUARTERTO h:NUM OCLOCK? a:AMPM? (?! UNIT|COLON|DOT|SLASH)", makes="CLOCK")
def _quarters_to(m: Found) -> Clock | None:
    """Read "viertel acht" (7:15), "dreiviertel acht" (7:45)."""
    return _hour_before(m["h"], m["q"], m["a"])


@CLOCKS("AT? q:NUM UNIT? p:PASTHOUR/TOHOUR HALFTO h:NUM OCLOCK? a:AMPM?", makes="CLOCK")
def _around_half(m: Found) -> Clock | None:
    """Read "fünf vor halb acht" (7:25)."""
    return _hour_before(m["h"], 30 + m["q"] * m["p"], m["a"]) if 0 < m["q"] < 30 else None  # noqa: PLR2004  (half an hour)


@CLOCKS(
    "AT? q:QUARTER p:PASTHOUR h:NUM OCLOCK? a:AMPM?", "AT? q:QUARTER p:TOHOUR h:NUM OCLOCK? a:AMPM?",
    "AT? q:NUM UNIT? p:PASTHOUR h:NUM OCLOCK? a:AMPM?", "AT? q:NUM UNIT? p:TOHOUR h:NUM OCLOCK a:AMPM?",
    "AT q:NUM UNIT? p:TOHOUR h:NUM a:AMPM", "AT q:NUM UNIT? p:TOHOUR h:NUM",
    "AT? q:NUM UNIT? p:BEFOREHOUR h:NUM OCLOCK? a:AMPM?", makes="CLOCK",
)  # fmt: skip
def _past_or_to(m: Found) -> Clock | None:
    minutes = m["q"] * m["p"]
    if not 0 < m["q"] < 60 or not 1 <= m["h"] <= NOON or (m["q"] % 5 and not m["a"]):  # noqa: PLR2004  (a clock)
        return None
    hour, minute = (m["h"], minutes) if minutes > 0 else ((m["h"] - 2) % NOON + 1, 60 + minutes)
    return with_half(hour, minute, m["a"]) if m["a"] else read_hour(hour, minute)


@CLOCKS(
    "AT h:NUM (?! SLASH|HYPHEN|DOT|COLON|UNIT|WORD|LITERAL|MONTH|OF|WEEKDAY"
    "|COMMA NUM (?! HYPHEN? TIMES)|DASH NUM DOT|PERCENT)",
    makes="CLOCK",
)
def _bare_hour(m: Found) -> Clock | None:
    return read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)


@CLOCKS("SUREAT h:NUM (?= WORD)", makes="CLOCK")
def _sure_hour(m: Found) -> Clock | None:
    """Read "um 5 Milch kaufen": a word that leads in hours and little else."""
    return read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)


@CLOCKS("^ AT h:NUM (?= WORD)", makes="CLOCK")
def _hour_first(m: Found) -> Clock | None:
    """Read "at 9 standup": what a message begins with is its time; further in, "at 3 trees" may be a place."""
    return read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)


@CLOCKS("AT h:NUM n:NUM (?! WORD|UNIT|LITERAL)", makes="CLOCK")
@CLOCKS("(?<= PART|DAYREL|TONIGHT|WEEKDAY) AT h:NUM n:NUM (?= WORD)", makes="CLOCK")
def _bare_words(m: Found) -> Clock | None:
    """Read "at two thirty"."""
    return read_hour(m["h"], m["n"]) if 0 < m["h"] <= NOON and m["n"] >= 5 else None  # noqa: PLR2004  (a clock)


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


@DAYPARTS("c:CLOCK (IN THE|IN|AT|THIS|ON THE|ONTHE)? p:PART", makes="CLOCK")
def _clock_part(m: Found) -> Clock:
    return place(m["c"], m["p"])


@DAYPARTS("IN THE p:PART AT? h:NUM (?! UNIT|WORD|SLASH|MONTH)", makes="CLOCK")
def _part_clock(m: Found) -> Clock | None:
    clock = read_hour(m["h"])
    return clock and place(clock, m["p"])


@DAYPARTS("(IN THE|IN|DURING|ONTHE) p:PART c:CLOCK", "p:PARTADV c:CLOCK", makes="CLOCK")
def _part_then_clock(m: Found) -> Clock:
    return place(m["c"], m["p"])


@DAYPARTS("c:CLOCK z:ZONE (?! WORD|LITERAL)", "c:CLOCK PLUS z:HMM/CLOCK (?! UNIT|WORD)", makes="CLOCK")
def _zoned(m: Found) -> Clock | None:
    """Read "10:30 pst", "10:00 +0100": an hour of somewhere else."""
    zone = m["z"]
    if isinstance(zone, str):
        hours, minutes = _split(zone)
        zone = hours * 60 + minutes
    elif isinstance(zone, Clock):
        zone = zone.hour % 12 * 60 + zone.minute
    return replace(m["c"], utc_offset=zone, fixed=True) if abs(zone) <= FARTHEST_ZONE * 60 else None


@DAYPARTS("AT? h:D12 (IN THE|AT) p:PART", makes="CLOCK")
def _hour_in_part(m: Found) -> Clock | None:
    clock = read_hour(m["h"])
    return clock and place(clock, m["p"])


@DAYPARTS("c:CLOCK COMMA? p:PARTADV", "p:PARTADV (COMMA|AT|FROM|ABOUT) c:CLOCK", makes="CLOCK")
def _clock_adverb(m: Found) -> Clock:
    return place(m["c"], m["p"])


@DAYPARTS("AT? h:D12 p:PARTADV", makes="CLOCK")
def _hour_adverb(m: Found) -> Clock | None:
    clock = read_hour(m["h"])
    return clock and place(clock, m["p"])


@DAYPARTS("IN THE p:PART", "AT p:PART", "ONTHE p:PART", "p:PARTADV", makes="DAYPART")
def _in_part(m: Found) -> Clock:
    return Clock(m["p"], part=True)


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
    f"BETWEEN a:CLOCK/NUM (AND|HYPHEN|DASH) b:CLOCK/NUM {NO_DAY}",
    makes="TIMESPAN",
)
def _timespan(m: Found) -> tuple[Clock, Clock] | None:
    start = m["a"] if isinstance(m["a"], Clock) else read_hour(m["a"])
    end = m["b"] if isinstance(m["b"], Clock) else read_hour(m["b"])
    return span_of(start, end)


def span_of(start: Clock | None, end: Clock | None) -> tuple[Clock, Clock] | None:
    """Two times of day as a range whose ends agree about before and after noon; None where one of them is no time."""
    if start is None or end is None:
        return None
    start = _same_half(start, end)
    return start, after(start, end)

"""Rules for times of day: "5pm", "17:30", "630 am", "half past 3", "at 3:30"."""

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.values import Clock

EARLY_CLOCKS = Rules()  # before "17h" becomes an amount
CLOCKS = Rules()

LAST_SMALL_HOUR = 6  # "at 3" is in the afternoon, "at 8" in the morning, unless other words say otherwise
NOON = 12


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
        return with_minutes(m["h"], minutes * m["p"] - 30)
    return with_minutes(m["h"], minutes * m["p"])


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


def with_minutes(hour: int, minutes: int, half: str | None = None) -> Clock | None:
    """So many minutes past an hour, or to it where they are negative; None where there is no such time."""
    if not 1 <= hour <= 24 or not -60 < minutes < 60:  # noqa: PLR2004  (a clock)
        return None
    if minutes < 0:
        hour, minutes = (hour - 1 if hour > NOON else (hour - 2) % NOON + 1), 60 + minutes
    return with_half(hour, minutes, half) if half else read_hour(hour, minutes)


@CLOCKS("AT? HALFTO h:NUM OCLOCK? a:AMPM? (?! UNIT)", makes="CLOCK")
def _half_to(m: Found) -> Clock | None:
    """Read "halb acht", "half acht": half of the eighth hour."""
    return with_minutes(m["h"], -30, m["a"]) if m["h"] <= NOON else None


@CLOCKS("AT? q:QUARTERTO h:NUM OCLOCK? a:AMPM? (?! UNIT|COLON|DOT|SLASH)", makes="CLOCK")
def _quarters_to(m: Found) -> Clock | None:
    """Read "viertel acht" (7:15), "dreiviertel acht" (7:45)."""
    return with_minutes(m["h"], m["q"] - 60, m["a"]) if m["h"] <= NOON else None


@CLOCKS("AT? q:NUM UNIT? p:PASTHOUR/TOHOUR HALFTO h:NUM OCLOCK? a:AMPM?", makes="CLOCK")
def _around_half(m: Found) -> Clock | None:
    """Read "fünf vor halb acht" (7:25)."""
    if not 0 < m["q"] < 30 or m["h"] > NOON:  # noqa: PLR2004  (half an hour)
        return None
    return with_minutes(m["h"], m["q"] * m["p"] - 30, m["a"])


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
    return with_minutes(m["h"], minutes, m["a"])


@CLOCKS(
    "AT h:NUM (?! SLASH|HYPHEN|DOT|COLON|UNIT|WORD|LITERAL|MONTH|OF|WEEKDAY"
    "|COMMA NUM (?! HYPHEN? TIMES)|DASH NUM DOT|PERCENT)",
    "SUREAT h:NUM (?= WORD)",
    "^ AT h:NUM (?= WORD)",
    makes="CLOCK",
)
def _bare_hour(m: Found) -> Clock | None:
    """Read "at 9", and "at 9 standup" where a message begins so; further in, "at 3 trees" may be a place.

    SUREAT leads in hours and little else ("um 5 Milch kaufen").
    """
    return read_hour(m["h"]) if 0 < m["h"] <= 24 else None  # noqa: PLR2004  (a clock)


@CLOCKS("AT h:NUM n:NUM (?! WORD|UNIT|LITERAL)", makes="CLOCK")
@CLOCKS("(?<= PART|DAYREL|TONIGHT|WEEKDAY) AT h:NUM n:NUM (?= WORD)", makes="CLOCK")
def _bare_words(m: Found) -> Clock | None:
    """Read "at two thirty"."""
    return read_hour(m["h"], m["n"]) if 0 < m["h"] <= NOON and m["n"] >= 5 else None  # noqa: PLR2004  (a clock)

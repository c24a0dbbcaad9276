"""Rules for short forms that are names or other words too: only words of time beside them make "jan", "ma" a time."""

from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.numbers import NUMBERS

_DAY_SIGNS = ("COMMA", "AND", "HYPHEN", "SLASH", "DASH", "TO")
_AFTER_DAY = "|".join(f"WEEKDAY {sign}" for sign in _DAY_SIGNS)
_BEFORE_DAY = "|".join(f"{sign} WEEKDAY" for sign in _DAY_SIGNS)


@NUMBERS(
    "(?<= D12|ORDSUF|ORD|HYPHEN|SLASH|STOP|BEGIN|MID|END|IN|FROM|UNTIL|BY|NEXT|THIS|EVERY) k:NAMEMONTH",
    "k:NAMEMONTH STOP? (?= YEAR)",
    makes="MONTH",
)
def _month(m: Found) -> int:
    return int(m["k"])


@NUMBERS(
    "(?<= ON|NEXT|THIS|COMING|EVERY|SKIP|BY) d:NAMEDAY (?! D12 WORD)",
    f"(?<= {_AFTER_DAY}) d:NAMEDAY",
    f"d:NAMEDAY (?= STOP? COMMA? D12 (MONTH|NAMEMONTH|HYPHEN|SLASH)|{_BEFORE_DAY}|PART|AHEAD|WEEKDAY)",
    makes="WEEKDAY",
)
def _weekday(m: Found) -> int:
    return int(m["d"])

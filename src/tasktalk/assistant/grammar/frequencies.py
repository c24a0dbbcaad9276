"""Rules for how often something is done in a while: "twice a week", "3x a day", "every 2-3 days".

A rule of repetition must name its days and hours: they are spread evenly, and the answer says which they are.
"""

from dataclasses import replace

from tasktalk.assistant.grammar.bounds import BOUNDS
from tasktalk.assistant.grammar.calendar import CODES
from tasktalk.assistant.grammar.chart import Found
from tasktalk.assistant.grammar.clocks import read_hour
from tasktalk.assistant.grammar.recurrence import BASES, base
from tasktalk.assistant.grammar.values import Amount, Clock, Repeat

_HOURS = {2: (9, 21), 3: (9, 15, 21), 4: (8, 12, 16, 20), 5: (8, 11, 14, 17, 20), 6: (7, 10, 13, 16, 19, 22)}
_SPREAD = {2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: range(5), 6: range(6), 7: range(7)}
_WEEKDAYS = {times: tuple(CODES[day] for day in days) for times, days in _SPREAD.items()}
_DAYS = {2: (1, 15), 3: (1, 11, 21), 4: (1, 8, 15, 22)}
_EVENLY = {"hour": ("minute", 60), "year": ("month", 12)}  # what is counted in the smaller unit
_IN = "(A|AN|EVERY|PER|THE|ON|IN|AT|BY|TO|OF)*"


@BASES(
    f"(o:ONCE|n:NUM TIMES) {_IN} u:UNIT (?! HALF)",
    "(o:ONCE|n:NUM TIMES) f:FREQWORD/OFTEN",
    makes="BASE",
)
def _times_in(m: Found) -> Repeat | None:
    times, found = m["o"] or m["n"], _every(m)
    if found is None or times == 1 or found.interval != 1:
        return found if times == 1 else None
    if found.freq == "DAILY" and times in _HOURS:
        return replace(found, clocks=tuple(Clock(hour, part=True) for hour in _HOURS[times]))
    if found.freq == "WEEKLY" and times in _WEEKDAYS:
        return replace(found, byday=_WEEKDAYS[times])
    if found.freq == "MONTHLY" and times in _DAYS:
        return replace(found, bymonthday=_DAYS[times])
    unit, size = _EVENLY.get(m["u"], ("", 0))
    return base(unit, size // times) if unit and size % times == 0 else None


def _every(m: Found) -> Repeat | None:
    if m["u"]:
        return base(m["u"])
    freq, interval = m["f"].split() if m["f"] else ("", "0")
    return Repeat(freq, int(interval)) if freq else None


@BASES("(ON)? (EVERY|SKIP) b:BANG? n:NUM (HYPHEN|DASH|TO|OR|AND) q:QTY", makes="BASE")
def _every_few(m: Found) -> Repeat | None:
    """Read "every 2-3 days" as soon as it may be."""
    amount: Amount = m["q"]
    if len(amount.parts) != 1 or not 0 < m["n"] < amount.parts[0][1]:
        return None
    found = base(amount.parts[0][0], m["n"])
    return found and replace(found, from_completion=bool(m.all("BANG")))


@BOUNDS(
    "r:REPEAT COMMA? AT (D12|CLOCK) ((COMMA|AND|COMMA AND) (AT|ATHOUR)? (D12|CLOCK))+"
    " (?! UNIT|MONTH|COLON|LITERAL|HYPHEN|TIMES)",
    makes="REPEAT",
)
def _at_hours(m: Found) -> Repeat | None:
    """Read "every day at 8, 14 and 20"."""
    clocks: list[Clock] = []
    for node in m.nodes:
        clock = node.senses.get("CLOCK") or (read_hour(node.senses["D12"]) if "D12" in node.senses else None)
        if clock is None and "D12" in node.senses:
            return None
        clocks += [clock] if clock else []
    found: Repeat = m["r"]
    if found.clocks and not found.clocks[0].part:
        return None
    return replace(found, clocks=tuple(clocks), sure=0.95)

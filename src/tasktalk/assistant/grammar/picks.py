"""Rules for days picked out of a week, month or year: "mon, wed and fri", "first and last friday", "last day"."""

from tasktalk.assistant.grammar.calendar import CODES
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.values import Nth

LISTS = Rules(repeat=True)
NTHS = Rules()
NTH_LISTS = Rules(repeat=True)

WORKDAYS, WEEKEND = CODES[:5], CODES[5:]
_AND = "(COMMA AND|COMMA OR|COMMA|AND|OR|SLASH|PLUS)"


def _codes(days: list[int]) -> tuple[str, ...]:
    return tuple(CODES[day] for day in dict.fromkeys(days))


def list_weekdays(m: Found) -> tuple[str, ...]:
    """The codes of all weekdays that were matched, by name, list, range or kind, each once."""
    codes: list[str] = []
    for node in m.nodes:
        senses = node.senses
        listed = senses.get("WDLIST") or senses.get("WDPLURAL") or senses.get("WDRANGE")
        if listed:
            codes += listed
        elif "WEEKDAY" in senses or "WEEKDAYS" in senses:
            codes.append(CODES[senses["WEEKDAY"] if "WEEKDAY" in senses else senses["WEEKDAYS"]])
        elif "WORKDAY" in senses or "WORKDAYS" in senses:
            codes += WORKDAYS
        elif "WEEKEND" in senses or "WEEKENDS" in senses:
            codes += WEEKEND
    return tuple(dict.fromkeys(codes))


def list_months(m: Found) -> tuple[int, ...]:
    """The numbers of all months that were matched, one by one or as a list."""
    lists: list[tuple[int, ...]] = m.all("MONTHLIST")
    return lists[0] if lists else tuple(m.all("MONTH"))


# Lists and ranges of weekdays, of numbers, of months.


@LISTS(
    f"WEEKDAY STOP? {_AND} WEEKDAY STOP? (?! TO WEEKDAY|HYPHEN)",
    "WEEKDAY WEEKDAY WEEKDAY+",
    "WEEKDAY WEEKDAY+ AND WEEKDAY (?! TO WEEKDAY|HYPHEN)",
    f"WDLIST {_AND}? WEEKDAY",
    f"SHORTDAY {_AND} SHORTDAY ({_AND} SHORTDAY)+",
    f"(?<= EVERY) SHORTDAY ({_AND} SHORTDAY)+",
    makes="WDLIST",
)
@LISTS(
    f"WEEKDAYS {_AND}? WEEKDAYS",
    "WEEKDAYS AND WEEKDAY",
    f"(WEEKDAY|WDLIST) {_AND} WEEKDAYS",
    f"WDPLURAL {_AND}? (WEEKDAY|WEEKDAYS)",
    makes="WDPLURAL",
)
def _weekday_list(m: Found) -> tuple[str, ...]:
    lists = m.all("WDLIST", "WDPLURAL")
    return tuple(dict.fromkeys((*(lists[0] if lists else ()), *_codes(m.all("WEEKDAY", "WEEKDAYS", "SHORTDAY")))))


@LISTS("WEEKDAY (TO|HYPHEN|DASH) WEEKDAY", makes="WDRANGE")
@LISTS("WEEKDAYS (TO|HYPHEN|DASH) WEEKDAYS", "WEEKDAYS (TO|HYPHEN|DASH) WEEKDAY", makes="WDPLURAL")
def _weekday_range(m: Found) -> tuple[str, ...]:
    first, last = m.all("WEEKDAY", "WEEKDAYS")[0], m.all("WEEKDAY", "WEEKDAYS")[-1]
    return tuple(CODES[(first + step) % 7] for step in range((last - first) % 7 + 1))


@LISTS(f"MONTH STOP? {_AND} MONTH STOP? (?! NUM|ORD)", f"MONTHLIST {_AND} MONTH (?! NUM|ORD)", makes="MONTHLIST")
def _month_list(m: Found) -> tuple[int, ...]:
    lists = m.all("MONTHLIST")
    return (*(lists[0] if lists else ()), *m.all("MONTH"))


# Days picked out: "first and last friday", "15th", "2nd to last day".

# A LEADORD is another word when it stands alone ("segunda": Monday), and an ordinal before what it counts.
_ORD = "(ORD|LASTORD|PAST|LEADORD)"
_ORDS = f"{_ORD} ({_AND} THE? {_ORD})*"


def _ordinals(m: Found) -> list[int]:
    kinds = ("LASTORD", "ORD", "LEADORD")
    found = [next(((kind, node.senses[kind]) for kind in kinds if kind in node.senses), None) for node in m.nodes]
    if found[-1] and found[-1][0] == "LEADORD":
        found.pop()  # it is what is counted
    return [each[1] for each in found if each]


@NTHS(f"{_ORDS} (WEEKDAY|WEEKDAYS) STOP?", makes="NTHWD")
def _nth_weekdays(m: Found) -> Nth | None:
    if any(not -5 <= nth <= 5 for nth in _ordinals(m)):  # noqa: PLR2004  (no month has more)
        return None
    code = CODES[m.all("WEEKDAY", "WEEKDAYS")[-1]]
    return Nth(weekdays=tuple(f"{nth}{code}" for nth in _ordinals(m)), other=m.all("OTHER") == [2])


@NTHS(f"{_ORDS} INSTANCE OF (WDLIST|WDPLURAL|WEEKDAY|WEEKDAYS)", makes="NTHWD")
def _nth_instance(m: Found) -> Nth:
    return Nth(weekdays=list_weekdays(m), positions=tuple(_ordinals(m)))


@NTHS(f"{_ORDS} (WDLIST|WDPLURAL)", makes="NTHWD")
def _nth_weekday_set(m: Found) -> Nth:
    return Nth(weekdays=tuple(f"{nth}{code}" for code in m.all("WDLIST", "WDPLURAL")[0] for nth in _ordinals(m)))


@NTHS(f"{_ORDS} (WORKDAY|WORKDAYS)", makes="NTH")
def _nth_workday(m: Found) -> Nth:
    return Nth(positions=tuple(_ordinals(m)))


@NTHS(f"{_ORDS} u:UNIT", makes="NTHDAY")
def _nth_day(m: Found) -> Nth | None:
    days = tuple(_ordinals(m))
    if any("LEADORD" in node.senses and "WEEKDAY" in node.senses for node in m.nodes):
        return None  # "segunda dia 5"
    return Nth(days=days) if m["u"] == "day" and all(0 < abs(day) <= 366 for day in days) else None  # noqa: PLR2004


@NTHS(f"ORD ({_AND} THE? ORD)+", makes="NTH")
def _ordinal_list(m: Found) -> Nth:
    return Nth(days=tuple(_ordinals(m)))


@NTH_LISTS(f"a:NTHWD {_AND} THE? b:NTHWD", makes="NTHWD")
def _nth_weekday_list(m: Found) -> Nth:
    return Nth(weekdays=m["a"].weekdays + m["b"].weekdays)

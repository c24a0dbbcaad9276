"""Rules for repetition: "every other friday", "1st and 15th of each month", "weekdays", "every! 3 days"."""

from dataclasses import replace

from tasktalk.assistant.grammar.calendar import CODES
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.values import Amount, Clock, Nth, Repeat

LISTS = Rules(repeat=True)
NTHS = Rules()
NTH_LISTS = Rules(repeat=True)
BASES = Rules()
CYCLES = Rules()

WORKDAYS, WEEKEND = CODES[:5], CODES[5:]
_FREQS = {
    "second": ("SECONDLY", 1),
    "minute": ("MINUTELY", 1), "hour": ("HOURLY", 1), "day": ("DAILY", 1), "week": ("WEEKLY", 1), "fortnight": ("WEEKLY", 2),
    "month": ("MONTHLY", 1), "quarter": ("MONTHLY", 3), "year": ("YEARLY", 1),
}  # fmt: skip
_AND = "(COMMA AND|COMMA OR|COMMA|AND|OR|SLASH|PLUS)"
MAX_INTERVAL = 1000


def base(unit: str, number: float = 1) -> Repeat | None:
    """Every so many units."""
    if unit not in _FREQS or not 1 <= number <= MAX_INTERVAL or number != int(number):
        return None
    freq, factor = _FREQS[unit]
    return Repeat(freq, int(number) * factor)


def _codes(days: list[int]) -> tuple[str, ...]:
    return tuple(CODES[day] for day in dict.fromkeys(days))


# Lists and ranges of weekdays, of numbers, of months.


@LISTS(
    f"WEEKDAY STOP? {_AND} WEEKDAY STOP? (?! TO|HYPHEN)",
    "WEEKDAY WEEKDAY WEEKDAY+",
    f"WDLIST {_AND}? WEEKDAY",
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
    return tuple(dict.fromkeys((*(lists[0] if lists else ()), *_codes(m.all("WEEKDAY", "WEEKDAYS")))))


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

_ORD = "(ORD|LASTORD|PAST)"
_ORDS = f"{_ORD} ({_AND} THE? {_ORD})*"


def _ordinals(m: Found) -> list[int]:
    return [
        node.senses["LASTORD"] if "LASTORD" in node.senses else node.senses.get("ORD", 0)
        for node in m.nodes
        if "LASTORD" in node.senses or "ORD" in node.senses
    ]


@NTHS(f"{_ORDS} (WEEKDAY|WEEKDAYS) STOP?", makes="NTHWD")
def _nth_weekdays(m: Found) -> Nth | None:
    if any(not -5 <= nth <= 5 for nth in _ordinals(m)):  # noqa: PLR2004  (no month has more)
        return None
    code = CODES[m.all("WEEKDAY", "WEEKDAYS")[0]]
    return Nth(weekdays=tuple(f"{nth}{code}" for nth in _ordinals(m)))


@NTHS(f"{_ORDS} INSTANCE OF (WDLIST|WDPLURAL|WEEKDAY|WEEKDAYS)", makes="NTHWD")
def _nth_instance(m: Found) -> Nth:
    return Nth(weekdays=_weekdays(m), positions=tuple(_ordinals(m)))


@NTHS(f"{_ORDS} (WDLIST|WDPLURAL)", makes="NTHWD")
def _nth_weekday_set(m: Found) -> Nth:
    return Nth(weekdays=tuple(f"{nth}{code}" for code in m.all("WDLIST", "WDPLURAL")[0] for nth in _ordinals(m)))


@NTHS(f"{_ORDS} (WORKDAY|WORKDAYS)", makes="NTH")
def _nth_workday(m: Found) -> Nth:
    return Nth(positions=tuple(_ordinals(m)))


@NTHS(f"{_ORDS} u:UNIT", makes="NTHDAY")
def _nth_day(m: Found) -> Nth | None:
    days = tuple(_ordinals(m))
    return Nth(days=days) if m["u"] == "day" and all(0 < abs(day) <= 366 for day in days) else None  # noqa: PLR2004


@NTHS(f"ORD ({_AND} THE? ORD)+", makes="NTH")
def _ordinal_list(m: Found) -> Nth:
    return Nth(days=tuple(_ordinals(m)))


@NTH_LISTS(f"a:NTHWD {_AND} THE? b:NTHWD", makes="NTHWD")
def _nth_weekday_list(m: Found) -> Nth:
    return Nth(weekdays=m["a"].weekdays + m["b"].weekdays)


# "every three weeks", "daily", "once a month": the beat.


@BASES("(ON)? e:EVERY b:BANG? (n:NUM|OTHER|o:ORD)? u:UNIT", makes="BASE")
def _every_unit(m: Found) -> Repeat | None:
    number = m["n"] or m["o"] or (2 if m.all("OTHER") else 1)
    if "UNIT" in m.nodes[-1].senses and "ORD" in m.nodes[-1].senses and len(m.nodes) == 2:  # noqa: PLR2004
        return None  # "every second" waits for its noun
    found = base(m["u"], number)
    return found and replace(found, from_completion=bool(m.all("BANG")))


@BASES("EVERY b:BANG? q:QTY", "q:QTY a:AFTERDONE", "AFTER q:QTY a:AFTERDONE", makes="BASE")
def _every_amount(m: Found) -> Repeat | None:
    amount: Amount = m["q"]
    if len(amount.parts) != 1:
        total = amount.minutes
        found = base("minute", total) if total else None
    else:
        found = base(*amount.parts[0])
        if found is None and amount.minutes:
            found = base("minute", amount.minutes)
    return found and replace(found, from_completion=bool(m.all("BANG", "AFTERDONE")))


@BASES("f:FREQWORD", makes="BASE")
def _frequency(m: Found) -> Repeat:
    freq, interval = m["f"].split()
    return Repeat(freq, int(interval), sure=0.5)


@BASES("o:ONCE (A|EVERY|PER) u:UNIT", "o:ONCE EVERY? q:QTY", "o:ONCE EVERY (OTHER|ORD) u:UNIT", makes="BASE")
def _once_a(m: Found) -> Repeat | None:
    if m["o"] != 1:
        return None
    if m["q"]:
        return base(*m["q"].parts[0])
    return base(m["u"], 2 if m.all("OTHER") else (m.all("ORD") or [1])[0])


@BASES("(ON|IN THE)? EVERY (OTHER)? p:PART", makes="BASE")
def _every_part(m: Found) -> Repeat:
    return Repeat("DAILY", 2 if m.all("OTHER") else 1, clocks=(Clock(m["p"], part=True),))


# What a beat leaves out.


@CYCLES(
    "COMMA? EXCEPT (ON|IN)? (THE|EVERY)? (WEEKDAY|WEEKDAYS|WDLIST|WDPLURAL|WDRANGE|WORKDAYS|WEEKENDS|WEEKEND|WORKDAY)",
    makes="NOTDAYS",
)
def _except_weekdays(m: Found) -> tuple[str, ...]:
    return _weekdays(m)


@CYCLES("COMMA? EXCEPT (ON|IN|DURING)? (MONTH|MONTHLIST) (?! NUM|ORD)", makes="NOTMONTHS")
def _except_months(m: Found) -> tuple[int, ...]:
    return _months(m)


# The beat with its days.

_DAYS = "(WEEKDAY|WEEKDAYS|WDLIST|WDPLURAL|WDRANGE|WORKDAYS|WEEKENDS|WEEKEND|WORKDAY)"


def _weekdays(m: Found) -> tuple[str, ...]:
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


@CYCLES("b:BASE", makes="REPEAT")
def _plain(m: Found) -> Repeat:
    return m["b"]  # type: ignore[no-any-return]


@CYCLES(f"b:BASE (ON|AT|IN|OVER)? THE? {_DAYS}", f"(ON)? {_DAYS} COMMA? b:BASE", makes="REPEAT")
def _beat_on_weekdays(m: Found) -> Repeat | None:
    found: Repeat = m["b"]
    if found.freq not in {"WEEKLY", "DAILY", "MONTHLY"}:
        return None
    if found.freq == "DAILY" and found.interval > 1:
        return None
    freq = "WEEKLY" if found.freq == "DAILY" else found.freq
    return replace(found, freq=freq, byday=_weekdays(m), sure=0.95)


@CYCLES(f"(ON)? e:EVERY b:BANG? (n:NUM|OTHER|o:ORD)? {_DAYS} STOP?", "(ON)? e:EVERY b:BANG? o:NTHWD", makes="REPEAT")
def _every_weekday(m: Found) -> Repeat | None:
    completion = bool(m.all("BANG"))
    nths = m.all("NTHWD")
    if nths:
        return _every_nth(nths[0], completion=completion)
    number = m["n"] or m["o"] or (2 if m.all("OTHER") else 1)
    if not 1 <= number <= MAX_INTERVAL:
        return None
    return Repeat("WEEKLY", number, byday=_weekdays(m), from_completion=completion, sure=0.95)


def _every_nth(nth: Nth, *, completion: bool) -> Repeat:
    """Read "every 3rd friday" as one of the month; "every 5th friday" can only be a count, and "every second" is one too."""
    if len(nth.weekdays) == 1 and int(nth.weekdays[0][:-2]) == 5:  # noqa: PLR2004  (few months have a fifth)
        return Repeat("WEEKLY", 5, byday=(nth.weekdays[0][-2:],), from_completion=completion, sure=0.95)
    return Repeat("MONTHLY", byday=nth.weekdays, from_completion=completion, sure=0.95)


@CYCLES("ON? (WEEKDAYS|WORKDAYS|WEEKENDS)", "ON? w:WDPLURAL", makes="REPEAT")
def _plural(m: Found) -> Repeat | None:
    plural = m.all("WEEKDAYS", "WDPLURAL", "WORKDAYS", "WEEKENDS")
    if plural:
        return Repeat("WEEKLY", byday=_weekdays(m), sure=0.8)
    return None


@CYCLES("(ON)? OTHER (WEEKDAYS|WDPLURAL)", makes="REPEAT")
def _other_mondays(m: Found) -> Repeat:
    return Repeat("WEEKLY", 2, byday=_weekdays(m), sure=0.9)


def _monthly(found: Repeat, nth: Nth) -> Repeat | None:
    if found.freq == "YEARLY":
        return replace(found, byyearday=nth.days) if nth.days else None
    if found.freq == "WEEKLY" and nth.days and all(1 <= day <= 7 for day in nth.days):  # noqa: PLR2004  (days of a week)
        return replace(found, byday=tuple(CODES[day - 2] if day > 1 else CODES[6] for day in nth.days))
    if found.freq != "MONTHLY":
        return None
    if nth.positions:
        return replace(found, byday=nth.weekdays or WORKDAYS, bysetpos=nth.positions, sure=0.95)
    if any(abs(day) > 31 for day in nth.days):  # noqa: PLR2004  (a calendar)
        return None
    return replace(found, byday=nth.weekdays, bymonthday=nth.days, sure=0.95)


_NTH = "(n:NTHWD/NTH/NTHDAY|ORD|LASTORD|(BEGIN|END))"


def _nth(m: Found) -> Nth | None:
    if m["n"]:
        return m["n"]  # type: ignore[no-any-return]
    edges = m.all("BEGIN", "END", "LASTORD", "ORD")
    return Nth(days=(edges[0],)) if edges and 0 < abs(edges[0]) <= 31 else None  # noqa: PLR2004  (a calendar)


@CYCLES(f"(ON|AT|IN|BY)? THE? {_NTH} OF? b:BASE", f"b:BASE COMMA? (ON|AT|IN)? (THE|UNIT)? {_NTH}", makes="REPEAT")
def _beat_on_nth(m: Found) -> Repeat | None:
    nth = _nth(m)
    return _monthly(m["b"], nth) if nth else None


@CYCLES("b:BASE (ON)? (THE)? u:UNIT n:NUM", "b:BASE (ON)? n:D12 (?! COLON|AMPM|UNIT|DOT|SLASH)", makes="REPEAT")
def _beat_on_day(m: Found) -> Repeat | None:
    if m["u"] not in {None, "day"} or m["b"].freq not in {"MONTHLY", "YEARLY"}:
        return None
    return _monthly(m["b"], Nth(days=(m["n"],)))


@CYCLES(f"(ON)? EVERY {_NTH} (OF (THE|A|EVERY|EACH)? u:UNIT)?", f"(ON)? THE? {_NTH} OF EVERY u:UNIT", makes="REPEAT")
def _every_nth_of_month(m: Found) -> Repeat | None:
    nth = _nth(m)
    if nth is None or m["u"] not in {None, "month"}:
        return None
    if m["u"] is None and nth.weekdays:
        return _every_nth(nth, completion=False)
    if m["u"] is None and m.all("BEGIN", "END"):
        return None
    if m["u"] is None and m.all("NTHDAY") and len(nth.days) == 1 and nth.days[0] > 0:
        return base("day", nth.days[0])  # "every 4th day"
    return _monthly(Repeat("MONTHLY"), nth)


_MONTHS = "(MONTH|MONTHLIST)"


def _months(m: Found) -> tuple[int, ...]:
    lists = m.all("MONTHLIST")
    return tuple(lists[0]) if lists else tuple(m.all("MONTH"))


@CYCLES(
    f"(b:BASE|EVERY) COMMA? (ON|IN)? THE? n:NTHWD/NTH/NTHDAY (IN|OF) {_MONTHS}",
    f"(b:BASE|EVERY) (ON|IN)? THE? ORD (OF|IN)? {_MONTHS}", f"(b:BASE|EVERY) (ON|IN)? {_MONTHS} (ON)? (THE|UNIT)? (n:NTH/NTHDAY|ORD)",
    f"(b:BASE|EVERY) (ON|IN)? {_MONTHS} STOP? (ON)? (THE|UNIT)? d:D12 (AND D12)? (?! COLON|AMPM)", f"(b:BASE|EVERY) (ON)? d:D12 {_MONTHS}",
    makes="REPEAT",
)  # fmt: skip
def _yearly(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY", sure=0.95)
    if beat.freq != "YEARLY":
        return None
    nth = m["n"] if isinstance(m["n"], Nth) else None
    days = nth.days if nth else tuple(m.all("ORD")) or tuple(m.all("D12"))
    return replace(beat, bymonth=_months(m), bymonthday=days, byday=nth.weekdays if nth else (), sure=0.95)


@CYCLES(f"EVERY {_MONTHS}", f"b:BASE (IN|ON) {_MONTHS}", makes="REPEAT")
def _every_month_name(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY")
    if beat.freq == "YEARLY" and not m.all("BASE"):
        return replace(beat, bymonth=_months(m), bymonthday=(1,), sure=0.95)
    return replace(beat, bymonth=_months(m), sure=0.95)


@CYCLES("EVERY n:D12 (COMMA D12)* (AND D12)? (?! WORD|COLON|UNIT|AMPM|LITERAL|DOT|SLASH)", makes="REPEAT")
def _every_numbers(m: Found) -> Repeat | None:
    days = tuple(m.all("D12"))
    return Repeat("MONTHLY", bymonthday=days) if all(1 <= day <= 31 for day in days) else None  # noqa: PLR2004  (a calendar)


@CYCLES("(b:BASE|EVERY) (ON)? (WEEKDAY|WDLIST|WDRANGE)? (IN|OF) u:UNIT n:NUM (AND NUM)*", makes="REPEAT")
def _week_number(m: Found) -> Repeat | None:
    beat = m["b"] or Repeat("YEARLY")
    if m["u"] != "week" or beat.freq != "YEARLY":
        return None
    return replace(beat, byday=_weekdays(m), byweekno=tuple(n for n in m.all("NUM") if 1 <= n <= 53), sure=0.95)  # noqa: PLR2004

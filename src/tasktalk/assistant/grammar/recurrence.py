"""Rules for repetition: "every other friday", "1st and 15th of each month", "weekdays", "every! 3 days"."""

from dataclasses import replace

from tasktalk.assistant.grammar.calendar import CODES
from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.picks import WORKDAYS, list_months, list_weekdays
from tasktalk.assistant.grammar.values import Amount, Clock, Nth, Repeat

BASES = Rules()
CYCLES = Rules()

_FREQS = {
    "second": ("SECONDLY", 1), "minute": ("MINUTELY", 1), "hour": ("HOURLY", 1), "day": ("DAILY", 1),
    "week": ("WEEKLY", 1), "fortnight": ("WEEKLY", 2), "month": ("MONTHLY", 1), "quarter": ("MONTHLY", 3),
    "year": ("YEARLY", 1),
}  # fmt: skip
MAX_INTERVAL = 1000
_WEEK = 7  # days


def base(unit: str, number: float = 1) -> Repeat | None:
    """Every so many units."""
    if unit not in _FREQS or not 1 <= number <= MAX_INTERVAL or number != int(number):
        return None
    freq, factor = _FREQS[unit]
    return Repeat(freq, int(number) * factor)


# "every three weeks", "daily", "once a month": the beat.


@BASES("EVERY u:UNIT OF (THE|A) UNIT", makes="BASE")
def _every_day_of(m: Found) -> Repeat | None:
    """Read "every day of the week"."""
    return base("day") if m["u"] == "day" else None


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


# "om de dag", "om de vrijdag", "om de drie weken": skipping every second, or so many.


@BASES("SKIP b:BANG? (n:NUM|o:ORD|OTHER)? u:UNIT", makes="BASE")
def _skip(m: Found) -> Repeat | None:
    whole = m["u"] in {"day", "week", "month", "quarter", "year"}
    found = base(m["u"], m["n"] or m["o"] or (2 if whole or m.all("OTHER") else 1))
    return found and replace(found, from_completion=bool(m.all("BANG")))


@BASES("SKIP b:BANG? q:QTY", makes="BASE")
def _skip_amount(m: Found) -> Repeat | None:
    amount: Amount = m["q"]
    found = base("minute", amount.minutes) if amount.minutes and amount.minutes % 60 else base(*amount.parts[0])
    return found and replace(found, from_completion=bool(m.all("BANG"))) if len(amount.parts) == 1 else None


@BASES("f:FREQWORD", makes="BASE")
def _frequency(m: Found) -> Repeat:
    freq, interval = m["f"].split()
    return Repeat(freq, int(interval), sure=0.5)


@BASES("f:OFTEN", makes="BASE")
def _often(m: Found) -> Repeat:
    """The adverb where it is a word of its own ("dagelijks"), never part of a name."""
    freq, interval = m["f"].split()
    return Repeat(freq, int(interval))


@BASES("o:ONCE (A|EVERY|PER|THE|ON|IN) u:UNIT", "o:ONCE EVERY? q:QTY", "o:ONCE EVERY (OTHER|ORD) u:UNIT", makes="BASE")
def _once_a(m: Found) -> Repeat | None:
    if m["o"] != 1:
        return None
    if m["q"]:
        return base(*m["q"].parts[0])
    return base(m["u"], 2 if m.all("OTHER") else (m.all("ORD") or [1])[0])


@BASES("(ON|IN THE)? EVERY (OTHER)? p:PART", makes="BASE")
def _every_part(m: Found) -> Repeat:
    return Repeat("DAILY", 2 if m.all("OTHER") else 1, clocks=(Clock(m["p"], part=True),))


@BASES("EVERY p:PART AND q:PART", makes="BASE")
def _every_parts(m: Found) -> Repeat:
    """Read "every morning and evening"."""
    return Repeat("DAILY", clocks=(Clock(m["p"], part=True), Clock(m["q"], part=True)), sure=0.95)


# What a beat leaves out.


@CYCLES(
    "COMMA? EXCEPT (ON|IN)? (THE|EVERY)? (WEEKDAY|WEEKDAYS|WDLIST|WDPLURAL|WDRANGE|WORKDAYS|WEEKENDS|WEEKEND|WORKDAY)",
    makes="NOTDAYS",
)
def _except_weekdays(m: Found) -> tuple[str, ...]:
    return list_weekdays(m)


@CYCLES("COMMA? EXCEPT (ON|IN|DURING)? THE? (MONTH|MONTHLIST) (?! NUM|ORD)", makes="NOTMONTHS")
def _except_months(m: Found) -> tuple[int, ...]:
    return list_months(m)


# The beat with its days.

_DAYS = "(WEEKDAY|WEEKDAYS|WDLIST|WDPLURAL|WDRANGE|WORKDAYS|WEEKENDS|WEEKEND|WORKDAY)"


@CYCLES("b:BASE", makes="REPEAT")
def _plain(m: Found) -> Repeat:
    return m["b"]  # type: ignore[no-any-return]


@CYCLES(
    f"b:BASE (ON|AT|IN|OVER|HABIT|HABITOF)? THE? {_DAYS}",
    "HABIT? (WEEKDAY|WDLIST|WDRANGE) OF b:BASE",
    f"(?<! FROM) (?<! FROM ON) (ON)? {_DAYS} COMMA? b:BASE",
    makes="REPEAT",
)
def _beat_on_weekdays(m: Found) -> Repeat | None:
    found: Repeat = m["b"]
    if found.freq not in {"WEEKLY", "DAILY", "MONTHLY"}:
        return None
    if found.freq == "DAILY" and found.interval % _WEEK and found.interval > 1:
        return None
    if found.freq == "DAILY":  # every 14 days on a Thursday is every two weeks
        found = replace(found, freq="WEEKLY", interval=max(found.interval // _WEEK, 1))
    return replace(found, byday=list_weekdays(m), sure=0.95)


@CYCLES(f"(ON)? e:EVERY b:BANG? (n:NUM|OTHER|o:ORD)? {_DAYS} STOP?", "(ON)? e:EVERY b:BANG? o:NTHWD", makes="REPEAT")
def _every_weekday(m: Found) -> Repeat | None:
    completion = bool(m.all("BANG"))
    nths = m.all("NTHWD")
    if nths:
        return _every_nth(nths[0], completion=completion)
    number = m["n"] or m["o"] or (2 if m.all("OTHER") else 1)
    if not 1 <= number <= MAX_INTERVAL:
        return None
    return Repeat("WEEKLY", number, byday=list_weekdays(m), from_completion=completion, sure=0.95)


def _every_nth(nth: Nth, *, completion: bool) -> Repeat:
    """Read "every 3rd friday" as one of the month; "every 5th friday" can only be a count."""
    if nth.other and len(nth.weekdays) == 1:
        return Repeat("WEEKLY", 2, byday=(nth.weekdays[0][-2:],), from_completion=completion, sure=0.95)
    if len(nth.weekdays) == 1 and int(nth.weekdays[0][:-2]) == 5:  # noqa: PLR2004  (few months have a fifth)
        return Repeat("WEEKLY", 5, byday=(nth.weekdays[0][-2:],), from_completion=completion, sure=0.95)
    return Repeat("MONTHLY", byday=nth.weekdays, from_completion=completion, sure=0.95)


@CYCLES("ON? (WEEKDAYS|WORKDAYS|WEEKENDS)", "ON? w:WDPLURAL", "HABIT (WEEKDAYS|WDPLURAL)", makes="REPEAT")
def _plural(m: Found) -> Repeat | None:
    plural = m.all("WEEKDAYS", "WDPLURAL", "WORKDAYS", "WEEKENDS")
    if plural:
        return Repeat("WEEKLY", byday=list_weekdays(m), sure=0.8)
    return None


@CYCLES("SKIP (WEEKDAY|WDLIST) STOP?", makes="REPEAT")
@CYCLES("(ON)? OTHER (WEEKDAYS|WDPLURAL)", makes="REPEAT")
def _other_mondays(m: Found) -> Repeat:
    return Repeat("WEEKLY", 2, byday=list_weekdays(m), sure=0.9)


def monthly(found: Repeat, nth: Nth) -> Repeat | None:
    """The beat on the days picked out; None where they do not go together."""
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
    return monthly(m["b"], nth) if nth else None


@CYCLES("b:BASE (ON)? (THE)? u:UNIT n:NUM", "b:BASE (ON)? n:D12 (?! COLON|AMPM|UNIT|DOT|SLASH)", makes="REPEAT")
def _beat_on_day(m: Found) -> Repeat | None:
    if m["u"] not in {None, "day"} or m["b"].freq not in {"MONTHLY", "YEARLY"}:
        return None
    return monthly(m["b"], Nth(days=(m["n"],)))


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
    return monthly(Repeat("MONTHLY"), nth)

"""Rules for numbers, ordinals and amounts: "twenty-four", "27th", "an hour and a half", "1h30"."""

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.values import Amount

NUMBERS = Rules()
AMOUNTS = Rules()
SUMS = Rules(repeat=True)

MAX_NUMBER = 9999
MAX_WORKDAYS = 500  # nobody plans two years in working days


@NUMBERS("t:TENS (HYPHEN|DASH)? n:NUM (?!COLON)", makes="NUM")
def _tens(m: Found) -> int | None:
    return m["t"] + m["n"] if 0 < m["n"] < 10 else None  # noqa: PLR2004  (decimal)


@NUMBERS("t:TENS", makes="NUM")
def _round_tens(m: Found) -> int:
    return int(m["t"])


@NUMBERS("t:TENS (HYPHEN|DASH)? n:ORD", makes="ORD")
def _tens_ordinal(m: Found) -> int | None:
    return m["t"] + m["n"] if 0 < m["n"] < 10 else None  # noqa: PLR2004  (decimal)


@NUMBERS("t:TENS AND n:NUM (?! COLON|UNIT HALF)", makes="NUM")
def _tens_and(m: Found) -> int | None:
    """Read "vinte e cinco"; "twenty & 5" are two numbers."""
    return m["t"] + m["n"] if 0 < m["n"] < 10 and "D12" not in m.node("n").senses else None  # noqa: PLR2004  (decimal)


@NUMBERS("n:NUM LEADSUF", makes="LEADORD")
def _figure_lead(m: Found) -> int:
    return int(m["n"])


@NUMBERS("n:NUM ORDSUF", makes="ORD")
def _figure_ordinal(m: Found) -> int:
    return int(m["n"])


@AMOUNTS("ABOUT? n:NUM u:UNIT", makes="QTY")
def _amount(m: Found) -> Amount | None:
    return Amount(((m["u"], m["n"]),)) if m["n"] <= MAX_NUMBER else None


@AMOUNTS("ABOUT? n:NUM DOT f:D12 u:UNIT", "ABOUT? n:NUM COMMA f:D12 u:UNIT", makes="QTY")
def _decimal_amount(m: Found) -> Amount:
    return Amount(((m["u"], float(f"{m['n']}.{m['f']}")),))


@AMOUNTS("h:HALF A? u:UNIT", "A h:HALF u:UNIT", makes="QTY")
def _half(m: Found) -> Amount:
    return Amount(((m["u"], m["h"]),))


@AMOUNTS("n:NUM AND A h:HALF u:UNIT", "n:NUM u:UNIT AND A? h:HALF (?! UNIT)", makes="QTY")
def _and_a_half(m: Found) -> Amount:
    return Amount(((m["u"], m["n"] + 0.5),))


@AMOUNTS("A? u:UNIT AND A? h:HALF (?! UNIT)", makes="QTY")
def _one_and_a_half(m: Found) -> Amount:
    return Amount(((m["u"], 1.5),))


@AMOUNTS("q:QUARTER OF? A? THE? u:UNIT", "A q:QUARTER OF AN? u:UNIT", makes="QTY")
def _quarter_hour(m: Found) -> Amount | None:
    return Amount((("minute", m["q"]),)) if m["u"] == "hour" else None


@AMOUNTS("n:NUM (WORKDAY|WORKDAYS)", makes="QTY")
def _workdays(m: Found) -> Amount | None:
    return Amount((("workday", m["n"]),)) if m["n"] <= MAX_WORKDAYS else None


@AMOUNTS("ABOUT? (n:NUM|A)? s:SPELL", makes="QTY")
def _spell(m: Found) -> Amount | None:
    """A word that is so many minutes by itself ("kwartier"), once or several times."""
    return Amount((("minute", m["s"] * (m["n"] or 1)),)) if (m["n"] or 1) <= MAX_NUMBER else None


@AMOUNTS("h:D12 HSEP n:D12", "h:D12 HOURSIGN n:D12 UNIT?", "h:NUM HOURNOUN n:D12 MINUTENOUN?", makes="QTY")
def _hours_minutes(m: Found) -> Amount | None:
    """Read "1h30": minutes have two figures."""
    minutes = m.node("n")
    written = minutes.end - minutes.start == 2  # noqa: PLR2004
    return Amount((("hour", m["h"]), ("minute", m["n"]))) if written else None


@SUMS("a:QTY (COMMA|AND|COMMA AND)? b:QTY", makes="QTY")
def _sum(m: Found) -> Amount | None:
    first, second = m["a"], m["b"]
    smaller = ("year", "month", "week", "day", "hour", "minute", "second")
    if first.parts[-1][0] not in smaller or second.parts[0][0] not in smaller:
        return None
    if smaller.index(first.parts[-1][0]) >= smaller.index(second.parts[0][0]):
        return None
    return Amount(first.parts + second.parts)

"""Rules for what a moment is to the task: due, start, deadline, or how long it takes; the small word goes with it."""

from dataclasses import dataclass, replace
from typing import Literal

from tasktalk.assistant.grammar.chart import Found, Rules
from tasktalk.assistant.grammar.clocks import read_hour
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Several, Stretch, Times, Weekdays

ROLES = Rules()

Value = Moment | Stretch | Repeat | Amount | Several | Weekdays | Times
Slot = Literal["due", "start", "deadline", "duration", "recurrence", "none"]


@dataclass(frozen=True, slots=True)
class When:
    """A piece of the message that says when. `led` means that a small word leads it in ("by friday")."""

    slot: Slot
    value: Value
    led: bool = False
    until: bool = False  # it is an end: of a repetition, if there is one

    @property
    def sure(self) -> float:
        """How certainly the words are a time, wherever they stand."""
        return 0.9 if isinstance(self.value, Amount) else self.value.sure


def as_value(value: Clock | tuple[Clock, Clock] | Value) -> Value:
    """A clock alone is a moment without its day."""
    if isinstance(value, Clock):
        return Moment(clock=value, grain="minute", sure=0.7 if value.part else 0.9)
    if isinstance(value, tuple):
        start, end = value
        return Stretch(Moment(clock=start, grain="minute"), Moment(clock=end, grain="minute"))
    return value


_TIME = "k:MOMENT/CLOCK/STRETCH/TIMESPAN/DAYPART"


@ROLES(_TIME, makes="WHEN")
def _bare(m: Found) -> When:
    return When("due", as_value(m["k"]))


@ROLES(f"(ON|AT|IN|FOR|ABOUT|THIS|LEAD) (THE|ABOUT)? {_TIME}", makes="WHEN")
def _on(m: Found) -> When:
    return When("due", lifted(m), led=True)


@ROLES(f"(BY|BEFORE|AFTER|UNTIL|FROM|FOR)* (BY|BEFORE|AFTER|UNTIL) (THE|ON|AT|ABOUT|OF|TO|LEAD)* {_TIME}", makes="WHEN")
def _by(m: Found) -> When:
    return When("due", lifted(m), led=True, until=bool(m.all("UNTIL")))


@ROLES("OFDAY THE? MOMENT", makes="NAMED")
def _named(_m: Found) -> bool:
    """Read "die Rechnung vom 3. März": a date that tells what is meant, not when."""
    return True


@ROLES("(BY|BEFORE|AFTER|UNTIL) h:D12 $", makes="WHEN")
def _by_hour(m: Found) -> When | None:
    clock = read_hour(m["h"])
    return When("due", as_value(clock), led=True) if clock and 0 < m["h"] < 24 else None  # noqa: PLR2004  (a clock)


@ROLES("(SPAN|DAYFROM) THE? k:MOMENT/CLOCK", makes="WHEN")
def _of(m: Found) -> When | None:
    """Read "verslag van maandag": it says which one; one may ask for it, but it is no due time."""
    value = as_value(m["k"])
    return When("due", replace(value, sure=min(value.sure, 0.4))) if isinstance(value, Moment) else None


@ROLES("FROM ON? THE? k:MOMENT/CLOCK", makes="WHEN")
def _from(m: Found) -> When:
    return When("start", lifted(m), led=True)


@ROLES("(?<! A) DEADLINE (ON|BY|FOR|IN|AT|COLON|PUNCT|BEFORE|AFTER|UNTIL)* (THE)? k:MOMENT", makes="WHEN")
def _deadline(m: Found) -> When:
    return When("deadline", lifted(m), led=True)


@ROLES("l:LENGTH", makes="WHEN")
def _length(m: Found) -> When:
    return When("duration", m["l"], led=True)


@ROLES("ON? r:REPEAT", makes="WHEN")
def _repeat(m: Found) -> When:
    return When("recurrence", m["r"])


@ROLES("ON? s:SEVERAL", makes="WHEN")
def _several(m: Found) -> When:
    return When("due", m["s"])


@ROLES("(ON|AT)? THE? d:WDLIST", makes="WHEN")
def _weekdays(m: Found) -> When:
    """Read "monday and friday run every week": the days of a repetition told elsewhere, and no time alone."""
    return When("recurrence", Weekdays(m["d"]))


@ROLES("COMMA? (FOR|UNTIL)? n:COUNT", makes="WHEN")
def _times(m: Found) -> When:
    return When("recurrence", Times(m["n"]))


@ROLES("NODATE", makes="WHEN")
def _no_date(_m: Found) -> When:
    return When("none", Moment(sure=0.6))


def lifted(m: Found) -> Value:
    """A weak word ("sat", "may") led in by a small word is a time."""
    value = as_value(m["k"])
    if isinstance(value, Moment) and 0.3 <= value.sure < 0.8:  # noqa: PLR2004  (as sure as a plain weekday)
        past = value.on is not None and value.on < m.setting.today
        return value if past else replace(value, sure=0.8)
    return value

"""What the rules build: moments, stretches of time, amounts and repetitions."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Literal

Grain = Literal["minute", "day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `fixed` means that the words leave no doubt whether it is before or after noon."""

    hour: int
    minute: int = 0
    fixed: bool = True
    part: bool = False  # only a part of the day was said ("in the evening"); a real hour overrules it
    utc_offset: int | None = None  # minutes ahead of UTC, where the words say so; else the person's own zone

    def afternoon(self) -> "Clock":
        """The same time in the second half of the day."""
        return replace(self, hour=self.hour % 12 + 12, fixed=True)

    def forenoon(self) -> "Clock":
        """The same time in the first half of the day."""
        return replace(self, hour=self.hour % 12, fixed=True)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time of day, or both. `sure` (0..1) is how certainly the words are a date at all, wherever they stand.

    `others` are other days it may mean. Certainty 0 is a date the calendar has not: no part of it is another one.
    """

    on: dt.date | None = None
    clock: Clock | None = None
    grain: Grain = "day"
    sure: float = 0.9
    others: tuple[dt.date, ...] = ()
    weekday: int | None = None
    today: bool = False  # "today", "tonight": midnight ends it
    dated: bool = False  # the year was said
    days: int = 1  # so many from `on`, where one asks what is on them: two of a weekend
    alone: bool = False  # stands for a whole day named by itself: a weekday today may mean the next one
    nth: "Nth | None" = None  # how it was picked out of a month, so that it may be picked out of each


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to another."""

    start: Moment
    end: Moment

    @property
    def sure(self) -> float:
        """As sure as its surer end."""
        return max(self.start.sure, self.end.sure)


@dataclass(frozen=True, slots=True)
class Amount:
    """So many of each unit: `(("hour", 1), ("minute", 30))`."""

    parts: tuple[tuple[str, float], ...]

    @property
    def minutes(self) -> int | None:
        """The length in minutes, or None when it has units of a day or more."""
        sizes = {"second": 1 / 60, "minute": 1, "hour": 60}
        if any(unit not in sizes for unit, _ in self.parts):
            return None
        return round(sum(number * sizes[unit] for unit, number in self.parts))


@dataclass(frozen=True, slots=True)
class Nth:
    """Days picked out of a month or year: month days `(1, 15)`, weekdays `("1FR", "-1MO")`, or workdays by position."""

    days: tuple[int, ...] = ()
    weekdays: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    other: bool = False  # "jeden zweiten Montag" counts weeks, unless a month is named


@dataclass(frozen=True, slots=True)
class Repeat:
    """A recurrence: the parts of its RRULE, when it starts, and the times of day it names."""

    freq: str
    interval: int = 1
    byday: tuple[str, ...] = ()
    bymonthday: tuple[int, ...] = ()
    bymonth: tuple[int, ...] = ()
    bysetpos: tuple[int, ...] = ()
    byyearday: tuple[int, ...] = ()
    byweekno: tuple[int, ...] = ()
    count: int | None = None
    until: dt.date | None = None
    start: dt.date | None = None
    clocks: tuple[Clock, ...] = ()
    end: Clock | None = None
    from_completion: bool = False
    sure: float = 0.9
    exceptions: tuple[dt.date, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, by their codes: a time only beside a repetition that they may be the days of."""

    codes: tuple[str, ...]
    sure: float = 0.9


@dataclass(frozen=True, slots=True)
class Times:
    """How many times: only beside a repetition."""

    count: int
    sure: float = 0.9


@dataclass(frozen=True, slots=True)
class Several:
    """Times of which each has an hour of its own ("monday 7pm and wednesday 8pm"): a task for each."""

    each: tuple[Moment, ...] | tuple[Repeat, ...]
    sure: float = 0.95

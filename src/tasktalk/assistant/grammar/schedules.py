"""Puts together a repetition whose pieces stand apart: "monday and friday at 7 run, every two weeks, 10 times"."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tasktalk.assistant.grammar.calendar import CODES
from tasktalk.assistant.grammar.chart import Node
from tasktalk.assistant.grammar.recurrence import monthly
from tasktalk.assistant.grammar.roles import When
from tasktalk.assistant.grammar.values import Moment, Repeat, Several, Stretch, Times, Weekdays

_WEEK = 7


class Chosen(Protocol):
    """A time expression that counts: its place, what it says, and how much it counts."""

    node: Node
    said: When
    score: float


@dataclass(slots=True)
class Gathered:
    """A repetition or several, or several moments: nothing where there is neither; and the pieces they were told in."""

    each: list[Repeat] | list[Moment] = field(default_factory=list)
    parts: list[Chosen] = field(default_factory=list)


def find_best(chosen: Sequence[Chosen]) -> Chosen | None:
    """The one that counts most, of equals the last."""
    return max(chosen, key=lambda each: (each.score, each.node.start), default=None)


def gather(chosen: Sequence[Chosen]) -> Gathered:
    """What is repeated, with its days and bounds, wherever in the message they stand."""
    best = find_best([each for each in chosen if isinstance(each.said.value, Repeat)])
    several = find_best([each for each in chosen if isinstance(each.said.value, Several)])
    beats = [each for each in chosen if each is not best and isinstance(each.said.value, Repeat)]
    if several is not None:
        return _gather_several(several, [*beats, *([best] if best else [])], chosen)
    if best is None:
        return Gathered()
    repeat: Repeat = best.said.value  # type: ignore[assignment]
    parts = [best]
    for each in (*beats, *chosen):
        found = _add(repeat, each)
        if found is not None and each not in parts:
            repeat = found
            parts.append(each)
    return Gathered([repeat], sorted(parts, key=lambda part: part.node.start))


def _gather_several(several: Chosen, beats: Sequence[Chosen], chosen: Sequence[Chosen]) -> Gathered:
    value: Several = several.said.value  # type: ignore[assignment]
    parts = [several]
    for beat in beats:
        repeated = repeat_each(beat.said.value, value)  # type: ignore[arg-type]
        if repeated is not None:
            value = repeated
            parts.append(beat)
    repeats = [each for each in value.each if isinstance(each, Repeat)]
    for each in chosen if repeats else ():
        found = [_add(repeat, each) for repeat in repeats] if isinstance(each.said.value, Moment | Times) else []
        bounded = [repeat for repeat in found if repeat is not None]
        if bounded:
            repeats = bounded
            parts.append(each)
    moments = [each for each in value.each if isinstance(each, Moment)]
    return Gathered(repeats or moments, sorted(parts, key=lambda part: part.node.start))


def _add(repeat: Repeat, more: Chosen) -> Repeat | None:
    """The repetition with what another piece says of it; None where it says something else."""
    match more.said.value:
        case Repeat() as other:
            return combine(repeat, other)
        case Weekdays(codes):
            return on_weekdays(repeat, codes)
        case Times(count):
            return None if repeat.count else replace(repeat, count=count)
        case Stretch(start, end) if start.weekday is not None and end.weekday is not None and not end.clock:
            days = (end.weekday - start.weekday) % _WEEK + 1
            codes = tuple(CODES[(start.weekday + step) % _WEEK] for step in range(days))
            found = on_weekdays(repeat, codes)
            return found and replace(found, clocks=found.clocks or ((start.clock,) if start.clock else ()))
        case Moment() as moment if moment.on is not None:
            return _bound(repeat, more, moment)
    return None


def _bound(repeat: Repeat, more: Chosen, moment: Moment) -> Repeat | None:
    """The repetition until or from that moment, or on the day that it names."""
    if more.said.until and moment.clock is None:
        return None if repeat.until else replace(repeat, until=moment.on)
    clocks = repeat.clocks or ((moment.clock,) if moment.clock else ())
    if more.said.slot == "start":
        return None if repeat.start else replace(repeat, start=moment.on, clocks=clocks)
    found = on_day_of(repeat, moment) if more.said.slot == "due" else None
    return found and replace(found, clocks=clocks)


def is_plain(repeat: Repeat) -> bool:
    """Whether it is a beat that names no days."""
    days = (repeat.byday, repeat.bymonthday, repeat.bymonth, repeat.bysetpos, repeat.byyearday, repeat.byweekno)
    return not any(days)


def on_weekdays(repeat: Repeat, codes: tuple[str, ...]) -> Repeat | None:
    """A plain beat of weeks, or of days that make weeks, on these days."""
    weeks = 1 if repeat.freq == "DAILY" and repeat.interval == 1 else 0
    if repeat.freq == "DAILY" and repeat.interval % _WEEK == 0:
        weeks = repeat.interval // _WEEK
    if repeat.freq == "WEEKLY":
        weeks = repeat.interval
    return replace(repeat, freq="WEEKLY", interval=weeks, byday=codes) if weeks and is_plain(repeat) else None


def combine(one: Repeat, other: Repeat) -> Repeat | None:
    """A beat and its days as one rule ("every two weeks", "on thursdays"); None when they are two."""
    beat, days = (one, other) if is_plain(one) else (other, one)
    if not is_plain(beat) or days.interval != 1 or (is_plain(days) and days.clocks and beat.clocks):
        return None
    if days.freq == "WEEKLY" and days.byday:
        found = on_weekdays(beat, days.byday)
    else:
        found = replace(days, interval=beat.interval) if beat.freq == days.freq else None
    return found and replace(
        found,
        clocks=days.clocks or beat.clocks,
        end=days.end or beat.end,
        count=days.count or beat.count,
        until=days.until or beat.until,
        start=days.start or beat.start,
        exceptions=days.exceptions or beat.exceptions,
        from_completion=days.from_completion or beat.from_completion,
        sure=max(days.sure, beat.sure),
    )


def on_day_of(repeat: Repeat, moment: Moment) -> Repeat | None:
    """A plain beat on a day that was named by itself: a weekday of each week, the last day of each month."""
    if not is_plain(repeat):
        return None
    if moment.nth is not None and repeat.freq == "MONTHLY":
        return monthly(repeat, moment.nth)
    if moment.weekday is not None and repeat.freq == "WEEKLY":
        return replace(repeat, byday=(CODES[moment.weekday],))
    return None


def repeat_each(repeat: Repeat, several: Several) -> Several | None:
    """Times of which each has its day and hour, repeated; None where the beat is none of weeks."""
    repeats: list[Repeat] = []
    for moment in several.each:
        if isinstance(moment, Repeat) or moment.weekday is None or moment.clock is None:
            return None
        found = on_weekdays(repeat, (CODES[moment.weekday],))
        if found is None:
            return None
        repeats.append(replace(found, clocks=(moment.clock,)))
    return Several(tuple(repeats))

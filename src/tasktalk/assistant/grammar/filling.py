"""Fills the slots of a task from the times that were chosen, which may stand apart ("tomorrow call Bob at 5pm")."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from tasktalk.assistant.grammar.chart import Node
from tasktalk.assistant.grammar.resolve import as_when, settle
from tasktalk.assistant.grammar.roles import When as Said
from tasktalk.assistant.grammar.rrules import as_rule, find_first
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch
from tasktalk.assistant.understanding import Recurrence, Span

MINUTES_A_DAY = 1440


class Chosen(Protocol):
    """A time expression that counts: its place, what it says, and how much it counts."""

    node: Node
    said: Said
    score: float


def fill(
    slots: Slots, text: str, chosen: Sequence[Chosen], tz: str, now: dt.datetime, *, keep_time_alone: bool
) -> None:
    """Put the chosen times into `slots` and their places into its spans."""
    repeat = _find_best([each for each in chosen if isinstance(each.said.value, Repeat)])
    bounds = _list_bounds(chosen) if repeat is not None else []
    chosen = [each for each in chosen if each not in bounds]
    _fill_edges(slots, chosen, tz, now)
    moment, stretch, parts = _merge([each for each in chosen if each.said.slot == "due"])
    if repeat is not None and _fill_repeat(slots, repeat, moment, bounds, text=text, tz=tz, now=now):
        _add_spans(slots, "recurrence", [repeat, *bounds])
        _add_spans(slots, "due", parts)
    elif stretch is not None:
        _fill_stretch(slots, stretch, tz, now)
        _add_spans(slots, "due", parts)
    elif moment is not None:
        settled = moment if keep_time_alone and moment.on is None else settle(moment, now)
        slots.due = as_when(settled.on, settled.clock, tz)
        slots.open_hour = settled.clock is not None and not settled.clock.fixed
        slots.alternatives = [as_when(other, settled.clock, tz) for other in settled.others]
        _add_spans(slots, "due", parts)


def _add_spans(slots: Slots, kind: str, parts: Sequence[Chosen]) -> None:
    slots.spans += [Span(start=each.node.start, end=each.node.end, kind=kind) for each in parts]


def _fill_edges(slots: Slots, chosen: Sequence[Chosen], tz: str, now: dt.datetime) -> None:
    """Start, deadline, duration, and "no date"."""
    for each in chosen:
        slot, value = each.said.slot, each.said.value
        if slot == "none":
            slots.no_date = True
            _add_spans(slots, "due", [each])
        elif slot in {"start", "deadline"} and isinstance(value, Moment) and getattr(slots, slot) is None:
            moment = settle(value, now)
            setattr(slots, slot, as_when(moment.on, moment.clock if slot == "start" else None, tz))
            _add_spans(slots, slot, [each])
        elif isinstance(value, Amount) and slots.duration_minutes is None:
            minutes = value.minutes or 0
            if 0 < minutes <= MINUTES_A_DAY:
                slots.duration_minutes = minutes
                _add_spans(slots, "duration", [each])


def _find_best(chosen: Sequence[Chosen]) -> Chosen | None:
    return max(chosen, key=lambda each: (each.score, each.node.start), default=None)


def _merge(dues: Sequence[Chosen]) -> tuple[Moment | None, Stretch | None, list[Chosen]]:
    """The best day and the best time of day as one moment or stretch, and the pieces it is made of."""
    stretch = _find_best([each for each in dues if isinstance(each.said.value, Stretch)])
    days = [each for each in dues if isinstance(each.said.value, Moment) and each.said.value.on]
    times = [each for each in dues if isinstance(each.said.value, Moment) and not each.said.value.on]
    day, time = _find_best(days), _find_best(times)
    if stretch is not None and isinstance(stretch.said.value, Stretch):
        value = stretch.said.value
        if value.start.on is None and day is not None and isinstance(day.said.value, Moment):
            on = day.said.value.on
            return None, Stretch(replace(value.start, on=on), value.end), [stretch, day]
        return None, value, [stretch]
    first = day or time
    if first is None or not isinstance(first.said.value, Moment):
        return None, None, []
    moment = first.said.value
    has_hour = moment.clock is not None and not moment.clock.part
    if day is not None and time is not None and isinstance(time.said.value, Moment) and not has_hour:
        return replace(moment, clock=time.said.value.clock), None, [day, time]
    return moment, None, [first]


def _list_bounds(chosen: Sequence[Chosen]) -> list[Chosen]:
    """The bounds of a repetition that stand apart from it: "elke dag mediteren tot kerst", "… from monday"."""
    days = [each for each in chosen if isinstance(each.said.value, Moment) and each.said.value.on]
    ends = [each for each in days if each.said.until and as_moment(each).clock is None]
    starts = [each for each in days if each.said.slot == "start"]
    return ends[:1] + starts[:1]


def as_moment(chosen: Chosen) -> Moment:
    """Its value, when it is a moment. Raises TypeError when it is not."""
    if not isinstance(chosen.said.value, Moment):
        raise TypeError(chosen.said.value)
    return chosen.said.value


def _bound(repeat: Repeat, bounds: Sequence[Chosen]) -> Repeat:
    for each in bounds:
        moment = as_moment(each)
        if each.said.until:
            repeat = replace(repeat, until=repeat.until or moment.on)
        else:
            clocks = repeat.clocks or ((moment.clock,) if moment.clock else ())
            repeat = replace(repeat, start=repeat.start or moment.on, clocks=clocks)
    return repeat


def _fill_repeat(
    slots: Slots,
    chosen: Chosen,
    moment: Moment | None,
    bounds: Sequence[Chosen],
    *,
    text: str,
    tz: str,
    now: dt.datetime,
) -> bool:
    """Fill recurrence and its first occurrence as due; False for a rule that never happens."""
    if not isinstance(chosen.said.value, Repeat):
        return False
    repeat = _bound(chosen.said.value, bounds)
    if moment is not None:
        clocks = repeat.clocks or ((moment.clock,) if moment.clock else ())
        repeat = replace(repeat, clocks=clocks, start=repeat.start or moment.on)
    begin = find_first(repeat, now)
    if begin is None:
        return False
    day, clock = begin
    slots.recurrence = Recurrence(
        rrule=as_rule(repeat),
        from_="completion" if repeat.from_completion else "schedule",
        text=text[chosen.node.start : chosen.node.end].strip(" ,"),
    )
    slots.due = as_when(day, clock, tz)
    if clock and repeat.end:
        _set_end(slots, day, clock, repeat.end, tz)
    return True


def _fill_stretch(slots: Slots, stretch: Stretch, tz: str, now: dt.datetime) -> None:
    start, end = settle(stretch.start, now), stretch.end
    slots.due = as_when(start.on, start.clock, tz)
    if start.on and start.clock and end.clock and (end.on is None or end.on - start.on <= dt.timedelta(days=1)):
        _set_end(slots, start.on, start.clock, end.clock, tz)
    else:
        slots.end = as_when(end.on, end.clock, tz)


def _set_end(slots: Slots, day: dt.date, clock: Clock, end: Clock, tz: str) -> None:
    """The end of a stretch of hours, the next day when it is not after the beginning."""
    minutes = (end.hour - clock.hour) * 60 + end.minute - clock.minute
    over = minutes <= 0
    slots.end = as_when(day + dt.timedelta(days=over), end, tz)
    slots.duration_minutes = minutes + MINUTES_A_DAY * over

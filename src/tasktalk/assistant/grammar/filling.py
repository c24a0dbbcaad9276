"""Fills the slots of a task from the times that were chosen, which may stand apart ("tomorrow call Bob at 5pm")."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from tasktalk.assistant.grammar.resolve import as_when, settle
from tasktalk.assistant.grammar.rrules import as_rule, find_first
from tasktalk.assistant.grammar.schedules import Chosen, find_best, gather
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch
from tasktalk.assistant.understanding import Recurrence, Span

MINUTES_A_DAY = 1440


def fill(
    slots: Slots, text: str, chosen: Sequence[Chosen], tz: str, now: dt.datetime, *, keep_time_alone: bool
) -> None:
    """Put the chosen times into `slots` and their places into its spans."""
    said = gather(chosen)
    chosen = [each for each in chosen if each not in said.parts]
    _fill_edges(slots, chosen, tz, now)
    moment, stretch, parts = _merge([each for each in chosen if each.said.slot == "due"])
    first = said.each[0] if said.each else None
    words = (text[part.node.start : part.node.end].strip(" ,") for part in said.parts)
    text = " ".join(" ".join(words).split())
    if isinstance(first, Repeat) and _fill_repeat(slots, first, moment, text=text, tz=tz, now=now):
        _add_spans(slots, "recurrence", said.parts)
        _add_spans(slots, "due", parts)
        for other in said.each[1:]:
            occasion = Slots()
            if isinstance(other, Repeat) and _fill_repeat(occasion, other, None, text=text, tz=tz, now=now):
                slots.others.append(occasion)
    elif isinstance(first, Moment):
        _fill_moment(slots, first, tz, now)
        _add_spans(slots, "due", said.parts)
        for other in said.each[1:]:
            occasion = Slots()
            _fill_moment(occasion, other, tz, now)  # type: ignore[arg-type]
            slots.others.append(occasion)
    elif stretch is not None:
        _fill_stretch(slots, stretch, tz, now)
        _add_spans(slots, "due", parts)
    elif moment is not None:
        _fill_moment(slots, moment, tz, now, settled=keep_time_alone and moment.on is None)
        _add_spans(slots, "due", parts)


def _fill_moment(slots: Slots, moment: Moment, tz: str, now: dt.datetime, *, settled: bool = False) -> None:
    moment = moment if settled else settle(moment, now)
    slots.due = as_when(moment.on, moment.clock, tz)
    slots.open_hour = moment.clock is not None and not moment.clock.fixed
    slots.alternatives = [as_when(other, moment.clock, tz) for other in moment.others]


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


def _merge(dues: Sequence[Chosen]) -> tuple[Moment | None, Stretch | None, list[Chosen]]:
    """The best day and the best time of day as one moment or stretch, and the pieces it is made of."""
    stretch = find_best([each for each in dues if isinstance(each.said.value, Stretch)])
    days = [each for each in dues if isinstance(each.said.value, Moment) and each.said.value.on]
    times = [each for each in dues if isinstance(each.said.value, Moment) and not each.said.value.on]
    day, time = find_best(days), find_best(times)
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


def _fill_repeat(slots: Slots, repeat: Repeat, moment: Moment | None, *, text: str, tz: str, now: dt.datetime) -> bool:
    """Fill recurrence and its first occurrence as due; False for a rule that never happens."""
    if moment is not None:
        clocks = repeat.clocks or ((moment.clock,) if moment.clock else ())
        repeat = replace(repeat, clocks=clocks, start=repeat.start or moment.on)
    begin = find_first(repeat, now)
    if begin is None:
        return False
    day, clock = begin
    slots.recurrence = Recurrence(
        rrule=as_rule(repeat), from_="completion" if repeat.from_completion else "schedule", text=text
    )
    slots.due = as_when(day, clock, tz)
    slots.open_hour = clock is not None and not clock.fixed
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

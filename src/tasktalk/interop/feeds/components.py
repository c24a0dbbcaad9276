"""A task as an event or a to-do of iCalendar (RFC 5545).

A time that floats with the calendar's own person floats here too (RFC 5545, 3.3.5, form 1); others name their zone.
What repeats after it was done has no rule here, for nobody knows yet when that will be.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Alarm, Event, Todo, vRecur

from tasktalk.tasks.model import Task
from tasktalk.tasks.rules import read_rule

Moment = dt.date | dt.datetime  # all day; else naive where it floats, aware in a zone

_PRIORITIES = {1: 1, 2: 3, 3: 5, 4: 9}  # RFC 5545, 3.8.1.9: 1 to 4 are high, 5 is medium, 6 to 9 are low
_HALF_HOUR = dt.timedelta(minutes=30)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """When it is due; `zone` None: it floats, or is of a whole day. `series`: where its rule put it, if elsewhere."""

    on: dt.date
    at: dt.time | None
    zone: str | None
    series: tuple[dt.date, dt.time | None] | None


@dataclass(frozen=True, slots=True)
class Ring:
    """An alarm: so long after it is due (negative: before), or at a moment of its own."""

    offset: dt.timedelta | None
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A task with all that its components say."""

    task: Task
    clock: Clock | None
    rings: Sequence[Ring]


def events_of(entry: Entry, *, address: str) -> list[Event]:
    """The task as events; none without a date. Two: a series, and the occurrence of it that was moved."""
    clock = entry.clock
    if clock is None:
        return []
    made = []
    for start, rule, instead_of in _occasions(entry.task, clock):
        event = Event()
        _describe(event, entry, address)
        event.add("dtstart", start)
        event.add("dtend", start + _length(entry.task, start))
        event.add("status", "CONFIRMED")
        if not isinstance(start, dt.datetime):
            event.add("transp", "TRANSPARENT")  # a day with a task is not a day away
        _repeat(event, rule, start, instead_of)
        for ring in entry.rings:
            event.add_component(_alarm(entry.task, ring))
        made.append(event)
    return made


def todos_of(entry: Entry, *, address: str) -> list[Todo]:
    """The task as to-dos; of a series DTSTART is when it is due, for a rule hangs on that."""
    made = []
    occasions = _occasions(entry.task, entry.clock) if entry.clock else [(None, None, None)]
    for due, rule, instead_of in occasions:
        todo = Todo()
        _describe(todo, entry, address)
        if due is not None and (rule is not None or instead_of is not None):
            todo.add("dtstart", due)
            todo.add("duration", _length(entry.task, due))
        elif due is not None:
            todo.add("due", due)
            if (start := _start(entry.task, due)) is not None:
                todo.add("dtstart", start)
        elif entry.task.start is not None:
            todo.add("dtstart", entry.task.start)
        _finish(todo, entry.task)
        _repeat(todo, rule, due, instead_of)
        related = "START" if "DTSTART" in todo and "DUE" not in todo else "END"
        for ring in entry.rings if due is not None else ():
            todo.add_component(_alarm(entry.task, ring, related=related))
        made.append(todo)
    return made


_Occasion = tuple[Any, str | None, Any]  # when, the rule of a series, and which of its occurrences it stands in for


def _occasions(task: Task, clock: Clock) -> list[_Occasion]:
    due = _moment(clock.on, clock.at, clock.zone)
    repeats = task.recurrence is not None and task.recurrence["from"] == "schedule" and task.status == "open"
    if task.recurrence is None or not repeats:
        return [(due, None, None)]
    rule = task.recurrence["rrule"]
    if clock.series is None:
        return [(due, rule, None)]
    planned = _moment(*clock.series, clock.zone)
    if isinstance(planned, dt.datetime) is not isinstance(due, dt.datetime):  # no RECURRENCE-ID could say it
        return [(due, None, None)]
    return [(planned, rule, None), (due, None, planned)]


def _moment(on: dt.date, at: dt.time | None, zone: str | None) -> Moment:
    return on if at is None else dt.datetime.combine(on, at, ZoneInfo(zone) if zone else None)


def _describe(component: Any, entry: Entry, address: str) -> None:
    task = entry.task
    component.add("uid", str(task.id))
    component.add("dtstamp", task.updated_at)  # without METHOD: when it was last revised (RFC 5545, 3.8.7.2)
    component.add("created", task.created_at)
    component.add("last-modified", task.updated_at)
    component.add("sequence", task.version)
    component.add("summary", task.title)
    if task.notes:
        component.add("description", task.notes)
    component.add("url", f"{address}/tasks/{task.id}")
    if task.priority is not None:
        component.add("priority", _PRIORITIES[task.priority])
    categories = [*([task.project.name] if task.project else []), *task.labels]
    if categories:
        component.add("categories", categories)
    if task.parent_id is not None:
        component.add("related-to", str(task.parent_id))


def _finish(todo: Todo, task: Task) -> None:
    todo.add("status", {"open": "NEEDS-ACTION", "done": "COMPLETED", "cancelled": "CANCELLED"}[task.status])
    if task.status == "done":
        todo.add("percent-complete", 100)
        if task.completed_at is not None:
            todo.add("completed", task.completed_at)


def _length(task: Task, start: Moment) -> dt.timedelta:
    if not isinstance(start, dt.datetime):
        return _DAY
    return dt.timedelta(minutes=task.duration_minutes) if task.duration_minutes else _HALF_HOUR


def _start(task: Task, due: Moment) -> Moment | None:
    """DTSTART must be of the same kind as DUE, and before it."""
    if task.start is None:
        return None
    start: Moment = task.start
    if isinstance(due, dt.datetime):
        start = dt.datetime.combine(task.start, dt.time(), due.tzinfo)
    return start if start < due else None  # both are of one kind


def _repeat(component: Any, rule: str | None, start: Moment | None, instead_of: Moment | None) -> None:
    if instead_of is not None:
        component.add("recurrence-id", instead_of)
    if rule is None or start is None:
        return
    read, parts = read_rule(rule)
    timed = isinstance(start, dt.datetime)
    if read.step and not timed:
        return
    left = {"UNTIL", "EXDATE"} if timed else {"UNTIL", "EXDATE", "BYHOUR", "BYMINUTE"}  # RFC 5545, 3.3.10
    recur = vRecur.from_ical(";".join(f"{key}={value}" for key, value in parts.items() if key not in left))
    if read.until is not None:
        recur["UNTIL"] = [_end_of(read.until, start)]
    component.add("rrule", recur)
    for day in sorted(read.left_out):
        component.add("exdate", dt.datetime.combine(day, start.timetz()) if isinstance(start, dt.datetime) else day)


def _end_of(day: dt.date, start: Moment) -> Moment:
    """UNTIL as RFC 5545 wants it: a day as DTSTART is, floating as DTSTART is, else in UTC."""
    if not isinstance(start, dt.datetime):
        return day
    last = dt.datetime.combine(day, dt.time(23, 59, 59), start.tzinfo)
    return last.astimezone(dt.UTC) if last.tzinfo else last


def _alarm(task: Task, ring: Ring, *, related: str = "START") -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", task.title)
    if ring.offset is not None:
        alarm.add("trigger", ring.offset, parameters={"RELATED": related} if related == "END" else {})
    else:
        alarm.add("trigger", ring.at, parameters={"VALUE": "DATE-TIME"})
    return alarm

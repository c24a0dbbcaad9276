"""What a message says about a task beside its title, and what its quick-add marks say of it."""

import datetime as dt
from dataclasses import dataclass, field

from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.quickadd import Mark, find_marks
from tasktalk.assistant.grammar.resolve import as_when
from tasktalk.assistant.grammar.values import Moment
from tasktalk.assistant.understanding import Context, Recurrence, Span, When

LAST_HOUR = 23


@dataclass(slots=True)
class Slots:
    """The slots of a task; `spans` are the places in the message that filled them."""

    due: When | None = None
    start: When | None = None
    deadline: When | None = None
    end: When | None = None
    duration_minutes: int | None = None
    recurrence: Recurrence | None = None
    priority: int | None = None
    project: str | None = None
    section: str | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reminders: list[str] = field(default_factory=list)
    notes: str | None = None
    no_date: bool = False
    open_hour: bool = False  # nothing says in which half of the day the hour of `due` is
    alternatives: list[When] = field(default_factory=list)
    others: list["Slots"] = field(default_factory=list)  # the same task at another time: when
    spans: list[Span] = field(default_factory=list)

    @property
    def has_time(self) -> bool:
        """Whether anything was said about when."""
        return bool(self.due or self.start or self.recurrence or self.deadline or self.no_date or self.duration_minutes)

    @property
    def has_marks(self) -> bool:
        """Whether anything but a time was said."""
        return bool(self.priority or self.project or self.labels or self.assignees or self.section or self.notes)


def read_marks(text: str, context: Context, engine: Engine, now: dt.datetime) -> Slots:
    """The slots that quick-add marks fill. A second project or priority, or a `{…}` without a date, stays a word."""
    slots = Slots()
    for mark in find_marks(text, context):
        if _put(slots, mark, context, engine, now):
            slots.spans.append(Span(start=mark.start, end=mark.end, kind=mark.kind))
    return slots


def _put(slots: Slots, mark: Mark, context: Context, engine: Engine, now: dt.datetime) -> bool:
    match mark.kind:
        case "label" | "assignee":
            (slots.labels if mark.kind == "label" else slots.assignees).append(mark.value)
        case "reminder":
            if ":" in mark.value and int(mark.value.split(":")[0]) > LAST_HOUR:
                return False
            slots.reminders.append(mark.value)
        case "deadline":
            day = _read_day(mark.value, engine, now)
            slots.deadline = as_when(day, None, context.tz) if day else None
            return day is not None
        case "priority":
            return _put_first(slots, "priority", int(mark.value))
        case "project" | "section" | "notes":
            return _put_first(slots, mark.kind, mark.value)
    return True


def _put_first(slots: Slots, name: str, value: object) -> bool:
    if getattr(slots, name) is not None:
        return False
    setattr(slots, name, value)
    return True


def _read_day(words: str, engine: Engine, now: dt.datetime) -> dt.date | None:
    said = [node.senses["WHEN"].value for node in engine.read(words, now, []) if "WHEN" in node.senses]
    return said[0].on if said and isinstance(said[0], Moment) else None

"""A task as a row or a card shows it, and rows under a heading."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tasktalk.assistant.replies.speech import Speech
from tasktalk.console import when
from tasktalk.tasks.model import Due, Task


@dataclass(frozen=True, slots=True)
class Item:
    """A task with its due moment in words, the tone of that, and the hour alone where it has one.

    `parent`: the title of what it is part of, "" for nothing; `depth`: how many steps in it stands under that.
    """

    task: Task
    due: str
    tone: str
    clock: str = ""
    parent: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks under a heading; "" for a list that needs none."""

    title: str
    tone: str = ""
    items: list[Item] = field(default_factory=list)


def item_of(task: Task, now: datetime, zone: ZoneInfo, speech: Speech, *, under: date | None = None) -> Item:
    """The task with its due moment in words; `under`: the day that its heading names already."""
    if task.due is None:
        return Item(task, "", "")
    today, (on, clock) = now.astimezone(zone).date(), due_in(task.due, zone)
    late = task.due.datetime is not None and task.due.datetime < now
    tone = "" if task.status != "open" else "overdue" if late else when.tone_of(on, today)
    day = "" if on == under else when.day_words(on, today, speech)
    return Item(task, " ".join(filter(None, (day, clock))), tone, clock or "")


def due_in(due: Due, zone: ZoneInfo) -> tuple[date, str | None]:
    """The day and hour of a due moment, which was set in another zone perhaps, on the clock of `zone`."""
    if due.datetime is None:
        return due.date, due.time
    local = due.datetime.astimezone(zone)
    return local.date(), f"{local:%H:%M}"

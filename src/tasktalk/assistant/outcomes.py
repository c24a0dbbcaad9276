"""What came of a turn: the change set that replies are rendered from. Made after the fact, never from an intention."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tasktalk.tasks.model import Task

Change = Literal["completed", "reopened", "rescheduled", "updated", "dropped", "noted"]
Remark = Literal[
    "help",
    "greeting",
    "thanks",
    "unknown",
    "nothing_to_undo",
    "cannot_undo",
    "which_task",
    "linked_already",
    "not_yet",
    "question_over",
]


@dataclass(frozen=True, slots=True)
class Created:
    """New tasks; `others`: days the date could also have meant; `asked_to_ring`: a reminder was asked for."""

    tasks: tuple[Task, ...]
    subtasks: int = 0
    others: tuple[dt.date, ...] = ()
    asked_to_ring: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Tasks as they are now. `already`: those that were so before, which nothing was done to."""

    change: Change
    tasks: tuple[Task, ...]
    already: tuple[Task, ...] = ()
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the tasks of a query; `first` is the number of the first one, `more` whether others follow."""

    filter: str
    tasks: tuple[Task, ...]
    first: int = 1
    more: bool = False
    searched: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One task, looked at."""

    task: Task


@dataclass(frozen=True, slots=True)
class Choose:
    """Several tasks fit what was said; `candidates` are (id, title), best first; `question` names what was asked."""

    candidates: tuple[tuple[UUID, str], ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """No task fits what was said."""

    text: str


@dataclass(frozen=True, slots=True)
class ProjectMade:
    """A project is there; `existed` before."""

    name: str
    existed: bool


@dataclass(frozen=True, slots=True)
class Projects:
    """The person's projects by name."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, by title."""

    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Nothing changed; one sentence says why. `about` names what it is about."""

    remark: Remark
    about: str = ""


Outcome = Created | Changed | Listed | Shown | Choose | Missing | ProjectMade | Projects | Undone | Said

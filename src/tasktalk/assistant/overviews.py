"""What a look at more than a list found: a day, a week or month, what was finished, a plan of the day."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tasktalk.tasks.model import Task


@dataclass(frozen=True, slots=True)
class Day:
    """Today in figures. `due`: what is left of it, without what is overdue; `coming`: what is next.

    `rest`: what could be moved to tomorrow.
    """

    done: int
    due: int
    overdue: int
    tomorrow: int
    coming: Task | None = None
    rest: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A week or month so far, beside the whole one before. `running`: days in a row with something done.

    `busiest`: a project, and how much was done there; `ahead`: due in the next seven days; `coming`: the first of it.
    """

    period: Literal["week", "month"]
    first: dt.date
    done: int
    before: int
    created: int
    overdue: int
    running: int
    ahead: int
    busiest: tuple[str, int] | None = None
    coming: Task | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Some of `total` tasks that the person finished, with when; `before`: those whose numbers come before theirs.

    `days`: both in it; None: ever. `following`: what leads to the next page, if there is one.
    """

    days: tuple[dt.date, dt.date] | None
    project: str | None
    total: int
    tasks: tuple[tuple[Task, dt.datetime], ...]
    before: tuple[UUID, ...] = ()
    following: str | None = None

    @property
    def first(self) -> int:
        """The number of the first one."""
        return len(self.before) + 1


@dataclass(frozen=True, slots=True)
class Placed:
    """A task in the course of the day. `fixed`: it has that hour, the others were given one."""

    task: Task
    at: dt.datetime
    minutes: int
    fixed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A day in its order; `left`: what does not fit before `ends`. `movable`: what could as well be done tomorrow.

    `more`: how much there is beyond what was looked at. `day`: the day that it is of, None for today.
    """

    placed: tuple[Placed, ...]
    left: tuple[Task, ...]
    ends: dt.datetime
    movable: tuple[UUID, ...] = ()
    more: int = 0
    coming: Task | None = None
    day: dt.date | None = None

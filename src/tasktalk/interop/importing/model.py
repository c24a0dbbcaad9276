"""A task as a file has it, and the report of what becomes of it."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from tasktalk.tasks.model import Recurrence, Status
from tasktalk.tasks.reminders.model import NewReminder

Format = Literal["tasktalk-json", "tasktalk-csv", "todoist", "vikunja"]
FORMATS: tuple[Format, ...] = get_args(Format)
MOST_ROWS = 10_000
MOST_COMMENTS = 50_000  # about a millisecond each, in one transaction
MOST_BYTES = 16 * 1024 * 1024

Outcome = Literal["made", "exists", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A task in a file. `row`: where, counted from 1; `external_id`: what makes it the same when it comes again.

    `completed_at`: when it was done, if the file says so. `assignees`: names or e-mail addresses. `parent` names
    another by its `external_id`. `project` is a name; None: wherever the import puts what says nothing. `remarks`:
    what of it is left out, and why.
    """

    row: int
    external_id: str
    title: str
    notes: str = ""
    status: Status = "open"
    completed_at: dt.datetime | None = None
    priority: int | None = None
    due_on: dt.date | None = None
    due_time: dt.time | None = None
    due_zone: str | None = None
    start_on: dt.date | None = None
    deadline_on: dt.date | None = None
    duration_minutes: int | None = None
    recurrence: Recurrence | None = None
    project: str | None = None
    section: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    parent: str | None = None
    comments: tuple[str, ...] = ()
    reminders: tuple[NewReminder, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no task."""

    row: int
    title: str
    why: str
    field: str | None = None


Read = Sequence[Draft | Unreadable]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What becomes of a row. `made` or `exists`: `task_id` says which (null in a dry run); `refused`: `why`, `field`.

    `remarks`: what of it is left out.
    """

    row: int
    title: str
    outcome: Outcome
    task_id: UUID | None = None
    why: str | None = None
    field: str | None = None
    remarks: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`change_set`: what undoes all of it; null in a dry run and when nothing was made. `projects`: new ones."""

    format: Format
    dry_run: bool
    change_set: UUID | None
    made: int
    exists: int
    refused: int
    projects: list[str]
    rows: list[RowReport]

"""A task as everybody sees it, and what is asked of one. `msgspec.json.encode(task)` is the contract's JSON."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from typing_extensions import TypedDict  # pydantic reads typing's own only from Python 3.12 on

from tasktalk.ids import new_id
from tasktalk.tasks.reminders.model import NewReminder

Status = Literal["open", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class Due:
    """When: `date` and `time` ("HH:MM") on the wall clock of the zone it was set in, and the moment with its offset.

    For a whole day `time` and `datetime` are null.
    """

    date: dt.date
    time: str | None = None
    datetime: dt.datetime | None = None


# An RFC 5545 rule without DTSTART, and how the person said it. "schedule": the next occurrence follows the last due
# date; "completion": it follows the day the task was done. (`from` is no name a class could have.)
Recurrence = TypedDict("Recurrence", {"rrule": str, "from": Literal["schedule", "completion"], "text": str})


@dataclass(frozen=True, slots=True)
class Ref:
    """A project or a person, by id and name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a task."""

    id: UUID
    name: str
    mime_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a task came from: "whatsapp", "web", "api", … and the message that made it."""

    channel: str
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task with the names of what it refers to. `priority` 1 is the highest; `project` null is its owner's Inbox.

    `due_zone`: the zone that a time is fixed in; null: it floats, on the wall clock of whoever set it. `moved`: this
    one occurrence is not where its rule put it.
    """

    id: UUID
    title: str
    notes: str
    status: Status
    priority: int | None
    due: Due | None
    start: dt.date | None
    deadline: dt.date | None
    duration_minutes: int | None
    recurrence: Recurrence | None
    project: Ref | None
    section: str | None
    labels: list[str]
    assignees: list[Ref]
    parent_id: UUID | None
    subtasks_count: int
    attachments: list[Attachment]
    comments_count: int
    position: float
    created_at: dt.datetime
    updated_at: dt.datetime
    completed_at: dt.datetime | None
    version: int
    source: Source | None
    due_zone: str | None
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to be made.

    `due_on` and `due_time` are on the wall clock of `due_zone`, and stay there; None: on the viewer's own, wherever
    they go. A section that its project does not have yet is made. `parent_id` may name a task earlier in the same
    batch; a subtask lies where its parent lies.
    """

    title: str
    notes: str = ""
    priority: int | None = None
    due_on: dt.date | None = None
    due_time: dt.time | None = None
    due_zone: str | None = None
    start_on: dt.date | None = None
    deadline_on: dt.date | None = None
    duration_minutes: int | None = None
    recurrence: Recurrence | None = None
    project_id: UUID | None = None
    section: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[UUID, ...] = ()
    parent_id: UUID | None = None
    position: float | None = None
    source_message_id: str | None = None
    reminders: tuple[NewReminder, ...] = ()  # the viewer's
    id: UUID = field(default_factory=new_id)


class TaskChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is. `due_on: None` clears the time too.

    `section` is a name; one that the project does not have yet is made. `accepted`: the assignees who said yes.
    `completed_at` beside the status "done": it was done then, elsewhere, which is nobody's doing of now and takes
    nothing along that lies under it.
    """

    title: str
    notes: str
    status: Status
    priority: int | None
    due_on: dt.date | None
    due_time: dt.time | None
    due_zone: str | None
    start_on: dt.date | None
    deadline_on: dt.date | None
    duration_minutes: int | None
    recurrence: Recurrence | None
    project_id: UUID | None
    section: str | None
    labels: tuple[str, ...]
    assignees: tuple[UUID, ...]
    accepted: tuple[UUID, ...]
    parent_id: UUID | None
    position: float
    deleted: bool
    completed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Act:
    """The turn or request that changes something; `undo` takes back all that shares its `change_set`."""

    change_set: UUID
    channel: str
    at: dt.datetime

"""The events that a webhook can ask for, and the shape in which each is told."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from tasktalk.tasks.model import Task

TaskEvent = Literal["task.created", "task.updated", "task.completed", "task.deleted"]
MessageEvent = Literal["message.received", "message.sent", "message.delivered", "message.read", "message.failed"]
AdminEvent = Literal[
    MessageEvent, "integration.connected", "integration.disconnected", "user.mapped", "security.violation"
]
Event = Literal[TaskEvent, AdminEvent]

EVENTS: tuple[str, ...] = get_args(Event)
OF_TASKS = frozenset(get_args(TaskEvent))
TEST = "webhook.test"  # sent when its owner asks for it, whatever the webhook asks for

_VERBS = {"created": "task.created", "completed": "task.completed", "deleted": "task.deleted"}

# What the columns of a task are called where it is shown; columns that nobody sees are left out.
_KEYS = {
    **{name: name for name in ("title", "notes", "status", "priority", "duration_minutes", "recurrence", "labels")},
    **{name: name for name in ("assignees", "parent_id", "position", "completed_at", "due_zone")},
    "due_on": "due",
    "due_time": "due",
    "due_at": "due",
    "start_on": "start",
    "deadline_on": "deadline",
    "project_id": "project",
    "section_id": "section",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by id and name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class TaskData:
    """`task` as `GET /api/tasks/{id}` has it. `verb`: the journal's word; `changed`: the keys that are new."""

    task: Task
    verb: str
    changed: list[str]
    actor: Person | None
    channel: str


@dataclass(frozen=True, slots=True)
class MessageData:
    """A message by its id in the message log, never its words. `person`: whose phone it is.

    `type` is WhatsApp's, `kind` ours of what we send. `error_code` and `reason` are of a failure.
    """

    id: str
    integration_id: UUID
    direction: Literal["in", "out"]
    type: str
    kind: str | None
    contact_id: UUID | None
    person: Person | None
    error_code: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class IntegrationData:
    """The number, and who did it; null: the system."""

    id: UUID
    name: str
    display_phone_number: str
    actor: Person | None


@dataclass(frozen=True, slots=True)
class MappingData:
    """Whose phone it is now. `by`: how it was linked."""

    mapping_id: UUID
    integration_id: UUID | None
    person: Person
    by: str | None
    actor: Person | None


@dataclass(frozen=True, slots=True)
class ViolationData:
    """An entry of the audit: what was noticed, by whom and about what."""

    audit_id: UUID
    action: str
    subject: str
    subject_id: UUID | None
    detail: dict[str, Any]
    actor: Person | None


@dataclass(frozen=True, slots=True)
class TestData:
    """Nothing but which webhook was tried."""

    webhook_id: UUID
    name: str


Data = TaskData | MessageData | IntegrationData | MappingData | ViolationData | TestData


@dataclass(frozen=True, slots=True)
class Told:
    """The body of a delivery. `timestamp`: when it happened."""

    type: str
    timestamp: dt.datetime
    data: Data


def event_of(verb: str) -> str:
    """The event that a verb of the journal is for a task."""
    return _VERBS.get(verb, "task.updated")


def list_changed(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    """The keys of a task, as it is shown, in which two rows of it differ; empty for one that is new."""
    if before is None or after is None:
        return []
    return sorted({key for column, key in _KEYS.items() if before.get(column) != after.get(column)})

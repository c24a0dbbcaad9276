"""What the REST API takes in, and how it becomes a new task or a change. Unknown keys are refused: they are slips."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from tasktalk.errors import BadRequest
from tasktalk.tasks.due import check_day, get_zone
from tasktalk.tasks.model import NewTask, Recurrence, Status, TaskChanges
from tasktalk.tasks.reminders.reading import read_reminder
from tasktalk.tasks.written import Clock, Day, Moment, Number, Whole

_FORBID = ConfigDict(extra="forbid")


class RefBody(BaseModel):
    """A project or person as the API shows them; the id counts."""

    id: UUID
    name: str | None = None


class DueBody(BaseModel):
    """`date` with or without `time`, on the caller's wall clock; or a `datetime` alone, with its offset or without."""

    model_config = _FORBID

    date: Day | None = None
    time: Clock | None = None
    datetime: Moment | None = None
    zone: str | None = Field(None, description="Fixes the time in this IANA zone; without it, it goes where you go.")

    def on_the_clock(self, zone: str) -> tuple[dt.date, dt.time | None]:
        """The date and time in `zone`, or in the zone that was sent."""
        zone = get_zone(self.zone).key if self.zone else zone
        if self.date is not None:
            return self.date, self.time
        if self.datetime is None:
            raise BadRequest("A due moment needs a date.", field="due")
        check_day(self.datetime.date(), field="due")
        wall = self.datetime.astimezone(ZoneInfo(zone)) if self.datetime.tzinfo else self.datetime
        return wall.date(), wall.time()


class RecurrenceBody(BaseModel):
    """An RFC 5545 rule, what it counts from, and how a person would say it."""

    model_config = _FORBID

    rrule: str
    from_: Literal["schedule", "completion"] = Field("schedule", alias="from")
    text: str = ""

    def as_recurrence(self) -> Recurrence:
        """As a task keeps it."""
        return {"rrule": self.rrule, "from": self.from_, "text": self.text}


Ref = Annotated[RefBody | UUID, Field(description="An id, or an object that has one.")]


class _TaskBody(BaseModel):
    model_config = _FORBID

    notes: str | None = ""
    priority: Whole | None = Field(None, ge=1, le=4)
    due: DueBody | None = None
    start: Day | None = None
    deadline: Day | None = None
    duration_minutes: Whole | None = Field(None, ge=1)
    recurrence: RecurrenceBody | None = None
    project: Ref | None = None
    project_id: UUID | None = None
    section: str | None = None
    labels: list[str] | None = []
    assignees: list[Ref] | None = []
    parent_id: UUID | None = None


class NewTaskBody(_TaskBody):
    """A task to make; only the title is needed. Without a project it goes to the caller's Inbox."""

    title: str
    position: Number | None = Field(None, allow_inf_nan=False)
    reminders: list[str] = Field([], description="The caller's: ISO 8601 durations from when it is due, or moments.")

    def as_new(self, zone: str) -> NewTask:
        """For `create_tasks`."""
        due_on, due_time = self.due.on_the_clock(zone) if self.due else (None, None)
        return NewTask(
            title=self.title,
            notes=self.notes or "",
            priority=self.priority,
            due_on=due_on,
            due_time=due_time,
            due_zone=self.due.zone if self.due else None,
            start_on=self.start,
            deadline_on=self.deadline,
            duration_minutes=self.duration_minutes,
            recurrence=self.recurrence.as_recurrence() if self.recurrence else None,
            project_id=_id(self.project) or self.project_id,
            section=self.section,
            labels=tuple(self.labels or ()),
            assignees=tuple(_ids(self.assignees or [])),
            parent_id=self.parent_id,
            position=self.position,
            reminders=tuple(read_reminder(text, zone=zone) for text in self.reminders),
        )


class TaskPatchBody(_TaskBody):
    """What to change; a key that is not sent stays as it is, null empties."""

    title: str = ""
    status: Status = "open"
    position: Number = Field(0, allow_inf_nan=False)

    def as_changes(self, zone: str) -> TaskChanges:
        """For `change_task`: only what was sent."""
        own = {"due", "project", "assignees", "start", "deadline", "recurrence"}
        sent = self.model_dump(include=self.model_fields_set - own)
        if "recurrence" in self.model_fields_set:
            sent["recurrence"] = self.recurrence.as_recurrence() if self.recurrence else None
        for key in ("start", "deadline"):
            if key in self.model_fields_set:
                sent[f"{key}_on"] = getattr(self, key)
        if "due" in self.model_fields_set:
            sent["due_on"], sent["due_time"] = self.due.on_the_clock(zone) if self.due else (None, None)
            if self.due and "zone" in self.due.model_fields_set:
                sent["due_zone"] = self.due.zone
        if "project" in self.model_fields_set:
            sent["project_id"] = _id(self.project)
        if "assignees" in self.model_fields_set:
            sent["assignees"] = tuple(_ids(self.assignees or []))
        for key, empty in (("notes", ""), ("labels", ())):
            if key in sent:
                sent[key] = sent[key] or empty
        changes: TaskChanges = sent  # type: ignore[assignment]  # the fields are the columns' own names
        return changes


class SkipBody(BaseModel):
    """Which occurrence; without a date the one that is open."""

    model_config = _FORBID

    date: Day | None = None


class AssignmentBody(BaseModel):
    """What an assignee says."""

    model_config = _FORBID

    answer: Literal["accept", "decline"]


def _id(ref: RefBody | UUID | None) -> UUID | None:
    return ref.id if isinstance(ref, RefBody) else ref


def _ids(refs: list[RefBody | UUID]) -> list[UUID]:
    return [ref.id if isinstance(ref, RefBody) else ref for ref in refs]

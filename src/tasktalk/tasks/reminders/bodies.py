"""What the REST API takes in about reminders."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasktalk.errors import BadRequest
from tasktalk.tasks import written
from tasktalk.tasks.due import get_zone
from tasktalk.tasks.reminders.model import Moment, NewReminder, ReminderChanges
from tasktalk.tasks.reminders.reading import read_moment, read_offset
from tasktalk.tasks.written import Clock, Day

_FORBID = ConfigDict(extra="forbid")


class AtBody(BaseModel):
    """`date` and `time` on the caller's wall clock; or a `datetime` alone, with its offset or without."""

    model_config = _FORBID

    date: Day | None = None
    time: Clock | None = None
    datetime: written.Moment | None = None
    zone: str | None = Field(None, description="Fixes the time in this IANA zone; without it, it goes where you go.")

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, given: object) -> object:
        return {"datetime": given} if isinstance(given, str) else given

    def on_the_clock(self, zone: str) -> Moment:
        """The moment; `zone` is the caller's own."""
        fixed = get_zone(self.zone).key if self.zone else None
        if self.date is not None and self.time is not None:
            return Moment(self.date, self.time, fixed)
        if self.date is not None or self.time is not None or self.datetime is None:
            raise BadRequest("A moment has a date and a time.", field="at")
        return read_moment(self.datetime, zone=fixed or zone, field="at")._replace(zone=fixed)


class _WhenBody(BaseModel):
    model_config = _FORBID

    offset: str | None = Field(None, description="ISO 8601, from when the task is due: `-PT30M`, `PT0S`, `-P1D`.")
    at: AtBody | None = Field(None, description="A text, too: `2026-12-01T09:00:00Z`, as its `datetime` alone.")
    recurrence: str | None = Field(None, description="RFC 5545, from `at` on: `FREQ=DAILY`.")

    def as_new(self, zone: str) -> NewReminder:
        """For `add_reminders`; `zone` is the caller's own."""
        return NewReminder(
            offset=None if self.offset is None else read_offset(self.offset, field="offset"),
            at=None if self.at is None else self.at.on_the_clock(zone),
            rrule=self.recurrence,
        )


class NewReminderBody(_WhenBody):
    """A reminder to make: relative to when its task is due, or at a moment, perhaps again and again."""

    task_id: UUID


class ReminderPatchBody(_WhenBody):
    """What to change; a key that is not sent stays as it is. An offset takes the place of a moment, and the reverse."""

    def as_changes(self, zone: str) -> ReminderChanges:
        """For `change_reminder`: only what was sent."""
        new, changes = self.as_new(zone), ReminderChanges()
        if "offset" in self.model_fields_set:
            changes["offset"] = new.offset
        if "at" in self.model_fields_set:
            changes["at"] = new.at
        if "recurrence" in self.model_fields_set:
            changes["rrule"] = new.rrule
        return changes

"""What the REST API takes in about a person's own preferences."""

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from tasktalk.tasks.preferences.events import Event
from tasktalk.tasks.preferences.preferences import MOST_MESSAGES, PreferenceChanges
from tasktalk.tasks.reminders.reading import read_offset
from tasktalk.tasks.written import Clock, Whole

_FORBID = ConfigDict(extra="forbid")


class PreferencesPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is. Hours are on the caller's wall clock, null: never."""

    model_config = _FORBID

    digest_time: Clock | None = None
    review_time: Clock | None = None
    review_weekday: Whole = Field(7, ge=1, le=7, description="Monday 1 to Sunday 7.")
    quiet_hours: tuple[Clock, Clock] | None = Field(None, description="From and to, over midnight too.")
    default_reminder: str | None = Field(None, description="ISO 8601, from when a task with a time is due: `-PT30M`.")
    day_starts: Clock = dt.time(9)
    notifications: dict[Event, StrictBool] = {}
    muted: StrictBool = False
    by_email: StrictBool = True
    monthly_messages: Whole | None = Field(
        None, ge=1, le=MOST_MESSAGES, description="WhatsApp messages a month that were not asked for; null: no bound."
    )


class MyPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = _FORBID

    name: str = ""
    language: str = ""
    timezone: str = ""
    preferences: PreferencesPatchBody = PreferencesPatchBody()

    def as_changes(self) -> PreferenceChanges:
        """For `change_preferences`: only what was sent."""
        sent = {key: getattr(self, key) for key in self.model_fields_set - {"preferences"}}
        if "preferences" in self.model_fields_set:
            sent |= {key: getattr(self.preferences, key) for key in self.preferences.model_fields_set}
        if sent.get("default_reminder") is not None:
            sent["default_reminder"] = read_offset(sent["default_reminder"], field="default_reminder")
        changes: PreferenceChanges = sent  # type: ignore[assignment]  # the fields have its keys' own names
        return changes

"""What a message was understood to mean; `msgspec.to_builtins` gives the JSON that `tasktalk parse` promises."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType, field

IntentName = Literal[
    "create_task",
    "create_tasks",
    "list_tasks",
    "complete_task",
    "reopen_task",
    "update_task",
    "reschedule_task",
    "assign_task",
    "delete_task",
    "comment_task",
    "snooze",
    "create_project",
    "update_project",
    "list_projects",
    "project_status",
    "search",
    "summary",
    "plan_day",
    "settings",
    "remind",
    "undo",
    "help",
    "greet",
    "confirm",
    "cancel",
    "link_account",
    "unknown",
]


ME = "me"  # among assignees: whoever wrote the message


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the reading of a message may depend on, all of it given: `understand` looks nothing up.

    `now` is aware; `tz` is an IANA name; `open_titles` are the person's open tasks, which decide whether "cancel
    gym" speaks of a task or makes one.
    """

    now: dt.datetime
    tz: str = "UTC"
    language: str = "en"
    people: tuple[str, ...] = ("Ana", "Ben")
    projects: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    open_titles: tuple[str, ...] = ()


class When(msgspec.Struct, frozen=True, kw_only=True):
    """A date `2026-12-01`, a time `09:00` in the person's zone, and both as an instant; what was not said is None."""

    date: str | None = None
    time: str | None = None
    datetime: str | None = None

    @property
    def on(self) -> dt.date | None:
        """The date as a date."""
        return dt.date.fromisoformat(self.date) if self.date else None

    @property
    def clock(self) -> dt.time | None:
        """The time of day as a time."""
        return dt.time.fromisoformat(self.time) if self.time else None

    @property
    def at(self) -> dt.datetime | None:
        """The instant, aware; None for a whole day or a time without its day."""
        return dt.datetime.fromisoformat(self.datetime) if self.datetime else None


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """An RFC 5545 rule, counted from the schedule or from completion, and the words that said so."""

    rrule: str
    text: str
    from_: Literal["schedule", "completion"] = field(default="schedule", name="from")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The characters `[start, end)` of the message that filled a slot."""

    start: int
    end: int
    kind: str


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Which task is meant: by words, by numbers of the last list, the one in focus, or all of them."""

    text: str | None = None
    numbers: Sequence[int] = ()
    last: bool = False
    all: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for: an expression of the filter language, or words to search."""

    filter: str | None = None
    text: str | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A task as it was told; also the slots any change of a task can carry."""

    intent: IntentName = "create_task"
    confidence: float = 0.0
    title: str | None = None
    due: When | None = None
    start: When | None = None
    deadline: When | None = None
    end: When | None = None
    duration_minutes: int | None = None
    recurrence: Recurrence | None = None
    priority: int | None = None
    project: str | None = None
    section: str | None = None
    labels: Sequence[str] = ()
    assignees: Sequence[str] = ()
    reminders: Sequence[str] = ()
    notes: str | None = None
    subtasks: Sequence["Draft"] = ()
    spans: Sequence[Span] = ()
    #: Other readings of `due` worth a button ("the other Friday"); the key is there only when there are some.
    alternatives: Sequence[When] | UnsetType = UNSET


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Personal settings named in the message; None is not named. `quiet_hours` is `[from, to]` as `HH:MM`."""

    timezone: str | None = None
    language: str | None = None
    digest_time: str | None = None
    quiet_hours: Sequence[str] | None = None
    notifications: bool | None = None
    #: These two are there only when they are spoken of: whether by e-mail too, and how many messages a month at most.
    by_email: bool | UnsetType = UNSET
    monthly_messages: int | UnsetType = UNSET


class Intent(Draft, frozen=True, kw_only=True):
    """One thing the person wants."""

    target: Target | None = None
    query: Query | None = None
    tasks: Sequence[Draft] = ()
    clear: Sequence[str] = ()
    comment: str | None = None
    action: str | None = None
    settings: Settings | None = None


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """All of a message: the language it was read in, its intents in order; `reply` is for a model's answer alone."""

    language: str
    intents: Sequence[Intent]
    reply: str | None = None

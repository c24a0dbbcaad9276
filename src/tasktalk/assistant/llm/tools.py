"""The intents as a model sees them: what it may hand over, and how each becomes an intent of ours.

A tool's description is its docstring. Nothing here changes anything: what is handed over is checked and done later.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tasktalk.assistant.llm.question import Meant, Reason
from tasktalk.assistant.llm.reader import Reader, Unfit
from tasktalk.assistant.understanding import Intent, IntentName, Query, Settings, Target

_MAX_TASKS = 20

_FILTERS = (
    "today, tomorrow, overdue, this week, 7 days, no date, p1, #Project, @label, assigned to: Ana, "
    "due before: 2026-12-01, done, completed: this week, all; joined by & and |, turned round by !"
)

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Refs = Annotated[list[str], Field(min_length=1, max_length=_MAX_TASKS, description="Refs from `tasks`, like t1.")]
Times = Annotated[
    str | None,
    Field(max_length=200, description="Date, time or repetition in the person's own words: friday 5pm, every monday."),
]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Priority = Annotated[int | None, Field(ge=1, le=4, description="1 is the highest.")]


class Tool(BaseModel, ABC):
    """What a model hands over; `name` is what it calls it."""

    model_config = ConfigDict(extra="forbid")
    name: ClassVar[str]

    @abstractmethod
    def read(self, reader: Reader) -> Meant:
        """What it means. Raises Unfit."""


class NewTask(BaseModel):
    """One task to write down."""

    model_config = ConfigDict(extra="forbid")
    title: Annotated[Line, Field(description="What is to be done, in the person's own words, without the date.")]
    when: Times = None
    project: Line | None = None
    labels: list[Line] = Field([], max_length=10)
    priority: Priority = None
    assignees: list[Line] = Field([], max_length=10, description="Only people that the person named.")
    notes: Long | None = None


class CreateTasks(Tool):
    """Write down new tasks."""

    name = "create_tasks"
    tasks: Annotated[list[NewTask], Field(min_length=1, max_length=_MAX_TASKS)]

    def read(self, reader: Reader) -> Meant:
        """One task or a list."""
        drafts = [
            reader.draft(
                each.title,
                **reader.times(each.when),
                project=reader.project(each.project, new=True) if each.project else None,
                labels=tuple(reader.said(label.lstrip("@")) for label in each.labels),
                priority=each.priority,
                assignees=reader.people(each.assignees),
                notes=reader.said(each.notes) if each.notes else None,
            )
            for each in self.tasks
        ]
        return Meant(intent=Intent(intent="create_tasks", confidence=1.0, tasks=tuple(drafts)))


class ListTasks(Tool):
    """Show the tasks that a filter finds."""

    name = "list_tasks"
    filter: Annotated[Line, Field(description=_FILTERS)]

    def read(self, reader: Reader) -> Meant:
        """A filter of our language."""
        return _meant("list_tasks", query=Query(filter=reader.filter(self.filter)))


class Search(Tool):
    """Find tasks that hold certain words."""

    name = "search"
    words: Line

    def read(self, reader: Reader) -> Meant:  # noqa: ARG002  (the others need it)
        """Words are looked for, never written."""
        return _meant("search", query=Query(text=self.words))


class _OnTasks(Tool, ABC):
    intent: ClassVar[IntentName]
    tasks: Refs

    def read(self, reader: Reader) -> Meant:
        return _about(self.intent, self.tasks, reader)


class Complete(_OnTasks):
    """The person says that these tasks are done."""

    name = "complete_tasks"
    intent = "complete_task"


class Reopen(_OnTasks):
    """These tasks are not done after all."""

    name = "reopen_tasks"
    intent = "reopen_task"


class Delete(_OnTasks):
    """The person asks to delete these tasks; they are asked again before it happens."""

    name = "delete_tasks"
    intent = "delete_task"


class Reschedule(_OnTasks):
    """Move these tasks to another day or time, or put them off."""

    name = "reschedule_tasks"
    intent = "reschedule_task"
    when: Annotated[Line, Field(description="In the person's own words: friday 5pm, every monday, no date.")]

    def read(self, reader: Reader) -> Meant:
        """The grammar reads the date."""
        found = reader.when(self.when)
        slots = ("due", "start", "deadline", "end", "duration_minutes", "recurrence", "clear")
        return _about(found.intent, self.tasks, reader, **{slot: getattr(found, slot) for slot in slots})


class Update(_OnTasks):
    """Change what these tasks say: title, project, labels, priority, people, notes."""

    name = "update_tasks"
    intent = "update_task"
    title: Line | None = None
    project: Line | None = None
    labels: list[Line] = Field([], max_length=10, description="Labels to add.")
    priority: Priority = None
    assignees: list[Line] = Field([], max_length=10, description="People to give it to.")
    notes: Long | None = None

    def read(self, reader: Reader) -> Meant:
        """At least one slot."""
        if not (self.title or self.project or self.labels or self.priority or self.assignees or self.notes):
            raise Unfit("Say what to change.")
        return _about(
            self.intent,
            self.tasks,
            reader,
            title=reader.said(self.title) if self.title else None,
            project=reader.project(self.project) if self.project else None,
            labels=tuple(reader.said(label.lstrip("@")) for label in self.labels),
            priority=self.priority,
            assignees=reader.people(self.assignees),
            notes=reader.said(self.notes) if self.notes else None,
        )


class Comment(_OnTasks):
    """Write the person's words as a comment on these tasks."""

    name = "comment_tasks"
    intent = "comment_task"
    comment: Long

    def read(self, reader: Reader) -> Meant:
        """In their own words."""
        return _about(self.intent, self.tasks, reader, comment=reader.said(self.comment))


class Remind(_OnTasks):
    """Remind the person of tasks that exist, at a moment."""

    name = "remind"
    intent = "remind"
    when: Annotated[Line, Field(description="In the person's own words: tomorrow 9am, in 2 hours.")]

    def read(self, reader: Reader) -> Meant:
        """A moment or a day."""
        due = reader.when(self.when, new=True).due
        moment = (due.datetime or due.date) if due else None
        if moment is None:
            raise Unfit("Say when.")
        return _about(self.intent, self.tasks, reader, reminders=(moment,))


class CreateProject(Tool):
    """Make a new project."""

    name = "create_project"
    project: Line

    def read(self, reader: Reader) -> Meant:
        """Named as the person named it."""
        return _meant("create_project", project=reader.project(self.project, new=True))


class UpdateProject(Tool):
    """Rename, archive, share or delete a project; all but renaming is asked about again before it is done."""

    name = "update_project"
    project: Line
    action: Literal["rename", "archive", "share", "delete"]
    new_name: Line | None = None
    people: list[Line] = Field([], max_length=10)

    def read(self, reader: Reader) -> Meant:
        """Only projects and people that are known."""
        name, people = reader.project(self.project), reader.people(self.people)
        if self.action == "rename":
            if not self.new_name:
                raise Unfit("Say the new name.")
            return _meant("update_project", project=name, action="rename", title=reader.said(self.new_name))
        if self.action == "share" and not people:
            raise Unfit("Say with whom, by names in `people`.")
        return _meant("update_project", project=name, action=self.action, assignees=people)


class ProjectStatus(Tool):
    """How a project stands, or all of them."""

    name = "project_status"
    project: Line | None = None

    def read(self, reader: Reader) -> Meant:
        """One of theirs."""
        return _meant("project_status", project=reader.project(self.project) if self.project else None)


class Overview(Tool):
    """Look at everything: the names of the projects, a summary, or a plan for today."""

    name = "overview"
    of: Literal["projects", "summary", "today"]

    def read(self, reader: Reader) -> Meant:  # noqa: ARG002  (the others need it)
        """One of three."""
        names: dict[str, IntentName] = {"projects": "list_projects", "summary": "summary", "today": "plan_day"}
        return _meant(names[self.of])


class ChangeSettings(Tool):
    """Change the person's own settings, only those that they name."""

    name = "change_settings"
    timezone: Line | None = None
    language: Literal["en", "es", "pt", "fr", "de", "it", "nl"] | None = None
    digest_time: Clock | None = None
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    notifications: bool | None = None
    by_email: bool | None = None
    messages_a_month: Annotated[int | None, Field(ge=1, le=1_000_000)] = None

    def read(self, reader: Reader) -> Meant:  # noqa: ARG002  (the others need it)
        """Quiet hours have two ends."""
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise Unfit("Quiet hours need both quiet_from and quiet_to.")
        quiet = (self.quiet_from, self.quiet_to) if self.quiet_from and self.quiet_to else None
        chosen = Settings(
            timezone=self.timezone,
            language=self.language,
            digest_time=self.digest_time,
            quiet_hours=quiet,
            notifications=self.notifications,
            by_email=UNSET if self.by_email is None else self.by_email,
            monthly_messages=self.messages_a_month or UNSET,
        )
        return _meant("settings", settings=chosen)


class AskPerson(Tool):
    """Ask the person which of several tasks they mean, when the data does not tell."""

    name = "ask_person"
    choices: Annotated[list[str], Field(min_length=2, max_length=9, description="Refs from `tasks`.")]

    def read(self, reader: Reader) -> Meant:
        """Shown as a numbered list."""
        return Meant(intent=Intent(intent="unknown"), task_ids=reader.ids(self.choices), which=True)


class Decline(Tool):
    """Do nothing: the message is not about tasks, it is unclear, or no other tool can do it. Never chat."""

    name = "decline"
    reason: Reason

    def read(self, reader: Reader) -> Meant:  # noqa: ARG002  (the others need it)
        """Think makes it the whole of a thought."""
        return _meant("unknown")


_TOOLS: tuple[type[Tool], ...] = (
    *(CreateTasks, ListTasks, Search, Complete, Reopen, Delete, Reschedule, Update, Comment, Remind),
    *(CreateProject, UpdateProject, ProjectStatus, Overview, ChangeSettings, AskPerson, Decline),
)
TOOLS: Mapping[str, type[Tool]] = {tool.name: tool for tool in _TOOLS}


def read_call(name: str, arguments: str | Mapping[str, Any] | None) -> Tool:
    """What a model handed over, JSON or decoded. Raises Unfit, which says what is wrong with it."""
    tool = TOOLS.get(name)
    if tool is None:
        raise Unfit(f"There is no tool {name[:60]!r}.")
    try:
        if isinstance(arguments, str):
            return tool.model_validate_json(arguments or "{}")
        return tool.model_validate(arguments or {})
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[:5]
        raise Unfit("; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)) from None


def _meant(intent: IntentName, **slots: Any) -> Meant:
    return Meant(intent=Intent(intent=intent, confidence=1.0, **slots))


def _about(intent: IntentName, refs: list[str], reader: Reader, **slots: Any) -> Meant:
    ids = reader.ids(refs)
    target = Target(last=True) if len(ids) == 1 else Target(all=True)
    return Meant(intent=Intent(intent=intent, confidence=1.0, target=target, **slots), task_ids=ids)

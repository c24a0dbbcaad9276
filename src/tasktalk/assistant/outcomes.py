"""What came of a turn: the change set that replies are rendered from. Made after the fact, never from an intention."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from tasktalk.assistant.overviews import Day, Finished, Plan, Report
from tasktalk.assistant.reply import Sending
from tasktalk.tasks.comments.comments import Comment
from tasktalk.tasks.journal import undo as journal
from tasktalk.tasks.model import Task
from tasktalk.tasks.preferences.preferences import Preferences
from tasktalk.tasks.projects.model import Project
from tasktalk.tasks.reminders.reminders import Reminder

Change = Literal["completed", "reopened", "rescheduled", "updated", "dropped", "skipped", "accepted", "declined"]
SUBTASKS = 5  # that a card names

Remark = Literal[
    "help",
    "no_title",
    "greeting",
    "thanks",
    "unknown",
    "nothing_to_undo",
    "nothing_to_redo",
    "cannot_undo",
    "which_task",
    "linked_already",
    "unlinked",
    "on_the_phone",
    "no_question",
    "not_yet",
    "question_over",
    "no_words",
    "not_open",
    "no_setting",
    "no_zone",
    "forget me",
    "no_file",
    "nothing_to_export",
    "which_project",
    "no_project",
    "name_taken",
    "share_with_whom",
    "nothing_left",
    "no_more",
    "no_list",
    "nothing_done",
    "which_of_these",
]


@dataclass(frozen=True, slots=True)
class Created:
    """New tasks; `others`: days the date could also have meant.

    `reminders`: those that were asked for, by task. `told`: who was given one of the tasks, by name.
    `ask_when`: a reminder was asked for, but for no moment. `parent`: the title of what the one task is a part of.
    """

    tasks: tuple[Task, ...]
    subtasks: int = 0
    parent: str = ""
    others: tuple[dt.date, ...] = ()
    reminders: Mapping[UUID, tuple[Reminder, ...]] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    ask_when: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Tasks as they are now. `already`: those that were so before, which nothing was done to.

    `along`: how many subtasks the same happened to. `told`: who was given one of the tasks, by name.
    `others`: days that the new date could also have meant.
    """

    change: Change
    tasks: tuple[Task, ...]
    already: tuple[Task, ...] = ()
    missing: tuple[int, ...] = ()
    along: int = 0
    told: tuple[str, ...] = ()
    others: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminded:
    """Tasks that the person has reminders of; `reminders` by task. `new`: they were made now, not there before."""

    tasks: tuple[Task, ...]
    reminders: Mapping[UUID, tuple[Reminder, ...]]
    missing: tuple[int, ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True)
class Silenced:
    """These tasks do not ring any more; `already`: none of them did."""

    tasks: tuple[Task, ...]
    already: bool = False


@dataclass(frozen=True, slots=True)
class AskWhen:
    """A reminder of a task was asked for, but for no moment."""

    task: Task


@dataclass(frozen=True, slots=True)
class Commented:
    """The same words on each of these tasks."""

    tasks: tuple[Task, ...]
    text: str
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the tasks of a query, `before`: those whose numbers come before theirs; `more`: whether others follow.

    `reminders`: what rings for the person, by task, where reminders were asked for. `question` names the words of a
    search that found nothing, which can be kept as a task.
    """

    filter: str
    tasks: tuple[Task, ...]
    before: tuple[UUID, ...] = ()
    more: bool = False
    searched: str | None = None
    reminders: Mapping[UUID, tuple[Reminder, ...]] = field(default_factory=dict)
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One task, looked at: its newest comment, the person's reminders that will ring, the first open subtasks.

    There are more subtasks than SUBTASKS when there is one more here.
    """

    task: Task
    comment: Comment | None = None
    reminders: tuple[Reminder, ...] = ()
    subtasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    """Several tasks fit what was said; `candidates` are (id, title), best first; `question` names what was asked."""

    candidates: tuple[tuple[UUID, str], ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Before it is done: nothing was. `tasks`: all that it would be done to; else `project`, with `number` open tasks.

    `people`: with whom it would be shared. `question` names what was asked.
    """

    act: Literal["delete", "change", "archive", "share", "unlink"]
    question: str
    tasks: tuple[Task, ...] = ()
    project: str = ""
    number: int = 0
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Not understood; `question` names the words, which can be kept as a task."""

    question: str


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
class ProjectChanged:
    """A project as it is now. `change`: "rename", "archive", "delete"; `was`: its name before."""

    change: Literal["rename", "archive", "delete"]
    project: Project
    was: str
    already: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """People are in a project from now on, `already`: were before, by name."""

    project: str
    people: tuple[str, ...]
    already: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a project stands. `done`: finished this week; `coming`: the next task that is due, if any.

    `all_done`: finished ever; `people`: who was given how much of what is open, None: nobody.
    """

    name: str
    open: int
    done: int
    overdue: int
    coming: Task | None = None
    all_done: int = 0
    people: tuple[tuple[str | None, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Standings:
    """How all of a person's projects stand, those with most overdue first."""

    projects: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A person's settings as they are now; `named`: those they spoke of."""

    preferences: Preferences
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back. `left`: a project, and who is in it no more; `settings`: preferences are as they were.

    `again`: the taking back was taken back, so that all is as it was done first.
    """

    changes: tuple[journal.Change, ...] = ()
    left: tuple[str, tuple[str, ...]] | None = None
    settings: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """A person's tasks are on their way as a document; `number` of them, in `project` or in all."""

    file: Sending
    number: int
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """Files of a task are on their way; `left`: how many others it has of that kind."""

    task: Task
    files: tuple[Sending, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """Nothing changed; one sentence says why. `about` names what it is about."""

    remark: Remark
    about: str = ""


Outcome = (
    Created
    | Changed
    | Reminded
    | Silenced
    | AskWhen
    | Commented
    | Listed
    | Shown
    | Choose
    | Asked
    | Unread
    | Missing
    | ProjectMade
    | ProjectChanged
    | Projects
    | Shared
    | Standing
    | Standings
    | Day
    | Report
    | Finished
    | Plan
    | Settled
    | Exported
    | Fetched
    | Undone
    | Said
)

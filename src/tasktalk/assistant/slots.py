"""From what was said about a task that exists to the columns that change."""

import datetime as dt
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Draft, Intent
from tasktalk.tasks.model import Recurrence, Task, TaskChanges

_T = TypeVar("_T")

# What emptying a slot sets; a task without a due date does not repeat either.
_EMPTIED: dict[str, TaskChanges] = {
    "due": {"due_on": None, "recurrence": None},
    "start": {"start_on": None},
    "deadline": {"deadline_on": None},
    "duration": {"duration_minutes": None},
    "duration_minutes": {"duration_minutes": None},
    "recurrence": {"recurrence": None},
    "priority": {"priority": None},
    "notes": {"notes": ""},
    "project": {"project_id": None},
    "section": {"section": None},
}


def fill(turn: Turn, intent: Intent, task: Task, project_id: UUID | None = None) -> TaskChanges | None:
    """The slots that were filled, and those that were emptied; None: there are none. `project_id` is the one named."""
    changes = _due(turn, intent, task)
    if intent.title:
        changes["title"] = intent.title
    if intent.start is not None:
        changes["start_on"] = intent.start.on
    if intent.deadline is not None:
        changes["deadline_on"] = intent.deadline.on
    if intent.recurrence is not None:
        changes["recurrence"] = recurrence_of(intent)
    if project_id is not None:
        changes["project_id"] = project_id
    if intent.section:
        changes["section"] = intent.section
    if intent.notes:
        changes["notes"] = f"{task.notes}\n{intent.notes}".strip()
    _figures(intent, changes)
    _many(turn, intent, task, changes)
    for slot in intent.clear:
        changes |= _EMPTIED.get(slot, {})
    return changes or None


def keep_time(task: Task, day: dt.date) -> TaskChanges:
    """Another day at the same time."""
    clock = dt.time.fromisoformat(task.due.time) if task.due and task.due.time else None
    return {"due_on": day, "due_time": clock}


def recurrence_of(draft: Draft) -> Recurrence | None:
    """The rule as tasks keep it."""
    rule = draft.recurrence
    return {"rrule": rule.rrule, "from": rule.from_, "text": rule.text} if rule else None


def _due(turn: Turn, intent: Intent, task: Task) -> TaskChanges:
    """A time alone keeps the day, a day alone keeps the time."""
    if intent.due is None:
        return {}
    known = task.due.date if task.due else turn.today
    changes = keep_time(task, intent.due.on or known)
    if intent.due.clock is not None:
        changes["due_time"] = intent.due.clock
    return changes


def _figures(intent: Intent, changes: TaskChanges) -> None:
    if intent.priority is not None:
        changes["priority"] = intent.priority
    if intent.duration_minutes is not None:
        changes["duration_minutes"] = intent.duration_minutes


def _many(turn: Turn, intent: Intent, task: Task, changes: TaskChanges) -> None:
    """Labels and people come to those that are there, or go: only those that were named, all if none was."""
    people, there = turn.dialogue.find_people(intent.assignees), [ref.id for ref in task.assignees]
    if "labels" in intent.clear:
        gone = {label.casefold() for label in intent.labels}
        changes["labels"] = tuple(label for label in task.labels if gone and label.casefold() not in gone)
    elif intent.labels:
        changes["labels"] = _merged(task.labels, intent.labels)
    if "assignees" in intent.clear:
        changes["assignees"] = tuple(person for person in there if people and person not in people)
    elif people:
        changes["assignees"] = _merged(there, people)


def _merged(there: Iterable[_T], new: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys([*there, *new]))

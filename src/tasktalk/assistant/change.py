"""Changing tasks that exist: complete, reopen, reschedule, update, note, drop, and taking a turn back."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from tasktalk.assistant.outcomes import Change, Changed, Choose, Missing, Outcome, Said, Undone
from tasktalk.assistant.targets import Found, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.errors import Conflict, NotFound
from tasktalk.tasks.journal.undo import find_last_change, undo
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.model import Status, Task, TaskChanges

UNDO_LIFE = dt.timedelta(minutes=10)

# What to set on a task, or None when it is so already.
Edit = Callable[[Task], TaskChanges | None]


async def complete(turn: Turn, intent: Intent) -> Outcome:
    """Done."""
    return await _change(turn, intent, "completed", _set_status("done"))


async def reopen(turn: Turn, intent: Intent) -> Outcome:
    """Open again."""
    return await _change(turn, intent, "reopened", _set_status("open"))


async def drop(turn: Turn, intent: Intent) -> Outcome:
    """Into the trash."""
    return await _change(turn, intent, "dropped", lambda _: {"deleted": True})


async def update(turn: Turn, intent: Intent) -> Outcome:
    """Whatever slots the intent carries, and only those."""
    change: Change = "rescheduled" if intent.intent == "reschedule_task" else "updated"
    return await _change(turn, intent, change, lambda task: _changes(turn, intent, task))


async def note(turn: Turn, intent: Intent) -> Outcome:
    """Words added to a task's notes."""
    words = intent.comment or intent.notes or ""
    return await _change(turn, intent, "noted", lambda task: {"notes": f"{task.notes}\n{words}".strip()})


async def snooze(turn: Turn, intent: Intent) -> Outcome:
    """Later: by so many minutes from now, to the day named, else to tomorrow."""

    def edit(task: Task) -> TaskChanges | None:
        if intent.duration_minutes:
            later = turn.now + dt.timedelta(minutes=intent.duration_minutes)
            return {"due_on": later.date(), "due_time": later.time().replace(second=0, microsecond=0)}
        return _changes(turn, intent, task) or _keep_time(task, turn.today + dt.timedelta(days=1))

    return await _change(turn, intent, "rescheduled", edit)


async def move_to(turn: Turn, task_id: UUID, day: dt.date) -> Outcome:
    """To another day, at the same time: what a button does."""
    return await apply(turn, [task_id], "rescheduled", lambda task: _keep_time(task, day))


async def set_status(turn: Turn, task_ids: list[UUID], *, done: bool) -> Outcome:
    """Done or open again: what buttons and reactions do."""
    return await apply(turn, task_ids, "completed" if done else "reopened", _set_status("done" if done else "open"))


async def take_back(turn: Turn, _intent: Intent | None = None, *, change_set: UUID | None = None) -> Outcome:
    """`change_set`, or what the person changed last and did not take back yet, within ten minutes."""
    viewer = turn.dialogue.viewer
    if change_set is None:
        change_set = await find_last_change(turn.conn, viewer=viewer, since=turn.now - UNDO_LIFE)
    try:
        if change_set is None:
            return Said("nothing_to_undo")
        return Undone(
            tuple(each.title for each in await undo(turn.conn, viewer=viewer, change_set=change_set, by=turn.by))
        )
    except NotFound:
        return Said("nothing_to_undo")
    except Conflict as error:
        return Said("cannot_undo", error.message)


async def put_off(turn: Turn, task_id: UUID) -> Outcome:
    """To tomorrow, or a day later than it is due: what ⏰ does to an open task."""

    def edit(task: Task) -> TaskChanges | None:
        tomorrow = turn.today + dt.timedelta(days=1)
        later = max(tomorrow, task.due.date + dt.timedelta(days=1)) if task.due else tomorrow
        return _keep_time(task, later) if task.status == "open" else None

    return await apply(turn, [task_id], "rescheduled", edit)


async def apply(turn: Turn, task_ids: list[UUID], change: Change, edit: Edit, missing: tuple[int, ...] = ()) -> Outcome:
    """Edit each task the person can see; those that need nothing are told apart."""
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=task_ids)
    if not tasks:
        return Missing("")
    changed: list[Task] = []
    already: list[Task] = []
    for task in tasks:
        changes, now = edit(task), task
        if changes:
            now = await change_task(
                turn.conn, viewer=turn.dialogue.viewer, task_id=task.id, changes=changes, by=turn.by
            )
        (already if now.version == task.version else changed).append(now)
    if changed:
        turn.done(changed)
    return Changed(change, tuple(changed), tuple(already), missing)


async def _change(turn: Turn, intent: Intent, change: Change, edit: Edit) -> Outcome:
    found = await find_targets(turn, intent)
    if isinstance(found, Choose):
        return replace(found, question=turn.dialogue.ask(turn.said.text, turn.part))
    if not isinstance(found, Found):
        return found
    return await apply(turn, list(found.ids), change, edit, found.missing)


def _set_status(status: Status) -> Edit:
    def edit(task: Task) -> TaskChanges | None:
        return None if task.status == status else {"status": status}

    return edit


def _keep_time(task: Task, day: dt.date) -> TaskChanges:
    clock = dt.time.fromisoformat(task.due.time) if task.due and task.due.time else None
    return {"due_on": day, "due_time": clock}


def _changes(turn: Turn, intent: Intent, task: Task) -> TaskChanges | None:
    """The slots that were filled, and those that were emptied."""
    changes = _new_due(turn, intent, task)
    if intent.title:
        changes["title"] = intent.title
    if intent.priority is not None:
        changes["priority"] = intent.priority
    if intent.labels:
        changes["labels"] = tuple(dict.fromkeys([*task.labels, *intent.labels]))
    if intent.deadline is not None:
        changes["deadline_on"] = intent.deadline.on
    if intent.duration_minutes is not None:
        changes["duration_minutes"] = intent.duration_minutes
    if intent.project and (project_id := turn.dialogue.find_project(intent.project)) is not None:
        changes["project_id"] = project_id
    if intent.notes:
        changes["notes"] = f"{task.notes}\n{intent.notes}".strip()
    if people := turn.dialogue.find_people(intent.assignees):
        changes["assignees"] = tuple(dict.fromkeys([*(ref.id for ref in task.assignees), *people]))
    if "priority" in intent.clear:
        changes["priority"] = None
    return changes or None


def _new_due(turn: Turn, intent: Intent, task: Task) -> TaskChanges:
    """A time alone keeps the day, a day alone keeps the time."""
    if "due" in intent.clear:
        return {"due_on": None}
    if intent.due is None:
        return {}
    known = task.due.date if task.due else turn.today
    changes = _keep_time(task, intent.due.on or known)
    if intent.due.clock is not None:
        changes["due_time"] = intent.due.clock
    return changes

"""Changing tasks that exist: complete, reopen, reschedule, update, skip, drop, and taking a turn back."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from msgspec import UNSET

from tasktalk.assistant.asked import ask_first
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.outcomes import Change, Changed, Missing, Outcome, Said, Undone
from tasktalk.assistant.project_changes import ensure_project
from tasktalk.assistant.slots import fill, keep_time
from tasktalk.assistant.targets import Found, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Draft, Intent
from tasktalk.errors import Conflict, NotFound
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.changes import change_task, change_tasks
from tasktalk.tasks.journal.undo import find_last_change, redo, undo
from tasktalk.tasks.model import Status, Task, TaskChanges
from tasktalk.tasks.occurrences import skip_occurrence

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
    """Into the trash; of a repeating task that is to be skipped only this occurrence goes."""
    if intent.action == "skip":
        found = await find_targets(turn, intent)
        ids = found.ids if isinstance(found, Found) else ()
        tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=ids)
        if tasks and all(task.recurrence and task.status == "open" for task in tasks):
            return await skip(turn, [task.id for task in tasks])
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    if turn.sure is None and (turn.careful or len(found.ids) > 1):
        tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=found.ids)
        if len(tasks) > 1 or (turn.careful and tasks):
            return ask_first(turn, intent, tasks=tasks)
    return await apply(turn, list(found.ids), "dropped", lambda _: {"deleted": True}, found.missing)


async def update(turn: Turn, intent: Intent) -> Outcome:
    """Whatever slots the intent carries, and only those."""
    change: Change = "rescheduled" if intent.intent == "reschedule_task" else "updated"
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    project_id = await ensure_project(turn, intent.project) if intent.project else None
    outcome = await apply(
        turn, list(found.ids), change, lambda task: fill(turn, intent, task, project_id), found.missing
    )
    others = list_others(turn, intent, [task.id for task in outcome.tasks]) if isinstance(outcome, Changed) else ()
    return replace(outcome, others=others) if isinstance(outcome, Changed) and others else outcome


def list_others(turn: Turn, draft: Draft, task_ids: Sequence[UUID]) -> tuple[dt.date, ...]:
    """The other days that the date of the one task may mean; a word or two take one of them instead."""
    days = () if draft.alternatives is UNSET else tuple(when.on for when in draft.alternatives if when.on is not None)
    if not days or len(task_ids) != 1:
        return ()
    due = (draft.due.on,) if draft.due is not None and draft.due.on is not None else ()
    turn.ask("days", ids=tuple(task_ids), days=days + due)
    return days


async def snooze(turn: Turn, intent: Intent) -> Outcome:
    """Later: by so many minutes from now or (a shift) from when it is due, to the day named, else to tomorrow."""

    def edit(task: Task) -> TaskChanges | None:
        if intent.duration_minutes:
            return _put_later(turn, task, dt.timedelta(minutes=intent.duration_minutes), shift=intent.action == "shift")
        return fill(turn, intent, task) or keep_time(task, turn.today + dt.timedelta(days=1))

    return await _change(turn, intent, "rescheduled", edit)


def _put_later(turn: Turn, task: Task, by: dt.timedelta, *, shift: bool) -> TaskChanges:
    """So much later than now, and never earlier than it is due; `shift`: than it is due. Whole days keep the hour."""
    if by % dt.timedelta(days=1) == dt.timedelta(0):
        on = task.due.date if task.due else turn.today
        day = (on if shift else max(on, turn.today)) + by
        return keep_time(task, day if day >= turn.today else turn.today + max(by, dt.timedelta(0)))
    due = task.due.datetime if task.due and task.due.datetime else turn.now
    later = (due if shift else max(due, turn.now)).astimezone(turn.now.tzinfo) + by
    if later <= turn.now:
        later = turn.now + max(by, dt.timedelta(0))
    return {"due_on": later.date(), "due_time": later.time().replace(second=0, microsecond=0)}


async def move_to(turn: Turn, task_id: UUID, day: dt.date) -> Outcome:
    """To another day, at the same time: what a button does."""
    return await apply(turn, [task_id], "rescheduled", lambda task: keep_time(task, day))


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
        return Undone(tuple(await undo(turn.conn, viewer=viewer, change_set=change_set, by=turn.by)))
    except NotFound:
        return Said("nothing_to_undo")
    except Conflict as error:
        return Said("cannot_undo", error.message)


async def bring_back(turn: Turn, change_set: UUID) -> Outcome:
    """What the undo `change_set` took back."""
    try:
        changes = await redo(turn.conn, viewer=turn.dialogue.viewer, change_set=change_set, by=turn.by)
    except NotFound:
        return Said("nothing_to_redo")
    except Conflict as error:
        return Said("cannot_undo", error.message)
    return Undone(tuple(changes), again=True)


async def put_off(turn: Turn, task_id: UUID) -> Outcome:
    """To tomorrow, or a day later than it is due: what ⏰ does to an open task."""

    def edit(task: Task) -> TaskChanges | None:
        tomorrow = turn.today + dt.timedelta(days=1)
        later = max(tomorrow, task.due.date + dt.timedelta(days=1)) if task.due else tomorrow
        return keep_time(task, later) if task.status == "open" else None

    return await apply(turn, [task_id], "rescheduled", edit)


async def skip(turn: Turn, task_ids: Sequence[UUID]) -> Outcome:
    """On to the next occurrence of repeating tasks; one that lies in the trash comes back for it."""
    conn, viewer, skipped = turn.conn, turn.dialogue.viewer, []
    async with conn.transaction():  # back from the trash only if it can be skipped
        for task in await list_tasks_by_ids(conn, viewer=viewer, ids=task_ids, trashed=True):
            await change_task(conn, viewer=viewer, task_id=task.id, changes={"deleted": False}, by=turn.by)
            skipped.append(await skip_occurrence(conn, viewer=viewer, task_id=task.id, by=turn.by))
    if not skipped:
        return Missing("")
    turn.done(skipped)
    return Changed("skipped", tuple(skipped))


async def apply(turn: Turn, task_ids: list[UUID], change: Change, edit: Edit, missing: tuple[int, ...] = ()) -> Outcome:
    """Edit every task the person can see, at once, for some may lie under others; what needs nothing is told apart."""
    conn, viewer = turn.conn, turn.dialogue.viewer
    tasks = {task.id: task for task in await list_tasks_by_ids(conn, viewer=viewer, ids=task_ids)}
    if not tasks:
        return Missing("")
    known = {person.id for task in tasks.values() for person in task.assignees}
    changes = [(task.id, wanted) for task in tasks.values() if (wanted := edit(task))]
    written = await change_tasks(conn, viewer=viewer, changes=changes, by=turn.by)
    changed = [task for task in written if task.version != tasks[task.id].version]
    already = [task for task in tasks.values() if task.id not in {each.id for each in changed}]
    if changed:
        turn.done(changed)
    is_family = any(tasks[task.id].subtasks_count for task in changed)
    along = await _count_along(turn, change, [task.id for task in changed]) if is_family else 0
    return Changed(change, tuple(changed), tuple(already), missing, along, turn.name_others(changed, known))


async def _count_along(turn: Turn, change: Change, task_ids: Sequence[UUID]) -> int:
    """How many subtasks were finished or deleted with these tasks, beside those that are among them."""
    verb = {"completed": "completed", "dropped": "deleted"}.get(change)
    if verb is None:
        return 0
    count: int = await Q.count_along(turn.conn, change_set=turn.by.change_set, verb=verb, task_ids=task_ids)
    return count


async def _change(turn: Turn, intent: Intent, change: Change, edit: Edit) -> Outcome:
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    return await apply(turn, list(found.ids), change, edit, found.missing)


def _set_status(status: Status) -> Edit:
    def edit(task: Task) -> TaskChanges | None:
        return None if task.status == status else {"status": status}

    return edit

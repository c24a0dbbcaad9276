"""Changing tasks: finish, reopen, reschedule, move, assign, delete are all a change of columns.

Two statements: lock and read what the viewer may write, then write with the journal. Moving between projects, or under
another task, asks a little more.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.tasks.checks import checked
from tasktalk.tasks.due import due_columns, get_zone
from tasktalk.tasks.listing import list_tasks_by_ids
from tasktalk.tasks.model import Act, Task, TaskChanges
from tasktalk.tasks.places import lock_tasks, settle
from tasktalk.tasks.recurrence import first_occurrence, next_occurrence
from tasktalk.tasks.tasks import BATCH, task_of

Q = queries(__file__)

Row = Mapping[str, Any]


async def change_task(
    conn: Conn, *, viewer: Viewer, task_id: UUID, changes: TaskChanges, by: Act, version: int | None = None
) -> Task:
    """The task after its change, or as it is when nothing differs.

    Raises as `change_tasks`, and Conflict when `version` is given and is not the task's any more.
    """
    versions = {} if version is None else {task_id: version}
    return (await change_tasks(conn, viewer=viewer, changes=[(task_id, changes)], by=by, versions=versions))[0]


async def change_tasks(
    conn: Conn,
    *,
    viewer: Viewer,
    changes: Sequence[tuple[UUID, TaskChanges]],
    by: Act,
    versions: Mapping[UUID, int] | None = None,
) -> list[Task]:
    """Changes all or none; in the order given.

    A recurring task that is done stays open and moves to its next occurrence (journalled as "completed").
    Raises NotFound for a task the viewer does not see, Forbidden for one they may only look at, BadRequest for values a
    task cannot hold, Conflict for a version that has moved on.
    """
    if len(changes) > BATCH:
        raise BadRequest(f"At most {BATCH} tasks at a time.", field="tasks")
    wanted = dict(changes)
    rows = await lock_tasks(conn, viewer=viewer, ids=list(wanted))
    sets: dict[UUID, dict[str, object]] = {}
    verbs: dict[UUID, str] = {}
    for task_id, change in wanted.items():
        row = rows.get(task_id)
        if row is None or row["place_deleted"] or (row["deleted_at"] and change.get("deleted") is not False):
            raise NotFound("There is no such task.")
        if row["role"] == "viewer":
            raise Forbidden("You may only look at this project.")
        if versions and versions.get(task_id, row["version"]) != row["version"]:
            raise Conflict("Somebody else changed this task first.", version=row["version"])
        sets[task_id] = _differing(row, _columns(row, change, viewer=viewer, by=by))
        if change.get("status") == "done" and row["status"] != "done":
            verbs[task_id] = "completed"
        if sets[task_id].keys() & {"project_id", "parent_id", "assignees"}:
            await settle(conn, row, sets, viewer=viewer)
    written = await write_tasks(conn, viewer=viewer, sets=sets, verbs=verbs, by=by)
    unchanged = [task_id for task_id in wanted if task_id not in written]
    if unchanged:
        written |= {task.id: task for task in await list_tasks_by_ids(conn, viewer=viewer, ids=unchanged)}
    return [written[task_id] for task_id, _ in changes]


async def write_tasks(
    conn: Conn, *, viewer: Viewer, sets: Mapping[UUID, Mapping[str, object]], verbs: Mapping[UUID, str], by: Act
) -> dict[UUID, Task]:
    """Writes locked rows and their journal; a row whose set is empty is left alone."""
    changes = [
        {"id": task_id, "verb": verbs.get(task_id) or verb_of(values), "set": values}
        for task_id, values in sets.items()
        if values
    ]
    if not changes:
        return {}
    written = Q.write_tasks(
        conn, changes=changes, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
    )
    return {row["id"]: task_of(row) async for row in written}


def verb_of(values: Mapping[str, object]) -> str:
    """What happened, in one word, by the columns that were set."""
    if "deleted_at" in values:
        return "deleted" if values["deleted_at"] else "restored"
    return {"done": "completed", "open": "reopened", "cancelled": "cancelled"}.get(str(values.get("status")), "changed")


def _columns(row: Row, change: TaskChanges, *, viewer: Viewer, by: Act) -> dict[str, object]:
    """The columns that a change sets, those included that follow from others."""
    columns = checked(change)
    deleted = columns.pop("deleted", None)
    if deleted is not None:
        columns["deleted_at"] = (row["deleted_at"] or by.at) if deleted else None
    if columns.keys() & {"due_on", "due_time", "due_zone", "recurrence"}:
        columns |= _due(row, columns, viewer=viewer, by=by)
    if "status" in columns and columns["status"] != row["status"]:
        columns["completed_at"] = by.at if columns["status"] == "done" else None
        recurrence = columns.get("recurrence", row["recurrence"])
        if columns["status"] == "done" and recurrence:
            columns |= _advance({**row, **columns}, viewer=viewer, by=by)
    if "project_id" in columns and columns["project_id"] != row["project_id"]:
        # A task that goes elsewhere leaves its section and its parent, unless new ones are named.
        columns = {"section": None, "parent_id": None, **columns}
    return columns


def _due(row: Row, columns: Mapping[str, Any], *, viewer: Viewer, by: Act) -> dict[str, object]:
    on = columns.get("due_on", row["due_on"])
    at = columns.get("due_time", None if on is None else row["due_time"])
    same = (on, at) == (row["due_on"], row["due_time"])
    zone = columns.get("due_zone") or (row["due_zone"] if same else None) or viewer.timezone
    if on is None and "due_on" not in columns and columns.get("recurrence"):
        on = first_occurrence(columns["recurrence"], by.at.astimezone(get_zone(zone)).date())
    return due_columns(on, at, zone)


def _advance(row: Row, *, viewer: Viewer, by: Act) -> dict[str, object]:
    """What completing an occurrence sets: nothing more when it was the last one, else the next due moment."""
    zone = row["due_zone"] or viewer.timezone
    now = by.at.astimezone(get_zone(zone))
    following = next_occurrence(
        row["recurrence"], due_on=row["due_on"] or now.date(), due_time=row["due_time"], now=now
    )
    if following is None:
        return {}
    moved = due_columns(following.on, following.at, zone)
    return {**moved, "recurrence": following.recurrence, "status": "open", "completed_at": None}


def _differing(row: Row, columns: Mapping[str, object]) -> dict[str, object]:
    kept = {}
    for key, value in columns.items():
        old = tuple(row[key]) if isinstance(row[key], list) else row[key]
        if old != value:
            kept[key] = value
    return kept

"""Changing tasks: finish, reopen, reschedule, move, assign, delete are all a change of columns.

Lock and read what the viewer may write, work out what follows from it, write it with the journal, read it back.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.phrases import Told
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.checks import checked
from tasktalk.tasks.due import due_columns, get_zone
from tasktalk.tasks.labels.names import keep_labels
from tasktalk.tasks.model import Act, Task, TaskChanges
from tasktalk.tasks.occurrences import advance, moved_off_series
from tasktalk.tasks.places import check_writable, list_parents, lock_tasks, settle
from tasktalk.tasks.projects.board import find_or_make_sections
from tasktalk.tasks.recurrence import first_occurrence
from tasktalk.tasks.subtasks import take_along
from tasktalk.tasks.tasks import BATCH
from tasktalk.tasks.writing import write_tasks

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
        raise BadRequest(Told("At most {most} tasks at a time.", most=BATCH), field="tasks")
    wanted: dict[UUID, TaskChanges] = {}
    for task_id, change in changes:
        wanted[task_id] = {**wanted.get(task_id, {}), **change}
    parents = [parent for change in wanted.values() if (parent := change.get("parent_id"))]
    rows = await lock_tasks(
        conn, viewer=viewer, ids=[*wanted, *parents]
    )  # in one go, so that two do not wait in a circle
    deleted = rows.keys() & {task_id for task_id, change in wanted.items() if change.get("deleted")}
    for parent in await list_parents(conn, deleted):
        rows[parent] = {**rows[parent], "has_subtasks": True}
    sets: dict[UUID, dict[str, object]] = {}
    verbs: dict[UUID, str] = {}
    for task_id, change in wanted.items():
        version = versions.get(task_id) if versions else None
        row = check_writable(rows.get(task_id), version=version, deleted=change.get("deleted") is False)
        columns = _columns(row, change, viewer=viewer, by=by)
        sets[task_id] = sets.get(task_id, {}) | _differing(row, columns)  # a parent may have brought something along
        if change.get("status") == "done" and row["status"] != "done":
            verbs[task_id] = "completed"
        was_done = "completed_at" in change
        if was_done:
            verbs[task_id] = "changed"
        if sets[task_id].keys() & {"project_id", "parent_id", "assignees"}:
            await settle(conn, row, sets, viewer=viewer)
        if section := change.get("section"):
            await _name_section(conn, row, sets[task_id], section, viewer=viewer, by=by)
        if not was_done and (sets[task_id].keys() & {"status", "deleted_at"} or task_id in verbs):
            await take_along(conn, row, sets, verbs, viewer=viewer)
    await keep_labels(conn, viewer=viewer, names=_new_labels(rows, sets), at=by.at)
    await write_tasks(conn, viewer=viewer, sets=sets, verbs=verbs, by=by)
    shown = {task.id: task for task in await list_tasks_by_ids(conn, viewer=viewer, ids=list(wanted), trashed=True)}
    return [shown[task_id] for task_id, _ in changes]


def _columns(row: Row, change: TaskChanges, *, viewer: Viewer, by: Act) -> dict[str, Any]:
    """The columns that a change sets, those included that follow from others."""
    columns: dict[str, Any] = checked(change)
    if columns.pop("section", "") is None:
        columns["section_id"] = None
    deleted, done_at = columns.pop("deleted", None), columns.pop("completed_at", None)
    if deleted is not None:
        columns["deleted_at"] = (row["deleted_at"] or by.at) if deleted else None
    if "due_on" in columns and columns["due_on"] is None and not columns.get("recurrence"):
        columns["recurrence"] = None  # what repeats is always due
    if columns.keys() & {"due_on", "due_time", "due_zone", "recurrence"}:
        columns |= _due(row, columns, viewer=viewer, by=by)
    if "status" in columns and columns["status"] != row["status"]:
        columns["completed_at"] = min(done_at or by.at, by.at) if columns["status"] == "done" else None
        recurrence = columns.get("recurrence", row["recurrence"])
        if columns["status"] == "done" and recurrence:
            columns |= advance({**row, **columns}, zone=viewer.timezone, now=by.at) or {}
    if "project_id" in columns and columns["project_id"] != row["project_id"]:
        # A task that goes elsewhere leaves its section and its parent, unless new ones are named.
        columns = {"section_id": None, "parent_id": None, **columns}
    if "assignees" in columns:
        columns["accepted"] = tuple(person for person in row["accepted"] if person in columns["assignees"])
    return columns


def _due(row: Row, columns: Mapping[str, Any], *, viewer: Viewer, by: Act) -> dict[str, object]:
    on = columns.get("due_on", row["due_on"])
    at = columns.get("due_time", None if on is None else row["due_time"])
    zone: str = viewer.timezone
    floats_with: UUID | None = viewer.user_id
    if columns.get("due_zone"):
        zone, floats_with = columns["due_zone"], None
    elif "due_zone" not in columns and row["due_zone"] and at == row["due_time"]:  # the same hour stays whose it was
        zone, floats_with = row["due_zone"], row["due_floats_with"]
    if on is None and columns.get("recurrence"):
        on = first_occurrence(columns["recurrence"], by.at.astimezone(get_zone(zone)).date())
    due = due_columns(on, at, zone, floats_with=floats_with)
    new_rule = columns.get("recurrence", row["recurrence"]) != row["recurrence"]
    return due | moved_off_series(row, due, new_rule=new_rule)


async def _name_section(conn: Conn, row: Row, values: dict[str, Any], name: str, *, viewer: Viewer, by: Act) -> None:
    place = values.get("project_id", row["project_id"])
    found = await find_or_make_sections(conn, viewer=viewer, names=[(place, name)], at=by.at)
    values["section_id"] = found[place, name]
    if values["section_id"] == row["section_id"]:
        del values["section_id"]


def _new_labels(rows: Mapping[UUID, Row], sets: Mapping[UUID, Mapping[str, Any]]) -> set[str]:
    """Those that are put on tasks now; what others had put on them before stays theirs."""
    changed = {task_id: values["labels"] for task_id, values in sets.items() if "labels" in values}
    return {label for task_id, labels in changed.items() for label in labels if label not in rows[task_id]["labels"]}


def _differing(row: Row, columns: Mapping[str, object]) -> dict[str, object]:
    kept = {}
    for key, value in columns.items():
        old = tuple(row[key]) if isinstance(row[key], list) else row[key]
        if old != value:
            kept[key] = value
    return kept

"""Copies of projects, and templates: a project that is there to be copied."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.due import check_day
from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.model import Project
from tasktalk.tasks.projects.projects import create_project, get_project
from tasktalk.tasks.projects.sections import list_sections
from tasktalk.tasks.recurrence import first_occurrence
from tasktalk.tasks.reminders.model import NewReminder
from tasktalk.tasks.tasks import BATCH, create_tasks

Q = queries(__file__)

MOST_TASKS = 5000

Row = Mapping[str, Any]


async def copy_project(
    conn: Conn,
    *,
    viewer: Viewer,
    project_id: UUID,
    name: str,
    by: Act,
    as_template: bool = False,
    start: dt.date | None = None,
) -> Project:
    """A project of the viewer's own with the sections and open tasks of another one, but none of its people.

    All days move together, so that the earliest due one is `start`; without it they stay, but a project made from a
    template then has none, for a template's days only say how far its tasks lie apart. Of reminders, the viewer's own
    relative ones are copied. Raises NotFound for a project the viewer does not see, BadRequest for a day out of reach
    or a project too large.
    """
    source = await get_project(conn, viewer=viewer, project_id=project_id)
    rows = [dict(row) async for row in Q.list_copied(conn, project_id=project_id, limit=MOST_TASKS + 1)]
    if len(rows) > MOST_TASKS:
        raise BadRequest(
            Told("A project with more than {most} open tasks cannot be copied.", most=MOST_TASKS), field="project_id"
        )
    copy = await create_project(
        conn,
        viewer=viewer,
        name=name,
        colour=source.colour,
        icon=source.icon,
        description=source.description,
        is_template=as_template,
        by=by,
    )
    await _copy_sections(conn, viewer=viewer, source=project_id, copy=copy.id, by=by)
    ids: dict[UUID, UUID] = {row["id"]: new_id() for row in rows}  # in the order of `rows`, so parents come first
    undated = start is None and source.is_template and not as_template
    moved_by = None if undated else _distance(rows, start)
    reminders = await _list_reminders(conn, viewer=viewer, task_ids=list(ids))
    new = [_copy_of(row, ids, reminders.get(row["id"], []), project_id=copy.id, moved_by=moved_by) for row in rows]
    for first in range(0, len(new), BATCH):
        await create_tasks(conn, viewer=viewer, new=new[first : first + BATCH], by=by)
    return await get_project(conn, viewer=viewer, project_id=copy.id)


def _distance(rows: Sequence[Row], start: dt.date | None) -> dt.timedelta:
    """How far all days move; without a due day, the earliest of the others counts."""
    due: list[dt.date] = [row["due_on"] for row in rows if row["due_on"]]
    days = due or [row[key] for row in rows for key in ("start_on", "deadline_on") if row[key]]
    if start is None or not days:
        return dt.timedelta()
    return check_day(start, field="start") - min(days)


def _copy_of(
    row: Row,
    ids: Mapping[UUID, UUID],
    reminders: Sequence[NewReminder],
    *,
    project_id: UUID,
    moved_by: dt.timedelta | None,
) -> NewTask:
    due_on, recurrence = _moved(row["due_on"], moved_by), row["recurrence"]
    if recurrence and due_on:  # a rule's own days, such as Mondays, are not moved
        due_on = first_occurrence(recurrence, due_on) or due_on
    timed = due_on is not None and row["due_time"] is not None
    return NewTask(
        id=ids[row["id"]],
        title=row["title"],
        notes=row["notes"],
        priority=row["priority"],
        due_on=due_on,
        due_time=row["due_time"] if timed else None,
        due_zone=row["due_zone"] if timed and row["due_floats_with"] is None else None,
        start_on=_moved(row["start_on"], moved_by),
        deadline_on=_moved(row["deadline_on"], moved_by),
        duration_minutes=row["duration_minutes"],
        recurrence=recurrence,
        project_id=project_id,
        section=row["section"],
        labels=tuple(row["labels"]),
        parent_id=ids.get(row["parent_id"]),
        position=row["position"],
        reminders=tuple(reminders),
    )


def _moved(day: dt.date | None, by: dt.timedelta | None) -> dt.date | None:
    if day is None or by is None:
        return None
    try:
        return day + by
    except OverflowError as error:
        raise BadRequest(phrase("A task's day would lie beyond the calendar."), field="start") from error


async def _copy_sections(conn: Conn, *, viewer: Viewer, source: UUID, copy: UUID, by: Act) -> None:
    """They come and go with the project, which the journal has."""
    sections = await list_sections(conn, viewer=viewer, place=source)
    await Q.insert_copied_sections(
        conn,
        ids=[new_id() for _ in sections],
        names=[section.name for section in sections],
        positions=[section.position for section in sections],
        project_id=copy,
        viewer=viewer.user_id,
        at=by.at,
    )


async def _list_reminders(conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID]) -> dict[UUID, list[NewReminder]]:
    """The viewer's own by task, those alone that are relative to when it is due."""
    found: dict[UUID, list[NewReminder]] = {}
    async for row in Q.list_copied_reminders(conn, task_ids=task_ids, viewer=viewer.user_id):
        offset = dt.timedelta(seconds=row["offset_seconds"])
        found.setdefault(row["task_id"], []).append(NewReminder(offset=offset))
    return found

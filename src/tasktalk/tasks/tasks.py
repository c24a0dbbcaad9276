"""Making tasks. Reading is in `listing`, changes in `changes`, taking back in `journal`.

Everything takes the Viewer and is fenced by it in SQL: a task that is not theirs to see does not exist.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.cards import task_of
from tasktalk.tasks.checks import checked
from tasktalk.tasks.due import due_columns, get_zone
from tasktalk.tasks.labels.names import keep_labels
from tasktalk.tasks.model import Act, NewTask, Task
from tasktalk.tasks.places import check_assignees, check_may_write, hold_insiders, list_insiders
from tasktalk.tasks.projects.board import find_or_make_sections
from tasktalk.tasks.recurrence import first_occurrence
from tasktalk.tasks.reminders.planning import plan_reminders
from tasktalk.tasks.reminders.reminders import insert_reminders

Q = queries(__file__)

BATCH = 1000  # tasks in one call


async def create_tasks(conn: Conn, *, viewer: Viewer, new: Sequence[NewTask], by: Act) -> list[Task]:
    """Makes all of `new` or none, with their journal rows, in one statement; in the order given.

    Raises BadRequest for what a task cannot hold, NotFound for a project or parent that is not there for the viewer,
    Forbidden where they may only look.
    """
    if len(new) > BATCH:
        raise BadRequest(Told("At most {most} tasks at a time.", most=BATCH), field="tasks")
    if not new:
        return []
    places = await _places(conn, viewer=viewer, new=new)
    named = {(places[task.id], task.section) for task in new if task.section is not None}
    sections = await find_or_make_sections(conn, viewer=viewer, names=named, at=by.at) if named else {}
    rows = [
        _row(task, viewer=viewer, by=by, project_id=places[task.id])
        | {"section_id": sections[places[task.id], task.section] if task.section is not None else None}
        for task in new
    ]
    for place in {places[task.id] for task in new if task.assignees}:
        given = {person for task in new if places[task.id] == place for person in task.assignees}
        await hold_insiders(conn, project_id=place, people=given - {viewer.user_id})
    made = {
        row["id"]: task_of(row)
        async for row in Q.insert_tasks(
            conn, rows=rows, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
        )
    }
    if not made:
        await _explain(conn, viewer=viewer, rows=rows)
    await keep_labels(conn, viewer=viewer, names={label for task in new for label in task.labels}, at=by.at)
    reminders = [(task.id, reminder) for task in new for reminder in task.reminders]
    await insert_reminders(conn, viewer=viewer, wanted=reminders, by=by)
    reminding = [task.id for task, row in zip(new, rows, strict=True) if row["due_at"] is not None or task.reminders]
    await plan_reminders(conn, task_ids=reminding, now=by.at)
    return [made[task.id] for task in new]


def _row(task: NewTask, *, viewer: Viewer, by: Act, project_id: UUID | None) -> dict[str, object]:
    row: dict[str, object] = {
        "id": task.id,
        "owner_id": viewer.user_id,
        "project_id": project_id,
        "parent_id": task.parent_id,
        "title": task.title,
        "notes": task.notes,
        "priority": task.priority,
        "start_on": task.start_on,
        "deadline_on": task.deadline_on,
        "duration_minutes": task.duration_minutes,
        "recurrence": task.recurrence,
        "labels": task.labels,
        "assignees": task.assignees,
        # Behind everything older; a board can put a task between any two.
        "position": by.at.timestamp() if task.position is None else task.position,
        "source_channel": by.channel,
        "source_message_id": task.source_message_id,
        "created_at": by.at,
        "updated_at": by.at,
    }
    zone, due_on = task.due_zone or viewer.timezone, task.due_on
    row = checked(row)
    if task.recurrence is not None and due_on is None:
        due_on = first_occurrence(task.recurrence, by.at.astimezone(get_zone(zone)).date())
    return row | due_columns(due_on, task.due_time, zone, floats_with=None if task.due_zone else viewer.user_id)


async def _places(conn: Conn, *, viewer: Viewer, new: Sequence[NewTask]) -> dict[UUID, UUID | None]:
    """The project of each new task; a subtask's is its parent's."""
    batch = {task.id for task in new}
    if len(batch) < len(new):
        raise BadRequest("Two new tasks have one id.", field="id")
    places: dict[UUID, UUID | None] = {}
    if parents := [task.parent_id for task in new if task.parent_id and task.parent_id not in batch]:
        for _ in range(2):  # what moved while its lock was awaited is found by who asks again
            if missing := [parent for parent in parents if parent not in places]:
                found = Q.list_places(conn, viewer=viewer.user_id, ids=missing)
                places |= {row["id"]: row["project_id"] async for row in found}
    for task in new:
        if task.parent_id is None:
            places[task.id] = task.project_id
        elif task.parent_id in places:
            places[task.id] = places[task.parent_id]
        else:
            raise NotFound(phrase("There is no such parent task."), field="parent_id")
    return places


async def _explain(conn: Conn, *, viewer: Viewer, rows: Sequence[Mapping[str, Any]]) -> NoReturn:
    """Says why not all of `rows` were allowed."""
    for project_id in {row["project_id"] for row in rows if row["project_id"]}:
        await check_may_write(conn, viewer=viewer, project_id=project_id)
    for row in rows:
        insiders = await list_insiders(conn, viewer=viewer, project_id=row["project_id"])
        check_assignees(row["assignees"], insiders)
    raise Conflict(phrase("Somebody else changed the place of these tasks first."))

"""Where a task lies: its project, its parent, and whom it can be given to there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.phrases import phrase

Q = queries(__file__)

Row = Mapping[str, Any]


async def find_role(conn: Conn, *, viewer: Viewer, project_id: UUID) -> str | None:
    """The viewer's role in a project: "owner", "editor", "viewer", or None when it is not theirs to see."""
    role: str | None = await Q.find_role(conn, viewer=viewer.user_id, project_id=project_id)
    return role


async def check_may_write(conn: Conn, *, viewer: Viewer, project_id: UUID) -> None:
    """Raises NotFound for a project the viewer does not see, Forbidden for one they only look at."""
    role = await find_role(conn, viewer=viewer, project_id=project_id)
    if role is None:
        raise NotFound(phrase("There is no such project."), field="project")
    if role == "viewer":
        raise Forbidden(phrase("You may only look at this project."))


async def list_insiders(conn: Conn, *, viewer: Viewer, project_id: UUID | None) -> set[UUID]:
    """Those who see a task there, and so can be its assignees."""
    if project_id is None:
        return {viewer.user_id}
    return {row["id"] async for row in Q.list_members(conn, project_ids=[project_id])}


def check_assignees(people: Collection[UUID], insiders: set[UUID]) -> None:
    """Raises BadRequest when one of `people` would not see the task."""
    if not insiders.issuperset(people):
        raise BadRequest(phrase("Only people who share the task's project can be its assignees."), field="assignees")


async def hold_insiders(conn: Conn, *, project_id: UUID | None, people: Collection[UUID]) -> set[UUID]:
    """Those of `people` who are in a project; who wants to leave waits until they have what they get."""
    if project_id is None or not people:
        return set()
    return {row["user_id"] async for row in Q.hold_members(conn, project_id=project_id, people=list(people))}


async def lock_tasks(conn: Conn, *, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The rows among `ids` that the viewer sees, deleted ones too, locked; `role` is the viewer's role there."""
    rows: dict[UUID, Row] = {}
    for _ in range(2):  # what moved while its lock was awaited is found by who asks again
        if missing := [id_ for id_ in ids if id_ not in rows]:
            rows |= {row["id"]: dict(row) async for row in Q.lock_tasks(conn, viewer=viewer.user_id, ids=missing)}
    return rows


async def list_parents(conn: Conn, ids: Collection[UUID]) -> set[UUID]:
    """Those of locked tasks that have something under them; what was put there while the lock was awaited, too."""
    return {row["parent_id"] async for row in Q.list_parents(conn, ids=list(ids))} if ids else set()


async def lock_writable(
    conn: Conn, *, viewer: Viewer, task_id: UUID, version: int | None = None, deleted: bool = False
) -> Row:
    """One task's row, locked, that the viewer may change; `deleted`: it may lie in the trash.

    Raises NotFound, Forbidden where they may only look, Conflict when `version` is given and has moved on.
    """
    rows = await lock_tasks(conn, viewer=viewer, ids=[task_id])
    return check_writable(rows.get(task_id), version=version, deleted=deleted)


def check_writable(row: Row | None, *, version: int | None = None, deleted: bool = False) -> Row:
    """The row; raises as `lock_writable` does."""
    if row is None or row["place_deleted"] or (row["deleted_at"] and not deleted):
        raise NotFound(phrase("There is no such task."))
    if row["role"] == "viewer":
        raise Forbidden(phrase("You may only look at this project."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this task first."), version=row["version"])
    return row


async def settle(conn: Conn, row: Row, sets: dict[UUID, dict[str, Any]], *, viewer: Viewer) -> None:
    """Checks and completes `sets[row["id"]]` where it moves or assigns the task, and adds what moves along under it.

    Subtasks go where their parent goes; assignees who would not see the task there any more are let go.
    """
    values = sets[row["id"]]
    if values.get("parent_id") is not None:
        place = await _check_parent(conn, row, values["parent_id"], viewer=viewer)
        if values.get("project_id", place) != place:
            raise BadRequest(phrase("A subtask lies in its parent's project."), field="project_id")
        if place != row["project_id"]:
            values |= {"project_id": place, "section_id": values.get("section_id")}
    place = values.get("project_id", row["project_id"])
    moves = place != row["project_id"]
    if moves and place is not None:
        await check_may_write(conn, viewer=viewer, project_id=place)
    insiders = await list_insiders(conn, viewer=viewer, project_id=place)
    if "assignees" in values:
        check_assignees(values["assignees"], insiders)
        given = set(values["assignees"]) - {viewer.user_id, *row["assignees"]}
        check_assignees(given, await hold_insiders(conn, project_id=place, people=given))
    if moves:
        await _move_along(conn, row, sets, insiders, viewer=viewer)


async def lock_under(
    conn: Conn, row: Row, sets: Mapping[UUID, Mapping[str, Any]], *, viewer: Viewer
) -> dict[UUID, Row]:
    """Everything under a task, deleted or not, locked; but for what `sets` puts elsewhere."""
    leaving = [id_ for id_, values in sets.items() if "parent_id" in values]
    rows: dict[UUID, Row] = {}
    while True:  # something may have been put under one of these while its lock was awaited
        under = [found["id"] async for found in Q.list_descendants(conn, id=row["id"], leaving=leaving)]
        new = await lock_tasks(conn, viewer=viewer, ids=[id_ for id_ in under if id_ not in rows])
        if not new:
            return rows
        rows |= new


async def _move_along(
    conn: Conn, row: Row, sets: dict[UUID, dict[str, Any]], insiders: set[UUID], *, viewer: Viewer
) -> None:
    """Lets everything under a task that moves come along."""
    place = sets[row["id"]]["project_id"]
    along = {row["id"]: row} | await lock_under(conn, row, sets, viewer=viewer)
    for task_id, moved in along.items():
        values = sets.setdefault(task_id, {})
        values["project_id"] = place
        if place is None:  # in an Inbox a task is its mover's
            values["owner_id"] = viewer.user_id
            if moved["due_floats_with"] != viewer.user_id:  # the hour stays, and follows nobody else
                values["due_floats_with"] = None
        if task_id != row["id"]:
            values["section_id"] = None  # sections are the project's own
        for people in ("assignees", "accepted"):
            if people not in values and not insiders.issuperset(moved[people]):
                values[people] = tuple(person for person in moved[people] if person in insiders)


async def _check_parent(conn: Conn, row: Row, parent_id: UUID, *, viewer: Viewer) -> UUID | None:
    """The project of a parent to be."""
    parent = (await lock_tasks(conn, viewer=viewer, ids=[parent_id])).get(parent_id)
    if parent is None or parent["deleted_at"] or parent["place_deleted"]:
        raise NotFound(phrase("There is no such parent task."), field="parent_id")
    under = {found["id"] async for found in Q.list_descendants(conn, id=row["id"], leaving=[])}
    if parent_id == row["id"] or parent_id in under:
        raise BadRequest(phrase("A task cannot lie under itself."), field="parent_id")
    place: UUID | None = parent["project_id"]
    return place

"""What follows when it changes who is in a project: roles, assignees, whose the project is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Forbidden, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import find_role
from tasktalk.tasks.projects.model import Role
from tasktalk.tasks.reminders.planning import plan_reminders
from tasktalk.tasks.writing import write_tasks

Q = queries(__file__)


class Settled(NamedTuple):
    """What became of somebody in a project."""

    verb: Literal["joined", "changed", "left"]
    project_id: UUID
    user_id: UUID


async def lock_sharing(conn: Conn, *, project_ids: Collection[UUID]) -> None:
    """Before reading who is in these projects to change it; teams that take part are locked before them."""
    [row async for row in Q.lock_sharing(conn, ids=list(project_ids))]


async def lock_as_owner(conn: Conn, *, viewer: Viewer, project_id: UUID) -> None:
    """Before an owner changes who is in a project. Raises as `check_owner`."""
    await lock_sharing(conn, project_ids=[project_id])
    await check_owner(conn, viewer=viewer, project_id=project_id)


async def check_owner(conn: Conn, *, viewer: Viewer, project_id: UUID) -> None:
    """Raises NotFound for a project the viewer does not see, Forbidden unless they are an owner."""
    role = await find_role(conn, viewer=viewer, project_id=project_id)
    if role is None:
        raise NotFound(phrase("There is no such project."))
    if role != "owner":
        raise Forbidden(phrase("Only a project's owner says who is in it."))


async def settle_members(
    conn: Conn,
    *,
    viewer: Viewer,
    project_ids: Collection[UUID],
    now: datetime,
    by: Act | None,
    own: Mapping[tuple[UUID, UUID], Role | None] | None = None,
) -> list[Settled]:
    """Puts everybody's role in these projects right: the best of their own and their teams'. Locked before.

    `own`: by project and person, what they have by themselves from now on. Who lost sight of a project is taken off
    its tasks, who comes back is reminded of them again, and one whose maker is gone gets another owner. `by` None: for
    setting up; nothing is journalled.
    """
    rows = Q.settle_members(
        conn,
        project_ids=list(project_ids),
        wanted=[
            {"project_id": project_id, "user_id": user_id, "own_role": role}
            for (project_id, user_id), role in (own or {}).items()
        ],
        viewer=viewer.user_id,
        change_set=by and by.change_set,
        channel=by and by.channel,
        at=now,
    )
    settled = [Settled(row["verb"], row["project_id"], row["user_id"]) async for row in rows]
    if joined := [each for each in settled if each.verb == "joined"]:
        places, people = [each.project_id for each in joined], [each.user_id for each in joined]
        ids = [row["id"] async for row in Q.list_reminding(conn, project_ids=places, people=people)]
        await plan_reminders(conn, task_ids=ids, now=now)
    if by is not None and settled:
        await _take_off(conn, viewer=viewer, left={each[1:] for each in settled if each.verb == "left"}, by=by)
        await Q.hand_over(
            conn,
            project_ids=list(project_ids),
            viewer=viewer.user_id,
            change_set=by.change_set,
            channel=by.channel,
            at=by.at,
        )
    return settled


async def _take_off(conn: Conn, *, viewer: Viewer, left: Collection[tuple[UUID, UUID]], by: Act) -> None:
    """Takes people off the tasks of the projects that they left."""
    if not left:
        return
    rows = Q.lock_assigned(
        conn, project_ids=[project_id for project_id, _ in left], people=[user_id for _, user_id in left]
    )
    sets = {
        row["id"]: {
            key: tuple(person for person in row[key] if (row["project_id"], person) not in left)
            for key in ("assignees", "accepted")
        }
        async for row in rows
        if any((row["project_id"], person) in left for person in row["assignees"])
    }
    await write_tasks(conn, viewer=viewer, sets=sets, verbs={}, by=by)

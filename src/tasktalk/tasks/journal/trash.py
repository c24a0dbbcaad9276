"""Deleted tasks and projects: kept for a while, listed, restored, and at last gone."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Forbidden, NotFound
from tasktalk.ids import parse_id
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.listing import LIMIT, Page
from tasktalk.tasks.places import lock_tasks
from tasktalk.tasks.projects.writing import lock_projects

Q = queries(__file__)

PURGED_AT_ONCE = 500


async def list_trash(conn: Conn, *, viewer: Viewer, limit: int = LIMIT, cursor: str | None = None) -> Page:
    """The viewer's deleted tasks, newest first; what was deleted with its parent goes with it and is not listed."""
    after = None if cursor is None else parse_id(cursor)
    if cursor is not None and after is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    ids = [row["id"] async for row in Q.list_trash(conn, viewer=viewer.user_id, after=after, limit=limit + 1)]
    tasks = await list_tasks_by_ids(conn, viewer=viewer, ids=ids[:limit], trashed=True)
    return Page(tasks, str(ids[limit - 1]) if len(ids) > limit else None)


async def when_deleted(
    conn: Conn, *, tasks: Sequence[UUID] = (), projects: Sequence[UUID] = ()
) -> dict[UUID, dt.datetime]:
    """Since when those lie in the trash; whether the viewer may look at them is asked before."""
    rows = Q.when_deleted(conn, tasks=list(tasks), projects=list(projects))
    return {row["id"]: row["deleted_at"] async for row in rows}


async def purge(conn: Conn, *, viewer: Viewer, thing_id: UUID) -> str:
    """Deletes a task or a project of the trash for good, with what lies under it and its history; its name.

    Nobody can take that back, so in a project it is its owners' to do. Raises NotFound for what does not lie in the
    viewer's trash, Forbidden for what is somebody else's to delete for good.
    """
    task = (await lock_tasks(conn, viewer=viewer, ids=[thing_id])).get(thing_id)
    project = None if task else (await lock_projects(conn, viewer=viewer, ids=[thing_id])).get(thing_id)
    row = task or project
    if row is None or row["deleted_at"] is None or (task and task["place_deleted"]):
        raise NotFound(phrase("There is no such thing in the trash."))
    if row["role"] != "owner":
        raise Forbidden(phrase("Only a project's owner may do this."))
    await (Q.purge_task if task else Q.purge_project)(conn, id=thing_id)
    return str(row["title"] if task else row["name"])


async def purge_trash(conn: Conn, *, before: dt.datetime) -> int:
    """Deletes for good some of what was deleted before that moment, and what belongs to it; how many, 0 at the end.

    The files of what is gone are left to be swept from their store.
    """
    tasks: int = await Q.purge_tasks(conn, before=before, limit=PURGED_AT_ONCE)
    projects: int = await Q.purge_projects(conn, before=before)
    return tasks + projects

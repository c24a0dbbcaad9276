"""Deleted tasks and projects: kept for a while, listed, restored, and at last gone."""

import datetime as dt

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.listing import LIMIT, Page

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


async def purge_trash(conn: Conn, *, before: dt.datetime) -> int:
    """Deletes for good some of what was deleted before that moment, and what belongs to it; how many, 0 at the end.

    The files of what is gone are left to be swept from their store.
    """
    tasks: int = await Q.purge_tasks(conn, before=before, limit=PURGED_AT_ONCE)
    projects: int = await Q.purge_projects(conn, before=before)
    return tasks + projects

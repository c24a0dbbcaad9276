"""Deleted tasks and projects: kept for a while, listed, restored, and at last gone."""

import datetime as dt
from typing import NamedTuple

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.listing import LIMIT, Page

Q = queries(__file__)

PURGED_AT_ONCE = 500


class Purged(NamedTuple):
    """`keys`: the files that nothing names any more, to be removed from the store once this is committed."""

    keys: list[str]
    rows: int


async def list_trash(conn: Conn, *, viewer: Viewer, limit: int = LIMIT, cursor: str | None = None) -> Page:
    """The viewer's deleted tasks, newest first; what was deleted with its parent goes with it and is not listed."""
    after = None if cursor is None else parse_id(cursor)
    if cursor is not None and after is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    ids = [row["id"] async for row in Q.list_trash(conn, viewer=viewer.user_id, after=after, limit=limit + 1)]
    tasks = await list_tasks_by_ids(conn, viewer=viewer, ids=ids[:limit], trashed=True)
    return Page(tasks, str(ids[limit - 1]) if len(ids) > limit else None)


async def purge_trash(conn: Conn, *, before: dt.datetime) -> Purged:
    """Deletes for good some of what was deleted before that moment, with everything that belongs to it."""
    rows = [row async for row in Q.purge_tasks(conn, before=before, limit=PURGED_AT_ONCE)]
    projects: int = await Q.purge_projects(conn, before=before)
    return Purged([key for row in rows for key in row["keys"]], len(rows) + projects)

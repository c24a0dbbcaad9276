"""Removing files for good: a while after they were deleted, and those that no row speaks of any more."""

import datetime as dt

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.attachments.store import Store

Q = queries(__file__)


async def purge_files(conn: Conn, store: Store, *, before: dt.datetime, limit: int) -> int:
    """Removes files that were deleted before that moment, and loose ones whose time is over; how many left the store.

    Files become loose when their row goes, in whichever way (its task is purged, its project, its owner), and when an
    upload was killed half-way. At most `limit` at a time: call again while it answers that many.

    Call it outside a transaction: rows go first, for good, and only then their files. Killed in between, the next call
    goes on. Raises Unavailable when the store is away; what was removed until then is forgotten by the next call.
    """
    async for _ in Q.delete_trashed(conn, before=before, limit=limit):
        pass
    keys = [row["key"] async for row in Q.list_loose(conn, limit=limit)]
    for key in keys:
        await store.delete(key)
        await Q.forget_loose(conn, keys=[key])
    return len(keys)

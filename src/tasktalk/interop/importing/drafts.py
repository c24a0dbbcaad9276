"""A file that its person looks at before it is imported, kept for an hour."""

import datetime as dt
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.ids import new_id
from tasktalk.interop.importing.bringing import Q
from tasktalk.phrases import phrase

KEPT = dt.timedelta(hours=1)
_LONGEST_NAME = 200


async def keep_draft(conn: Conn, *, viewer: Viewer, name: str, content: bytes, now: dt.datetime) -> UUID:
    """In the place of the one before; answers its id."""
    draft_id, clean = new_id(), name.replace("\x00", "").encode(errors="replace").decode()[:_LONGEST_NAME]
    await Q.keep_draft(conn, owner_id=viewer.user_id, id=draft_id, name=clean, content=content, at=now)
    return draft_id


async def get_draft(conn: Conn, *, viewer: Viewer, draft_id: UUID) -> tuple[str, bytes]:
    """Its name and content. Raises NotFound once its time is over."""
    row = await Q.find_draft(conn, owner_id=viewer.user_id, id=draft_id)
    if row is None:
        raise NotFound(phrase("This file was kept for an hour. Choose it again."))
    return row["name"], row["content"]


async def drop_draft(conn: Conn, *, viewer: Viewer) -> None:
    """It is imported, or not wanted any more."""
    await Q.drop_draft(conn, owner_id=viewer.user_id)


async def forget_drafts(conn: Conn, *, now: dt.datetime) -> None:
    """Those whose hour is over."""
    await Q.forget_drafts(conn, before=now - KEPT)

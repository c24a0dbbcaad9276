"""Unknown senders: who wrote and is linked to nobody."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.linking.codes import Q
from tasktalk.accounts.linking.mappings import check_integration, show_phone
from tasktalk.accounts.linking.model import Stranger, StrangerPage
from tasktalk.db import Conn
from tasktalk.errors import NotFound


async def list_strangers(
    conn: Conn, *, integration_id: UUID, ignored: bool, limit: int, before: UUID | None
) -> StrangerPage:
    """Those who wrote to one of our numbers; `ignored`: those whom an administrator does not want to see."""
    await check_integration(conn, integration_id)
    rows = Q.list_strangers(conn, integration_id=integration_id, ignored=ignored, before=before, limit=limit + 1)
    found = [_stranger(row) async for row in rows]
    return StrangerPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def ignore(conn: Conn, *, by: Viewer, integration_id: UUID, contact_id: UUID, now: datetime) -> None:
    """Not listed any more, unless asked for. Raises NotFound."""
    if await Q.ignore(conn, id=contact_id, integration_id=integration_id, now=now) is None:
        raise NotFound("There is no such sender.")
    await record(
        conn,
        by=by,
        action="phone.ignored",
        subject="phone",
        subject_id=contact_id,
        integration_id=integration_id,
    )


def _stranger(row: Record) -> Stranger:
    return Stranger(
        id=row["id"],
        phone=show_phone(row["wa_id"]),
        username=row["username"],
        name=row["profile_name"],
        has_bsuid=row["has_bsuid"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        messages=row["messages"],
        ignored_at=row["ignored_at"],
    )

"""Files to be sent: rows written in the transaction that caused them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tasktalk.assistant.reply import Sending
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id

Q = queries(__file__)

KEPT = dt.timedelta(days=30)
_WORTH = dt.timedelta(days=7)  # waiting for somebody to write again
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file for one contact, as `user_id` may read it. `caption`: what is said with it, 1,024 characters at most."""

    integration_id: UUID
    contact_id: UUID
    user_id: UUID
    file: Sending
    caption: str = ""
    inbox_seq: int | None = None
    task_ids: tuple[UUID, ...] = ()


async def add_documents(conn: Conn, documents: Sequence[NewDocument]) -> None:
    """Whoever uploads them hears of it when the transaction commits."""
    for each in documents:
        await Q.add_document(
            conn,
            id=new_id(),
            integration_id=each.integration_id,
            contact_id=each.contact_id,
            user_id=each.user_id,
            inbox_seq=each.inbox_seq,
            file=msgspec.to_builtins(each.file),
            caption=each.caption,
            task_ids=list(each.task_ids),
        )


async def forget_documents(conn: Conn, *, now: dt.datetime) -> int:
    """Gives up those that nobody can be written to for, and forgets what was settled long ago; how many went."""
    await Q.give_up_documents(conn, before=now - _WORTH)
    return len([row async for row in Q.forget_documents(conn, before=now - KEPT, limit=_AT_ONCE)])

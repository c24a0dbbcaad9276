"""Letters to be sent: rows written in the transaction that caused them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id

Q = queries(__file__)

Way = Literal["email", "apprise"]
KEPT = dt.timedelta(days=30)
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NewLetter:
    """To one person, whose address is read when it is sent. `subject` is one line, `body` plain text."""

    user_id: UUID
    way: Way
    subject: str
    body: str


async def add_letters(conn: Conn, letters: Sequence[NewLetter], *, now: dt.datetime) -> list[UUID]:
    """Their ids, in order; whoever sends them hears of it when the transaction commits."""
    ids = [new_id() for _ in letters]
    if letters:
        await Q.add_letters(
            conn,
            ids=ids,
            user_ids=[letter.user_id for letter in letters],
            ways=[letter.way for letter in letters],
            subjects=[letter.subject for letter in letters],
            bodies=[letter.body for letter in letters],
            at=now,
        )
    return ids


async def set_apprise_url(conn: Conn, *, viewer: Viewer, sealed: bytes | None, now: dt.datetime) -> None:
    """The viewer's address of Apprise's; None: no more."""
    await Q.set_apprise_url(conn, viewer=viewer.user_id, sealed=sealed, at=now)


async def has_apprise_url(conn: Conn, *, viewer: Viewer) -> bool:
    """Whether the viewer has named one."""
    return bool(await Q.has_apprise_url(conn, viewer=viewer.user_id))


async def switch_email_off(conn: Conn, *, user_id: UUID, now: dt.datetime) -> None:
    """No more e-mail to this person."""
    await Q.switch_email_off(conn, user_id=user_id, at=now)


async def forget_letters(conn: Conn, *, before: dt.datetime) -> int:
    """Drops some of what was settled before then; answers how many, 0: none is left."""
    gone: int = await Q.drop_settled(conn, before=before, limit=_AT_ONCE)
    return gone

"""The audit: who did what to accounts, phones, numbers and templates. Entries are added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest
from tasktalk.ids import new_id

Q = queries(__file__)

LIMIT, MOST = 50, 500  # entries on a page
_DIGITS = 18  # of a cursor; more would not fit the database


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, by the name they had then; `id` null: they are no more."""

    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `actor` null: the system. `action`: the kind of thing and what was done, such as `phone.linked`."""

    id: UUID
    at: datetime
    actor: Actor | None
    action: str
    subject: str
    subject_id: UUID | None
    integration_id: UUID | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audit:
    """Entries, the newest first, and the cursor of older ones."""

    items: list[Entry]
    next: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None narrows nothing. `action` may be its beginning: `phone` is every act on a phone."""

    action: str | None = None
    actor_id: UUID | None = None
    subject: str | None = None
    subject_id: UUID | None = None
    integration_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def record(
    conn: Conn,
    *,
    by: Viewer | None,
    action: str,
    subject: str,
    subject_id: UUID | None = None,
    integration_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Keep that `by` (None: the system) did this, in the transaction that does it.

    `detail` is what JSON can carry; never a secret, never the text of a message.
    """
    await Q.add_entry(
        conn,
        id=new_id(),
        actor_id=by.user_id if by else None,
        actor=by.name if by else "",
        action=action,
        subject=subject,
        subject_id=subject_id,
        integration_id=integration_id,
        detail=dict(detail or {}),
    )


async def list_page(conn: Conn, *, wanted: Wanted = Wanted(), limit: int = LIMIT, cursor: str | None = None) -> Audit:
    """The newest entries first. Raises BadRequest for a cursor that is not ours."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS):
        raise BadRequest("This cursor is not ours.", field="cursor")
    rows = [
        row
        async for row in Q.list_entries(
            conn,
            action=wanted.action,
            actor_id=wanted.actor_id,
            subject=wanted.subject,
            subject_id=wanted.subject_id,
            integration_id=wanted.integration_id,
            since=wanted.since,
            until=wanted.until,
            before=None if cursor is None else int(cursor),
            limit=limit + 1,
        )
    ]
    page = rows[:limit]
    return Audit([_entry(row) for row in page], str(page[-1]["seq"]) if len(rows) > limit else None)


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        at=row["at"],
        actor=Actor(row["actor_id"], row["actor"]) if row["actor"] else None,
        action=row["action"],
        subject=row["subject"],
        subject_id=row["subject_id"],
        integration_id=row["integration_id"],
        detail=row["detail"],
    )

"""What became of a task, change by change, for whoever sees it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Ref

Q = queries(__file__)

LIMIT = 50

# What a row keeps of its own, and what other columns say as well.
_UNTOLD = frozenset(
    {"id", "task_id", "owner_id", "version", "created_at", "updated_at", "due_at", "due_floats_with", "ring_at", "key"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `changes`: {column: [before, after]}; `change_set` names the act, which `undo` takes back.

    `undone_at`: it was taken back; `undoes`: it took that act back.
    """

    id: str
    at: dt.datetime
    actor: Ref | None
    channel: str
    subject: str
    subject_id: UUID
    verb: str
    changes: dict[str, list[Any]]
    change_set: UUID
    undone_at: dt.datetime | None
    undoes: UUID | None


@dataclass(frozen=True, slots=True)
class Creation:
    """Who made a task, where, and its row as it was then."""

    at: dt.datetime
    actor: Ref | None
    channel: str
    change_set: UUID
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """Changes, the newest first, and the cursor of older ones."""

    items: list[Entry]
    next: str | None


async def list_history(
    conn: Conn, *, viewer: Viewer, task_id: UUID, limit: int = LIMIT, cursor: str | None = None
) -> History:
    """The history of a task, its comments, files and relations, and of the viewer's own reminders.

    What became of it in a project or an Inbox that they do not see stays there.

    Also of a task in the trash. Raises NotFound, and BadRequest for a cursor that is not ours.
    """
    if not await list_tasks_by_ids(conn, viewer=viewer, ids=[task_id], trashed=True):
        raise NotFound(phrase("There is no such task."))
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):  # noqa: PLR2004
        raise BadRequest("This cursor is not ours.", field="cursor")
    before = None if cursor is None else int(cursor)
    rows = [
        row
        async for row in Q.list_history(conn, viewer=viewer.user_id, task_id=task_id, before=before, limit=limit + 1)
    ]
    page = rows[:limit]
    return History([_entry(row) for row in page], str(page[-1]["seq"]) if len(rows) > limit else None)


async def find_creation(conn: Conn, *, viewer: Viewer, task_id: UUID) -> Creation | None:
    """How a task came to be; None where that was in a project or an Inbox that the viewer does not see."""
    row = await Q.find_creation(conn, viewer=viewer.user_id, task_id=task_id)
    if row is None:
        return None
    actor = Ref(row["actor_id"], row["actor_name"]) if row["actor_id"] else None
    return Creation(row["at"], actor, row["channel"], row["change_set"], row["after"] or {})


def _entry(row: Mapping[str, Any]) -> Entry:
    before, after = row["was"] or {}, row["after"] or {}
    return Entry(
        id=str(row["seq"]),
        at=row["at"],
        actor=Ref(row["actor_id"], row["actor_name"]) if row["actor_id"] else None,
        channel=row["channel"],
        subject=row["subject"],
        subject_id=row["subject_id"],
        verb=row["verb"],
        changes={
            key: [before.get(key), after.get(key)]
            for key in dict.fromkeys([*before, *after])
            if key not in _UNTOLD and before.get(key) != after.get(key)
        },
        change_set=row["change_set"],
        undone_at=row["undone_at"],
        undoes=row["undoes"],
    )

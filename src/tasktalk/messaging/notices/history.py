"""What somebody was told or was to be told, and what became of it: nothing is ever silent."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.hear import Q
from tasktalk.messaging.notices.reading import Notice, read_notices
from tasktalk.messaging.notices.ways import Kind
from tasktalk.tasks.cursors import read_cursor, write_cursor
from tasktalk.tasks.model import Ref

KEPT = dt.timedelta(days=90)
_AT_ONCE = 1000

Outcome = Literal["waiting", "sent", "delivered", "read", "played", "refused", "unknown", "passed over"]
State = Literal["waiting", "held", "sent", "dropped"]


@dataclass(frozen=True, slots=True)
class TaskTitle:
    """A task, by id and title."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One way that was tried or passed over. `why`: what was said at the refusal, or why it was passed over."""

    way: Kind
    at: dt.datetime
    outcome: Outcome
    why: str | None


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing somebody is told. `why`: what holds it, or why it was dropped. `tries`: way by way, in order.

    `task` and `project` are null where there is none, or where it is gone or not the person's to see any more.
    """

    id: UUID
    event: str
    task: TaskTitle | None
    project: Ref | None
    actor: str | None
    text: str
    state: State
    why: str | None
    tries: list[Tried]
    created_at: dt.datetime
    read_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """Some notifications, and the cursor of the older ones; None: these were the last."""

    items: list[Notification]
    next: str | None


async def list_notifications(
    conn: Conn, *, viewer: Viewer, now: dt.datetime, limit: int, cursor: str | None = None
) -> NotificationPage:
    """The viewer's own, newest first. Raises BadRequest for a cursor that is not ours."""
    before, _ = read_cursor(cursor)
    rows = [row async for row in Q.list_history(conn, viewer=viewer.user_id, before=before, limit=limit + 1)]
    page = rows[:limit]
    following = write_cursor(page[-1]["id"]) if len(rows) > limit else None
    notices = await read_notices(conn, page, now=now)
    timelines: dict[UUID, list[Record]] = {}
    async for each in Q.list_timeline(conn, ids=[row["id"] for row in page]):
        timelines.setdefault(each["notice_id"], []).append(each)
    shown = [_shown(notice, row, timelines.get(notice.id, ())) for notice, row in zip(notices, page, strict=True)]
    return NotificationPage(shown, following)


async def mark_read(conn: Conn, *, viewer: Viewer, ids: Sequence[UUID] | None, now: dt.datetime) -> int:
    """Marks those of `ids` that are the viewer's, or all that are (None); answers how many were unread."""
    marked: int = await Q.mark_read(conn, viewer=viewer.user_id, ids=ids, at=now)
    return marked


async def forget_settled(conn: Conn, *, before: dt.datetime) -> int:
    """Drops some of what was made before then and is sent or dropped; answers how many, 0: none is left."""
    first_id = UUID(int=int(before.timestamp() * 1000) << 80)  # ids begin with their milliseconds
    gone: int = await Q.drop_settled(conn, before=first_id, limit=_AT_ONCE)
    return gone


def _shown(notice: Notice, row: Record, timeline: Sequence[Record]) -> Notification:
    task = TaskTitle(notice.task.id, notice.task.title) if notice.task else None
    return Notification(
        notice.id,
        notice.event,
        task,
        notice.project,
        notice.actor,
        notice.line,
        row["state"],
        sentences.say_why(row["why"], notice.speech),
        [_tried(each, notice) for each in timeline],
        row["created_at"],
        row["read_at"],
    )


def _tried(row: Record, notice: Notice) -> Tried:
    return Tried(row["way"], row["at"], row["outcome"], sentences.say_why(row["why"], notice.speech))

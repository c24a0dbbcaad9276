"""Comments of tasks. Whoever sees a task sees what was said about it, and may say something."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase
from tasktalk.tasks.checks import clean_text
from tasktalk.tasks.comments.mentions import list_mentioned
from tasktalk.tasks.cursors import LIMIT, read_cursor, write_cursor
from tasktalk.tasks.listing import get_task
from tasktalk.tasks.model import Act, Ref, Source

Q = queries(__file__)

TEXT_CHARACTERS = 20_000

Sort = Literal["id", "-id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody said about a task, in Markdown. `author` is null when that person is gone."""

    id: UUID
    task_id: UUID
    author: Ref | None
    text: str
    mentions: list[Ref]
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int
    source: Source | None


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Some comments, and the cursor of the next ones; None: these were the last."""

    items: list[Comment]
    next: str | None


async def list_comments(
    conn: Conn, *, viewer: Viewer, task_id: UUID, sort: Sort = "id", limit: int = LIMIT, cursor: str | None = None
) -> CommentPage:
    """What was said about a task, oldest first; "-id": newest first. Raises NotFound for a task they do not see."""
    await get_task(conn, viewer=viewer, task_id=task_id)
    after, _ = read_cursor(cursor)
    listed = Q.list_newest if sort == "-id" else Q.list_oldest
    ids = [row["id"] async for row in listed(conn, task_id=task_id, after=after, limit=limit + 1)]
    shown = {row["id"]: comment_of(row) async for row in Q.read_comments(conn, viewer=viewer.user_id, ids=ids[:limit])}
    items = [shown[id_] for id_ in ids[:limit] if id_ in shown]
    return CommentPage(items, write_cursor(ids[limit - 1]) if len(ids) > limit else None)


async def list_comments_of_tasks(conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID]) -> list[Comment]:
    """Those of all of these that the viewer sees, oldest first."""
    ids = [row["id"] async for row in Q.list_ids_of_tasks(conn, task_ids=task_ids)]
    rows = {row["id"]: comment_of(row) async for row in Q.read_comments(conn, viewer=viewer.user_id, ids=ids)}
    return [rows[each] for each in ids if each in rows]


async def get_comment(conn: Conn, *, viewer: Viewer, comment_id: UUID) -> Comment:
    """One comment; NotFound when the viewer does not see its task."""
    async for row in Q.read_comments(conn, viewer=viewer.user_id, ids=[comment_id]):
        return comment_of(row)
    raise NotFound(phrase("There is no such comment."))


async def create_comment(
    conn: Conn, *, viewer: Viewer, task_id: UUID, text: str, by: Act, source_message_id: str | None = None
) -> Comment:
    """Says something about a task. Raises NotFound for one the viewer does not see, BadRequest for an unusable text."""
    clean = clean_text(text, field=phrase("text"), longest=TEXT_CHARACTERS)
    comment_id = await Q.insert_comment(
        conn,
        id=new_id(),
        task_id=task_id,
        text=clean,
        mentions=await _list_mentioned(conn, clean, viewer=viewer, task_id=task_id),
        source_message_id=source_message_id,
        **_act(viewer, by),
    )
    if comment_id is None:
        raise NotFound(phrase("There is no such task."), field="task_id")
    return await get_comment(conn, viewer=viewer, comment_id=comment_id)


async def change_comment(
    conn: Conn, *, viewer: Viewer, comment_id: UUID, text: str | None, by: Act, version: int | None = None
) -> Comment:
    """The comment with another text; None: as it is.

    Raises NotFound, Forbidden for another's comment, Conflict for a version that has moved on.
    """
    row = await _lock(conn, viewer=viewer, comment_id=comment_id, version=version)
    if row["author_id"] != viewer.user_id:
        raise Forbidden(phrase("Only who wrote a comment can change it."))
    clean = row["text"] if text is None else clean_text(text, field=phrase("text"), longest=TEXT_CHARACTERS)
    if clean != row["text"]:
        mentions = await _list_mentioned(conn, clean, viewer=viewer, task_id=row["task_id"])
        await Q.write_comment(conn, id=comment_id, text=clean, mentions=mentions, **_act(viewer, by))
    return await get_comment(conn, viewer=viewer, comment_id=comment_id)


async def delete_comment(conn: Conn, *, viewer: Viewer, comment_id: UUID, by: Act, version: int | None = None) -> None:
    """Takes a comment away; its author may, and the owners of the project. Raises as `change_comment`."""
    row = await _lock(conn, viewer=viewer, comment_id=comment_id, version=version)
    if row["author_id"] != viewer.user_id and row["role"] != "owner":
        raise Forbidden(phrase("Only who wrote a comment and the project's owners can delete it."))
    await Q.delete_comment(conn, id=comment_id, **_act(viewer, by))


def comment_of(row: Mapping[str, Any]) -> Comment:
    """A Comment from a row of `read_comments`."""
    channel = row["source_channel"]
    return Comment(
        id=row["id"],
        task_id=row["task_id"],
        author=Ref(row["author_id"], row["author_name"]) if row["author_id"] else None,
        text=row["text"],
        mentions=[Ref(UUID(person["id"]), person["name"]) for person in row["people"] or ()],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        source=Source(channel, row["source_message_id"]) if channel else None,
    )


async def _lock(conn: Conn, *, viewer: Viewer, comment_id: UUID, version: int | None) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await Q.lock_comment(conn, viewer=viewer.user_id, comment_id=comment_id)
    if row is None:
        raise NotFound(phrase("There is no such comment."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this comment first."), version=row["version"])
    return row


async def _list_mentioned(conn: Conn, text: str, *, viewer: Viewer, task_id: UUID) -> list[UUID]:
    if "@" not in text:
        return []
    audience = Q.list_audience(conn, viewer=viewer.user_id, task_id=task_id)
    return list_mentioned(text, [Ref(row["id"], row["name"]) async for row in audience])


def _act(viewer: Viewer, by: Act) -> dict[str, object]:
    return {"viewer": viewer.user_id, "change_set": by.change_set, "channel": by.channel, "at": by.at}

"""A person's calendars: what is in them, and the address, which is shown once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import hash_token, new_token
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.checks import clean_line
from tasktalk.tasks.model import Ref
from tasktalk.tasks.projects.projects import get_project
from tasktalk.tasks.saved.saved import clean_query

Q = queries(__file__)

MOST = 20  # of one person
_LONGEST_NAME = 100

Kind = Literal["events", "todos"]


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar. `project` and `filter` null: every open task. `alarms`: with one's own reminders."""

    id: UUID
    name: str
    kind: Kind
    project: Ref | None
    filter: str | None
    alarms: bool
    created_at: dt.datetime
    last_read_at: dt.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class WithToken:
    """A calendar with the token of its address, which is shown this once."""

    feed: Feed
    token: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """All of one person's; there are few."""

    items: list[Feed]
    next: str | None


async def create_feed(conn: Conn, *, viewer: Viewer, given: Mapping[str, Any], now: dt.datetime) -> WithToken:
    """`given`: name, kind, project_id, filter, alarms.

    Raises BadRequest for what cannot be, NotFound for a project that is not the viewer's to see, Conflict for too many.
    """
    values = await _check(conn, viewer, given)
    if await Q.count_feeds(conn, owner_id=viewer.user_id) >= MOST:
        raise Conflict(Told("A person has at most {most} calendars.", most=MOST))
    feed_id, token = new_id(), new_token()
    await Q.insert_feed(conn, id=feed_id, owner_id=viewer.user_id, token_hash=hash_token(token), at=now, **values)
    await _note(conn, viewer, "feed.created", feed_id)
    return WithToken(await get_feed(conn, viewer=viewer, feed_id=feed_id), token)


async def list_feeds(conn: Conn, *, viewer: Viewer) -> Feeds:
    """The viewer's, oldest first."""
    return Feeds([_feed(row) async for row in Q.list_feeds(conn, owner_id=viewer.user_id)], None)


async def get_feed(conn: Conn, *, viewer: Viewer, feed_id: UUID) -> Feed:
    """One of the viewer's. Raises NotFound."""
    row = await Q.find_feed(conn, id=feed_id, owner_id=viewer.user_id)
    if row is None:
        raise NotFound(phrase("There is no such calendar."))
    return _feed(row)


async def change_feed(
    conn: Conn,
    *,
    viewer: Viewer,
    feed_id: UUID,
    changes: Mapping[str, Any],
    now: dt.datetime,
    version: int | None = None,
) -> Feed:
    """Only the keys given. As `create_feed`; Conflict for a stale version."""
    found = await _lock(conn, viewer=viewer, feed_id=feed_id)
    if version is not None and version != found:
        raise Conflict(phrase("This calendar was changed since."), version=found)
    feed = await get_feed(conn, viewer=viewer, feed_id=feed_id)
    before: dict[str, Any] = {"name": feed.name, "kind": feed.kind, "filter": feed.filter, "alarms": feed.alarms}
    before["project_id"] = feed.project.id if feed.project else None
    values = {**before, **changes}
    for one, other in (("filter", "project_id"), ("project_id", "filter")):
        if changes.get(one) is not None and other not in changes:
            values[other] = None  # one takes the place of the other
    values = await _check(conn, viewer, values)
    if values != before:
        await Q.change_feed(conn, id=feed_id, at=now, **values)
    return await get_feed(conn, viewer=viewer, feed_id=feed_id)


async def rotate_token(conn: Conn, *, viewer: Viewer, feed_id: UUID, now: dt.datetime) -> WithToken:
    """A new address; the old one is nobody's from now on."""
    await _lock(conn, viewer=viewer, feed_id=feed_id)
    token = new_token()
    await Q.rotate_token(conn, id=feed_id, token_hash=hash_token(token), at=now)
    await _note(conn, viewer, "feed.address_changed", feed_id)
    return WithToken(await get_feed(conn, viewer=viewer, feed_id=feed_id), token)


async def delete_feed(conn: Conn, *, viewer: Viewer, feed_id: UUID) -> None:
    """Its address leads nowhere from now on. Raises NotFound."""
    await _lock(conn, viewer=viewer, feed_id=feed_id)
    await Q.delete_feed(conn, id=feed_id)
    await _note(conn, viewer, "feed.deleted", feed_id)


async def _check(conn: Conn, viewer: Viewer, given: Mapping[str, Any]) -> dict[str, Any]:
    if given["project_id"] is not None and given["filter"] is not None:
        raise BadRequest(phrase("Name a project or a filter, not both."), field="filter")
    if given["project_id"] is not None:
        await get_project(conn, viewer=viewer, project_id=given["project_id"])
    return {
        "name": clean_line(given["name"], field=phrase("name"), longest=_LONGEST_NAME),
        "kind": given["kind"],
        "project_id": given["project_id"],
        "filter": None if given["filter"] is None else clean_query(given["filter"]),
        "alarms": given["alarms"],
    }


async def _lock(conn: Conn, *, viewer: Viewer, feed_id: UUID) -> int:
    version: int | None = await Q.lock_feed(conn, id=feed_id, owner_id=viewer.user_id)
    if version is None:
        raise NotFound(phrase("There is no such calendar."))
    return version


def _feed(row: Record) -> Feed:
    return Feed(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        project=Ref(row["project_id"], row["project"]) if row["project_id"] else None,
        filter=row["filter"],
        alarms=row["alarms"],
        created_at=row["created_at"],
        last_read_at=row["last_read_at"],
        version=row["version"],
    )


async def _note(conn: Conn, by: Viewer, action: str, feed_id: UUID) -> None:
    await record(conn, by=by, action=action, subject="feed", subject_id=feed_id)

"""The daily digest and the weekly review: when each person's next one is due."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.due import get_zone, instant

Q = queries(__file__)

Kind = Literal["digest", "review"]


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A digest or review that is due; `due_at` is the moment that was planned."""

    user_id: UUID
    kind: Kind
    due_at: dt.datetime


async def take_due_digests(conn: Conn, *, now: dt.datetime, limit: int = 500) -> list[DueDigest]:
    """Digests and reviews due by `now`, each moved on to its person's next hour; after a long silence it comes once.

    Whoever calls this commits it together with what comes of it; until then other workers pass these rows by.
    """
    return await _take(conn, [row async for row in Q.lock_due_digests(conn, now=now, limit=limit)], now=now)


async def take_early_digests(conn: Conn, *, wanted: Sequence[tuple[UUID, Kind]], now: dt.datetime) -> list[DueDigest]:
    """Those of these people before their hour, as if it had come: the next one is that of the following day or week."""
    users, kinds = [user for user, _ in wanted], [kind for _, kind in wanted]
    return await _take(conn, [row async for row in Q.lock_digests(conn, users=users, kinds=kinds)], now=now)


async def _take(conn: Conn, rows: Sequence[Record], *, now: dt.datetime) -> list[DueDigest]:
    if rows:
        await Q.move_digests(
            conn,
            users=[row["user_id"] for row in rows],
            kinds=[row["kind"] for row in rows],
            # None: it was switched off, and the row goes.
            following=[
                next_digest(row["at"], row["zone"], after=max(now, row["next_at"]), weekday=row["weekday"])
                if row["at"]
                else None
                for row in rows
            ],
        )
    return [DueDigest(row["user_id"], row["kind"], row["next_at"]) for row in rows if row["at"] and row["live"]]


async def find_next_digest(conn: Conn) -> dt.datetime | None:
    """When the next digest or review is due; in the past: it is."""
    found: dt.datetime | None = await Q.find_next_digest(conn)
    return found


async def plan_digests(conn: Conn, *, user_id: UUID, now: dt.datetime) -> None:
    """Works a person's next digest and review out anew, from their preferences and zone."""
    rows = [row async for row in Q.list_digest_hours(conn, user_id=user_id)]
    following = [
        next_digest(row["at"], row["zone"], after=now, weekday=row["weekday"]) if row["at"] else None for row in rows
    ]
    await Q.set_digests(conn, user_id=user_id, kinds=[row["kind"] for row in rows], following=following)


def next_digest(at: dt.time, zone: str, *, after: dt.datetime, weekday: int | None = None) -> dt.datetime:
    """The next time that the clock of `zone` shows `at`, on `weekday` (Monday 1) if there is one.

    An hour that spring skips comes an hour later; of one that autumn doubles, the first.
    """
    day = after.astimezone(get_zone(zone)).date()
    while True:
        moment = instant(day, at, zone)
        if moment > after and weekday in {None, day.isoweekday()}:
            return moment
        day += dt.timedelta(days=1)

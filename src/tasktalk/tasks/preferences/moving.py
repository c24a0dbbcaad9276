"""What goes along when a person's wall clock is another one: the hour stays, the instant moves."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.due import instant
from tasktalk.tasks.reminders.planning import plan_reminders

Q = queries(__file__)

_BATCH = 1000
_FIRST = UUID(int=0)


async def move_floating_tasks(conn: Conn, *, user_id: UUID, zone: str, now: dt.datetime) -> None:
    """Gives the open tasks that float with a person the instants of their new zone.

    No version and no journal row: on the wall, which is what people wrote, nothing changed.
    """
    last = _FIRST
    while rows := [row async for row in Q.lock_floating(conn, user_id=user_id, after=last, limit=_BATCH)]:
        ids, last = [row["id"] for row in rows], rows[-1]["id"]
        moments = [instant(row["due_on"], row["due_time"], zone) for row in rows]
        await Q.move_tasks(conn, ids=ids, moments=moments, zones=[zone] * len(ids))
        await plan_reminders(conn, task_ids=ids, now=now)


async def settle_floating(conn: Conn, *, task_ids: Sequence[UUID], now: dt.datetime) -> None:
    """The same for a few tasks that were over, or were otherwise, when their person moved."""
    if not task_ids:
        return
    rows = [row async for row in Q.list_stranded(conn, ids=task_ids)]
    if rows:
        ids = [row["id"] for row in rows]
        moments = [instant(row["due_on"], row["due_time"], row["zone"]) for row in rows]
        await Q.move_tasks(conn, ids=ids, moments=moments, zones=[row["zone"] for row in rows])
        await plan_reminders(conn, task_ids=ids, now=now)


async def replan(conn: Conn, *, query: Callable[..., AsyncIterator[Any]], user_id: UUID, now: dt.datetime) -> None:
    """Plans the reminders of a person's tasks anew: those that `query` lists, in batches by id."""
    last = _FIRST
    while ids := [row["id"] async for row in query(conn, user_id=user_id, after=last, limit=_BATCH)]:
        last = ids[-1]
        await plan_reminders(conn, task_ids=ids, now=now)

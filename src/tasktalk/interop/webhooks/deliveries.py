"""The log of a webhook: what was told, how it went, and telling it again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.interop.webhooks.events import OF_TASKS, TEST, TestData, Told
from tasktalk.interop.webhooks.hearing import NewDelivery, add_deliveries, write_body
from tasktalk.interop.webhooks.webhooks import Q, get_webhook
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids

KEPT = dt.timedelta(days=30)
LIMIT, MOST = 50, 500
MOST_REPLAYED = 1000
MOST_LOGGED = 20_000  # deliveries of one webhook
MOST_BYTES = 64 * 1024 * 1024  # of bodies of one person's webhooks, as they lie on disk
_DIGITS = 18  # of a cursor; more would not fit the database
_AT_ONCE = 1000
_TOO_MUCH = "More waited to be told than is kept for one person."
_NEVER_ON = "The webhook was not switched on again."

State = Literal["waiting", "delivered", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to one webhook; `id` is its webhook-id. `status`, `ms` and `error` are of the last attempt.

    `next_try_at`: null unless it waits. `why`: why it was not delivered.
    """

    id: UUID
    event: str
    state: State
    attempts: int
    status: int | None
    ms: int | None
    error: str | None
    why: str | None
    created_at: dt.datetime
    next_try_at: dt.datetime | None
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries, the newest first."""

    items: list[Delivery]
    next: str | None


@dataclass(frozen=True, slots=True)
class HookAttempt:
    """One call: how long it took, what came back (its beginning), or why nothing did."""

    number: int
    at: dt.datetime
    ms: int
    status: int | None
    answer: str
    error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """A delivery, the very text that is signed, and every attempt.

    `payload` null: not yours to see any more, or let go to make room.
    """

    delivery: Delivery
    payload: str | None
    attempts: list[HookAttempt]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many deliveries wait again."""

    count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries; None narrows nothing."""

    state: State | None = None
    event: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


async def list_deliveries(
    conn: Conn, *, viewer: Viewer, webhook_id: UUID, wanted: Wanted = Wanted(), limit: int = LIMIT, cursor: str | None
) -> DeliveryPage:
    """Newest first. Raises NotFound, and BadRequest for a cursor that is not ours."""
    await get_webhook(conn, viewer=viewer, webhook_id=webhook_id)
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS):
        raise BadRequest("This cursor is not ours.", field="cursor")
    found = Q.list_deliveries(
        conn,
        webhook_id=webhook_id,
        state=wanted.state,
        event=wanted.event,
        since=wanted.since,
        until=wanted.until,
        before=None if cursor is None else int(cursor),
        limit=limit + 1,
    )
    rows = [row async for row in found]
    more = str(rows[limit - 1]["seq"]) if len(rows) > limit else None
    return DeliveryPage([_delivery(row) for row in rows[:limit]], more)


async def get_delivery(conn: Conn, *, viewer: Viewer, webhook_id: UUID, delivery_id: UUID) -> DeliveryStory:
    """One with all that was done for it. Raises NotFound."""
    await get_webhook(conn, viewer=viewer, webhook_id=webhook_id)
    row = await Q.find_delivery(conn, webhook_id=webhook_id, id=delivery_id)
    if row is None:
        raise NotFound(phrase("There is no such delivery."))
    attempts = [HookAttempt(**dict(each)) async for each in Q.list_attempts(conn, id=delivery_id)]
    return DeliveryStory(_delivery(row), row["body"] if await _may_see(conn, viewer, row) else None, attempts)


async def _may_see(conn: Conn, viewer: Viewer, row: Record) -> bool:
    """What was told while it was theirs to see is not shown after."""
    if not row["body"]:
        return False
    if row["event"] in OF_TASKS:
        return bool(await list_tasks_by_ids(conn, viewer=viewer, ids=[row["task_id"]], trashed=True))
    return row["event"] == TEST or viewer.is_admin


async def send_test(conn: Conn, *, viewer: Viewer, webhook_id: UUID, now: dt.datetime) -> DeliveryStory:
    """A `webhook.test` leaves at once, and once only. Raises NotFound, Conflict while it is switched off."""
    webhook = await get_webhook(conn, viewer=viewer, webhook_id=webhook_id)
    if not webhook.enabled:
        raise Conflict(phrase("This webhook is switched off."))
    body = write_body(Told(TEST, now, TestData(webhook.id, webhook.name)))
    [delivery_id] = await add_deliveries(conn, [NewDelivery(webhook_id, TEST, body)], now=now)
    await Q.announce(conn)
    return await get_delivery(conn, viewer=viewer, webhook_id=webhook_id, delivery_id=delivery_id)


async def replay_one(
    conn: Conn, *, viewer: Viewer, webhook_id: UUID, delivery_id: UUID, now: dt.datetime
) -> DeliveryStory:
    """Sends it again, under the same webhook-id. Raises NotFound, Conflict for what is not theirs any more."""
    story = await get_delivery(conn, viewer=viewer, webhook_id=webhook_id, delivery_id=delivery_id)
    if story.payload is None:
        raise Conflict(phrase("What it tells of is not yours to see any more, or its text was let go to make room."))
    states: Sequence[State] = ("waiting", "delivered", "failed", "dropped")
    await _replay(conn, webhook_id, Wanted(), now, states=states, ids=[delivery_id])
    return await get_delivery(conn, viewer=viewer, webhook_id=webhook_id, delivery_id=delivery_id)


async def replay_span(
    conn: Conn, *, viewer: Viewer, webhook_id: UUID, wanted: Wanted, states: Sequence[State], now: dt.datetime
) -> Replayed:
    """Sends what was made in the span again, the oldest first, at most `MOST_REPLAYED`: once more for the rest."""
    await get_webhook(conn, viewer=viewer, webhook_id=webhook_id)
    return Replayed(await _replay(conn, webhook_id, wanted, now, states=states, ids=None))


async def _replay(
    conn: Conn, webhook_id: UUID, wanted: Wanted, now: dt.datetime, *, states: Sequence[State], ids: list[UUID] | None
) -> int:
    count: int = await Q.replay(
        conn,
        webhook_id=webhook_id,
        ids=ids,
        states=list(states),
        since=wanted.since,
        until=wanted.until,
        limit=MOST_REPLAYED,
        at=now,
    )
    await Q.announce(conn)
    return count


async def forget_deliveries(conn: Conn, *, now: dt.datetime) -> int:
    """Drops some of what was settled before `KEPT`; answers how many, 0: none is left."""
    await Q.give_up_waiting(conn, before=now - KEPT, why=_NEVER_ON, at=now)
    count: int = await Q.forget_deliveries(conn, before=now - KEPT, limit=_AT_ONCE)
    return count


async def bound_logs(conn: Conn, *, now: dt.datetime, since: dt.datetime, most_bytes: int = MOST_BYTES) -> None:
    """Nobody's webhooks fill the disk. `since`: whoever was told nothing after it has no more than before."""
    await Q.empty_bodies(conn, since=since, most=most_bytes, why=_TOO_MUCH, at=now)


async def shorten_logs(conn: Conn, *, most: int = MOST_LOGGED) -> None:
    """What is over and older than the newest `most` of its webhook goes, whole."""
    await Q.shorten_logs(conn, most=most)


def _delivery(row: Record) -> Delivery:
    return Delivery(
        id=row["id"],
        event=row["event"],
        state=row["state"],
        attempts=row["attempts"],
        status=row["status"],
        ms=row["ms"],
        error=row["error"],
        why=row["why"],
        created_at=row["created_at"],
        next_try_at=row["next_try_at"] if row["state"] == "waiting" else None,
        finished_at=row["finished_at"],
    )

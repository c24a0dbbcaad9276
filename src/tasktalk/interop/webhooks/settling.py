"""What an attempt comes to: delivered, tried again later, or given up; and what that says of the webhook."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from asyncpg import Record

from tasktalk.accounts.audit.audit import record
from tasktalk.db import Conn
from tasktalk.interop.webhooks.egress import Answered
from tasktalk.interop.webhooks.events import TEST
from tasktalk.interop.webhooks.webhooks import Q
from tasktalk.logs import get_log
from tasktalk.messaging.notices.hear import NewNotice, add_notices

log = get_log("interop.webhooks")

State = Literal["waiting", "delivered", "failed", "dropped"]

# Seconds after each attempt until the next: Standard Webhooks' own, ten attempts in three days and a bit.
SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
PATIENCE = dt.timedelta(hours=60)  # less than the schedule lasts, however it is spread
_SPREAD = 0.1  # so that what failed together is not tried together
_LONGEST_SECONDS = 86_400.0
_GONE = 410
_BUSY = frozenset({429, 503})
GONE = "The address answered 410: it is gone for good."
SILENT = "Nothing got through to the address for three days."


@dataclass(frozen=True, slots=True)
class Ended:
    """`delay`: seconds until it is tried again, while it waits."""

    state: State
    why: str | None = None
    delay: float = 0.0


def weigh(row: Record, answered: Answered, *, chance: float) -> Ended:
    """By a row of `take_delivery`; `chance` from 0 to 1 spreads the next attempt."""
    if answered.status is not None and answered.status // 100 == 2:  # noqa: PLR2004
        return Ended("delivered")
    why = answered.error or f"The address answered {answered.status}."
    if answered.status == _GONE:
        return Ended("failed", GONE)
    if row["event"] == TEST or row["tries"] > len(SCHEDULE):
        return Ended("failed", why)
    delay = SCHEDULE[row["tries"] - 1] * (1 - _SPREAD + 2 * _SPREAD * chance)
    if answered.status in _BUSY and answered.retry_after is not None:
        delay = max(delay, min(answered.retry_after, _LONGEST_SECONDS))
    return Ended("waiting", why, delay)


async def settle(
    conn: Conn, row: Record, ended: Ended, answered: Answered | None, *, at: dt.datetime, ms: int, now: dt.datetime
) -> None:
    """Records the attempt that began `at`; switches the webhook off where that is the end of it. In a transaction."""
    if answered is not None:
        await Q.add_attempt(
            conn,
            id=row["id"],
            number=row["attempts"],
            at=at,
            ms=ms,
            status=answered.status,
            answer=answered.answer,
            error=answered.error,
        )
    settled = await Q.settle(
        conn,
        id=row["id"],
        number=row["attempts"],
        state=ended.state,
        why=ended.why,
        delay=ended.delay,
        empty=ended.state == "dropped",
        at=now,
    )
    if settled is None:
        log.info("delivery_taken_over", delivery_id=str(row["id"]))
        return
    if ended.state in {"waiting", "failed"}:
        log.warning("delivery_failed", delivery_id=str(row["id"]), status=answered.status if answered else None)
    if row["event"] == TEST:
        await Q.announce(conn)  # somebody is looking
    if ended.state != "dropped" and not (row["event"] == TEST and ended.state == "failed"):
        await Q.note_health(conn, webhook_id=row["webhook_id"], failed=ended.state != "delivered", at=now)
    if why := _why_off(row, ended, now):
        await _switch_off(conn, row, why, now=now)


def _why_off(row: Record, ended: Ended, now: dt.datetime) -> str | None:
    if ended.state != "failed":
        return None
    if ended.why == GONE:
        return GONE
    silent = row["failing_since"] is not None and now - row["failing_since"] >= PATIENCE
    return SILENT if silent and row["tries"] > len(SCHEDULE) else None


async def _switch_off(conn: Conn, row: Record, why: str, *, now: dt.datetime) -> None:
    owner_id = await Q.switch_off(conn, webhook_id=row["webhook_id"], why=why, at=now)
    if owner_id is None:
        return
    log.warning("webhook_switched_off", webhook_id=str(row["webhook_id"]))
    detail = {"why": why, "owner_id": str(owner_id)}
    await record(
        conn, by=None, action="webhook.switched_off", subject="webhook", subject_id=row["webhook_id"], detail=detail
    )
    facts = {"webhook_id": str(row["webhook_id"])}
    await add_notices(conn, [NewNotice(owner_id, "webhook_off", now, facts=facts)], now=now)

"""The loop that handles the queue: a batch a transaction; if one item fails, each is handled again by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg

from tasktalk import metrics
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import FULL, LOST
from tasktalk.ids import new_id
from tasktalk.logs import describe, get_log
from tasktalk.queue import claim
from tasktalk.queue.claim import Item
from tasktalk.queue.pace import Pace
from tasktalk.queue.waiting import LONGEST_PAUSE_SECONDS, first, log_outage

log = get_log("queue")

# Handles a batch inside the claim's transaction; may set a note an item, which the message log shows. Answers which
# items it has not handled, by `seq`, because it set them or one before them aside (see `aside.py`).
Handler = Callable[[Conn, Sequence[Item], dict[int, str]], Awaitable[Collection[int] | None]]


# Somebody stops the server or ends our session; it says so before it does.
_ENDED_BY_SERVER = (asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError)

Found = Literal["items", "nothing", "paused"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How the loop works. Seconds are seconds; `rows` bounds one batch."""

    rows: int
    poll_seconds: float
    max_attempts: int
    retry_seconds: float


async def work(
    pool: Pool, handle: Handler, *, rules: Rules, pace: Pace, wake: asyncio.Event, stop: asyncio.Event
) -> None:
    """Handle batches until `stop` is set; the batch in hand is finished first. `wake` says that rows may have come."""
    worker = new_id()
    pause = rules.poll_seconds
    while not stop.is_set():
        wake.clear()
        try:
            found = await _handle_batch(pool, handle, rules=rules, pace=pace, worker=worker)
        except Exception as error:  # noqa: BLE001  (whatever the database says, the loop outlives it)
            log_outage(log, error, retry_seconds=pause)
            await first(pause, stop)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        pause = rules.poll_seconds
        if found == "nothing":
            await first(pause, wake, stop)
        elif found == "paused":  # what arrives now is not for us: look again at our own pace
            await first(pause, stop)


async def _handle_batch(pool: Pool, handle: Handler, *, rules: Rules, pace: Pace, worker: UUID) -> Found:
    items: list[Item] = []
    try:
        async with pool.acquire() as conn, conn.transaction():
            items = await claim.claim(conn, rows=rules.rows)
            if not items:
                return "paused" if await claim.Q.rest(conn) else "nothing"
            await _handle(conn, handle, items, pace=pace, worker=worker)
    except Exception as error:
        if not items or isinstance(error, FULL):  # the claim itself failed, or no item is to blame
            raise
        if isinstance(error, LOST):
            await _check_database(pool, error)
        log.exception("batch_failed", items=len(items))
        if len(items) == 1 and not isinstance(error, LOST):
            await _fail(pool, items[0].seq, error, rules=rules, pace=pace)
            return "items"
        for item in items:
            await _handle_alone(pool, handle, item.seq, rules=rules, pace=pace, worker=worker)
    return "items"


async def _check_database(pool: Pool, error: Exception) -> None:
    """Raise if the database is gone or ended our connection itself: nothing was committed, and no item is to blame.

    Else an item may have lost the connection, for example by taking longer than a transaction may be idle: each is
    tried by itself, and the one that does it again has failed.
    """
    told: BaseException | None = error
    while told is not None:
        if isinstance(told, _ENDED_BY_SERVER):
            raise error
        told = told.__cause__ or told.__context__
    await pool.fetchval("select 1")


async def _handle(conn: Conn, handle: Handler, items: Sequence[Item], *, pace: Pace, worker: UUID) -> None:
    started = time.perf_counter()
    notes: dict[int, str] = {}
    pace.processing += len(items)
    try:
        left = await handle(conn, items, notes) or ()
        done = [item for item in items if item.seq not in left]
        busy_ms = (time.perf_counter() - started) * 1000
        await claim.finish(conn, items=done, notes=notes, worker=worker, busy_ms=round(busy_ms))
    finally:
        pace.processing -= len(items)
    pace.add(items=len(done), busy_ms=busy_ms)
    metrics.QUEUE_HANDLED.inc(len(done))
    metrics.QUEUE_SECONDS.observe(busy_ms / 1000)
    log.debug("handled", seqs=[item.seq for item in done], milliseconds=round(busy_ms))
    ended = time.time()
    for item in done:
        metrics.QUEUE_WAIT_SECONDS.observe(max(0.0, ended - item.received_at.timestamp()))


async def _handle_alone(pool: Pool, handle: Handler, seq: int, *, rules: Rules, pace: Pace, worker: UUID) -> None:
    """One item, tried again where its connection was lost.

    Once may be anybody's doing; whoever is blamed for it is overtaken by what comes behind in the conversation.
    """
    try:
        try:
            await _claim_and_handle(pool, handle, seq, pace=pace, worker=worker)
        except LOST as error:
            await _check_database(pool, error)
            log.warning("item_lost_its_connection", seq=seq, error=type(error).__name__)
            await _claim_and_handle(pool, handle, seq, pace=pace, worker=worker)
    except FULL:
        raise
    except Exception as error:
        if isinstance(error, LOST):
            await _check_database(pool, error)
        log.exception("item_failed", seq=seq)
        await _fail(pool, seq, error, rules=rules, pace=pace)


async def _claim_and_handle(pool: Pool, handle: Handler, seq: int, *, pace: Pace, worker: UUID) -> None:
    async with pool.acquire() as conn, conn.transaction():
        item = await claim.claim_one(conn, seq=seq)
        if item is not None:
            await _handle(conn, handle, [item], pace=pace, worker=worker)


async def _fail(pool: Pool, seq: int, error: Exception, *, rules: Rules, pace: Pace) -> None:
    metrics.QUEUE_FAILED.inc()
    pace.add(failed_items=1)
    async with pool.acquire() as conn:
        state = await claim.fail(
            conn,
            seq=seq,
            error=describe(error),
            max_attempts=rules.max_attempts,
            retry_seconds=rules.retry_seconds,
        )
    if state == "dead":
        log.error("item_dead", seq=seq)

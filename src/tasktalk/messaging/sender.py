"""Sending: one worker owns a number's lane; a message is marked `sending` (committed) before the call, settled after.

A message whose answer was lost is doubtful: it waits for a status that bears its id, and is sent again only when none
came (facts sheet section 4: there is no idempotency key).
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import asyncpg
import msgspec
from asyncpg import Record

from tasktalk import metrics
from tasktalk.db import Conn
from tasktalk.db.pool import LOST, connect
from tasktalk.db.sql import queries
from tasktalk.errors import Unavailable
from tasktalk.integrations.connections import Integration
from tasktalk.logs import get_log
from tasktalk.queue.breaker import Breaker
from tasktalk.queue.pace import Pace
from tasktalk.queue.waiting import first
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

Q = queries(__file__)
log = get_log("messaging.sender")

_RECONCILE_EVERY_SECONDS = 0.2
_LOCK_RETRY_SECONDS = 0.5
_OPERATOR_SECONDS = 30.0
_DOUBLINGS = 4
_WORTH_SECONDS = 24 * 3600.0  # a reply is worth retrying as long as WhatsApp's service window lasts
_RESENDS = 5  # of a message whose answers are lost again and again: each may have arrived
_SERVER_ERROR = 500
_LONGEST_PAUSE_SECONDS = 5.0
_CLOSE_SECONDS = 2.0

# The database refuses an answer for what is in it; ValueError: asyncpg, before it is sent.
_UNFIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """How one call ended; a column each of `record_attempts`."""

    id: UUID
    number: int
    outcome: str
    http_status: int | None = None
    code: int | None = None
    error: str | None = None
    wamid: str | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Pacing:
    """How the lane works. `reconcile_seconds`: how long a doubtful message waits for a status."""

    concurrency: int
    timeout_seconds: float
    reconcile_seconds: float


@dataclass(slots=True)
class Lane:
    """One number's sending, as long as this worker owns it."""

    dsn: str
    integration: Integration
    graph: Graph
    pacing: Pacing
    pace: Pace
    wake: asyncio.Event
    stop: asyncio.Event
    breaker: Breaker = field(default_factory=Breaker)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _reconcile_at: float = 0.0
    _answers: list[Answer] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Own the lane whenever nobody else does, until `stop`; what is in flight is settled first."""
        pause = _LOCK_RETRY_SECONDS
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                # A connection of its own: the lock lives and dies with it, and lanes must not use up the pool.
                conn = await self._connect()
                try:
                    await self._wait_and_own(conn)
                finally:
                    await self._leave(conn)
            except (*LOST, Unavailable) as error:
                log.warning("database_gone", error=type(error).__name__, retry_seconds=pause)
            except Exception:  # the lane must outlive a bug; what it had in flight is reconciled
                log.exception("lane_broke", retry_seconds=pause)
            if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:  # it was well for a while
                pause = _LOCK_RETRY_SECONDS
            await first(pause, self.stop)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        if self._answers:
            try:
                await self._leave(await self._connect())
            except (*LOST, Unavailable, asyncpg.PostgresError):
                log.exception("answers_lost", outbox_ids=[str(answer.id) for answer in self._answers])

    async def _connect(self) -> "asyncpg.Connection[Record]":
        return await connect(self.dsn, application_name="tasktalk-sender", limited=True)

    async def _wait_and_own(self, conn: Conn) -> None:
        # What was answered while the database was away counts, whoever owns the lane by now.
        await self._record(conn)
        # Asked again and again, since waiting inside the server would hold back its vacuum.
        while not await conn.fetchval("select pg_try_advisory_lock(8, hashtext($1))", str(self.integration.id)):
            await first(_LOCK_RETRY_SECONDS, self.stop)
            if self.stop.is_set():
                return
        await self._own(conn)

    async def _own(self, conn: Conn) -> None:
        await self._doubt(conn)
        while not self.stop.is_set():
            self._changed.clear()
            self.wake.clear()
            taken = await self._take(conn)
            if self._answers:
                await self._record(conn)
            elif not taken:
                await first(await self._seconds_to_next(conn), self.wake, self._changed, self.stop)

    async def _leave(self, conn: "asyncpg.Connection[Record]") -> None:
        """Settle what is in flight; if that cannot be written, its answers are kept for the next connection."""
        try:
            if self._calls:
                await asyncio.wait(self._calls)
            if not conn.is_closed():
                await self._record(conn)
        finally:
            try:
                await conn.close(timeout=_CLOSE_SECONDS)
            except (*LOST, asyncpg.PostgresError):  # the server does not say goodbye
                conn.terminate()

    async def _doubt(self, conn: Conn) -> None:
        seconds = self.pacing.reconcile_seconds
        async for row in Q.doubt_unfinished(conn, integration_id=self.integration.id, seconds=seconds):
            log.warning("attempt_of_unknown_fate", outbox_id=str(row["id"]))

    async def _take(self, conn: Conn) -> int:
        """Start calls for what is due, as far as there is room."""
        state = self.breaker.state(time.monotonic())
        room = self.pacing.concurrency - len(self._calls)
        if state == "half_open":
            room = 1 - len(self._calls)
        if room <= 0 or state == "open":
            return 0
        if time.monotonic() >= self._reconcile_at:
            self._reconcile_at = time.monotonic() + _RECONCILE_EVERY_SECONDS
            async for row in Q.resend_doubtful(conn, integration_id=self.integration.id, resends=_RESENDS):
                log.warning("doubtful_never_arrived", outbox_id=str(row["id"]), state=row["state"])
        rows = [row async for row in Q.take_messages(conn, integration_id=self.integration.id, rows=room)]
        for row in rows:
            call = asyncio.create_task(self._call(row))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        return len(rows)

    async def _call(self, row: Record) -> None:
        began = time.perf_counter()
        try:
            sent = await self.graph.send(
                self.integration.phone_number_id,
                msgspec.json.decode(row["message"]),
                to=row["wa_id"],
                recipient=row["bsuid"],
                opaque=str(row["id"]),
                timeout_seconds=self.pacing.timeout_seconds,
            )
            answer = Answer(row["id"], row["attempts"], "accepted", 200, wamid=sent.wamid)
            self.breaker.succeeded(time.monotonic())
        except GraphError as error:
            answer = self._weigh(row, error)
            log.warning("send_failed", outbox_id=str(row["id"]), outcome=answer.outcome, code=error.code)
        except Exception as error:  # a bug of ours must not leave the message in `sending`
            log.exception("send_broke", outbox_id=str(row["id"]))
            answer = Answer(row["id"], row["attempts"], "refused", error=f"{type(error).__name__}: {error}")
        metrics.GRAPH_SECONDS.observe(time.perf_counter() - began)
        metrics.GRAPH_CALLS.labels(answer.outcome, answer.code or 0).inc()
        self.pace.add(sends=1, failed_sends=int(answer.outcome != "accepted"))
        self._answers.append(answer)
        self._changed.set()

    def _weigh(self, row: Record, error: GraphError) -> Answer:
        """What follows from an error: its class decides, not its HTTP status (facts sheet section 9)."""
        now, again = time.monotonic(), row["earlier"].count(error.code)
        outcome, delay, said = str(error.fate), error.wait_seconds(again), str(error)
        if error.fate == "unknown":
            self.breaker.failed(now, said)
            delay = self.pacing.reconcile_seconds
        elif error.scope == "number" and error.fate in {"operator", "retry"}:
            # Not the message's fault: the whole number waits, until somebody has mended that or for as long as Meta
            # says. New credentials make a new lane, with a new breaker, so that nothing waits a moment longer.
            self.breaker.trip(now, said, self._number_seconds(error))
            outcome, delay = "retry", 0.0
        elif error.fate == "retry":
            if error.code is None:  # nobody listens there
                self.breaker.failed(now, said)
                delay = error.wait_seconds(0)
            elif (error.http_status or 0) >= _SERVER_ERROR:
                self.breaker.failed(now, said)
            if (error.retries is not None and again >= error.retries) or row["age_seconds"] > _WORTH_SECONDS:
                outcome = "refused"
        else:
            outcome = "refused"
            self.breaker.succeeded(now)
        return Answer(row["id"], row["attempts"], outcome, error.http_status, error.code, said[:1000], delay=delay)

    def _number_seconds(self, error: GraphError) -> float:
        """How long the number waits: longer each time that it was in vain."""
        if error.fate == "retry":
            return error.wait_seconds(min(self.breaker.opens, _DOUBLINGS))
        return _OPERATOR_SECONDS * float(2 ** min(self.breaker.opens, _DOUBLINGS))

    async def _record(self, conn: Conn) -> None:
        """Write down the answers; each is dropped only then, for they are all that is known of these calls."""
        answers = tuple(self._answers)
        if not answers:
            return
        try:
            await _write(conn, answers)
            del self._answers[: len(answers)]
        except _UNFIT as error:
            log.warning("answers_split", answers=len(answers), error=type(error).__name__)
            for answer in answers:
                await _write_alone(conn, answer)
                self._answers.remove(answer)

    async def _seconds_to_next(self, conn: Conn) -> float:
        state = self.breaker.state(time.monotonic())
        if state == "open":
            return self.breaker.retry_at - time.monotonic()
        due = await Q.get_next_try(conn, integration_id=self.integration.id)
        return 5.0 if due is None else max(0.05, min(5.0, due))


async def _write(conn: Conn, answers: Sequence[Answer]) -> None:
    await Q.record_attempts(
        conn,
        ids=[a.id for a in answers],
        numbers=[a.number for a in answers],
        outcomes=[a.outcome for a in answers],
        http_statuses=[a.http_status for a in answers],
        codes=[a.code for a in answers],
        errors=[a.error for a in answers],
        wamids=[a.wamid for a in answers],
        delays=[a.delay for a in answers],
    )


async def _write_alone(conn: Conn, answer: Answer) -> None:
    """One odd answer must not hold up the number: what it means is kept, even if its particulars cannot be."""
    try:
        await _write(conn, [answer])
    except _UNFIT as error:
        log.exception("answer_unfit", outbox_id=str(answer.id), wamid=answer.wamid, code=answer.code)
        said = f"What WhatsApp answered cannot be stored ({type(error).__name__})"
        await _write(conn, [replace(answer, http_status=None, code=None, wamid=None, error=said)])

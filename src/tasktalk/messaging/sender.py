"""Sending: one worker owns a number's lane; a message is marked `sending` (committed) before the call, settled after.

A message whose answer was lost is doubtful: it waits for a status that bears its id, and is sent again only when none
came (facts sheet section 4: there is no idempotency key).
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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
from tasktalk.messaging.answers import Answer, record
from tasktalk.messaging.conduct import Conduct
from tasktalk.messaging.outbox import ASKED_FOR, DIGEST, NEWS
from tasktalk.messaging.pacing import PAIR_DEBT_SECONDS, PAIR_SECONDS, Pairs, Throughput
from tasktalk.messaging.stops import GOING, Stop, note_going, note_stop
from tasktalk.queue.breaker import Breaker
from tasktalk.queue.pace import Pace
from tasktalk.queue.waiting import first
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

Q = queries(__file__)
log = get_log("messaging.sender")

_RECONCILE_EVERY_SECONDS = 0.2
_LOCK_RETRY_SECONDS = 0.5
_RESENDS = 5  # of a message whose answers are lost again and again: each may have arrived
_LONGEST_PAUSE_SECONDS = 5.0
_CLOSE_SECONDS = 2.0
_TURNS = 8  # of so many looks at the queue, one is for each of the lower ranks: nothing starves


@dataclass(frozen=True, slots=True)
class Pacing:
    """How the lane works. `reconcile_seconds`: how long a doubtful message waits for a status.

    `limited`: whether to keep within Meta's limits by ourselves.
    """

    concurrency: int
    timeout_seconds: float
    reconcile_seconds: float
    limited: bool = True


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
    clock: Callable[[], float] = time.monotonic
    conduct: Conduct = field(init=False)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: dict[UUID, UUID] = field(default_factory=dict)  # whose message is on its way, or its answer not written yet
    _reconcile_at: float = -math.inf
    _looks: int = 0
    _answers: list[Answer] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        per_second = self.integration.per_second if self.pacing.limited else None
        self.conduct = Conduct(
            self.breaker, Throughput(per_second), Pairs(limited=self.pacing.limited), self.pacing.reconcile_seconds
        )

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
        await self._read_debts(conn)
        while not self.stop.is_set():
            self._changed.clear()
            self.wake.clear()
            taken = await self._take(conn)
            if self._answers:
                await self._record(conn)
                await self._tell(conn)
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

    async def _read_debts(self, conn: Conn) -> None:
        if not self.pacing.limited:
            return
        debts = Q.list_debts(conn, integration_id=self.integration.id, a_message=PAIR_SECONDS, most=PAIR_DEBT_SECONDS)
        async for row in debts:
            self.conduct.pairs.owe(row["contact_id"], row["seconds"], self.clock())

    async def _take(self, conn: Conn) -> int:
        """Start calls for what is due, as far as there is room."""
        now = self.clock()
        state = self.breaker.state(now)
        room = self.pacing.concurrency - len(self._calls)
        if state == "half_open":
            room = 1 - len(self._calls)
        if room <= 0 or state == "open":
            return 0
        if now >= self._reconcile_at:
            self._reconcile_at = now + _RECONCILE_EVERY_SECONDS
            async for row in Q.resend_doubtful(conn, integration_id=self.integration.id, resends=_RESENDS):
                log.warning("doubtful_never_arrived", outbox_id=str(row["id"]), state=row["state"])
        room = self.conduct.throughput.count_free(now, most=room)
        if not room:
            return 0
        self._looks += 1
        taken = Q.take_messages(
            conn,
            integration_id=self.integration.id,
            rows=room,
            held=[*self._busy.values(), *self.conduct.pairs.list_held(now)],
            favoured=_favour(self._looks),
        )
        rows = [row async for row in taken]
        self.conduct.throughput.spend(len(rows))
        for row in rows:
            self._busy[row["id"]] = row["contact_id"]
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
            self.conduct.accepted(self.clock())
            log.debug("sent", outbox_id=str(row["id"]), attempt=row["attempts"])
        except GraphError as error:
            answer = self.conduct.weigh(row, error, self.clock())
            log.warning("send_failed", outbox_id=str(row["id"]), outcome=answer.outcome, code=error.code)
        except Exception as error:  # a bug of ours must not leave the message in `sending`
            log.exception("send_broke", outbox_id=str(row["id"]))
            answer = Answer(row["id"], row["attempts"], "refused", error=f"{type(error).__name__}: {error}")
        self.conduct.heed(self.graph.usage, self.clock())
        if answer.outcome != "retry":  # Meta may count what it refused; what is to be tried again it did not look at
            self.conduct.pairs.charge(row["contact_id"], self.clock())
        metrics.GRAPH_SECONDS.observe(time.perf_counter() - began)
        if row["attempts"] == 1:
            metrics.SEND_WAIT_SECONDS.observe(max(0.0, row["age_seconds"]))
        metrics.GRAPH_CALLS.labels(answer.outcome, answer.code or 0).inc()
        self.pace.add(sends=1, failed_sends=int(answer.outcome != "accepted"))
        self._answers.append(answer)
        self._changed.set()

    async def _tell(self, conn: Conn) -> None:
        """What an operator must know."""
        news = self.conduct.news
        if isinstance(news, Stop):
            await note_stop(conn, integration_id=self.integration.id, stop=news)
        elif news == GOING:
            await note_going(conn, integration_id=self.integration.id)
        if self.conduct.news is news:  # else there is more by now
            self.conduct.news = None

    async def _record(self, conn: Conn) -> None:
        for answer in await record(conn, self._answers):
            self._busy.pop(answer.id, None)

    async def _seconds_to_next(self, conn: Conn) -> float:
        now = self.clock()
        if self.breaker.state(now) == "open":
            return self.breaker.retry_at - now
        if paced := self.conduct.throughput.seconds_to_free(now):
            return min(paced, _LONGEST_PAUSE_SECONDS)
        due = await Q.get_next_try(conn, integration_id=self.integration.id)
        return max(0.05, min(5.0, 5.0 if due is None else due, self.conduct.pairs.seconds_to_next(now)))


def _favour(looks: int) -> int:
    """The rank whose turn it is."""
    return {0: DIGEST, _TURNS // 2: NEWS}.get(looks % _TURNS, ASKED_FOR)

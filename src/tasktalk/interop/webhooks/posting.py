"""The loop that tells: hears what happened, then posts what is due, each webhook's deliveries in their order.

A webhook is one lane, held by one worker for a while. The call is made outside any transaction and settled after;
who is killed between the two has it sent again, under the same webhook-id: at least once, never lost.
"""

import asyncio
import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp
import asyncpg
from asyncpg import Record
from standardwebhooks import Webhook as Signer

from tasktalk import __version__
from tasktalk.crypto import CannotUnseal, Keyring
from tasktalk.db import Conn, Pool
from tasktalk.errors import AppError
from tasktalk.interop.webhooks.deliveries import bound_logs
from tasktalk.interop.webhooks.egress import Answered, open_session, post
from tasktalk.interop.webhooks.events import OF_TASKS, TEST
from tasktalk.interop.webhooks.hearing import ROWS, hear, list_viewers
from tasktalk.interop.webhooks.settling import Ended, settle, weigh
from tasktalk.interop.webhooks.webhooks import Q
from tasktalk.logs import get_log
from tasktalk.queue.waiting import keep_looking
from tasktalk.tasks.cards import list_tasks_by_ids

log = get_log("interop.webhooks")

_LANES = 16  # webhooks at once
_IN_A_ROW = 20  # deliveries of one, then it is another's turn
_TURN_SECONDS = 20.0  # or so much of its time: slow ones must not keep all lanes
_HELD_SECONDS = 45.0  # longer than a call takes
_LOOK_SECONDS = 1.0
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_MUCH = 1024 * 1024  # characters
_BOUND_EVERY, _LATELY = dt.timedelta(minutes=1), dt.timedelta(hours=1)
BUGS = (AppError, ArithmeticError, LookupError, TypeError, ValueError, asyncpg.DataError)  # ours, not the database's
_NOT_YOURS = "It is not its owner's to see any more."
_SEALED = "The secret cannot be opened with this SECRET_KEY: rotate it."


def utc_now() -> dt.datetime:
    """The clock of this machine."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Poster:
    """Tells other programs. `private`: whether this network may be called. `factor`: as in `hear`."""

    pool: Pool
    keyring: Keyring
    private: bool
    factor: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    clock: Callable[[], dt.datetime] = utc_now
    chance: Callable[[], float] = random.random
    last_seconds: float = 5.0  # for calls in flight when it is told to stop
    _unbounded: int = 0  # characters written since the logs were last kept in bounds
    _bound_at: dt.datetime = _LONG_AGO
    _lanes: dict[UUID, "asyncio.Task[None]"] = field(default_factory=dict)

    async def run(self) -> None:
        """Until `stop`; calls in flight are settled first, if that is soon."""

        async def look() -> float:
            await self.hear_all()
            await self.open_lanes(session)
            return await self._seconds_to_next()

        async with open_session(private=self.private) as session:
            await keep_looking(look, log=log, pause_seconds=_LOOK_SECONDS, wake=self.wake, stop=self.stop)
            await self.finish(seconds=self.last_seconds)

    async def hear_all(self) -> None:
        """Until nothing is left that happened. What cannot be told for a bug of ours stops nothing behind it."""
        rows = ROWS
        while not self.stop.is_set():
            try:
                async with self.pool.acquire() as conn, conn.transaction():
                    heard = await hear(conn, now=self.clock(), rows=rows, factor=self.factor)
            except BUGS:
                log.exception("happening_untold", rows=rows)
                if rows == 1:
                    async with self.pool.acquire() as conn, conn.transaction():
                        _ = [row async for row in Q.take_happenings(conn, rows=1)]
                rows = 1
                continue
            await self._bound(heard.characters)
            if heard.rows < rows:
                break

    async def _bound(self, characters: int) -> None:
        """Keeps the logs in bounds: after much, or what comes within a minute."""
        self._unbounded += characters
        now = self.clock()
        if not self._unbounded or (self._unbounded < _MUCH and now < self._bound_at):
            return
        async with self.pool.acquire() as conn, conn.transaction():
            await bound_logs(conn, now=now, since=now - _LATELY)
        self._unbounded, self._bound_at = 0, now + _BOUND_EVERY

    async def open_lanes(self, session: aiohttp.ClientSession) -> int:
        """Begins with webhooks that have something due, as far as there is room; answers how many."""
        room = _LANES - len(self._lanes)
        if room <= 0:
            return 0
        async with self.pool.acquire() as conn:
            found = Q.take_lanes(conn, rows=room, busy=list(self._lanes), seconds=_HELD_SECONDS, at=self.clock())
            ids = [row["id"] async for row in found]
        for webhook_id in ids:
            lane = asyncio.create_task(self._empty(session, webhook_id))
            self._lanes[webhook_id] = lane
            lane.add_done_callback(lambda done, id_=webhook_id: self._left(id_, done))  # type: ignore[misc]
        return len(ids)

    async def finish(self, *, seconds: float | None = None) -> None:
        """Waits for the lanes that are open; for so long alone, then who comes next sends what was on its way again."""
        if not self._lanes:
            return
        _, late = await asyncio.wait(list(self._lanes.values()), timeout=seconds)
        for lane in late:
            lane.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _left(self, webhook_id: UUID, lane: "asyncio.Task[None]") -> None:
        self._lanes.pop(webhook_id, None)
        self.wake.set()
        if not lane.cancelled() and (error := lane.exception()):
            log.error("lane_lost", webhook_id=str(webhook_id), exc_info=error)  # it is taken again when its time is up

    async def _empty(self, session: aiohttp.ClientSession, webhook_id: UUID) -> None:
        began = time.monotonic()
        for _ in range(_IN_A_ROW):
            async with self.pool.acquire() as conn:
                at = self.clock()
                row = await Q.take_delivery(conn, webhook_id=webhook_id, seconds=_HELD_SECONDS, at=at)
                fit = row is not None and await self._may_see(conn, row)
            if row is None:
                break
            await self._tell(session, row, fit=fit, at=at)
            if self.stop.is_set() or time.monotonic() - began >= _TURN_SECONDS:
                break
        async with self.pool.acquire() as conn:
            await Q.free_lane(conn, webhook_id=webhook_id, at=self.clock())

    async def _tell(self, session: aiohttp.ClientSession, row: Record, *, fit: bool, at: dt.datetime) -> None:
        began = time.perf_counter()
        answered: Answered | None = None
        try:
            answered = await self._post(session, row, at) if fit else None
            ended = Ended("dropped", _NOT_YOURS) if answered is None else weigh(row, answered, chance=self.chance())
        except Exception as error:  # a bug of ours must not be tried for ever
            log.exception("delivery_broke", delivery_id=str(row["id"]))
            ended = Ended("failed", type(error).__name__)
        ms = round((time.perf_counter() - began) * 1000)
        async with self.pool.acquire() as conn, conn.transaction():
            await settle(conn, row, ended, answered, at=at, ms=ms, now=self.clock())

    async def _post(self, session: aiohttp.ClientSession, row: Record, at: dt.datetime) -> Answered:
        try:
            headers = self._sign(row, at)
        except CannotUnseal:
            return Answered(None, error=_SEALED)
        return await post(session, row["url"], body=row["body"], headers=headers, private=self.private)

    def _sign(self, row: Record, at: dt.datetime) -> dict[str, str]:
        """By the secret, and for a while by the one before it."""
        secrets = [self.keyring.unseal(sealed) for sealed in (row["secret"], row["old_secret"]) if sealed is not None]
        message_id = str(row["id"])
        return {
            "Content-Type": "application/json",
            "User-Agent": f"Tasktalk/{__version__}",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Signer(secret).sign(message_id, at, row["body"]) for secret in secrets),
        }

    async def _may_see(self, conn: Conn, row: Record) -> bool:
        """Whether its owner still sees what it tells of, now that it leaves."""
        viewer = next(iter(await list_viewers(conn, [row["owner_id"]])), None)
        if viewer is None or row["event"] == TEST:
            return viewer is not None
        if row["event"] not in OF_TASKS:
            return viewer.is_admin
        return bool(await list_tasks_by_ids(conn, viewer=viewer, ids=[row["task_id"]], trashed=True))

    async def _seconds_to_next(self) -> float:
        async with self.pool.acquire() as conn:
            due: float | None = await Q.seconds_to_next(conn, at=self.clock())
        if len(self._lanes) >= _LANES or due is None:
            return _LOOK_SECONDS
        return min(max(due, 0.05), _LOOK_SECONDS)

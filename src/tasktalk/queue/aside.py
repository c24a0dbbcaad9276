"""Items set aside: what a turn needs from outside is made ready with no transaction open, then the turn is taken.

The item stays in its lane, and its lane waits. Whoever works at it holds it by a token that must be renewed; when that
lapses, another takes over. At its time limit the item is handled without what it needed: a lane never hangs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from tasktalk.db import Conn, Pool
from tasktalk.ids import new_id
from tasktalk.logs import get_log
from tasktalk.queue.claim import Item, Q, to_item
from tasktalk.queue.waiting import keep_looking

log = get_log("queue.aside")

MORE = "more"  # the need of an item that only waits whether its lane brings more of the same
_HELD_SECONDS = 6.0
_RENEW_SECONDS = 2.0

# Makes ready what an item needs, within the seconds given; its answer is merged into `item.prepared`. What it raises is
# a bug: the item is then handled without.
Prepare = Callable[[Item, float], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Aside:
    """`needs`: a key of the preparers. `carried` is merged into what is prepared already. `seconds` is the limit."""

    seq: int
    needs: str
    seconds: float
    carried: Mapping[str, Any] = field(default_factory=dict)


async def set_aside(conn: Conn, asides: list[Aside]) -> None:
    """In the transaction of the claim, whose handler answers the `seq` of these and of later ones in their lanes."""
    if asides:
        await Q.set_aside(
            conn,
            seqs=[each.seq for each in asides],
            needs=[each.needs for each in asides],
            seconds=[each.seconds for each in asides],
            carried=[msgspec.json.encode(each.carried).decode() for each in asides],
        )


@dataclass(slots=True)
class Preparer:
    """Works at what is set aside, `room` items at a time. `prepare` has a function for each need it can meet."""

    pool: Pool
    prepare: Mapping[str, Prepare]
    room: int = 8
    poll_seconds: float = 0.25
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _at_work: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self) -> None:
        """Until `stop`; what is in hand then is left to whoever comes next."""

        async def look() -> float:
            await self._take()
            return self.poll_seconds

        await keep_looking(look, log=log, pause_seconds=self.poll_seconds, wake=self.wake, stop=self.stop)
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _take(self) -> None:
        free = self.room - len(self._at_work)
        if free <= 0 or not self.prepare:
            return
        token = new_id()
        async with self.pool.acquire() as conn:
            taken = [
                (to_item(row), row["seconds_left"])
                async for row in Q.take_needs(
                    conn, needs=list(self.prepare), rows=free, token=token, seconds=_HELD_SECONDS
                )
            ]
        for item, seconds in taken:
            task = asyncio.create_task(self._meet(item, token, seconds))
            self._at_work.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._at_work.discard(task)
        self.wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("preparation_lost", exc_info=error)  # it is taken again when its token lapses

    async def _meet(self, item: Item, token: UUID, seconds: float) -> None:
        need = item.needs or ""
        try:
            async with asyncio.timeout(seconds), self._held(item.seq, token):
                made = await self.prepare[need](item, seconds)
        except TimeoutError:
            made = {need: {"failed": "timeout"}}
        except Exception:
            log.exception("preparation_failed", seq=item.seq, needs=need)
            made = {need: {"failed": "error"}}
        async with self.pool.acquire() as conn:
            if not await Q.meet_need(conn, seq=item.seq, token=token, made=dict(made)):
                log.info("preparation_late", seq=item.seq, needs=need)

    @asynccontextmanager
    async def _held(self, seq: int, token: UUID) -> AsyncIterator[None]:
        """Renews the token while the block lasts; ends the block when the item is ours no more."""
        block = asyncio.current_task()

        async def renew() -> None:
            while True:
                await asyncio.sleep(_RENEW_SECONDS)
                async with self.pool.acquire() as conn:
                    if not await Q.hold_need(conn, seq=seq, token=token, seconds=_HELD_SECONDS):
                        break
            if block is not None:
                block.cancel()

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

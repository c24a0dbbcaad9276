"""The loop that falls back, hears, rings and tells when something is due. One worker at a time owns the notices."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from tasktalk.crypto import Keyring
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import LOST
from tasktalk.logs import get_log
from tasktalk.messaging.notices.budgets import check_budgets
from tasktalk.messaging.notices.hear import Q, hear
from tasktalk.messaging.notices.ring import ring, ring_early
from tasktalk.messaging.notices.sentences import BUDGET_SPENT, MESSAGES_SPENT, TOO_OLD
from tasktalk.messaging.notices.tell import tell
from tasktalk.messaging.notices.tries import fall_back
from tasktalk.messaging.notices.troubles import hear_troubles
from tasktalk.messaging.notices.ways import MARGIN, Means
from tasktalk.queue.waiting import keep_looking
from tasktalk.tasks.reminders.due import find_next_due

log = get_log("messaging.notices")

_LOOK_SECONDS = 1.0  # at what is due next, should a NOTIFY have been missed
_GAP_SECONDS = 0.2  # between two looks, however many changes are announced
_BUSY_SECONDS = 0.25  # another worker owns the notices, or is not done with what is due
_SWEEP_EVERY = dt.timedelta(seconds=30)
_COUNT_EVERY = dt.timedelta(minutes=5)  # what the month has cost
_KEPT = dt.timedelta(days=7)  # what nothing can reach a person with


def utc_now() -> dt.datetime:
    """The clock of this machine."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Teller:
    """Tells people what they did not ask for. `gather`: how long a change waits for others to join it."""

    pool: Pool
    keyring: Keyring
    gather: dt.timedelta
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    clock: Callable[[], dt.datetime] = utc_now
    means: Means = field(default_factory=Means)
    _swept_at: dt.datetime | None = None
    _counted_at: dt.datetime | None = None

    async def run(self) -> None:
        """Until `stop`. At rest it looks once a second at the first rows of a few indexes."""
        await keep_looking(
            self.look, log=log, pause_seconds=_LOOK_SECONDS, gap_seconds=_GAP_SECONDS, wake=self.wake, stop=self.stop
        )

    async def look(self) -> float:
        """Does what is due, unless another worker is at it; answers in how many seconds to look again."""
        async with self.pool.acquire() as conn:
            sweeping = self._swept_at is None or self.clock() - self._swept_at >= _SWEEP_EVERY
            if sweeping or await self._seconds_to_next(conn) <= 0:
                if not await Q.try_own(conn):
                    return _BUSY_SECONDS
                try:
                    if sweeping:
                        await self._sweep(conn)
                    await self.tell_all(conn)
                finally:
                    await _disown(conn)
            left = await self._seconds_to_next(conn)
        return min(left, _LOOK_SECONDS) if left > 0 else _BUSY_SECONDS

    async def tell_all(self, conn: Conn) -> None:
        """Until nothing is due: takes back what did not arrive, hears all there is, rings what is due, tells a batch.

        So whatever belongs to one moment is there before the first of it leaves. A step that fails stops no other;
        what it failed for is raised when they are done.
        """
        steps: list[Callable[..., Awaitable[int]]] = [
            partial(fall_back, conn),
            partial(hear, conn, gather=self.gather),
            partial(ring, conn),
            partial(hear_troubles, conn, gather=self.gather),
            partial(tell, conn, gather=self.gather, keyring=self.keyring, means=self.means),
        ]
        failed: Exception | None = None
        at = 0
        while at < len(steps) and not self.stop.is_set():
            try:
                async with conn.transaction():
                    done = await steps[at](now=self.clock())
            except LOST:
                raise
            except Exception as error:  # noqa: BLE001  (raised below)
                failed, done = error, 0
                steps.pop(at)
                continue
            at = 0 if done and at == len(steps) - 1 else at + (not done)
        if failed is not None:
            raise failed

    async def _sweep(self, conn: Conn) -> None:
        """What was held leaves when its person can be reached; what nothing could reach anybody with is given up.

        Digests come before windows close; now and then the month's costs are summed up.
        """
        now = self.clock()
        if self._counted_at is None or now - self._counted_at >= _COUNT_EVERY:
            async with conn.transaction():
                await check_budgets(conn, prices=self.means.prices, now=now)
            self._counted_at = now
        async with conn.transaction():
            await ring_early(conn, now=now)
            await Q.drop_old(conn, before=now - _KEPT, why=TOO_OLD, at=now)
            spent = [BUDGET_SPENT, MESSAGES_SPENT]
            await Q.release_held(conn, now=now, open_until=now + MARGIN, spent=spent)
        self._swept_at = now

    async def _seconds_to_next(self, conn: Conn) -> float:
        """Until something is due; negative: it is."""
        now = self.clock()
        due = [moment for moment in (await Q.find_next(conn), await find_next_due(conn)) if moment is not None]
        return (min(due) - now).total_seconds() if due else _LOOK_SECONDS


async def _disown(conn: Conn) -> None:
    """Give the lock back, or the connection up: with it in a pool nobody would ever tell anything again."""
    try:
        await Q.disown(conn)
    except BaseException:
        conn.terminate()
        raise

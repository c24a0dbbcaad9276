"""Webhooks on their way: stored until the receiver says 200, in each phone's order, retried with growing pauses.

A phone's messages go one after another, many phones side by side. Statuses share one lane: at once while it is quiet,
together when they come faster than they can be posted, as Meta does (up to 1000 updates a POST).
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine
from itertools import islice
from typing import Any

from tasktalk.sandbox.faults import Faults
from tasktalk.sandbox.poster import Poster
from tasktalk.sandbox.store import Store
from tasktalk.sandbox.webhooks import MESSAGES, STATUSES, Delivery, Envelopes, sign

_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds; the last one repeats
_GIVEN_UP_AFTER = 7 * 86400
_TRIES_IN_LANE = 5  # refusals after which an update no longer holds up those behind it
_OK = 200
_UPDATES_A_POST = 1000
_CHARACTERS_A_POST = 2_500_000  # Meta stays under 3 MB
_BUSY = 4  # this many statuses waiting: post them together, and let the next ones gather for a moment
_GATHER_SECONDS = 0.05
_BATCH_SECONDS = 0.1
_REORDER_SECONDS = 0.3
_TOGETHER = "*"
_INSERT = "insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?)"

log = logging.getLogger(__name__)


class Deliveries:
    """Everything that is to be posted. `find_url` says where a field's updates go now, None: nobody subscribed."""

    def __init__(
        self,
        *,
        store: Store,
        poster: Poster,
        envelopes: Envelopes,
        app_secret: str,
        chance: random.Random,
        find_url: Callable[[str], str | None],
        faults: Callable[[], Faults],
        delivered: Callable[[str], None],
    ) -> None:
        self._store = store
        self._poster = poster
        self._envelopes = envelopes
        self._secret = app_secret.encode()
        self._chance = chance
        self._find_url = find_url
        self._faults = faults
        self._delivered = delivered
        self._lanes: dict[str, deque[Delivery]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sleepers: set[asyncio.Future[None]] = set()
        self._seq = 0
        self._era = 0  # grows with each reset: what is in flight then is not retried

    def load(self) -> None:
        """Take up what was not answered 200 before the last stop."""
        for row in self._store.read("select * from delivery order by seq"):
            delivery = Delivery(*row)
            self._seq = delivery.seq
            self.start([delivery])

    def new(
        self,
        *,
        lane: str,
        content: str,
        contact: str = "",
        field: str = "messages",
        part: str = "",
        item_id: str | None = None,
    ) -> Delivery:
        """A new update, written but not committed: wait for the commit, then `start` it."""
        self._seq += 1
        delivery = Delivery(self._seq, int(time.time()), lane, field, part, contact, content, item_id)
        self._store.write(_INSERT, delivery.seq, delivery.created_at, lane, field, part, contact, content, item_id)
        return delivery

    def start(self, deliveries: list[Delivery]) -> None:
        """Send committed updates on their way."""
        faults = self._faults()
        for delivery in deliveries:
            if delivery.part == MESSAGES and faults.happens(faults.reorder, self._chance):
                self._spawn(self._alone(delivery, pause=self._chance.random() * _REORDER_SECONDS))
                continue
            name = delivery.lane
            if delivery.part == STATUSES:
                name = STATUSES
            elif delivery.part == MESSAGES and faults.batch_size > 1:
                name = _TOGETHER
            lane = self._lanes.get(name)
            if lane is None:
                lane = self._lanes[name] = deque()
                lane.append(delivery)
                self._spawn(self._run(name, lane))
            else:
                lane.append(delivery)

    def clear(self) -> None:
        """Forget all that waits."""
        self._era += 1
        for lane in self._lanes.values():
            lane.clear()
        self._wake()
        self._store.write("delete from delivery")

    async def stop(self) -> None:
        """Stop posting; what is not answered yet goes out again after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def count_waiting(self) -> int:
        """How many updates wait for their 200."""
        return sum(map(len, self._lanes.values()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, name: str, lane: deque[Delivery]) -> None:
        """Empty a lane, in order, then leave."""
        busy = False
        while lane:
            if name == _TOGETHER:
                await asyncio.sleep(_BATCH_SECONDS)
                size = self._faults().batch_size
            elif name == STATUSES:
                if busy:
                    await asyncio.sleep(_GATHER_SECONDS)
                busy = len(lane) >= _BUSY
                size = _UPDATES_A_POST if busy else 1
            else:
                size = 1
            batch = _first(lane, size)
            if batch:
                await self._deliver(batch)
            for delivery in batch:
                if lane and lane[0] is delivery:
                    lane.popleft()
        del self._lanes[name]

    async def _alone(self, delivery: Delivery, *, pause: float) -> None:
        await self._pause(pause)
        await self._deliver([delivery], alone=True)

    async def _deliver(self, batch: list[Delivery], *, alone: bool = False) -> None:
        """Post until it is accepted, given up, or in its lane's way."""
        era = self._era
        refused = tries = 0
        if delay := self._faults().webhook_delay_ms:
            await asyncio.sleep(delay / 1000)
        while era == self._era:
            url = self._find_url(batch[0].field)
            if url is None or time.time() - batch[0].created_at > _GIVEN_UP_AFTER:
                self._forget(batch)
                return
            status = await self._post(url, batch)
            if status == _OK:
                self._accepted(batch, era)
                return
            refused += status > 0
            log.warning("webhook not accepted: status=%d updates=%d try=%d", status, len(batch), tries + 1)
            if refused >= _TRIES_IN_LANE and not alone:
                for delivery in batch:
                    self._spawn(self._alone(delivery, pause=_PAUSES[-1]))
                return
            await self._pause(_PAUSES[min(tries, len(_PAUSES) - 1)], until_reachable=not status)
            tries += 1

    def _accepted(self, batch: list[Delivery], era: int) -> None:
        self._wake()
        if era != self._era:
            return
        self._forget(batch)
        for delivery in batch:
            if delivery.item_id is not None:
                self._delivered(delivery.item_id)

    def _forget(self, batch: list[Delivery]) -> None:
        for delivery in batch:
            self._store.write("delete from delivery where seq = ?", delivery.seq)

    async def _post(self, url: str, batch: list[Delivery]) -> int:
        """One attempt, or two where the fault says so. Returns the status, 0 when there was no answer."""
        body = self._envelopes.body(batch)
        headers = {"X-Hub-Signature-256": sign(body, self._secret)}
        faults = self._faults()
        if faults.duplicates and faults.happens(faults.duplicates, self._chance):
            self._spawn(self._again(url, body, headers, pause=self._chance.choice((0.0, 0.05, 0.3))))
        return await self._poster.post(url, body, headers)

    async def _again(self, url: str, body: bytes, headers: dict[str, str], *, pause: float) -> None:
        await asyncio.sleep(pause)
        await self._poster.post(url, body, headers)

    async def _pause(self, seconds: float, *, until_reachable: bool = False) -> None:
        """Wait; where nobody answered, only until somebody does again."""
        if not until_reachable:
            await asyncio.sleep(seconds)
            return
        loop = asyncio.get_running_loop()
        sleeper = loop.create_future()
        timer = loop.call_later(seconds, _resolve, sleeper)
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            timer.cancel()
            self._sleepers.discard(sleeper)

    def _wake(self) -> None:
        for sleeper in list(self._sleepers):
            _resolve(sleeper)


def _first(lane: deque[Delivery], size: int) -> list[Delivery]:
    """At most so many from the front, within what a POST may weigh."""
    batch: list[Delivery] = []
    room = _CHARACTERS_A_POST
    for delivery in islice(lane, size):
        room -= len(delivery.content) + len(delivery.contact)
        if batch and room < 0:
            break
        batch.append(delivery)
    return batch


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)

"""Two people talk while something goes wrong; afterwards what was lost, doubled or out of order is counted.

Meta's hand posts each person's messages one after the other, again until they are taken, and some of them twice.
"""

import asyncio
import math
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from fake_graph import FakeGraph
from sender_kit import PACING, sending

from product_kit import Product, Someone, count, delivery, message, status, until, working
from tasktalk.db.pool import LOST
from tasktalk.queue.worker import Handler

NUMBER = re.compile(r"errand (\d+)")
PATIENCE = 100.0  # seconds, on a machine that is busy with other things
UNPACED = replace(PACING, limited=False)  # one person may write more than Meta would let us answer
_OF_BEN = 100_000  # his numbers begin here, so that a reply tells whose it is


@dataclass
class Talk:
    """`answers`: how often each status came back to Meta. `taken`: how many messages were, by now.

    Nobody says more than `allowed` messages until the trouble is over, so that it always meets some.
    """

    product: Product
    graph: FakeGraph
    messages: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    answers: Counter[int] = field(default_factory=Counter)
    taken: int = 0
    allowed: int = 0

    def numbers(self, person: Someone) -> list[int]:
        first = 1 if person is self.product.ana else _OF_BEN
        return list(range(first, first + self.messages))

    async def until_taken(self, share: float) -> None:
        """Say so much of all messages, and wait until it was taken."""
        self.allowed = max(self.allowed, math.ceil(share * self.messages))
        await until(lambda: _is(self.taken == 2 * self.allowed), seconds=PATIENCE)

    def say_more(self) -> None:
        """One more message each, while something goes wrong."""
        self.allowed = min(self.allowed + 1, self.messages)

    async def until_refused(self, times: int) -> None:
        """Until Meta was refused so often more."""
        most = self.answers[503] + times
        self.say_more()
        await until(lambda: _is(self.answers[503] >= most), seconds=PATIENCE)

    async def speak(self, person: Someone) -> None:
        """All of one person's messages, in order."""
        for said, number in enumerate(self.numbers(person)):
            await until(lambda said=said: _is(said < self.allowed), seconds=PATIENCE)
            one = delivery(message(person, f"errand {number} tomorrow 5pm", wamid=f"wamid.in.{number}"))
            await until(lambda one=one: self._post(one), seconds=PATIENCE)  # Meta waits longer between two
            self.taken += 1
            if self.chance.random() < 0.2:
                await self._post(one)

    async def _post(self, one: Any) -> bool:
        answer = (await self.product.deliver(one)).status
        self.answers[answer] += 1
        return answer == HTTPStatus.OK


async def go_through(talk: Talk, trouble: Callable[[Talk], Awaitable[None]], *, handler: Handler | None = None) -> None:
    """Everybody speaks while `trouble` happens; then until all is handled and sent."""
    product = talk.product
    handle = handler or product.turns.handle
    async with _telling(talk), working(product.pool, handle, workers=2), sending(product, talk.graph, pacing=UNPACED):
        async with asyncio.TaskGroup() as speaking:
            speaking.create_task(talk.speak(product.ana))
            speaking.create_task(talk.speak(product.ben))
            await trouble(talk)
            talk.allowed = talk.messages
        await until(lambda: is_quiet(product), seconds=PATIENCE)


async def is_quiet(product: Product) -> bool:
    try:
        return not await count(product.pool, "from inbox where state = 'waiting'") and not await count(
            product.pool, "from outbox where state in ('waiting', 'sending', 'doubtful')"
        )
    except LOST:
        return False


async def check(talk: Talk, *, but: frozenset[int] = frozenset()) -> None:
    """Lost, doubled, out of order: nothing of tasks, nothing of replies. `but`: numbers that can be neither."""
    for person in (talk.product.ana, talk.product.ben):
        wanted = [number for number in talk.numbers(person) if number not in but]
        titles = await talk.product.pool.fetch("select title from tasks where owner_id = $1 order by id", person.id)
        tasks = _numbers(row["title"] for row in titles)
        mine = set(talk.numbers(person))
        replies = [number for number in _numbers(talk.graph.carried_out) if number in mine and number not in but]
        found = {
            "lost": len(set(wanted) - set(tasks)) + len(set(wanted) - set(replies)),
            "doubled": len(tasks) - len(set(tasks)) + len(replies) - len(set(replies)),
            "reordered": int(tasks != sorted(tasks)) + int(replies != sorted(replies)),
            "strange": len(set(tasks) - set(wanted)),
        }
        assert found == dict.fromkeys(found, 0), (person.name, tasks, replies)
    assert set(talk.answers) <= {200, 503}


def _numbers(texts: Any) -> list[int]:
    return [int(found[1]) for text in texts if (found := NUMBER.search(text))]


@asynccontextmanager
async def _telling(talk: Talk) -> AsyncIterator[None]:
    """What Meta took it also says so, in a status a moment later."""
    told: set[asyncio.Task[None]] = set()

    async def tell(wamid: str, opaque: str) -> None:
        one = delivery(statuses=[status(wamid, "sent", opaque=opaque)])
        await until(lambda: _is_told(talk, one), seconds=PATIENCE)

    def heard(_text: str, wamid: str, opaque: str) -> None:
        task = asyncio.create_task(tell(wamid, opaque))
        told.add(task)
        task.add_done_callback(told.discard)

    talk.graph.told = heard
    try:
        yield
    finally:
        await asyncio.gather(*told)


async def _is_told(talk: Talk, one: Any) -> bool:
    return (await talk.product.deliver(one)).status == HTTPStatus.OK


async def _is(so: bool) -> bool:  # noqa: FBT001  (what `until` asks)
    return so

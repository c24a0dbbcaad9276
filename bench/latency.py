"""Latency at a steady rate, open loop: the next message goes out on time, whether the last one is answered or not."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.e2e import list_replies, make_text, text_body
from bench.figures import percentile
from bench.system import Running
from bench.wire import Client

_FIRST_NUMBER = 200_000  # words that the end-to-end run has not used


@dataclass(slots=True)
class Latency:
    """Seconds a message. `from_post`: from the thumb; `from_webhook`: from when the simulator had it on its way."""

    per_second: int
    from_post: list[float] = field(default_factory=list)
    from_webhook: list[float] = field(default_factory=list)
    missing: int = 0

    def ms(self, percent: float, *, webhook: bool = False) -> float:
        """A percentile in milliseconds."""
        return percentile(self.from_webhook if webhook else self.from_post, percent) * 1000


def measure(running: Running, *, per_second: int, seconds: float) -> Latency:
    """Post `per_second` for `seconds`, each from somebody else, and time each reply."""
    phones = [person["wa_id"] for person in running.facts["phones"] if person["linked"]]
    return asyncio.run(_measure(running, phones, per_second, int(per_second * seconds)))


async def _measure(running: Running, phones: Sequence[str], per_second: int, count: int) -> Latency:
    found = Latency(per_second)
    async with Client(running.facts["sandbox"]) as client:
        for _ in range(3):  # connections, caches
            await _one(client, phones[-1], _FIRST_NUMBER - 1, Latency(per_second))
        loop = asyncio.get_running_loop()
        began = loop.time() + 0.05
        tasks = []
        for number in range(count):
            await asyncio.sleep(began + number / per_second - loop.time())
            phone = phones[number % len(phones)]
            tasks.append(asyncio.create_task(_one(client, phone, _FIRST_NUMBER + number, found)))
        await asyncio.gather(*tasks)
    return found


async def _one(client: Client, phone: str, number: int, found: Latency) -> None:
    posted_at = time.perf_counter()
    sent = await client.call("POST", f"/phones/{phone}/messages", text_body(make_text(number)))
    under_way_at = time.perf_counter()
    if not await list_replies(client, phone, after=sent["id"], wait=15):
        found.missing += 1
        return
    seen_at = time.perf_counter()
    found.from_post.append(seen_at - posted_at)
    found.from_webhook.append(seen_at - under_way_at)

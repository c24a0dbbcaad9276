"""End to end: people write on simulated phones, each message becomes a task and gets its reply on that phone."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench import processes
from bench.system import Running
from bench.wire import Client

_WRITERS = 64  # messages posted at once
_WATCHERS = 32
_WAIT_SECONDS = 20  # without a new reply: the rest will not come
_PATTERNS = (
    "buy {} tomorrow 5pm",
    "call {} friday at 9",
    "pay {} next monday p1",
    "water {}",
    "send the report to {} tomorrow",
    "book a table for {} at 8pm",
    "ask {} about the lease on tuesday 10:30",
    "clean {} today #home",
)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """`posted_seconds`: until the simulator had taken every message; `seconds`: until the last reply was seen."""

    messages: int
    people: int
    posted_seconds: float
    seconds: float
    missing: int
    doubled: int
    failed: int
    cpu_seconds: dict[str, float]

    @property
    def rate(self) -> float:
        """Messages a second, from the first post to the last accepted reply."""
        return self.messages / self.seconds


def word(number: int) -> str:
    """A made-up word, a different one for each number, that no date or command looks like."""
    count = len(_SYLLABLES)
    return "xo" + "".join(_SYLLABLES[number // count**place % count] for place in range(3)) + "q"


def make_text(number: int) -> str:
    """What somebody writes; its task's title has the word of `number` in it."""
    return _PATTERNS[number % len(_PATTERNS)].format(word(number))


def text_body(text: str) -> bytes:
    """A text message as the phone API takes it."""
    return json.dumps({"type": "text", "text": {"body": text}}).encode()


async def list_replies(client: Client, phone: str, *, after: str, wait: float = 0) -> list[dict[str, Any]]:
    """What the product sent to a phone after an item; waits up to `wait` seconds for the first."""
    query = urlencode({"direction": "out", "after": after, "wait": wait})
    found: list[dict[str, Any]] = (await client.call("GET", f"/phones/{phone}/messages?{query}"))["messages"]
    return found


def measure(running: Running, *, messages: int) -> EndToEnd:
    """Post `messages` as fast as the simulator takes them and wait for every reply."""
    phones = [person["wa_id"] for person in running.facts["phones"] if person["linked"]]
    return asyncio.run(_measure(running, phones, messages))


async def _measure(running: Running, phones: Sequence[str], messages: int) -> EndToEnd:
    numbers = itertools.count()
    async with Client(running.facts["sandbox"]) as client:
        ends = {phone: await _find_end(client, phone) for phone in phones}
        before, own = processes.read_cpu_seconds(running.pid), time.process_time()
        began = time.perf_counter()

        async def write() -> None:
            while (number := next(numbers)) < messages:
                phone = phones[number % len(phones)]
                await client.call("POST", f"/phones/{phone}/messages", text_body(make_text(number)))

        await asyncio.gather(*(write() for _ in range(_WRITERS)))
        posted_seconds = time.perf_counter() - began
        replies: dict[str, list[dict[str, Any]]] = {phone: [] for phone in phones}
        last_at = began
        waiting = iter(phones)

        async def watch() -> None:
            nonlocal last_at
            for phone in waiting:
                expected = messages // len(phones) + (phones.index(phone) < messages % len(phones))
                if await _collect(client, phone, replies[phone], after=ends[phone], expected=expected):
                    last_at = max(last_at, time.perf_counter())

        await asyncio.gather(*(watch() for _ in range(_WATCHERS)))
        await _collect_late(client, replies, ends)
    after = processes.read_cpu_seconds(running.pid)
    used = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    used["driver"] = time.process_time() - own
    answered = Counter(_find_word(reply) for each in replies.values() for reply in each)
    words = [word(number) for number in range(messages)]
    return EndToEnd(
        messages=messages,
        people=len(phones),
        posted_seconds=posted_seconds,
        seconds=last_at - began,
        missing=sum(answered[each] == 0 for each in words),
        doubled=sum(answered[each] > 1 for each in words),
        failed=sum(reply["status"] == "failed" for each in replies.values() for reply in each),
        cpu_seconds=used,
    )


async def _find_end(client: Client, phone: str) -> str:
    """The last reply that is there already."""
    replies = await list_replies(client, phone, after="")
    return str(replies[-1]["id"]) if replies else ""


async def _collect(client: Client, phone: str, replies: list[dict[str, Any]], *, after: str, expected: int) -> bool:
    """Read one phone's replies until there are as many as expected; whether there were."""
    since = time.perf_counter()
    while len(replies) < expected and time.perf_counter() - since < _WAIT_SECONDS:
        if new := await list_replies(client, phone, after=after, wait=5):
            replies += new
            after, since = new[-1]["id"], time.perf_counter()
    return len(replies) >= expected


async def _collect_late(client: Client, replies: dict[str, list[dict[str, Any]]], ends: dict[str, str]) -> None:
    """What came in addition, once all was over: a second reply would be a fault."""
    await asyncio.sleep(1.0)
    for phone, known in replies.items():
        known[:] = await list_replies(client, phone, after=ends[phone])


def _find_word(reply: dict[str, Any]) -> str:
    """The made-up word that a reply names."""
    text = json.dumps(reply["message"]).lower()
    at = text.find("xo")
    while at >= 0:
        found = text[at : at + 9]
        if found.endswith("q") and found.isalpha():
            return found
        at = text.find("xo", at + 1)
    return ""

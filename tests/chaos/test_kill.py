"""kill -9 of any process at any moment, under load: nothing acknowledged is lost, nothing takes effect twice.

TASKTALK_CHAOS_SEED repeats a run's choices (not its timing); the seed is printed.
"""

import asyncio
import os
import random
import re
import shutil
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from process_kit import Phone, Up, get, running, text_of
from tasktalk.db.place import find_dsn
from tasktalk.db.pool import connect
from tasktalk.errors import Unavailable

pytestmark = pytest.mark.chaos

VICTIMS = ("web", "worker", "postgres", "sandbox")
RECONCILE_SECONDS = 3
QUIET_SECONDS = 90
NUMBER = re.compile(r"kill test (\d+)")
GONE = (aiohttp.ClientError, OSError, TimeoutError, AssertionError)


@dataclass
class Sent:
    """What one person sent: numbers that the simulator acknowledged, and those whose fate nobody told."""

    acknowledged: list[int] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tt-kill-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def speak(phone: Phone, sent: Sent, stop: asyncio.Event, chance: random.Random) -> None:
    """Number after number, a few a second, whatever happens."""
    number = 0
    while not stop.is_set():
        number += 1
        try:
            async with asyncio.timeout(5):
                await phone.say(f"kill test {number} tomorrow 5pm")
            sent.acknowledged.append(number)
        except GONE:
            sent.unknown.add(number)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), chance.uniform(0.1, 0.3))


async def spoil(session: aiohttp.ClientSession, up: Up) -> None:
    """Slow answers, so that calls are in flight when somebody dies, and duplicates; each new simulator is told."""
    while True:
        with suppress(*GONE):
            async with session.post(f"{up.facts['sandbox']}/faults", json={"latency_ms": 150, "duplicates": 0.2}):
                pass
        await asyncio.sleep(0.2)


async def heal(session: aiohttp.ClientSession, up: Up) -> None:
    """No more faults, as soon as the simulator answers."""
    async with asyncio.timeout(QUIET_SECONDS):
        while True:
            with suppress(*GONE):
                async with session.delete(f"{up.facts['sandbox']}/faults") as answer:
                    if answer.status == HTTPStatus.OK:
                        return
            await asyncio.sleep(0.05)


async def kill_about(up: Up, chance: random.Random, *, rounds: int, every: tuple[float, float]) -> Counter[str]:
    """Kill single processes at random moments; each of them at least once, then whichever."""
    killed: Counter[str] = Counter()
    victims = [*chance.sample(VICTIMS, len(VICTIMS)), *chance.choices(VICTIMS, k=max(0, rounds - len(VICTIMS)))]
    for victim in victims[:rounds]:
        await asyncio.sleep(chance.uniform(*every))
        pid = up.children().get(victim)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed[victim] += 1
    await asyncio.sleep(chance.uniform(*every))
    return killed


async def open_database(up: Up) -> Any:
    """A connection, as soon as there is a server again."""
    async with asyncio.timeout(QUIET_SECONDS):
        while True:
            dsn = find_dsn(up.data.absolute())
            with suppress(Unavailable):
                if dsn:
                    return await connect(dsn)
            await asyncio.sleep(0.05)


async def become_quiet(session: aiohttp.ClientSession, up: Up) -> None:
    """Until every delivery is in, every item handled and every message settled."""
    conn = await open_database(up)
    try:
        calm = 0
        async with asyncio.timeout(QUIET_SECONDS):
            while calm < 10:  # deliveries that the simulator still holds come within its pauses
                await asyncio.sleep(0.25)
                busy = await conn.fetchval(
                    "select (select count(*) from inbox where state = 'waiting') + "
                    "(select count(*) from outbox where state in ('waiting', 'sending', 'doubtful') "
                    "or status is distinct from 'delivered' and state = 'accepted')"
                )
                calm = calm + 1 if not busy else 0
    except TimeoutError:
        rows = await conn.fetch("select state, status, attempts, error, count(*) from outbox group by 1, 2, 3, 4")
        stuck = await conn.fetch("select kind, state, attempts, error, count(*) from inbox group by 1, 2, 3, 4")
        pytest.fail(f"not quiet after {QUIET_SECONDS} s: {[*map(dict, rows)]} {[*map(dict, stuck)]}")
    finally:
        await conn.close()
    figures = (await get(session, up, "/api/workers/whatsapp"))["workers"]["queue"]["queue"]
    assert (figures["size"], figures["processing"], figures["failed"]) == (0, 0, 0), figures


async def check_person(phone: Phone, sent: Sent, attempts: dict[str, list[Any]], told: dict[str, Any]) -> Counter[str]:
    """Everything that was promised to one person; how often what was rare happened."""
    numbers = [int(found[1]) for task in await phone.tasks() if (found := NUMBER.fullmatch(task["title"]))]
    tasks = Counter(numbers)
    assert not [number for number in sent.acknowledged if tasks[number] != 1], (phone.name, "lost or doubled")
    assert set(tasks) - set(sent.acknowledged) <= sent.unknown, (phone.name, "never sent")
    assert max(tasks.values(), default=1) == 1, (phone.name, "took effect twice")
    assert numbers == sorted(numbers), (phone.name, "out of order")

    rare: Counter[str] = Counter(tasks=len(numbers))
    replies: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for heard in await phone.chat(direction="out"):
        found = NUMBER.search(text_of(heard))
        assert found, text_of(heard)
        replies[int(found[1])].append(heard)
    assert set(replies) == set(tasks), (phone.name, "tasks without a reply, or replies without a task")
    at_once = []
    for number, heard in replies.items():
        tries = attempts[heard[0]["message"]["biz_opaque_callback_data"]]
        if len(tries) == 1:
            at_once.append(number)
        rare["retried"] += len(tries) > 1
        if len(heard) > 1:
            _check_repeated(phone, heard, tries, told)
            rare["repeated"] += 1
    assert at_once == sorted(at_once), (phone.name, "replies out of order")
    return rare


def _check_repeated(phone: Phone, heard: list[dict[str, Any]], tries: list[Any], told: dict[str, Any]) -> None:
    """A reply came twice: only if its attempt had an unknown fate and no status had come when it was tried again."""
    case = (phone.name, [each["id"] for each in heard], tries)
    assert len(tries) >= len(heard), case
    for earlier, again in pairwise(tries):
        assert earlier["outcome"] in {None, "unknown", "retry"}, case
        if earlier["outcome"] != "retry":
            assert (again["started_at"] - earlier["started_at"]).total_seconds() >= RECONCILE_SECONDS, case
    for earlier, again in zip(heard, tries[1:], strict=False):
        status_at = told.get(earlier["id"])
        assert status_at is None or status_at >= again["started_at"], case


async def check(up: Up, phones: list[Phone], sents: list[Sent]) -> Counter[str]:
    conn = await open_database(up)
    attempts: dict[str, list[Any]] = defaultdict(list)
    for row in await conn.fetch("select * from attempts order by outbox_id, number"):
        attempts[str(row["outbox_id"])].append(row)
    told = {
        row["wamid"]: row["at"]
        for row in await conn.fetch(
            "select payload::jsonb -> 'status' ->> 'id' as wamid, min(received_at) as at "
            "from inbox where kind = 'status' group by 1"
        )
    }
    await conn.close()
    rare: Counter[str] = Counter()
    for phone, sent in zip(phones, sents, strict=True):
        rare += await check_person(phone, sent, attempts, told)
    return rare


async def torture(folder: Path, *, people: int, rounds: int, lives: int, every: tuple[float, float]) -> None:
    seed = int(os.environ.get("TASKTALK_CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"TASKTALK_CHAOS_SEED={seed}")  # noqa: T201  (shown where it fails)
    chance = random.Random(seed)
    settings = {"sandbox_people": people, "reconcile_seconds": RECONCILE_SECONDS, "limits": "off", "workers": 2}
    timeout = aiohttp.ClientTimeout(total=30)
    with running(folder, **settings) as up:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            phones = [Phone(session, up, each["name"]) for each in up.facts["phones"] if each["linked"]]
            sents = [Sent() for _ in phones]
            stop = asyncio.Event()
            spoiling = asyncio.create_task(spoil(session, up))
            async with asyncio.TaskGroup() as group:
                for phone, sent in zip(phones, sents, strict=True):
                    group.create_task(speak(phone, sent, stop, random.Random(chance.random())))
                killed: Counter[str] = Counter()
                for life in range(lives):
                    if life:
                        up.kill_all()
                        killed["everything"] += 1
                        await asyncio.to_thread(up.start)
                    killed += await kill_about(up, chance, rounds=rounds, every=every)
                stop.set()
            spoiling.cancel()
            await heal(session, up)
            began = time.monotonic()
            await become_quiet(session, up)
            rare = await check(up, phones, sents)
    unknown = sum(len(sent.unknown) for sent in sents)
    print(f"killed {dict(killed)}; {dict(rare)}; {unknown} never answered; quiet in {time.monotonic() - began:.1f} s")  # noqa: T201
    assert set(killed) == {*VICTIMS, "everything"}
    assert rare["tasks"] >= people * 5


async def test_killed_at_random_nothing_is_lost_or_doubled(folder: Path) -> None:
    await torture(folder, people=4, rounds=4, lives=2, every=(0.3, 1.1))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_killed_for_minutes_nothing_is_lost_or_doubled(folder: Path, request: pytest.FixtureRequest) -> None:
    if "slow" not in request.config.option.markexpr:
        pytest.skip("the long version of this proof; run it with -m slow")
    await torture(folder, people=8, rounds=12, lives=5, every=(0.2, 2.5))

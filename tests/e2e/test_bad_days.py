"""Meta on a bad day: every message still has one effect, and its person one reply."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from process_kit import Phone, Up, get, text_of
from product_kit import until

MESSAGES = 12

SetFaults = Callable[..., Awaitable[None]]


@pytest.fixture
async def faults(up: Up, session: aiohttp.ClientSession) -> AsyncIterator[SetFaults]:
    async def set_faults(**wanted: Any) -> None:
        async with session.post(f"{up.facts['sandbox']}/faults", json=wanted) as answer:
            assert answer.status == 200, await answer.text()

    yield set_faults
    await session.delete(f"{up.facts['sandbox']}/faults")


@pytest.mark.parametrize(
    "wanted",
    [
        {"duplicates": 1.0},
        {"reorder": 1.0, "duplicates": 0.5},
        {"batches": 50, "duplicates": 0.5},
        {"lost_response": 0.3},
        {"error": 130429, "rate": 0.3},
        {"latency_ms": 300},
        {"webhook_delay_ms": 100, "username_only": True},
    ],
    ids="+".join,
)
async def test_one_effect_and_one_reply(
    up: Up, session: aiohttp.ClientSession, someone: Phone, faults: SetFaults, wanted: dict[str, Any]
) -> None:
    await faults(**wanted)
    for number in range(MESSAGES):
        await someone.say(f"fault {number} tomorrow")

    async def is_settled() -> bool:
        figures = (await get(session, up, "/api/workers/whatsapp"))["workers"]["queue"]["queue"]
        return figures["size"] + figures["processing"] == 0 and len(await someone.chat(direction="out")) >= MESSAGES

    await until(is_settled, seconds=40, every=0.1)
    expected = Counter(f"fault {number}" for number in range(MESSAGES))
    assert Counter(task["title"] for task in await someone.tasks()) == expected
    # Another message, heard and done, shows that nothing stood behind: then count what there is.
    await faults(**dict.fromkeys(wanted))
    someone.last = (await someone.chat())[-1]["id"]
    await someone.ask("done fault 0")
    heard = [text_of(each) for each in await someone.chat(direction="out")][:-1]
    assert len(heard) == MESSAGES, heard
    assert Counter(line.split("*")[1] for line in heard) == expected
    figures = (await get(session, up, "/api/workers/whatsapp"))["workers"]["queue"]["queue"]
    assert figures["failed"] == 0


async def test_order_is_kept_in_batches(someone: Phone, faults: SetFaults) -> None:
    await faults(batches=100)
    await asyncio.gather(*(_say_in_order(someone, number) for number in range(3)))

    async def has_all() -> bool:
        return len(await someone.tasks()) == 30

    await until(has_all, seconds=20, every=0.1)
    for number in range(3):
        mine = [task["title"] for task in await someone.tasks() if task["title"].startswith(f"row {number}")]
        assert mine == [f"row {number} seat {seat}" for seat in range(10)]


async def _say_in_order(phone: Phone, number: int) -> None:
    for seat in range(10):
        await phone.say(f"row {number} seat {seat}")


async def test_an_expired_token_stops_the_number_and_nothing_is_lost(
    up: Up, session: aiohttp.ClientSession, someone: Phone, faults: SetFaults
) -> None:
    await faults(token_expired=True)
    await someone.say("mend the fence tomorrow")

    async def is_open() -> bool:
        health = await get(session, up, "/api/webhooks/whatsapp/health")
        return health["status"] == "degraded" and health["checks"]["circuitBreakers"]["whatsappApi"] == "open"

    await until(is_open, every=0.1)
    assert [task["title"] for task in await until(someone.tasks, every=0.1)] == ["mend the fence"]
    assert await someone.hears_nothing()
    await faults(token_expired=False)
    headers = {"Authorization": f"Bearer {up.facts['api_token']}"}
    async with session.post(f"{up.facts['web']}/api/workers/whatsapp", json={"action": "restart"}, headers=headers):
        pass
    assert "mend the fence" in text_of(await someone.hear())
    assert len(await someone.chat(direction="out")) == 1

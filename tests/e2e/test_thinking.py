"""A language model reads what the grammar does not take, through every process; silent, it holds nobody up for long."""

import asyncio

import aiohttp
import pytest

from fake_model import FakeModel, calling
from process_kit import Phone, Up, get, text_of
from product_kit import until

ODD = "why is there no milk in the fridge, who does something about it?"


@pytest.fixture
def ana(session: aiohttp.ClientSession, beyond: Up) -> Phone:
    return Phone(session, beyond, "Person 3")


@pytest.fixture
def ben(session: aiohttp.ClientSession, beyond: Up) -> Phone:
    return Phone(session, beyond, "Person 4")


async def test_what_it_reads_is_done_in_order(ana: Phone, ben: Phone, fake: FakeModel) -> None:
    """What Ana says next waits for it; Ben does not."""
    gate = asyncio.Event()
    fake.arrived.clear()
    made = {"title": "milk in the fridge", "when": "saturday 10am"}
    answer = calling(("create_tasks", {"tasks": [made]}))
    answer.held = gate
    fake.will(answer)
    await ana.say(ODD)
    await until(lambda: _was_asked(fake), every=0.02)
    await ana.say("buy balloons tomorrow")
    assert "bread" in text_of(await ben.ask("buy bread tomorrow"))
    assert await ana.hears_nothing()
    gate.set()
    first, second = await ana.hear(), await ana.hear()
    assert "milk in the fridge" in text_of(first)
    assert "10:00" in text_of(first)
    assert "buy balloons" in text_of(second)


async def test_one_that_is_silent_is_given_up_and_shown(
    session: aiohttp.ClientSession, beyond: Up, ben: Phone, fake: FakeModel
) -> None:
    answer = calling(("decline", {"reason": "unclear"}))
    answer.held = asyncio.Event()  # never
    fake.will(answer)
    ben.last = ((await ben.chat()) or [{"id": ""}])[-1]["id"]
    for _ in range(6):
        await ben.ask(ODD)  # answered, each after two seconds at the most, as without a model

    async def is_open() -> bool:
        health = await get(session, beyond, "/api/webhooks/whatsapp/health")
        return bool(health["checks"]["circuitBreakers"]["aiProcessing"] == "open")

    await until(is_open, seconds=5, every=0.1)
    assert await ben.tasks() == [task for task in await ben.tasks() if task["title"] == "buy bread"]


async def _was_asked(fake: FakeModel) -> bool:
    return fake.arrived.is_set()

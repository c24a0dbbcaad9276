"""By WhatsApp: the message is set aside while the model thinks, later ones of its conversation wait, others do not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fake_model import Answer, FakeModel, calling
from product_kit import Product, count, open_product, until, working
from tasktalk.assistant.llm.budget import prepare_thought
from tasktalk.assistant.llm.mind import Mind
from tasktalk.db import Pool
from tasktalk.queue.aside import Preparer
from tasktalk.queue.claim import Item

ODD = "why is there no milk in the fridge, who does something about it?"
MADE = calling(("create_tasks", {"tasks": [{"title": "milk in the fridge"}]}))


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    product = await open_product(database, pool, tmp_path)
    product.turns = replace(product.turns, limits={"thought": 5.0})
    return product


@asynccontextmanager
async def preparing(pool: Pool, mind: Mind) -> AsyncIterator[None]:
    async def prepare(item: Item, _seconds: float) -> Mapping[str, Any]:
        return await prepare_thought(pool, mind, item.prepared)

    preparer = Preparer(pool, {"thought": prepare}, poll_seconds=0.02)
    running = asyncio.create_task(preparer.run())
    try:
        yield
    finally:
        preparer.stop.set()
        await running


async def test_a_message_that_needs_a_thought(product: Product, mind: Mind, fake: FakeModel, pool: Pool) -> None:
    held = Answer(MADE.body, held=asyncio.Event())
    fake.will(held)
    async with preparing(pool, mind), working(pool, product.turns.handle):
        await product.say(product.ana, ODD)
        await product.say(product.ana, "buy bread")
        await product.say(product.ben, "buy butter")
        await fake.wait()
        await until(lambda: count(pool, "from tasks"))
        assert await titles(pool) == ["buy butter"]
        assert await count(pool, "from inbox where state = 'waiting'") == 2
        assert held.held is not None
        held.held.set()
        await until(lambda: count(pool, "from tasks having count(*) = 3"))
    assert await titles(pool) == ["buy butter", "milk in the fridge", "buy bread"]
    assert await count(pool, "from outbox") == 3
    assert len(fake.asked) == 1


async def test_forwarded_text_is_kept_and_not_read(product: Product, mind: Mind, fake: FakeModel, pool: Pool) -> None:
    fake.will(MADE)
    async with preparing(pool, mind):
        await product.say(product.ana, ODD, context={"forwarded": True})
        await product.settle()
    assert await titles(pool) == [ODD]
    assert fake.asked == []


async def titles(pool: Pool) -> list[str]:
    return [row["title"] for row in await pool.fetch("select title from tasks order by id")]

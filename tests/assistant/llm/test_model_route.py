"""Over HTTP: the route asks between two transactions, and not at all within one; health shows how the model does."""

import json
from pathlib import Path

import pytest

from fake_model import FakeModel, calling
from product_kit import Product, open_product
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.queue.claim import Q

ODD = {"text": "why is there no milk in the fridge, who does something about it?"}
MADE = calling(("create_tasks", {"tasks": [{"title": "milk in the fridge"}]}))
MESSAGES = "/api/assistant/messages"


@pytest.fixture
async def product(database: str, pool: Pool, fake: FakeModel, tmp_path: Path) -> Product:
    product = await open_product(database, pool, tmp_path, model="fake", model_url=fake.url)
    fake.will(MADE)
    return product


async def test_a_message_over_http(product: Product, fake: FakeModel, pool: Pool) -> None:
    idle: list[int] = []

    async def look() -> None:
        idle.append(pool.get_size() - pool.get_idle_size())

    fake.before = look
    answer = await product.ask(MESSAGES, token=product.ana.token, method="POST", body=ODD)
    assert answer.status == 200
    assert "milk in the fridge" in answer.json["reply"]["text"]
    assert idle == [0]


async def test_parse_is_the_grammar_alone(product: Product, fake: FakeModel) -> None:
    answer = await product.ask("/api/assistant/parse", token=product.ana.token, method="POST", body=ODD)
    assert [each["intent"] for each in answer.json["intents"]] == ["unknown"]
    assert fake.asked == []


async def test_a_request_that_is_one_transaction_does_not_wait_for_a_model(product: Product, fake: FakeModel) -> None:
    answer = await product.call(
        "POST",
        MESSAGES,
        json.dumps(ODD).encode(),
        content_type="application/json",
        authorization=f"Bearer {product.ana.token}",
        idempotency_key="once",
    )
    assert answer.status == 200
    assert "did not understand" in answer.json["reply"]["text"]
    assert fake.asked == []


async def test_health_shows_a_model_that_is_left_alone(product: Product, pool: Pool) -> None:
    figures = {"breaker": {"state": "closed", "reason": ""}, "model": {"state": "open", "reason": "it answered 500"}}
    async with pool.acquire() as conn:
        await Q.beat(conn, id=new_id(), host="h", pid=1, processing=0, figures=figures)
    checks = (await product.ask("/api/webhooks/whatsapp/health")).json["checks"]
    assert checks["circuitBreakers"]["aiProcessing"] == "open"
    assert checks["circuitBreakers"]["whatsappApi"] == "closed"
    assert checks["circuitBreakers"]["status"] == "degraded"
    assert "reason" not in checks["circuitBreakers"]
    mine = (await product.ask("/api/webhooks/whatsapp/health", token=product.owner_token)).json["checks"]
    assert mine["circuitBreakers"]["reason"] == "it answered 500"

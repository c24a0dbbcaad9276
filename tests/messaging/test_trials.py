"""Test messages: what goes out, what WhatsApp said in plain words, and that nothing is sent twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from product_kit import Answer, Product, count, delivery, open_product, status
from tasktalk.db import Pool
from tasktalk.messaging.trials import api as trials_api

ANA = "+44 7700 900123"


class Meta:
    """`plans`: how the next sends end, a wamid or an error's code; `sent`: their bodies."""

    def __init__(self) -> None:
        self.url = ""
        self.plans: list[Any] = []
        self.sent: list[dict[str, Any]] = []
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.sent.append(body)
        self.heard.put_nowait(body)
        plan = self.plans.pop(0) if self.plans else f"wamid.T{len(self.sent)}"
        if plan == "hang up":
            assert request.transport is not None
            request.transport.abort()
        if isinstance(plan, int):
            error = {"message": f"(#{plan}) as planned", "code": plan, "error_data": {"details": "Details."}}
            return web.json_response({"error": error}, status=400)
        return web.json_response({"contacts": [{"input": "x"}], "messages": [{"id": plan}]})


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    one, app = Meta(), web.Application()
    app.router.add_post("/{path:.*}", one.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield one
    await runner.cleanup()


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> Product:
    monkeypatch.setattr(trials_api, "STATUS_SECONDS", 0.0)
    return await open_product(database, pool, tmp_path, graph_url=meta.url)


async def send(product: Product, to: Any = ANA, *, token: str | None = None, key: str | None = None) -> Answer:
    path = f"/api/integrations/{product.integration_id}/test-message"
    if key is not None:
        headers = {"authorization": f"Bearer {product.owner_token}", "idempotency_key": key}
        return await product.call(
            "POST", path, json.dumps({"to": to}).encode(), content_type="application/json", **headers
        )
    return await product.ask(path, token=token or product.owner_token, method="POST", body={"to": to})


async def open_window(product: Product) -> None:
    await product.pool.execute("update contacts set window_until = now() + interval '1 hour'")


async def test_inside_the_window_it_is_a_text(product: Product, meta: Meta) -> None:
    await open_window(product)
    answer = await send(product)
    assert answer.status == 200, answer.body
    assert (answer.json["ok"], answer.json["sent_as"], answer.json["wamid"]) == (True, "text", "wamid.T1")
    assert (meta.sent[0]["type"], meta.sent[0]["to"]) == ("text", "+447700900123")
    row = await product.pool.fetchrow("select * from outbox")
    assert (row["kind"], row["state"], row["wamid"], row["contact_id"]) == (
        "test", "accepted", "wamid.T1", product.ana.contact_id
    )  # fmt: skip
    assert meta.sent[0]["biz_opaque_callback_data"] == str(row["id"])
    entry = await product.pool.fetchrow("select action, detail from audit")
    assert (entry["action"], entry["detail"]) == (
        "integration.test_message", {"ok": True, "sent_as": "text", "code": None}
    )  # fmt: skip


async def test_outside_it_is_a_template(product: Product, meta: Meta) -> None:
    assert (await send(product)).json["sent_as"] == "template"
    assert meta.sent[0]["template"]["name"] == "hello_world"
    components = [{"type": "BODY", "text": "About {{1}}, due {{2}}."}]
    await product.pool.execute(
        "insert into templates (id, integration_id, name, language, purpose, category, status, components, samples) "
        "values (gen_random_uuid(), $1, 'tasktalk_reminder', 'en', 'reminder', 'UTILITY', 'APPROVED', $2, $3)",
        product.integration_id,
        components,
        [{"name": "task", "value": "x"}, {"name": "due", "value": "y"}],
    )
    await send(product)
    template = meta.sent[1]["template"]
    assert template["name"] == "tasktalk_reminder"
    assert "test message" in template["components"][0]["parameters"][0]["text"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (190, "not valid"),
        (131030, "test number"),
        (131026, "cannot be delivered"),
        (131042, "paying"),
        (133010, "not registered"),
        (131056, "one person"),
        (200, "may not do this"),
        (77777, "refused"),
    ],
)
async def test_what_whatsapp_said_is_said_plainly(product: Product, meta: Meta, code: int, says: str) -> None:
    await open_window(product)
    meta.plans = [code]
    answer = (await send(product)).json
    assert (answer["ok"], answer["code"], answer["wamid"]) == (False, code, None)
    assert says in answer["message"]
    assert answer["what_to_do"]
    assert answer["said"] == f"(#{code}) as planned: Details."
    assert await product.pool.fetchval("select state from outbox") == "refused"
    assert len(meta.sent) == 1  # by itself it is not tried again


async def test_where_the_window_is_closed_after_all_a_template_goes(product: Product, meta: Meta) -> None:
    await open_window(product)
    meta.plans = [131047]
    answer = (await send(product)).json
    assert (answer["ok"], answer["sent_as"]) == (True, "template")
    meta.plans = [131047, 132001]
    answer = (await send(product)).json
    assert (answer["ok"], answer["sent_as"], answer["code"]) == (False, "template", 132001)
    assert [row["state"] for row in await product.pool.fetch("select state from outbox order by seq")] == [
        "refused", "accepted", "refused", "refused"
    ]  # fmt: skip


async def test_a_lost_answer_is_said_and_not_repeated(product: Product, meta: Meta) -> None:
    await open_window(product)
    meta.plans = ["hang up"]
    answer = (await send(product)).json
    assert (answer["ok"], answer["code"]) == (False, None)
    assert "may have arrived" in answer["message"]
    assert await product.pool.fetchval("select state from outbox") == "refused"


async def test_its_way_to_the_phone_is_followed(product: Product, meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials_api, "STATUS_SECONDS", 10.0)
    await open_window(product)

    async def tell(word: str, **more: Any) -> None:
        body = await meta.heard.get()
        wamid = f"wamid.T{len(meta.sent)}"
        told = status(wamid, word, opaque=body["biz_opaque_callback_data"], **more)
        await product.deliver(delivery(statuses=[told]))
        await product.settle()

    answer, _ = await asyncio.gather(send(product, key="once"), tell("delivered"))
    assert (answer.json["ok"], answer.json["status"]) == (True, "delivered")
    assert (await send(product, key="once")).json == answer.json
    assert len(meta.sent) == 1
    answer, _ = await asyncio.gather(send(product), tell("delivered"))
    assert (answer.json["ok"], answer.json["status"]) == (True, "delivered")
    errors = [{"code": 131026, "title": "Message undeliverable"}]
    answer, _ = await asyncio.gather(send(product), tell("failed", errors=errors))
    assert (answer.json["ok"], answer.json["status"], answer.json["code"]) == (False, "failed", 131026)
    assert "cannot be delivered" in answer.json["message"]


async def test_silence_is_told(product: Product) -> None:
    await open_window(product)
    answer = (await send(product)).json
    assert (answer["ok"], answer["status"]) == (True, None)
    assert "deliveries do not reach us" in answer["what_to_do"]


async def test_anybody_may_be_written_to(product: Product, meta: Meta) -> None:
    for _ in range(2):
        assert (await send(product, "+44 7700 900999")).json["ok"] is True
    assert (await send(product, "15552000009")).json["ok"] is True
    assert [each["to"] for each in meta.sent] == ["+447700900999", "+447700900999", "+15552000009"]
    assert await count(product.pool, "from contacts where user_id is null") == 2
    await product.pool.execute("update contacts set wa_id = null where id = $1", product.ana.contact_id)
    await send(product, product.ana.bsuid)
    assert meta.sent[-1]["recipient"] == product.ana.bsuid


@pytest.mark.parametrize(
    "to", ["", "Ana", "+", "+44", "447700900123456789", "US.unknown", "\x00", None, 5, "+999123456789"]
)
async def test_what_is_no_phone_is_refused(product: Product, meta: Meta, to: Any) -> None:
    answer = await send(product, to)
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, "to")
    assert meta.sent == []
    assert await count(product.pool, "from contacts") == 2


async def test_it_is_for_administrators_and_for_numbers_in_use(product: Product, meta: Meta) -> None:
    assert (await send(product, token=product.ana.token)).status == 403
    await product.pool.execute("delete from credentials where kind = 'access_token'")
    assert (await send(product)).json["error"]["data"]["field"] == "access_token"
    await product.pool.execute("update integrations set disabled_at = now()")
    assert (await send(product)).status == 409
    assert meta.sent == []


async def test_it_is_in_the_log_with_its_attempt(product: Product) -> None:
    await open_window(product)
    await send(product)
    assert await count(product.pool, "from outbox where state in ('waiting', 'sending', 'doubtful')") == 0
    assert await count(product.pool, "from attempts where outcome = 'accepted'") == 1

"""What the documents say of webhooks is so: every event's payload, and the program that takes them."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from hook_kit import make_hook, posting

from product_kit import open_product
from tasktalk.db import Pool
from tasktalk.interop.webhooks import events as told

DOCS = Path(__file__).parents[2] / "docs"
CLASSES = {
    "task": told.TaskData,
    "message": told.MessageData,
    "integration": told.IntegrationData,
    "user": told.MappingData,
    "security": told.ViolationData,
    "webhook": told.TestData,
}


def test_every_event_is_described_with_a_payload_of_its_shape() -> None:
    page = (DOCS / "reference/webhooks.md").read_text(encoding="utf-8")
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    assert {block["type"].partition(".")[0] for block in blocks} == set(CLASSES)
    for block in blocks:
        kind: Any = CLASSES[block["type"].partition(".")[0]]
        data = msgspec.json.decode(msgspec.json.encode(block["data"]), type=kind)
        assert json.loads(msgspec.json.encode(data)) == block["data"], block["type"]
        assert set(block) == {"type", "timestamp", "data"}
    assert [event for event in (*told.EVENTS, told.TEST) if f"`{event}`" not in page] == []


async def test_the_program_of_the_how_to_takes_what_is_sent(
    database: str, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "how-to/receive-webhooks.md").read_text(encoding="utf-8")
    [program] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    scope: dict[str, Any] = {}
    exec(compile(program, "receive-webhooks.md", "exec"), scope)
    runner = web.AppRunner(scope["app"])
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    product = await open_product(database, pool, tmp_path, webhooks_private="on")
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    path, secret = await make_hook(product, product.ana.token, url, "task.created")
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    await product.ask("/api/tasks", token=product.ana.token, method="POST", body={"title": "Buy milk"})
    async with posting(product) as post:
        await post.go()
        monkeypatch.setenv("WEBHOOK_SECRET", "whsec_" + "A" * 44)
        await product.ask(path + "/test", token=product.ana.token, method="POST")
        await post.go()
    await runner.cleanup()
    assert capsys.readouterr().out == "task.created Buy milk\n"
    log = await product.ask(path + "/deliveries", token=product.ana.token)
    assert [(each["state"], each["status"]) for each in log.json["items"]] == [("failed", 401), ("delivered", 204)]

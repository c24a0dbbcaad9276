"""Files that are asked for by chat: Meta gets each, then the person, once, whatever is killed when."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from product_kit import TOKEN, Product, Someone, count, open_product
from tasktalk.db import Pool
from tasktalk.messaging.documents.porter import Porter
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.store import open_store
from tasktalk.whatsapp.graph import Graph

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 50


@dataclass
class Shelf:
    """Meta's POST /media. `plans`: how the next calls end, (HTTP status, code) or None; `gate`: they wait for it."""

    url: str = ""
    plans: list[tuple[int, int] | None] = field(default_factory=list)
    gate: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    kept: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        assert request.path.endswith("/301000000000001/media")
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.content_length
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        assert form["messaging_product"] == "whatsapp"
        assert form["type"] == file.content_type
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        plan = self.plans.pop(0) if self.plans else None
        if plan is not None:
            return web.json_response({"error": {"message": "as planned", "code": plan[1]}}, status=plan[0])
        self.kept.append((file.filename, file.content_type, file.file.read()))
        return web.json_response({"id": f"44{len(self.kept):02}"})


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf, app = Shelf(), web.Application(client_max_size=50_000_000)
    app.router.add_post("/{path:.*}", shelf.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    shelf.url = site.name
    yield shelf
    await runner.cleanup()


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path, shelf: Shelf) -> Product:
    return await open_product(database, pool, tmp_path, graph_url=shelf.url)


@pytest.fixture
async def porter(product: Product, pool: Pool, tmp_path: Path, shelf: Shelf) -> AsyncIterator[Porter]:
    async with aiohttp.ClientSession() as session:
        graph = Graph(session, base_url=shelf.url, version="v25.0", access_token=TOKEN)
        yield Porter(pool, open_store(Settings(data=tmp_path)), product.directory, lambda _: graph)


async def ask(product: Product, person: Someone, text: str) -> None:
    await product.say(person, text)
    await product.settle()


async def sent(product: Product, kind: str = "document") -> list[dict[str, Any]]:
    rows = await product.pool.fetch("select message from outbox where kind = $1 order by seq", kind)
    return [msgspec.json.decode(row["message"]) for row in rows]


async def again(product: Product) -> None:
    """Time passes: what waits is due."""
    await product.pool.execute("update documents set next_try_at = now() where state in ('waiting', 'uploading')")


async def state(product: Product) -> tuple[str, int]:
    row = await product.pool.fetchrow("select state, attempts from documents")
    assert row is not None
    return row["state"], row["attempts"]


async def attach(product: Product, person: Someone, name: str, content: bytes) -> None:
    [task] = (await product.ask("/api/tasks", token=person.token)).json["items"]
    answer = await product.call(
        "POST",
        "/api/attachments",
        content,
        query=f"task_id={task['id']}&name={name}",
        authorization=f"Bearer {person.token}",
        content_type="application/octet-stream",
    )
    assert answer.status == 201, answer.body


async def test_export_is_answered_with_a_document(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ben, "Ben's own secret")
    await ask(product, product.ana, "buy milk p1")
    before = await count(product.pool, "from outbox")
    await ask(product, product.ana, "export")
    assert await count(product.pool, "from outbox") == before  # the document bears the answer
    assert await porter.carry() == 1
    [(name, mime_type, content)] = shelf.kept
    assert (name[:6], name[-4:], mime_type) == ("tasks-", ".csv", "text/plain")
    assert [row["title"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))] == ["buy milk"]
    [message] = await sent(product)
    assert message["document"] == {"id": "4401", "filename": name, "caption": message["document"]["caption"]}
    assert "1 task" in message["document"]["caption"]
    assert await state(product) == ("sent", 1)
    assert await porter.carry() == 0


async def test_on_paper_and_one_project(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ana, "paint #House")
    await ask(product, product.ana, "buy milk")
    await ask(product, product.ana, "export #House as pdf")
    await ask(product, product.ana, "export #Nowhere")
    await porter.carry()
    [(name, mime_type, content)] = shelf.kept
    assert (name[-4:], mime_type, content[:5]) == (".pdf", "application/pdf", b"%PDF-")
    [message] = await sent(product)
    assert message["document"]["caption"] == "📄 #House: 1 task."
    assert "no project #Nowhere" in (await sent(product, "reply"))[-1]["text"]["body"]


async def test_the_photo_of_a_task_comes_back_as_one(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ana, "return the shoes")
    await attach(product, product.ana, "shoes.png", PNG)
    await attach(product, product.ana, "notes.txt", b"size 42")
    await ask(product, product.ana, "send me the photo of return the shoes")
    await ask(product, product.ana, "send me the files of return the shoes")
    await ask(product, product.ana, "send me the voice note of return the shoes")
    while await porter.carry():
        pass
    assert sorted((name, kind) for name, kind, _ in shelf.kept) == [
        ("notes.txt", "text/plain"),
        ("shoes.png", "image/png"),
        ("shoes.png", "image/png"),
    ]
    messages = await sent(product)
    assert sorted(each["type"] for each in messages) == ["document", "image", "image"]
    # Of two wishes either may be carried first; each has its words once, below its first file.
    captions = [each[each["type"]].get("caption", "") for each in messages]
    assert sorted(captions) == ["", "📎 *return the shoes*", "📎 *return the shoes*"]
    assert "no such file" in (await sent(product, "reply"))[-1]["text"]["body"]


async def test_what_is_gone_meanwhile_is_said(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ana, "return the shoes")
    await attach(product, product.ana, "shoes.png", PNG)
    await ask(product, product.ana, "send me the photo of return the shoes")
    await ask(product, product.ana, "delete return the shoes")
    await porter.carry()
    assert shelf.kept == []
    assert (await sent(product, "reply"))[-1]["text"]["body"] == "📎 That file is not there any more."
    assert await state(product) == ("refused", 1)


async def test_killed_in_the_upload_it_is_done_again_once(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ana, "buy milk")
    await ask(product, product.ana, "export")
    shelf.gate = asyncio.Event()
    dying = asyncio.create_task(porter.carry())
    await shelf.reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await porter.carry() == 0  # whoever had it may live
    await again(product)
    shelf.gate.set()
    assert await porter.carry() == 1
    assert len(await sent(product)) == 1


async def test_who_comes_back_late_has_nothing_to_say(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ana, "buy milk")
    await ask(product, product.ana, "export")
    late, shelf.gate = asyncio.Event(), asyncio.Event()
    slow = asyncio.create_task(porter.carry())
    await shelf.reached.wait()
    late, shelf.gate = shelf.gate, None
    await again(product)
    assert await porter.carry() == 1
    late.set()
    await slow
    assert len(shelf.kept) == 2
    assert len(await sent(product)) == 1
    assert await state(product) == ("sent", 2)


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ((500, 131000), ["waiting", "waiting", "sent"]),
        ((401, 190), ["waiting", "waiting", "sent"]),
        ((400, 131053), ["waiting", "refused"]),
        ((400, 100), ["refused"]),
    ],
)
async def test_as_meta_says(
    product: Product, porter: Porter, shelf: Shelf, answer: tuple[int, int], states: list[str]
) -> None:
    await ask(product, product.ana, "buy milk")
    await ask(product, product.ana, "export")
    shelf.plans = [answer, answer]
    for number, expected in enumerate(states, 1):
        await porter.carry()
        assert await state(product) == (expected, number)
        await again(product)
    assert len(await sent(product)) == (states[-1] == "sent")
    said = (await sent(product, "reply"))[-1]["text" if states[-1] == "refused" else "interactive"]
    assert ("could not send you that file" in said["body"]) if states[-1] == "refused" else said


async def test_outside_the_window_it_waits_for_a_word(product: Product, porter: Porter) -> None:
    await ask(product, product.ana, "buy milk")
    await ask(product, product.ana, "export")
    await product.pool.execute("update contacts set window_until = now() + interval '30 seconds'")
    assert await porter.carry() == 0
    await ask(product, product.ana, "hello")
    assert await porter.carry() == 1
    assert len(await sent(product)) == 1


async def test_a_phone_that_is_somebody_elses_gets_nothing(product: Product, porter: Porter, shelf: Shelf) -> None:
    await ask(product, product.ana, "buy milk")
    await ask(product, product.ana, "export")
    await product.pool.execute("update contacts set user_id = $1 where id = $2", product.ben.id, product.ana.contact_id)
    assert await porter.carry() == 0
    assert shelf.kept == []


async def test_over_the_api_an_address(product: Product) -> None:
    await product.ask("/api/assistant/messages", token=product.ana.token, method="POST", body={"text": "buy milk"})
    body = {"text": "export as pdf"}
    answer = await product.ask("/api/assistant/messages", token=product.ana.token, method="POST", body=body)
    [file] = answer.json["reply"]["files"]
    assert file["path"] == "/api/export?format=pdf"
    path, _, query = file["path"].partition("?")
    got = await product.call("GET", path, query=query, authorization=f"Bearer {product.ana.token}")
    assert got.body.startswith(b"%PDF-")
    assert await count(product.pool, "from documents") == 0

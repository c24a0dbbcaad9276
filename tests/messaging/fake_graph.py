"""A Graph API on loopback that accepts, refuses, falls silent or loses its answer, as a test tells it to."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

ACCEPT, LOSE, DROP = "accept", "lose", "drop"


@dataclass
class FakeGraph:
    """`plans`: how the next calls for a text end: ACCEPT, LOSE (accepted, answer lost), DROP, or (HTTP status, code).

    `default`: how those without a plan end, or a function that says so. `carried_out`: the texts that were accepted, in
    order, as a phone would show them. `gates`: calls for these texts wait for the event before they are carried out;
    `after`: for these, once they are carried out. `wamids`: the ids that these texts get. `headers`: of every answer.
    """

    url: str = ""
    token: str | None = None
    plans: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    default: Any = ACCEPT
    asked: list[str] = field(default_factory=list)
    carried_out: list[str] = field(default_factory=list)
    opaque: dict[str, str] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    after: dict[str, asyncio.Event] = field(default_factory=dict)
    wamids: dict[str, str] = field(default_factory=dict)
    told: "Callable[[str, str, str], None] | None" = None
    headers: dict[str, str] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        body = msgspec.json.decode(await request.read())
        text = _text_of(body)
        self.asked.append(text)
        self.opaque[text] = body["biz_opaque_callback_data"]
        if self.token is not None and request.headers["Authorization"] != f"Bearer {self.token}":
            return self._refuse(401, 190)
        if text in self.gates:
            await self.gates[text].wait()
        plan = self.plans[text].pop(0) if self.plans[text] else self.default
        if callable(plan):
            plan = plan()
        if isinstance(plan, tuple):
            return self._refuse(*plan)
        if plan == DROP:
            _hang_up(request)
            return web.Response()
        self.carried_out.append(text)
        wamid = self.wamids.get(text, f"wamid.{len(self.carried_out)}.{text}")
        if self.told:
            self.told(text, wamid, self.opaque[text])
        if text in self.after:
            await self.after[text].wait()
        if plan == LOSE:
            _hang_up(request)
        answer = {"messaging_product": "whatsapp", "contacts": [{"input": "x"}], "messages": [{"id": wamid}]}
        return web.Response(body=msgspec.json.encode(answer), headers=self.headers)

    def _refuse(self, status: int, code: int) -> web.Response:
        error = {"message": f"(#{code}) as planned", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
        return web.Response(status=status, body=msgspec.json.encode({"error": error}), headers=self.headers)


def _text_of(body: dict[str, Any]) -> str:
    """What a phone shows; of a template its name."""
    if "template" in body:
        return str(body["template"]["name"])
    return str(body["text"]["body"] if "text" in body else body["interactive"]["body"]["text"])


def _hang_up(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


@asynccontextmanager
async def serving(graph: FakeGraph, port: int = 0) -> AsyncIterator[int]:
    """Answer on loopback; the port."""
    app = web.Application()
    app.router.add_post("/{path:.*}", graph.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    port = runner.addresses[0][1]
    graph.url = f"http://127.0.0.1:{port}"
    try:
        yield port
    finally:
        for gate in (*graph.gates.values(), *graph.after.values()):
            gate.set()
        await runner.cleanup()

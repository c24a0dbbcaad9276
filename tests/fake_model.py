"""A server that speaks `/v1/chat/completions` on loopback, and answers as it is told: wrongly, slowly, not at all."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-of-the-tests"


@dataclass
class Answer:
    """`body`: JSON, or the very bytes. `held`: it waits for that. `endless`: the body never stops."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    held: asyncio.Event | None = None
    endless: bool = False


@dataclass
class FakeModel:
    """What it was asked, and what it will say next; the last answer stays. `before` happens while it thinks."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    before: Callable[[], Awaitable[object]] | None = None

    def will(self, *answers: Answer) -> None:
        self.answers = deque(answers)

    def will_call(self, *calls: tuple[str, Any]) -> None:
        self.will(calling(*calls))

    async def wait(self) -> None:
        """Until it is asked."""
        async with asyncio.timeout(20):
            await self.arrived.wait()

    def data(self, number: int = -1) -> dict[str, Any]:
        """What was handed over as data."""
        words = [message["content"] for message in self.asked[number]["messages"] if message["role"] == "user"]
        return dict(json.loads(words[0]))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("authorization"))
        self.arrived.set()
        if self.before is not None:
            await self.before()
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if answer.held is not None:
            await answer.held.wait()
        if answer.endless:
            response = web.StreamResponse(headers={"content-type": "application/json"})
            await response.prepare(request)
            try:
                while True:
                    await response.write(b" " * 65536)
            except ConnectionError:
                return response
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return web.Response(
            body=body, status=answer.status, headers={"content-type": "application/json"} | answer.headers
        )


@asynccontextmanager
async def serving() -> AsyncIterator[FakeModel]:
    fake = FakeModel()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", fake.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield fake
    for answer in fake.answers:
        if answer.held is not None:
            answer.held.set()
    await runner.cleanup()


def calling(*calls: tuple[str, Any]) -> Answer:
    """Tool calls; arguments that are text are sent as they are."""
    made = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for number, (name, given) in enumerate(calls)
    ]
    return _completion({"role": "assistant", "content": None, "tool_calls": made}, "tool_calls")


def saying(text: str) -> Answer:
    """Prose, or JSON as text."""
    return _completion({"role": "assistant", "content": text}, "stop")


def _completion(message: dict[str, Any], reason: str) -> Answer:
    return Answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": "fake",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940},
        }
    )

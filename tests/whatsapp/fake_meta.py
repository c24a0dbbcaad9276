"""A Graph API that answers what a test says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web


@dataclass
class Meta:
    """A server that answers what the test says and remembers what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    before: Callable[[web.Request], Awaitable[object]] | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def fall_silent(self, _: web.Request) -> None:
        await self.released.wait()

    def answer(self, body: object, status: int = 200, **headers: str) -> None:
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
        self.body = body if isinstance(body, bytes) else msgspec.json.encode(body)

    async def handle(self, request: web.Request) -> web.Response:
        content = await request.read()
        body = msgspec.json.decode(content) if content else None
        self.asked.append((request.method, request.path_qs, dict(request.headers), body))
        if self.before:
            await self.before(request)
        return web.Response(status=self.status, body=self.body, headers=self.headers)

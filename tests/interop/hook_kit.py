"""Somebody else's program: it takes what webhooks tell, checks the signature, and answers as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks import Webhook

from product_kit import Product
from tasktalk.interop.webhooks.egress import open_session
from tasktalk.interop.webhooks.posting import Poster


@dataclass
class Taken:
    """One call. `body` is what the library made of it once the signature was right."""

    id: str
    headers: dict[str, str]
    body: dict[str, Any]
    text: str


@dataclass
class Receiver:
    """`answers`: the statuses of the calls to come; 204 when there are none left."""

    url: str = ""
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    hold: asyncio.Event | None = None  # answers when it is set

    async def take(self, request: web.Request) -> web.Response:
        text = await request.text()
        headers = dict(request.headers)
        # The library's own clock must agree; ours may be years ahead in a test.
        body = Webhook(self.secret).verify(text, headers) if self.secret else None
        self.taken.append(Taken(headers["webhook-id"], headers, body, text))
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 204, text="seen\x00", headers=self.headers)

    def events(self) -> list[str]:
        return [each.body["type"] for each in self.taken]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@dataclass
class Post:
    """The worker's loop, a step at a time, by a clock that the test winds."""

    poster: Poster
    session: aiohttp.ClientSession
    ahead: timedelta = timedelta()

    async def go(self, *, later: float = 0.0) -> None:
        """Hears and posts all that is due `later` seconds from now."""
        self.ahead += timedelta(seconds=later)
        await self.poster.hear_all()
        while await self.poster.open_lanes(self.session):
            await self.poster.finish()


@asynccontextmanager
async def posting(product: Product, *, private: bool = True) -> AsyncIterator[Post]:
    poster = Poster(product.pool, product.keyring, private, chance=lambda: 0.5)
    async with open_session(private=private) as session:
        post = Post(poster, session)
        poster.clock = lambda: datetime.now(UTC) + post.ahead
        yield post


async def make_hook(product: Product, token: str, url: str, *events: str) -> tuple[str, str]:
    """Its path, and its secret."""
    body = {"name": "Mirror", "url": url, "events": list(events)}
    answer = await product.ask("/api/webhooks/outgoing", token=token, method="POST", body=body)
    assert answer.status == 201, answer.body
    return f"/api/webhooks/outgoing/{answer.json['webhook']['id']}", answer.json["secret"]

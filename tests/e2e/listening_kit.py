"""An ear at an address, which hears what a test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Listener:
    """`/v1/audio/transcriptions` that hears what a test says; `asked`: the forms that came."""

    def __init__(self) -> None:
        self.says: Any = ""
        self.asked: list[dict[str, Any]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        self.asked.append(form)
        if isinstance(self.says, int):
            return web.Response(status=self.says)
        return web.json_response({"text": self.says, "language": "english", "duration": 3.0})


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    one = Listener()
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", one.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.url = site.name
    yield one
    await runner.cleanup()

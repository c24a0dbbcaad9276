"""The deliveries in tests/payloads (`event__case.json`, all values invented) and a fake Graph API."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from fake_meta import Meta

PAYLOADS = Path(__file__).parent.parent / "payloads"


@pytest.fixture(scope="session")
def deliveries() -> dict[str, Any]:
    """Every delivery by its name."""
    return {path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(PAYLOADS.glob("*.json"))}


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    """A running server, on loopback."""
    meta = Meta()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", meta.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    meta.url = site.name
    yield meta
    meta.released.set()
    await runner.cleanup()

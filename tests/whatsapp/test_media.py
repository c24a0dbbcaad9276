"""Fetching what was sent: from Meta's hosts alone, whole, and what is gone is not asked for again and again."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from fake_meta import Meta

from tasktalk.whatsapp import media
from tasktalk.whatsapp.graph import Graph
from tasktalk.whatsapp.media import Found, MediaError, fetch, read_digest

CONTENT = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 700
SHA = hashlib.sha256(CONTENT)
BASE64, HEX = base64.b64encode(SHA.digest()).decode(), SHA.hexdigest()
TOKEN = "EAAtoken"

Answer = Callable[[web.Request], web.StreamResponse]


class Lookaside:
    """Plans, one a request: of the object's information, then of its bytes; the last one stays."""

    def __init__(self, meta: Meta) -> None:
        self.meta = meta
        self.infos: list[Any] = [{}]
        self.bytes: list[Any] = [CONTENT]
        self.paths: list[str] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        plans = self.bytes if request.path == "/bytes" else self.infos
        plan = plans.pop(0) if len(plans) > 1 else plans[0]
        if isinstance(plan, web.StreamResponse):
            return plan
        if isinstance(plan, bytes):
            return web.Response(body=plan, content_type="image/png")
        known = {"url": f"{self.meta.url}/bytes", "mime_type": "image/png", "sha256": HEX, "id": "4401"}
        return web.json_response(known | {"file_size": str(len(CONTENT))} | plan)


@pytest.fixture
async def lookaside(meta: Meta) -> AsyncIterator[Lookaside]:
    one = Lookaside(meta)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", one.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    meta.url = site.name
    yield one
    await runner.cleanup()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_PAUSES", (0.0, 0.0))


async def get(lookaside: Lookaside, *, sha256: str = "", most_bytes: int = 1_000_000) -> bytes:
    async with aiohttp.ClientSession() as session:
        graph = Graph(session, base_url=lookaside.meta.url, version="v25.0", access_token=TOKEN)

        async def take(found: Found, chunks: AsyncIterator[bytes]) -> bytes:
            assert found.mime_type == "image/png"
            return b"".join([chunk async for chunk in chunks])

        return await fetch(graph, "4401", take, phone_number_id="3", sha256=sha256, most_bytes=most_bytes)


async def failure(lookaside: Lookaside, **more: Any) -> tuple[str, int]:
    """Why it failed, and after how many requests."""
    with pytest.raises(MediaError) as caught:
        await get(lookaside, **more)
    return caught.value.why, len(lookaside.paths)


def gone(status: int = 400, code: int = 100, subcode: int = 33) -> web.Response:
    return web.json_response({"error": {"message": "gone", "code": code, "error_subcode": subcode}}, status=status)


@pytest.mark.parametrize("sha256", ["", BASE64, HEX, "unreadable"])
async def test_the_bytes_come_whole_whichever_way_the_digest_is_written(lookaside: Lookaside, sha256: str) -> None:
    assert await get(lookaside, sha256=sha256) == CONTENT
    assert lookaside.paths == ["/v25.0/4401", "/bytes"]


@pytest.mark.parametrize("answer", [gone(), gone(404, 131052, 0), gone(404)], ids=["33", "131052", "404"])
async def test_what_is_gone_is_asked_for_once(lookaside: Lookaside, answer: web.Response) -> None:
    lookaside.infos = [answer]
    assert await failure(lookaside) == ("vanished", 1)


async def test_an_address_that_is_over_is_asked_for_anew(lookaside: Lookaside) -> None:
    lookaside.bytes = [web.Response(status=404), CONTENT]
    assert await get(lookaside) == CONTENT
    assert lookaside.paths == ["/v25.0/4401", "/bytes"] * 2


async def test_a_hiccup_passes_and_an_expired_token_does_not(lookaside: Lookaside) -> None:
    lookaside.infos = [gone(500, 131000, 0), {}]
    lookaside.bytes = [web.Response(status=502), CONTENT]
    assert await get(lookaside) == CONTENT
    lookaside.paths.clear()
    lookaside.infos = [gone(401, 190, 463)]
    assert await failure(lookaside) == ("unreachable", 1)


@pytest.mark.parametrize(("sha256", "info"), [("", {"sha256": "0" * 64}), (base64.b64encode(b"0" * 32).decode(), {})])
async def test_other_bytes_than_were_sent_are_refused(lookaside: Lookaside, sha256: str, info: Any) -> None:
    lookaside.infos = [info]
    assert await failure(lookaside, sha256=sha256) == ("damaged", 6)


async def test_too_many_bytes_are_not_taken_whatever_is_said_of_them(lookaside: Lookaside) -> None:
    assert await failure(lookaside, most_bytes=len(CONTENT) - 1) == ("too_large", 1)
    lookaside.infos = [{"file_size": 5}]
    assert await failure(lookaside, most_bytes=len(CONTENT) - 1) == ("too_large", 3)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/latest/meta-data",
        "http://lookaside.fbsbx.com/x",
        "http://lookaside.fbsbx.com:443/x",
        "https://lookaside.fbsbx.com.example.org/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://evil.example/?x=.fbsbx.com",
        "https://me@lookaside.fbsbx.com/x",
        "file:///etc/passwd",
        "//[",
        "",
    ],
)
async def test_the_token_goes_to_no_other_host(lookaside: Lookaside, url: str) -> None:
    lookaside.infos = [{"url": url}]
    assert (await failure(lookaside))[0] == "unreachable"
    assert "/bytes" not in lookaside.paths


async def test_redirects_are_followed_only_where_an_address_may_lead(lookaside: Lookaside) -> None:
    here = web.Response(status=302, headers={"Location": "/bytes"})
    lookaside.bytes = [here, CONTENT]
    assert await get(lookaside) == CONTENT
    lookaside.bytes = [web.Response(status=302, headers={"Location": "http://169.254.169.254/"})]
    assert (await failure(lookaside))[0] == "unreachable"
    lookaside.bytes = [web.Response(status=302, headers={"Location": "/bytes"}) for _ in range(9)]
    assert (await failure(lookaside))[0] == "unreachable"


async def test_a_download_that_breaks_off_is_begun_again(lookaside: Lookaside) -> None:
    class Cut(web.StreamResponse):
        async def prepare(self, request: web.BaseRequest) -> Any:
            self.content_length = len(CONTENT)
            writer = await super().prepare(request)
            await self.write(CONTENT[:1000])
            assert request.transport is not None
            request.transport.close()
            return writer

    lookaside.bytes = [Cut(), CONTENT]
    assert await get(lookaside) == CONTENT


def test_digests_are_read_in_both_writings() -> None:
    assert read_digest(BASE64) == read_digest(HEX) == read_digest(BASE64.rstrip("=")) == SHA.digest()
    for text in ("", "b64=", "g" * 64, "é" * 64, "A" * 40):
        assert read_digest(text) is None

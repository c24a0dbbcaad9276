"""Fetching what somebody sent: by its id an address, from there the bytes, checked against what Meta said of them.

An id lives 7 days, an address 5 minutes. Nothing of it is repeated in vain: what is gone stays gone. (Facts sheet: 5.)
"""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeVar
from urllib.parse import urljoin

import aiohttp
import msgspec
from yarl import URL

from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

Why = Literal["vanished", "too_large", "damaged", "unreachable"]
T = TypeVar("T")

_PAUSES = (0.5, 2.0, 5.0)
_CHUNK = 64 * 1024
_HOPS = 3  # redirects among Meta's own hosts
_HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")  # where Meta keeps media
_GONE = (404, 410)
_GONE_CODES = (100, 131052)
_HEX_DIGITS, _BYTES = 64, 32  # of SHA-256
_SILENCE = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)


class MediaError(Exception):
    """A file could not be had. `permanent`: it will not be had later either."""

    def __init__(self, why: Why, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.why = why
        self.permanent = permanent


class Found(msgspec.Struct, frozen=True):
    """What the Graph API says of a file; `sha256` and `size` (bytes) where it says them."""

    url: str
    mime_type: str = ""
    sha256: bytes | None = None
    size: int | None = None


# Takes the bytes as they come; what it raises goes through. Called again when they broke off.
Take = Callable[[Found, AsyncIterator[bytes]], Awaitable[T]]


async def fetch(
    graph: Graph,
    media_id: str,
    take: Take[T],
    *,
    phone_number_id: str,
    sha256: str = "",
    most_bytes: int,
) -> T:
    """What `take` makes of the file. `sha256`: as the webhook gave it; without it, that of the Graph API is checked.

    Raises MediaError; the last of several when waiting did not help.
    """
    for wait in (*_PAUSES, None):
        try:
            found = await find_media(graph, media_id, phone_number_id=phone_number_id)
            _check_size(found.size, most_bytes)
            digest = read_digest(sha256) or found.sha256
            async with _open(graph, found.url) as response:
                return await take(found, _checked(response, digest=digest, most_bytes=most_bytes))
        except MediaError as error:
            if error.permanent or wait is None:
                raise
        await asyncio.sleep(wait)
    raise AssertionError  # the last round returns or raises


async def find_media(graph: Graph, media_id: str, *, phone_number_id: str) -> Found:
    """Where the file lies for the next five minutes. Raises MediaError."""
    try:
        answer = await graph.get(media_id, {"phone_number_id": phone_number_id})
    except GraphError as error:
        if error.code in _GONE_CODES or error.http_status in _GONE:
            raise MediaError("vanished", str(error), permanent=True) from error
        raise MediaError("unreachable", str(error), permanent=error.fate in {"refused", "operator"}) from error
    url = answer.get("url")
    if not isinstance(url, str) or not url:
        raise MediaError("unreachable", "The answer names no address", permanent=False)
    mime_type, sha256 = answer.get("mime_type"), answer.get("sha256")
    return Found(
        url,
        mime_type if isinstance(mime_type, str) else "",
        read_digest(sha256) if isinstance(sha256, str) else None,
        _read_size(answer.get("file_size")),
    )


def read_digest(text: str) -> bytes | None:
    """A SHA-256 in base64, as webhooks have it, or in hexadecimal, as the Graph API; None for what is neither."""
    text = text.strip()
    try:
        if len(text) == _HEX_DIGITS:
            return bytes.fromhex(text)
        digest = base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest if len(digest) == _BYTES else None


def _read_size(size: Any) -> int | None:
    """An integer, or one written as text: Meta does both."""
    if isinstance(size, str) and size.isascii() and size.isdigit():
        return int(size[:20])
    return size if type(size) is int else None


@asynccontextmanager
async def _open(graph: Graph, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
    for _ in range(_HOPS):
        _check_host(graph, url)
        try:
            async with graph.open(url, timeout=_SILENCE) as response:
                if response.status // 100 == 3 and "Location" in response.headers:  # noqa: PLR2004  (3xx)
                    url = urljoin(url, response.headers["Location"])
                    continue
                _check_status(response.status)
                yield response
                return
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MediaError("unreachable", f"{type(error).__name__}: {error}", permanent=False) from error
    raise MediaError("unreachable", "Sent from one address to the next", permanent=True)


def _check_host(graph: Graph, url: str) -> None:
    """Our token and our reach go to Meta's hosts alone, and to the API that was asked: an address is no order."""
    try:
        there = URL(url)
        known = there.origin() == URL(graph.base_url).origin()
        host = there.host or ""
    except ValueError as error:
        raise MediaError("unreachable", "The address cannot be read", permanent=True) from error
    metas = there.scheme == "https" and there.port == 443 and host.endswith(_HOSTS)  # noqa: PLR2004  (HTTPS)
    if there.user is not None or not (known or metas):
        raise MediaError("unreachable", f"An address at {host}", permanent=True)


def _check_status(status: int) -> None:
    if status in _GONE:  # of the address: asked for again, the Graph API knows whether the file is gone, too
        raise MediaError("vanished", f"HTTP {status}", permanent=False)
    if status != 200:  # noqa: PLR2004
        raise MediaError("unreachable", f"HTTP {status}", permanent=False)


def _check_size(size: int | None, most_bytes: int) -> None:
    if size is not None and size > most_bytes:
        raise MediaError("too_large", f"{size} bytes, of {most_bytes} at the most", permanent=True)


async def _checked(response: aiohttp.ClientResponse, *, digest: bytes | None, most_bytes: int) -> AsyncIterator[bytes]:
    size, seen = 0, hashlib.sha256()
    _check_size(response.content_length, most_bytes)
    async for chunk in response.content.iter_chunked(_CHUNK):
        size += len(chunk)
        _check_size(size, most_bytes)
        seen.update(chunk)
        yield chunk
    if digest is not None and seen.digest() != digest:
        raise MediaError("damaged", "Its SHA-256 is another one", permanent=False)

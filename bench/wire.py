"""The least of an HTTP/1.1 client: it must not eat the processor that is being measured. Keep-alive, Content-Length."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Self, cast
from urllib.parse import urlsplit

Then = Callable[[int, bytes], None]
_LENGTH = b"content-length:"


def build(method: str, url: str, body: bytes = b"", *, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A whole request as it goes over the wire."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Line(asyncio.Protocol):
    """One connection, one request at a time; status 0 means that the connection was lost before the answer."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._then: Then | None = None

    def ask(self, request: bytes, then: Then) -> None:
        """Send `request`; `then` is called with its answer's status and body."""
        self._then = then
        assert self._transport is not None
        self._transport.write(request)

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's notice."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        """Asyncio's notice."""
        then, self._then = self._then, None
        if then is not None:
            then(0, b"")

    def data_received(self, data: bytes) -> None:
        """Asyncio's notice: an answer, or a piece of one."""
        if self._buffer:
            data = self._buffer + data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self._buffer = data
            return
        head = data[:end].lower()
        at = head.find(_LENGTH)
        if at < 0:
            raise ValueError(f"an answer without Content-Length: {head!r}")
        stop = head.find(b"\r\n", at)
        whole = end + 4 + int(head[at + len(_LENGTH) : stop if stop > 0 else end])
        if len(data) < whole:
            self._buffer = data
            return
        self._buffer = b""
        then, self._then = self._then, None
        if then is not None:
            then(int(head[9:12]), data[end + 4 : whole])


async def connect(url: str) -> Line:
    """A connection to the address of `url`."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Line, parts.hostname or "", parts.port or 80)
    return line


class Client:
    """Kept connections to one address, as many as are needed at once."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._idle: deque[Line] = deque()
        self._all: list[Line] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in self._all:
            line.close()

    async def call(self, method: str, path: str, body: bytes = b"", *, token: str = "") -> Any:
        """The JSON of an answer; raises RuntimeError unless it is a 2xx."""
        headers = [("Authorization", f"Bearer {token}")] if token else []
        return json.loads(await self.fetch(method, path, body, headers=headers))

    async def fetch(
        self, method: str, path: str, body: bytes = b"", *, headers: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        """The body of an answer; raises RuntimeError unless it is a 2xx."""
        if self._idle:
            line = self._idle.pop()
        else:
            line = await connect(self._base_url)
            self._all.append(line)
        answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()

        def answered(status: int, content: bytes) -> None:
            if not answer.done():
                answer.set_result((status, content))

        line.ask(build(method, f"{self._base_url}{path}", body, headers=headers), answered)
        status, content = await answer
        if not 200 <= status < 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:200]!r}")
        self._idle.append(line)
        return content

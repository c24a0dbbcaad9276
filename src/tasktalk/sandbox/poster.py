"""A small HTTP/1.1 client for webhooks: few, kept connections and little else, at a quarter of a general one's cost."""

import asyncio
import logging
import ssl
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

import httptools
import msgspec

_SECONDS = 20.0
_CONNECTIONS = 24
_HEAD = "Content-Type: application/json\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
_CONTINUE = 100

log = logging.getLogger(__name__)


class _Target(msgspec.Struct, frozen=True):
    """Where a URL leads; `start` is what follows the method in a request."""

    host: str
    port: int
    tls: bool
    start: str


@lru_cache(maxsize=64)
def _target(url: str) -> _Target:
    """Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    start = f"{path} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n{_HEAD}"
    return _Target(parts.hostname, parts.port or (443 if tls else 80), tls, start)


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body = b""
        self.open = True
        self.used = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream has a full one

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request. Returns status and body; raises ConnectionError or TimeoutError."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._body = b""
        timer = loop.call_later(_SECONDS, self.fail, TimeoutError())
        self.transport.write(request)
        try:
            return await self._answer
        finally:
            timer.cancel()
            self.used = True

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.fail(ConnectionError("not HTTP"))

    def on_body(self, body: bytes) -> None:
        """For the parser."""
        self._body += body

    def on_message_complete(self) -> None:
        """For the parser."""
        status = self._parser.get_status_code()
        if status < 2 * _CONTINUE or self._answer is None:
            return
        if not self._parser.should_keep_alive():
            self.open = False
            self.transport.close()
        if not self._answer.done():
            self._answer.set_result((status, self._body))

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(exc or ConnectionError("closed"))

    def fail(self, error: Exception) -> None:
        """Give the connection up, and whoever waits for it the reason."""
        self.open = False
        self.transport.abort()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Poster:
    """The client."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_CONNECTIONS)
        self._idle: dict[tuple[str, int], list[_Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer, 0 where there was none."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return (await self._ask("POST", url, f"Content-Length: {len(body)}\r\n{lines}", body))[0]

    async def get(self, url: str, params: dict[str, str]) -> tuple[int, str]:
        """Status and text, (0, "") where there was no answer."""
        status, body = await self._ask("GET", f"{url}{'&' if '?' in url else '?'}{urlencode(params)}", "", b"")
        return status, body.decode("utf-8", "replace")

    async def close(self) -> None:
        """Close the connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.fail(ConnectionError("closing"))

    async def _ask(self, method: str, url: str, lines: str, body: bytes) -> tuple[int, bytes]:
        async with self._free:
            try:
                target = _target(url)
                request = f"{method} {target.start}{lines}\r\n".encode("latin-1", "replace") + body
                return await self._exchange(target, request)
            except (OSError, ValueError, TimeoutError) as error:
                log.info("no answer: %s", type(error).__name__)
                return 0, b""

    async def _exchange(self, target: _Target, request: bytes) -> tuple[int, bytes]:
        idle = self._idle.setdefault((target.host, target.port), [])
        while idle:
            connection = idle.pop()
            if not connection.open:
                continue
            try:
                return await self._use(connection, idle, request)
            except ConnectionError:
                # Most likely closed for idleness just now: a new one tells for certain.
                break
        loop = asyncio.get_running_loop()
        if target.tls and self._tls is None:
            self._tls = ssl.create_default_context()
        context = self._tls if target.tls else None
        async with asyncio.timeout(_SECONDS):
            _, connection = await loop.create_connection(_Connection, target.host, target.port, ssl=context)
        return await self._use(connection, idle, request)

    async def _use(self, connection: _Connection, idle: list[_Connection], request: bytes) -> tuple[int, bytes]:
        answer = await connection.ask(request)
        if connection.open:
            idle.append(connection)
        return answer

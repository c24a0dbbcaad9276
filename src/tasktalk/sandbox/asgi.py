"""As much of an HTTP framework as the simulator needs: a request read on demand, and answers."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request

from tasktalk.sandbox.errors import MetaError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = b"application/json; charset=UTF-8"
_MULTIPART = "multipart/form-data"
_FORM = "application/x-www-form-urlencoded"


class Answer(msgspec.Struct, gc=False):
    """What goes back: a status, a body and headers beyond type and length."""

    body: bytes
    status: int = 200
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Call:
    """A request. Nothing is read or parsed before it is asked for; `parts` is the path without empty segments."""

    __slots__ = ("_body", "_form", "_query", "method", "parts", "receive", "scope", "send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.parts: list[str] = [part for part in scope["path"].split("/") if part]
        self._body: bytes | None = None
        self._query: dict[str, str] | None = None
        self._form: FormData | None = None

    @property
    def query(self) -> dict[str, str]:
        """The query string's parameters, the last of each name."""
        if self._query is None:
            raw: bytes = self.scope["query_string"]
            self._query = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)) if raw else {}
        return self._query

    def header(self, name: bytes) -> str:
        """A header's value, or nothing."""
        headers: list[tuple[bytes, bytes]] = self.scope["headers"]
        for key, value in headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    @property
    def base_url(self) -> str:
        """How the caller reached us, for URLs we hand out."""
        return f"{self.scope['scheme']}://{self.header(b'host')}"

    async def body(self, *, limit: int = 101_000_000) -> bytes:
        """The whole body, up to `limit` bytes; raises MetaError 100."""
        if self._body is None:
            chunks: list[bytes] = []
            more = True
            while more:
                message = await self.receive()
                chunks.append(message.get("body", b""))
                limit -= len(chunks[-1])
                if limit < 0:
                    raise MetaError(100, "The body is too large.")
                more = message.get("more_body", False)
            self._body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return self._body

    async def form(self) -> FormData:
        """A multipart body; files are spooled by Starlette."""
        if self._form is None:
            self._form = await Request(self.scope, self.receive).form()
        return self._form

    async def params(self) -> dict[str, Any]:
        """Graph takes parameters from the query, JSON or a form alike; this is all of them in one."""
        found: dict[str, Any] = dict(self.query)
        kind = self.header(b"content-type")
        if kind.startswith(_MULTIPART):
            return found | dict(await self.form())
        body = await self.body()
        if not body:
            return found
        if kind.startswith(_FORM):
            return found | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if body.startswith(b'"'):  # pywa encodes authentication templates twice
            body = decode_text(body).encode("utf-8", "replace")
        return found | decode_object(body)


def decode_text(body: bytes) -> str:
    """A JSON string; raises MetaError 100."""
    try:
        return msgspec.json.decode(body, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MetaError(100, f"The body is not JSON: {error}") from error


def decode_object(body: bytes) -> dict[str, Any]:
    """A JSON object; raises MetaError 100."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MetaError(100, f"The body is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise MetaError(100, "The body has to be a JSON object.")
    return decoded


def encode(value: object, *, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(msgspec.json.encode(value), status)


SUCCESS = Answer(b'{"success":true}')


async def answer(send: Send, reply: Answer) -> None:
    """Send it."""
    headers = [
        (b"content-type", reply.content_type),
        (b"content-length", str(len(reply.body)).encode()),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def drop(call: Call) -> None:
    """Answer nothing at all: close the connection, or leave the caller waiting where the server does not let us."""
    transport = getattr(getattr(call.send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    while (await call.receive())["type"] != "http.disconnect":
        pass

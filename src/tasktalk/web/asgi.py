"""What our layers around the framework speak: ASGI, with a body read whole and an answer caught whole."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tasktalk.errors import BadRequest, TooLarge

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def header_of(scope: Scope, name: bytes) -> str | None:
    """The request's header `name` (in lower case)."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


async def read_body(scope: Scope, receive: Receive, *, most: int) -> bytes:
    """The request's body, of at most `most` bytes.

    Raises TooLarge by Content-Length before a byte is read, else as soon as it grows past that; BadRequest when the
    client went away.
    """
    announced = header_of(scope, b"content-length")
    if announced is not None and announced.isdigit() and int(announced[:18]) > most:
        raise _too_large(most)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("The connection closed before the body was complete.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False)
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """Gives `body` in one piece, and then what else there is to receive."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


class Caught:
    """Takes an answer in instead of sending it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.body = b""

    async def send(self, message: Message) -> None:
        """In the place of ASGI's `send`."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        else:
            self.body += message.get("body", b"")

    def header(self, name: bytes) -> str | None:
        """The answer's header `name` (in lower case)."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name), None)

    async def pass_on(self, send: Send) -> None:
        """Sends it after all."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body may have {most // 1024} KiB at most.", most=most)

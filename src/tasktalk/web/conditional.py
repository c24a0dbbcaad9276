"""GET of what has not changed since: 304 to If-None-Match (RFC 9110, 13.1.2).

A thing's ETag is its version. A list, and whatever else has no version, gets a weak one by what the answer holds. What
nobody may store passes as it comes: an export may be larger than there is memory.
"""

from hashlib import blake2b

from tasktalk.web.asgi import Asgi, Headers, Message, Receive, Scope, Send, header_of

_OK, _NOT_MODIFIED = 200, 304
_OF_A_BODY = (b"content-length", b"content-type")


class Conditional:
    """Around an application: lets JSON that the client has already not travel again."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_kept(message):
                start = message
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await _answer(start, b"".join(parts), header_of(scope, b"if-none-match"), send)

        await self._app(scope, receive, hold)


async def _answer(start: Message, body: bytes, known: str | None, send: Send) -> None:
    headers: Headers = list(start["headers"])
    tag = next((value.decode("latin-1") for name, value in headers if name.lower() == b"etag"), None)
    if tag is None:
        tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        headers.append((b"etag", tag.encode()))
    if known is not None and _is_among(tag, known):
        headers = [pair for pair in headers if pair[0].lower() not in _OF_A_BODY]
        start, body = {**start, "status": _NOT_MODIFIED}, b""
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _is_kept(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    is_json = headers.get(b"content-type", b"").startswith(b"application/json")
    return start["status"] == _OK and is_json and b"no-store" not in headers.get(b"cache-control", b"")


def _is_among(tag: str, known: str) -> bool:
    """Weakly compared, as If-None-Match is."""
    known_tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    return "*" in known_tags or tag.removeprefix("W/") in known_tags

"""What stands before every route under /api: bodies of bearable size, keys, ETags, and what answers say of limits."""

from starlette.middleware.cors import CORSMiddleware

from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.errors import AppError, TooLarge
from tasktalk.settings import Settings
from tasktalk.web.asgi import Asgi, Message, Receive, Scope, Send, read_body, replay
from tasktalk.web.conditional import Conditional
from tasktalk.web.errors import error_answer
from tasktalk.web.idempotency import Idempotency, Identify
from tasktalk.web.limits import Standing

MOST_BYTES = 1024 * 1024
_MOST_BYTES = {"/api/tasks/batch": 16 * 1024 * 1024, "/api/import": 16 * 1024 * 1024}
_STREAMED = ("/attachments",)  # the route takes the body in pieces, and has a limit of its own
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_EXPOSED = ("ETag", "Location", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")
_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache"))


class Guard:
    """Around the framework's routes, inside its handler of bugs. Everything outside /api passes untouched."""

    def __init__(self, app: Asgi, *, pool: Pool, identify: Identify, keyring: Keyring) -> None:
        self._app = app
        self._api = Conditional(Idempotency(app, pool, identify, keyring))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        scope["state"] = {**scope.get("state", {})}

        async def say_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_more(message, scope["state"].get("standing"))
            await send(message)

        try:
            if scope["method"] not in _BODILESS and not scope["path"].endswith(_STREAMED):
                most = _MOST_BYTES.get(scope["path"], MOST_BYTES)
                receive = replay(await read_body(scope, receive, most=most), receive)
            await self._api(scope, receive, say_more)
        except AppError as error:
            await error_answer(error)(scope, receive, say_more)


def allow_origins(app: Asgi, settings: Settings) -> Asgi:
    """`app`, with its API open to pages of TASKTALK_CORS_ORIGINS; to none by default. Never with cookies."""
    origins = [origin.strip().rstrip("/") for origin in settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return app
    opened: Asgi = CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key"),
        expose_headers=(*_EXPOSED, "Idempotency-Replayed"),
    )

    async def for_api_alone(scope: Scope, receive: Receive, send: Send) -> None:
        inner = opened if scope["type"] == "http" and scope["path"].startswith("/api/") else app
        await inner(scope, receive, send)

    return for_api_alone


def _with_more(message: Message, standing: Standing | None) -> list[tuple[bytes, bytes]]:
    headers = list(message.get("headers", ()))
    said = {name.lower() for name, _ in headers}
    headers += [pair for pair in _ALWAYS if pair[0] not in said]
    if standing is not None:
        headers += standing.headers()
    if message["status"] == TooLarge.status:  # the rest of the body is not read
        headers.append((b"connection", b"close"))
    return headers

"""What the routes of every subject share: where the pool is, and how ids are read and answers written."""

from typing import Any
from uuid import UUID

import msgspec
from fastapi import Request, Response

from tasktalk.db import Pool
from tasktalk.errors import NotFound
from tasktalk.ids import parse_id
from tasktalk.phrases import encode_told

_ETAG = {"description": "The version, for If-Match.", "schema": {"type": "string"}}


def answers(model: type, *, status: int = 200, versioned: bool = False) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: what it answers when all is well; `versioned`: with an ETag."""
    return {status: {"model": model, "headers": {"ETag": _ETAG}} if versioned else {"model": model}}


def pool_of(request: Request) -> Pool:
    """The pool of this web process; within a request that must have its effect once, that request's transaction."""
    pool: Pool = request.app.state.pool
    return pool


def keeps_content(request: Request) -> bool:
    """Whether the words of messages are kept here once they are handled."""
    settings = getattr(request.app.state, "settings", None)
    return getattr(settings, "keep_content", "on") != "off"


def known_id(text: str) -> UUID:
    """The id in a path; a malformed one is one that does not exist."""
    found = parse_id(text)
    if found is None:
        raise NotFound
    return found


def web_address(request: Request) -> str:
    """Where people reach us, without a slash at its end: PUBLIC_URL, else the address that this request came to."""
    settings = getattr(request.app.state, "settings", None)
    return str(getattr(settings, "public_url", "") or request.base_url).rstrip("/")


def to_json(
    body: object, *, status: int = 200, etag: int | None = None, location: str | None = None, secret: bool = False
) -> Response:
    """`body`, one of our own types, as the answer; `secret`: it must be kept nowhere on its way."""
    headers = {"ETag": f'"{etag}"'} if etag is not None else {}
    if location is not None:
        headers["Location"] = location
    if secret:
        headers["Cache-Control"] = "no-store"
    return Response(msgspec.json.encode(body, enc_hook=encode_told), status, headers, "application/json")

"""What the routes of tasks and of all that belongs to them share: who asks, which act it is, and how it is answered."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Depends, Header, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_viewer
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, NotFound
from tasktalk.ids import new_id, parse_id
from tasktalk.tasks.model import Act

_ETAG = {"description": "The version, for If-Match.", "schema": {"type": "string"}}
_DIGITS = 18  # of a version; more would not fit the database

Me = Annotated[Viewer, Depends(api_viewer)]
IfMatch = Annotated[str | None, Header(description="The version that the change is meant for; 409 when it moved on.")]


def answers(model: type, *, status: int = 200, versioned: bool = False) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: what it answers when all is well; `versioned`: with an ETag."""
    return {status: {"model": model, "headers": {"ETag": _ETAG}} if versioned else {"model": model}}


def pool_of(request: Request) -> Pool:
    """The pool of this web process."""
    pool: Pool = request.app.state.pool
    return pool


def act_of(request: Request) -> Act:
    """The act that this request is; all it changes can be taken back together."""
    channel = "api" if "authorization" in request.headers else "web"
    return Act(new_id(), channel, datetime.now(UTC))


def known_id(text: str) -> UUID:
    """The id in a path; a malformed one is one that does not exist."""
    found = parse_id(text)
    if found is None:
        raise NotFound
    return found


def version_of(if_match: str | None) -> int | None:
    """The version in an If-Match header; None: any."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not tag.isascii() or not tag.isdigit():
        raise BadRequest("If-Match is a version, as in the ETag.", field="If-Match")
    return int(tag[:_DIGITS])


def to_json(body: object, *, status: int = 200, etag: int | None = None, location: str | None = None) -> Response:
    """`body`, one of our own types, as the answer."""
    headers = {"ETag": f'"{etag}"'} if etag is not None else {}
    if location is not None:
        headers["Location"] = location
    return Response(msgspec.json.encode(body), status, headers, "application/json")

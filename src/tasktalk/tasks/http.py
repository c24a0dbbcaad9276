"""What the routes of tasks and of all that belongs to them share: who asks, which act it is, and how it is answered."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Request

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_viewer
from tasktalk.errors import BadRequest
from tasktalk.ids import new_id
from tasktalk.tasks.model import Act
from tasktalk.web.http import answers, known_id, pool_of, to_json

__all__ = ["IfMatch", "Me", "act_of", "answers", "known_id", "pool_of", "to_json", "version_of"]

_DIGITS = 18  # of a version; more would not fit the database

Me = Annotated[Viewer, Depends(api_viewer)]
IfMatch = Annotated[str | None, Header(description="The version that the change is meant for; 409 when it moved on.")]


def act_of(request: Request) -> Act:
    """The act that this request is; all it changes can be taken back together."""
    channel = "api" if "authorization" in request.headers else "web"
    return Act(new_id(), channel, datetime.now(UTC))


def version_of(if_match: str | None) -> int | None:
    """The version in an If-Match header; None: any."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not tag.isascii() or not tag.isdigit():
        raise BadRequest("If-Match is a version, as in the ETag.", field="If-Match")
    return int(tag[:_DIGITS])

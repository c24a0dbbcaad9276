"""The REST API of notices: what one was told, and what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tasktalk.errors import BadRequest
from tasktalk.messaging.notices.history import NotificationPage, list_notifications, mark_read
from tasktalk.tasks.cursors import LIMIT, MOST
from tasktalk.tasks.http import Me, answers, pool_of, to_json

router = APIRouter(prefix="/api/notifications", tags=["notifications"])


class ReadBody(BaseModel):
    """`ids`, or `all`."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] | None = Field(None, max_length=MOST)
    all: Literal[True] | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """How many were unread until now."""

    read: int


@router.get("", responses=answers(NotificationPage))
async def list_(
    request: Request,
    viewer: Me,
    *,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What the caller was told or is to be told, newest first; also what was held or dropped, and why."""
    async with pool_of(request).acquire() as conn:
        page = await list_notifications(conn, viewer=viewer, now=datetime.now(UTC), limit=limit, cursor=cursor)
    return to_json(page)


@router.post("/read", responses=answers(Marked))
async def mark(request: Request, viewer: Me, body: ReadBody) -> Response:
    """Marks some or all as read; ids that are not the caller's change nothing."""
    if (body.ids is None) == (body.all is None):
        raise BadRequest("Name `ids`, or say `all`.", field="ids")
    async with pool_of(request).acquire() as conn, conn.transaction():
        marked = await mark_read(conn, viewer=viewer, ids=body.ids, now=datetime.now(UTC))
    return to_json(Marked(marked))

"""The REST API of calendars, and the calendars themselves, for whoever has the address."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.errors import NotFound
from tasktalk.interop.feeds.calendar import REFRESH, find_by_address, read_contents, write_calendar
from tasktalk.interop.feeds.feeds import (
    Feed,
    Feeds,
    Kind,
    WithToken,
    change_feed,
    create_feed,
    delete_feed,
    get_feed,
    list_feeds,
    rotate_token,
)
from tasktalk.tasks.http import IfMatch, Me, answers, known_id, pool_of, to_json, version_of
from tasktalk.web.http import web_address
from tasktalk.web.limits import Limits

router = APIRouter(tags=["feeds"])
_ICS = "text/calendar; charset=utf-8"
_OPEN: dict[str, Any] = {"security": []}  # who has the address needs nothing else
_FOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "It is as the ETag says."},
}


class NewFeedBody(BaseModel):
    """A calendar of a project (`project_id`), of a filter, or of every open task; as events or as to-dos."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: Kind = "events"
    project_id: UUID | None = None
    filter: str | None = None
    alarms: bool = False


class FeedPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is. A project takes the place of a filter, and the reverse."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    kind: Kind = "events"
    project_id: UUID | None = None
    filter: str | None = None
    alarms: bool = False


@dataclass(frozen=True, slots=True)
class WithAddress:
    """A calendar with its address, which is shown this once."""

    feed: Feed
    url: str


@router.get("/api/feeds", responses=answers(Feeds))
async def list_(request: Request, viewer: Me) -> Response:
    """The caller's calendars, oldest first."""
    async with pool_of(request).acquire() as conn:
        return to_json(await list_feeds(conn, viewer=viewer))


@router.post("/api/feeds", status_code=201, responses=answers(WithAddress, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewFeedBody) -> Response:
    """Makes a calendar; its address is a secret, shown this once."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await create_feed(conn, viewer=viewer, given=body.model_dump(), now=_now())
    location = f"/api/feeds/{made.feed.id}"
    return to_json(with_address(request, made), status=201, etag=made.feed.version, location=location, secret=True)


@router.get("/api/feeds/{feed_id}", responses=answers(Feed, versioned=True))
async def get(request: Request, viewer: Me, feed_id: str) -> Response:
    """One calendar, without its address."""
    async with pool_of(request).acquire() as conn:
        feed = await get_feed(conn, viewer=viewer, feed_id=known_id(feed_id))
    return to_json(feed, etag=feed.version)


@router.patch("/api/feeds/{feed_id}", responses=answers(Feed, versioned=True))
async def change(request: Request, viewer: Me, feed_id: str, body: FeedPatchBody, if_match: IfMatch = None) -> Response:
    """Changes only the keys sent; the address stays."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        feed = await change_feed(
            conn,
            viewer=viewer,
            feed_id=known_id(feed_id),
            changes=body.model_dump(include=body.model_fields_set),
            now=_now(),
            version=version_of(if_match),
        )
    return to_json(feed, etag=feed.version)


@router.post("/api/feeds/{feed_id}/rotate", responses=answers(WithAddress, versioned=True))
async def rotate(request: Request, viewer: Me, feed_id: str) -> Response:
    """A new address, shown this once; the old one leads nowhere any more."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await rotate_token(conn, viewer=viewer, feed_id=known_id(feed_id), now=_now())
    return to_json(with_address(request, made), etag=made.feed.version, secret=True)


@router.delete("/api/feeds/{feed_id}", status_code=204)
async def delete(request: Request, viewer: Me, feed_id: str) -> Response:
    """Its address leads nowhere any more."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_feed(conn, viewer=viewer, feed_id=known_id(feed_id))
    return Response(status_code=204)


@router.head("/feeds/{token}.ics", include_in_schema=False)
@router.get("/feeds/{token}.ics", response_class=Response, responses=_FOUND, openapi_extra=_OPEN)
async def show(request: Request, token: str) -> Response:
    """The calendar, as its person would see it now. Ask with `If-None-Match`: 304 when it is as it was."""
    limits: Limits | None = getattr(request.app.state, "limits", None)
    async with pool_of(request).acquire() as conn:
        try:
            row = await find_by_address(conn, token=token)
        except NotFound:
            if limits is not None:
                await limits.count_stranger(request)
            raise
        if limits is not None:
            await limits.count(request, row["id"], administers=False)  # as many as a person of its own
        contents = await read_contents(conn, row=row, now=_now())
    headers = {
        "ETag": f'"{contents.tag}"',
        "Cache-Control": f"private, max-age={int(REFRESH.total_seconds()) // 3}",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    if contents.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = await write_calendar(contents, address=web_address(request))
    return Response(body, 200, headers | {"Content-Disposition": 'inline; filename="tasktalk.ics"'}, _ICS)


def with_address(request: Request, made: WithToken) -> WithAddress:
    """Where a calendar program finds it."""
    return WithAddress(made.feed, f"{web_address(request)}/feeds/{made.token}.ics")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

"""The REST API of saved filters."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tasktalk.tasks import cursors
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of
from tasktalk.tasks.listing import LIMIT, MOST, SORTS, Page, list_tasks
from tasktalk.tasks.saved.saved import (
    FilterChanges,
    SavedFilter,
    SavedFilterPage,
    change_filter,
    create_filter,
    delete_filter,
    get_filter,
    list_filters,
)
from tasktalk.tasks.written import Number

router = APIRouter(prefix="/api/filters", tags=["filters"])

Colour = Annotated[str | None, Field(description="#rrggbb, or a name such as red or teal.")]
Cursor = Annotated[str | None, Query(description="`next` of the page before.")]


class NewFilterBody(BaseModel):
    """A filter to keep; `query` as in `today & p1`."""

    model_config = ConfigDict(extra="forbid")

    name: str
    query: str
    colour: Colour = None
    position: Number | None = Field(None, allow_inf_nan=False)


class FilterPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    query: str = ""
    colour: Colour = None
    position: Number = Field(0, allow_inf_nan=False)

    def as_changes(self) -> FilterChanges:
        """For `change_filter`: only what was sent."""
        sent = self.model_dump(include=self.model_fields_set)
        changes: FilterChanges = sent  # type: ignore[assignment]  # the fields are its keys
        return changes


@router.get("", responses=answers(SavedFilterPage))
async def list_(
    request: Request,
    viewer: Me,
    *,
    limit: Annotated[int, Query(ge=1, le=cursors.MOST)] = cursors.LIMIT,
    cursor: Cursor = None,
) -> Response:
    """The caller's saved filters by position."""
    async with pool_of(request).acquire() as conn:
        return to_json(await list_filters(conn, viewer=viewer, limit=limit, cursor=cursor))


@router.post("", status_code=201, responses=answers(SavedFilter, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewFilterBody) -> Response:
    """Keeps a filter; 400 with `position` where the query cannot be read."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        saved = await create_filter(
            conn,
            viewer=viewer,
            name=body.name,
            query=body.query,
            colour=body.colour,
            position=body.position,
            by=act_of(request),
        )
    return to_json(saved, status=201, etag=saved.version, location=f"/api/filters/{saved.id}")


@router.get("/{filter_id}", responses=answers(SavedFilter, versioned=True))
async def get(request: Request, viewer: Me, filter_id: str) -> Response:
    """One saved filter."""
    async with pool_of(request).acquire() as conn:
        saved = await get_filter(conn, viewer=viewer, filter_id=known_id(filter_id))
    return to_json(saved, etag=saved.version)


@router.get("/{filter_id}/tasks", responses=answers(Page))
async def list_its_tasks(
    request: Request,
    viewer: Me,
    filter_id: str,
    *,
    sort: Annotated[str, Query(description=f"One of {', '.join(SORTS)}; a - before it descends.")] = "id",
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Cursor = None,
) -> Response:
    """The tasks that match now, as `GET /api/tasks` with this filter."""
    async with pool_of(request).acquire() as conn:
        saved = await get_filter(conn, viewer=viewer, filter_id=known_id(filter_id))
        page = await list_tasks(
            conn, viewer=viewer, filter=saved.query, sort=sort, limit=limit, cursor=cursor, now=datetime.now(UTC)
        )
    return to_json(page)


@router.patch("/{filter_id}", responses=answers(SavedFilter, versioned=True))
async def change(
    request: Request, viewer: Me, filter_id: str, body: FilterPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes only the keys that are sent."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        saved = await change_filter(
            conn,
            viewer=viewer,
            filter_id=known_id(filter_id),
            changes=body.as_changes(),
            by=act_of(request),
            version=version,
        )
    return to_json(saved, etag=saved.version)


@router.delete("/{filter_id}", status_code=204)
async def delete(request: Request, viewer: Me, filter_id: str, if_match: IfMatch = None) -> None:
    """Forgets a filter; its tasks stay."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_filter(conn, viewer=viewer, filter_id=known_id(filter_id), by=act_of(request), version=version)

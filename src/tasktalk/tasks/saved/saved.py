"""Filters that a person keeps under a name. What is kept can always be read: see `tasks.filters`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from typing_extensions import TypedDict

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_colour, clean_line
from tasktalk.tasks.cursors import LIMIT, read_cursor, write_cursor
from tasktalk.tasks.filters import parse
from tasktalk.tasks.model import Act

Q = queries(__file__)

FILTERS = 200  # of one person
QUERY_CHARACTERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A filter of a person's own; `query` is in the filter language."""

    id: UUID
    name: str
    query: str
    colour: str | None
    position: float
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int


@dataclass(frozen=True, slots=True)
class SavedFilterPage:
    """Some saved filters, and the cursor of the next ones; None: these were the last."""

    items: list[SavedFilter]
    next: str | None


class FilterChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is."""

    name: str
    query: str
    colour: str | None
    position: float


async def list_filters(conn: Conn, *, viewer: Viewer, limit: int = LIMIT, cursor: str | None = None) -> SavedFilterPage:
    """The viewer's filters by position."""
    after, position = read_cursor(cursor, positioned=True)
    rows = Q.list_filters(conn, viewer=viewer.user_id, filter_id=None, after=after, position=position, limit=limit + 1)
    filters = [filter_of(row) async for row in rows]
    last = filters[limit - 1] if len(filters) > limit else None
    return SavedFilterPage(filters[:limit], write_cursor(last.id, last.position) if last else None)


async def get_filter(conn: Conn, *, viewer: Viewer, filter_id: UUID) -> SavedFilter:
    """One of the viewer's filters; NotFound otherwise."""
    rows = Q.list_filters(conn, viewer=viewer.user_id, filter_id=filter_id, after=None, position=None, limit=1)
    async for row in rows:
        return filter_of(row)
    raise NotFound(phrase("There is no such filter."))


async def create_filter(
    conn: Conn,
    *,
    viewer: Viewer,
    name: str,
    query: str,
    by: Act,
    colour: str | None = None,
    position: float | None = None,
) -> SavedFilter:
    """Keeps a filter. Raises BadRequest, with `position` where the query cannot be read, and for one too many."""
    row = await Q.insert_filter(
        conn,
        id=new_id(),
        name=_clean_name(name),
        query=clean_query(query),
        colour=clean_colour(colour),
        position=by.at.timestamp() if position is None else position,
        most=FILTERS,
        **_act(viewer, by),
    )
    if row is None:
        raise BadRequest(Told("You have {most} filters, which is the most.", most=FILTERS), field="name")
    return filter_of(row)


async def change_filter(
    conn: Conn, *, viewer: Viewer, filter_id: UUID, changes: FilterChanges, by: Act, version: int | None = None
) -> SavedFilter:
    """The filter after its change. Raises NotFound, Conflict for an old version, and as `create_filter`."""
    row = await _lock(conn, viewer=viewer, filter_id=filter_id, version=version)
    values: dict[str, object] = {**changes}
    if "name" in changes:
        values["name"] = _clean_name(changes["name"])
    if "query" in changes:
        values["query"] = clean_query(changes["query"])
    if "colour" in changes:
        values["colour"] = clean_colour(changes["colour"])
    if differing := {key: value for key, value in values.items() if value != row[key]}:
        row = await Q.write_filter(conn, id=filter_id, set=differing, **_act(viewer, by))
    return filter_of(row)


async def delete_filter(conn: Conn, *, viewer: Viewer, filter_id: UUID, by: Act, version: int | None = None) -> None:
    """Forgets a filter. Raises NotFound, Conflict for an old version."""
    await _lock(conn, viewer=viewer, filter_id=filter_id, version=version)
    await Q.delete_filter(conn, id=filter_id, **_act(viewer, by))


def clean_query(text: str) -> str:
    """A filter on one line that can be read; BadRequest with the `position` in `text` where it cannot."""
    _check_query(text)
    line = clean_line(text, field=phrase("query"), longest=QUERY_CHARACTERS)
    if line != text:
        _check_query(line)  # what was taken out may have been all there was
    return line


def _check_query(text: str) -> None:
    try:
        parse(text)
    except BadRequest as error:
        raise BadRequest(error.message, **error.data | {"field": "query"}) from error


def filter_of(row: Mapping[str, Any]) -> SavedFilter:
    """A SavedFilter from a row of `saved_filters`."""
    return SavedFilter(
        id=row["id"],
        name=row["name"],
        query=row["query"],
        colour=row["colour"],
        position=row["position"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def _lock(conn: Conn, *, viewer: Viewer, filter_id: UUID, version: int | None) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await Q.lock_filter(conn, viewer=viewer.user_id, filter_id=filter_id)
    if row is None:
        raise NotFound(phrase("There is no such filter."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this filter first."), version=row["version"])
    return row


def _clean_name(name: str) -> str:
    return clean_line(name, field=phrase("name"), longest=NAME_CHARACTERS)


def _act(viewer: Viewer, by: Act) -> dict[str, object]:
    return {"viewer": viewer.user_id, "change_set": by.change_set, "channel": by.channel, "at": by.at}

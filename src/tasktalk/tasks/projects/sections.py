"""Sections by hand: named, ordered, taken away. `place` is a project, or None for the viewer's Inbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase
from tasktalk.tasks.changes import change_tasks
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_line
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import check_may_write, find_role
from tasktalk.tasks.projects.board import Place
from tasktalk.tasks.projects.model import Section, SectionChanges, section_of
from tasktalk.tasks.tasks import BATCH

Q = queries(__file__)


async def list_sections(conn: Conn, *, viewer: Viewer, place: Place) -> list[Section]:
    """In their order. Raises NotFound for a project the viewer does not see."""
    if place is not None and await find_role(conn, viewer=viewer, project_id=place) is None:
        raise NotFound(phrase("There is no such project."))
    return [section_of(row) async for row in Q.list_sections(conn, viewer=viewer.user_id, project_id=place)]


async def create_section(
    conn: Conn, *, viewer: Viewer, place: Place, name: str, by: Act, position: float | None = None
) -> Section:
    """A section at the end of the board, unless `position` says otherwise.

    Raises NotFound, Forbidden where the viewer may only look, Conflict where there is one of that name.
    """
    if place is not None:
        await check_may_write(conn, viewer=viewer, project_id=place)
    try:
        row = await Q.insert_section(
            conn,
            id=new_id(),
            viewer=viewer.user_id,
            project_id=place,
            name=_clean(name),
            position=by.at.timestamp() if position is None else position,
            change_set=by.change_set,
            channel=by.channel,
            at=by.at,
        )
    except UniqueViolationError as error:
        raise _taken() from error
    return section_of(row)


async def change_section(
    conn: Conn, *, viewer: Viewer, section_id: UUID, changes: SectionChanges, by: Act, version: int | None = None
) -> Section:
    """The section after its change. Raises as `create_section`, and Conflict for a version that has moved on."""
    row = await _lock(conn, viewer=viewer, section_id=section_id, version=version)
    name = _clean(changes["name"]) if "name" in changes else row["name"]
    position = changes.get("position", row["position"])
    if (name, position) == (row["name"], row["position"]):
        return section_of(row)
    try:
        written = await Q.write_section(
            conn,
            id=section_id,
            viewer=viewer.user_id,
            name=name,
            position=position,
            change_set=by.change_set,
            channel=by.channel,
            at=by.at,
        )
    except UniqueViolationError as error:
        raise _taken() from error
    return section_of(written)


async def delete_section(conn: Conn, *, viewer: Viewer, section_id: UUID, by: Act, version: int | None = None) -> None:
    """The section goes; its tasks stay where they are, without one. Raises as `change_section`."""
    await _lock(conn, viewer=viewer, section_id=section_id, version=version)
    ids = [row["id"] async for row in Q.list_in_section(conn, id=section_id)]
    for start in range(0, len(ids), BATCH):
        await change_tasks(
            conn,
            viewer=viewer,
            changes=[(task_id, {"section": None}) for task_id in ids[start : start + BATCH]],
            by=by,
        )
    await Q.delete_section(
        conn, id=section_id, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
    )


async def _lock(conn: Conn, *, viewer: Viewer, section_id: UUID, version: int | None) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await Q.lock_section(conn, id=section_id, viewer=viewer.user_id)
    if row is None:
        raise NotFound(phrase("There is no such section."))
    if row["role"] == "viewer":
        raise Forbidden(phrase("You may only look at this project."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this section first."), version=row["version"])
    return row


def _clean(name: str) -> str:
    return clean_line(name.strip().removeprefix("/"), field=phrase("name"), longest=NAME_CHARACTERS)


def _taken() -> Conflict:
    return Conflict(phrase("There is a section of that name already."), field="name")

"""Projects: making, finding, changing. One that is not the viewer's to see does not exist.

Who is in them is in `sharing`, their sections in `sections`, copies of them in `copying`.
"""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_colour, clean_line, clean_notes
from tasktalk.tasks.cursors import LIMIT, MOST, read_cursor, write_cursor
from tasktalk.tasks.model import Act, Ref
from tasktalk.tasks.names import fold
from tasktalk.tasks.projects.model import (
    EDITORS_MAY_CHANGE,
    Member,
    Place,
    Project,
    ProjectChanges,
    ProjectPage,
    Role,
    project_of,
)
from tasktalk.tasks.projects.writing import lock_projects, write_projects

Q = queries(__file__)

ICON_CHARACTERS = 50

__all__ = [
    "Member",
    "Place",
    "Project",
    "ProjectChanges",
    "ProjectPage",
    "Role",
    "change_project",
    "create_project",
    "find_project_by_name",
    "get_project",
    "list_people",
    "list_places",
    "list_project_names",
    "list_project_page",
    "list_projects",
]


async def create_project(
    conn: Conn,
    *,
    viewer: Viewer,
    name: str,
    by: Act,
    colour: str | None = None,
    icon: str | None = None,
    description: str = "",
    position: float | None = None,
    is_template: bool = False,
) -> Project:
    """A project of the viewer's own, behind all older ones. Raises BadRequest for what a project cannot have."""
    project_id = new_id()
    await Q.insert_project(
        conn,
        id=project_id,
        viewer=viewer.user_id,
        name=_check("name", name),
        colour=clean_colour(colour),
        icon=_check("icon", icon),
        description=_check("description", description),
        is_template=is_template,
        position=by.at.timestamp() if position is None else _check("position", position),
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )
    return await get_project(conn, viewer=viewer, project_id=project_id)


async def change_project(
    conn: Conn, *, viewer: Viewer, project_id: UUID, changes: ProjectChanges, by: Act, version: int | None = None
) -> Project:
    """The project after its change, or as it is when nothing differs; what lies in it is deleted and restored with it.

    Raises NotFound for a project the viewer does not see, or that stays in the trash; Forbidden for viewers, and
    for editors where only an owner may; BadRequest for what a project cannot have; Conflict when `version` is given
    and is not the project's any more.
    """
    row = (await lock_projects(conn, viewer=viewer, ids=[project_id])).get(project_id)
    if row is None or (row["deleted_at"] and changes.get("deleted") is not False):
        raise NotFound(phrase("There is no such project."))
    if row["role"] == "viewer":
        raise Forbidden(phrase("You may only look at this project."))
    if row["role"] != "owner" and not changes.keys() <= EDITORS_MAY_CHANGE:
        raise Forbidden(phrase("Only a project's owner may do this."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this project first."), version=row["version"])
    columns = {key: value for key, value in _columns(row, changes, by=by).items() if value != row[key]}
    await write_projects(conn, viewer=viewer, sets={project_id: columns}, by=by)
    return (await _read(conn, viewer=viewer, ids=[project_id], trashed=None))[0]


async def list_projects(conn: Conn, *, viewer: Viewer) -> list[Project]:
    """All that the viewer is a member of, archived ones and templates too, in their order."""
    return await _read(conn, viewer=viewer)


async def list_project_page(
    conn: Conn,
    *,
    viewer: Viewer,
    archived: bool | None = None,
    templates: bool | None = None,
    trashed: bool = False,
    limit: int = LIMIT,
    cursor: str | None = None,
) -> ProjectPage:
    """A page of them; `archived` and `templates`: only those that are (True) or are not (False), None: both.

    `trashed`: those in the trash instead.
    """
    if not 1 <= limit <= MOST:
        raise BadRequest(f"A page has 1 to {MOST} projects.", field="limit")
    after_id, after_position = read_cursor(cursor, positioned=bool(cursor))
    found = await _read(
        conn,
        viewer=viewer,
        trashed=trashed,
        archived=archived,
        templates=templates,
        after_id=after_id,
        after_position=after_position,
        limit=limit + 1,
    )
    last = found[limit - 1] if len(found) > limit else None
    return ProjectPage(found[:limit], None if last is None else write_cursor(last.id, last.position))


async def get_project(conn: Conn, *, viewer: Viewer, project_id: UUID) -> Project:
    """One of the viewer's projects; NotFound otherwise."""
    for project in await _read(conn, viewer=viewer, ids=[project_id]):
        return project
    raise NotFound(phrase("There is no such project."))


async def list_project_names(conn: Conn, *, viewer: Viewer) -> list[Ref]:
    """Ids and names alone, archived projects and templates last."""
    return [Ref(row["id"], row["name"]) async for row in Q.list_project_names(conn, viewer=viewer.user_id)]


async def list_places(conn: Conn, *, viewer: Viewer) -> list[Place]:
    """Where the viewer's tasks may lie: all projects but archived ones and templates, in their order."""
    rows = Q.list_places(conn, viewer=viewer.user_id)
    return [Place(row["id"], row["name"], row["colour"], row["role"]) async for row in rows]


async def find_project_by_name(conn: Conn, *, viewer: Viewer, name: str) -> Ref | None:
    """The viewer's project of that name, whatever case and accents; the oldest one where several have it."""
    wanted = fold(name.strip().removeprefix("#"))
    for project in await list_project_names(conn, viewer=viewer):
        if fold(project.name) == wanted:
            return project
    return None


async def list_people(conn: Conn, *, viewer: Viewer) -> list[Ref]:
    """The viewer, then everybody who shares a project with them."""
    return [Ref(row["id"], row["name"]) async for row in Q.list_people(conn, viewer=viewer.user_id)]


async def _read(conn: Conn, *, viewer: Viewer, trashed: bool | None = False, **narrowed: object) -> list[Project]:
    asked: dict[str, object] = {
        "ids": None,
        "archived": None,
        "templates": None,
        "after_id": None,
        "after_position": None,
        "limit": None,
    }
    rows = Q.list_projects(conn, viewer=viewer.user_id, trashed=trashed, **{**asked, **narrowed})
    return [project_of(row) async for row in rows]


def _columns(row: Mapping[str, Any], changes: ProjectChanges, *, by: Act) -> dict[str, object]:
    columns: dict[str, object] = {}
    for key, value in changes.items():
        if key in {"archived", "deleted"}:
            columns[f"{key}_at"] = (row[f"{key}_at"] or by.at) if value else None
        else:
            columns[key] = _check(key, value)
    return columns


def _check(key: str, value: object) -> object:
    match key, value:
        case "name", str():
            return clean_line(value.strip().removeprefix("#"), field=phrase("name"), longest=NAME_CHARACTERS)
        case "colour", str():
            return clean_colour(value)
        case "icon", str():
            return clean_line(value, field=phrase("icon"), longest=ICON_CHARACTERS)
        case "description", str():
            return clean_notes(value, field=phrase("description"))
        case "position", float() if not math.isfinite(value):
            raise BadRequest("A position is a finite number.", field="position")
        case _:
            return value

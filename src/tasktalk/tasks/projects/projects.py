"""Projects and who is in them. A project that is not the viewer's to see does not exist."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_line
from tasktalk.tasks.model import Act, Ref
from tasktalk.tasks.names import fold
from tasktalk.tasks.places import find_role

Q = queries(__file__)

Role = Literal["owner", "editor", "viewer"]


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a project: viewers look, editors change tasks, owners change the project."""

    id: UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as the viewer sees it; `role` is their own."""

    id: UUID
    name: str
    colour: str | None
    role: Role
    members: list[Member]
    open_count: int
    position: float
    created_at: dt.datetime
    updated_at: dt.datetime
    archived_at: dt.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """A list of projects; `next` is null, since they all fit on one page."""

    items: list[Project]
    next: str | None = None


async def create_project(conn: Conn, *, viewer: Viewer, name: str, by: Act, colour: str | None = None) -> Project:
    """A project of the viewer's own. Raises BadRequest for an unusable name."""
    row = await Q.insert_project(
        conn,
        id=new_id(),
        viewer=viewer.user_id,
        name=clean_line(name.strip().removeprefix("#"), field="name", longest=NAME_CHARACTERS),
        colour=None if colour is None else clean_line(colour, field="colour", longest=NAME_CHARACTERS),
        position=by.at.timestamp(),
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )
    return project_of(row)


async def list_projects(conn: Conn, *, viewer: Viewer) -> list[Project]:
    """All that the viewer is a member of, archived ones too, oldest first."""
    return [project_of(row) async for row in Q.list_projects(conn, viewer=viewer.user_id, ids=None)]


async def get_project(conn: Conn, *, viewer: Viewer, project_id: UUID) -> Project:
    """One of the viewer's projects; NotFound otherwise."""
    async for row in Q.list_projects(conn, viewer=viewer.user_id, ids=[project_id]):
        return project_of(row)
    raise NotFound("There is no such project.")


async def list_project_names(conn: Conn, *, viewer: Viewer) -> list[Ref]:
    """Ids and names alone, archived projects last."""
    return [Ref(row["id"], row["name"]) async for row in Q.list_project_names(conn, viewer=viewer.user_id)]


async def find_project_by_name(conn: Conn, *, viewer: Viewer, name: str) -> Ref | None:
    """The viewer's project of that name, whatever case and accents; the oldest one where several have it."""
    wanted = fold(name.strip().removeprefix("#"))
    for project in await list_project_names(conn, viewer=viewer):
        if fold(project.name) == wanted:
            return project
    return None


async def add_member(
    conn: Conn, *, viewer: Viewer, project_id: UUID, user_id: UUID, role: Role, now: dt.datetime
) -> None:
    """Lets a person into a project, or gives a member another role. Only its owners may."""
    own = await find_role(conn, viewer=viewer, project_id=project_id)
    if own is None:
        raise NotFound("There is no such project.")
    if own != "owner":
        raise Forbidden("Only a project's owner says who is in it.")
    if user_id == viewer.user_id and role != "owner":
        raise BadRequest("An owner cannot step down: make somebody else owner first.", field="role")
    done: str = await Q.insert_member(conn, project_id=project_id, user_id=user_id, role=role, at=now)
    if done.endswith(" 0"):
        raise NotFound("There is no such person.", field="user_id")


async def list_people(conn: Conn, *, viewer: Viewer) -> list[Ref]:
    """The viewer, then everybody who shares a project with them."""
    return [Ref(row["id"], row["name"]) async for row in Q.list_people(conn, viewer=viewer.user_id)]


def project_of(row: Mapping[str, Any]) -> Project:
    """A Project from a row of `projects` with `role`, `members` and `open_count` beside its columns."""
    return Project(
        id=row["id"],
        name=row["name"],
        colour=row["colour"],
        role=row["role"],
        members=[Member(UUID(member["id"]), member["name"], member["role"]) for member in row["members"]],
        open_count=row["open_count"],
        position=row["position"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        archived_at=row["archived_at"],
        version=row["version"],
    )

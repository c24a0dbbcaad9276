"""Teams: making them, and who is in them. A team that the viewer is not in does not exist.

Whatever changes here is followed by `settle_members` of the projects that the team has. Locks are taken in one order
by everybody: the team, then its projects.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_line
from tasktalk.tasks.model import Act
from tasktalk.tasks.projects.sharing.members import is_acquaintance
from tasktalk.tasks.projects.sharing.settling import lock_sharing, settle_members

Q = queries(__file__)

TeamRole = Literal["owner", "member"]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person in a team; owners change it."""

    id: UUID
    name: str
    role: TeamRole


@dataclass(frozen=True, slots=True)
class TeamMemberPage:
    """Everybody in a team, by name; they all fit on one page."""

    items: list[TeamMember]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team as the viewer sees it; `role` is their own."""

    id: UUID
    name: str
    role: TeamRole
    members: list[TeamMember]
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class TeamPage:
    """The viewer's teams, oldest first; they all fit on one page."""

    items: list[Team]
    next: str | None = None


async def list_teams(conn: Conn, *, viewer: Viewer) -> list[Team]:
    """Those the viewer is in."""
    return [_team_of(row) async for row in Q.list_teams(conn, viewer=viewer.user_id, id=None)]


async def get_team(conn: Conn, *, viewer: Viewer, team_id: UUID) -> Team:
    """One of the viewer's teams; NotFound otherwise."""
    async for row in Q.list_teams(conn, viewer=viewer.user_id, id=team_id):
        return _team_of(row)
    raise NotFound(phrase("There is no such team."))


async def create_team(conn: Conn, *, viewer: Viewer, name: str, by: Act) -> Team:
    """A team of the viewer alone, who owns it. Raises BadRequest for an unusable name."""
    team_id = new_id()
    await Q.insert_team(conn, id=team_id, name=_clean(name), **_by(viewer, by))
    return await get_team(conn, viewer=viewer, team_id=team_id)


async def rename_team(
    conn: Conn, *, viewer: Viewer, team_id: UUID, name: str, by: Act, version: int | None = None
) -> Team:
    """Raises NotFound, Forbidden unless the viewer owns the team, Conflict for a version that has moved on."""
    row = await lock_team(conn, viewer=viewer, team_id=team_id, to_change=True)
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this team first."), version=row["version"])
    if (name := _clean(name)) != row["name"]:
        await Q.rename_team(conn, id=team_id, name=name, **_by(viewer, by))
    return await get_team(conn, viewer=viewer, team_id=team_id)


async def delete_team(conn: Conn, *, viewer: Viewer, team_id: UUID, by: Act) -> None:
    """Its people lose the projects that they had through it. Raises as `rename_team`."""
    await lock_team(conn, viewer=viewer, team_id=team_id, to_change=True)
    projects = await _lock_projects(conn, team_id)
    await Q.delete_team(conn, id=team_id, **_by(viewer, by))
    await settle_members(conn, viewer=viewer, project_ids=projects, now=by.at, by=by)


async def put_team_member(
    conn: Conn, *, viewer: Viewer, team_id: UUID, user_id: UUID, role: TeamRole, by: Act, new: bool
) -> TeamMember:
    """Adds somebody who shares a project or a team with the viewer (`new`), or gives a member another role.

    Raises as `rename_team`, and Conflict for somebody who is in, and for the last owner stepping down.
    """
    await lock_team(conn, viewer=viewer, team_id=team_id, to_change=True)
    had = await Q.find_team_role(conn, id=team_id, user_id=user_id)
    if new and had is not None:
        raise Conflict(phrase("This person is in the team already."), field="user")
    if had is None and not (new and await is_acquaintance(conn, viewer=viewer, user_id=user_id)):
        raise NotFound(
            phrase("There is no such person.") if new else phrase("There is no such person in this team."), field="user"
        )
    if role != "owner":
        await _check_owner_stays(conn, team_id, but=user_id)
    if role != had:
        await Q.put_team_member(conn, id=team_id, user_id=user_id, role=role, **_by(viewer, by))
        projects = await _lock_projects(conn, team_id)
        await settle_members(conn, viewer=viewer, project_ids=projects, now=by.at, by=by)
    team = await get_team(conn, viewer=viewer, team_id=team_id)
    return next(member for member in team.members if member.id == user_id)


async def remove_team_member(conn: Conn, *, viewer: Viewer, team_id: UUID, user_id: UUID, by: Act) -> None:
    """A person leaves, by themselves or because an owner wants it; and the team's projects, if nothing else holds them.

    Raises NotFound, Forbidden, Conflict for the last owner.
    """
    await lock_team(conn, viewer=viewer, team_id=team_id, to_change=user_id != viewer.user_id)
    if await Q.find_team_role(conn, id=team_id, user_id=user_id) is None:
        raise NotFound(phrase("There is no such person in this team."), field="user")
    await _check_owner_stays(conn, team_id, but=user_id)
    await Q.delete_team_member(conn, id=team_id, user_id=user_id, **_by(viewer, by))
    projects = await _lock_projects(conn, team_id)
    await settle_members(conn, viewer=viewer, project_ids=projects, now=by.at, by=by)


async def lock_team(conn: Conn, *, viewer: Viewer, team_id: UUID, to_change: bool) -> Mapping[str, Any]:
    """The team's row. Raises NotFound unless the viewer is in it, Forbidden if they want `to_change` it and may not."""
    row: Mapping[str, Any] | None = await Q.lock_team(conn, id=team_id)
    role = row and await Q.find_team_role(conn, id=team_id, user_id=viewer.user_id)
    if row is None or role is None:
        raise NotFound(phrase("There is no such team."), field="team")
    if to_change and role != "owner":
        raise Forbidden(phrase("Only a team's owner says what it is and who is in it."))
    return row


async def _lock_projects(conn: Conn, team_id: UUID) -> list[UUID]:
    projects = [row["project_id"] async for row in Q.list_team_projects(conn, id=team_id)]
    await lock_sharing(conn, project_ids=projects)
    return projects


async def _check_owner_stays(conn: Conn, team_id: UUID, *, but: UUID) -> None:
    if not await Q.count_team_owners(conn, id=team_id, but=but):
        raise Conflict(phrase("This is the team's last owner: make somebody else owner first."), field="role")


def _by(viewer: Viewer, by: Act) -> dict[str, object]:
    return {"viewer": viewer.user_id, "change_set": by.change_set, "channel": by.channel, "at": by.at}


def _clean(name: str) -> str:
    return clean_line(name, field=phrase("name"), longest=NAME_CHARACTERS)


def _team_of(row: Mapping[str, Any]) -> Team:
    return Team(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        members=[TeamMember(UUID(member["id"]), member["name"], member["role"]) for member in row["members"]],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )

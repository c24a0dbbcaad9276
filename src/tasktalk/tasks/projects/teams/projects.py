"""Which teams are in a project. All of a team's people get the project with the role that the team has there."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import find_role
from tasktalk.tasks.projects.sharing.settling import lock_as_owner, settle_members
from tasktalk.tasks.projects.teams.teams import lock_team

Q = queries(__file__)

SharedRole = Literal["editor", "viewer"]


@dataclass(frozen=True, slots=True)
class ProjectTeam:
    """A team in a project."""

    id: UUID
    name: str
    role: SharedRole
    added_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ProjectTeamPage:
    """A project's teams, oldest first; they all fit on one page."""

    items: list[ProjectTeam]
    next: str | None = None


async def list_project_teams(conn: Conn, *, viewer: Viewer, project_id: UUID) -> list[ProjectTeam]:
    """For everybody in the project; NotFound for others."""
    if await find_role(conn, viewer=viewer, project_id=project_id) is None:
        raise NotFound(phrase("There is no such project."))
    return [ProjectTeam(**dict(row)) async for row in Q.list_project_teams(conn, project_id=project_id)]


async def put_project_team(
    conn: Conn, *, viewer: Viewer, project_id: UUID, team_id: UUID, role: SharedRole, by: Act
) -> ProjectTeam:
    """Lets a team of the viewer's in, or gives it another role.

    Raises NotFound for a team or a project that is not theirs to see, Forbidden unless they own the project.
    """
    if await find_role(conn, viewer=viewer, project_id=project_id) is None:
        raise NotFound(phrase("There is no such project."))
    there = await _find(conn, project_id, team_id)
    if there is None:  # otherwise an owner may give it another role without being in it
        await lock_team(conn, viewer=viewer, team_id=team_id, to_change=False)
    await lock_as_owner(conn, viewer=viewer, project_id=project_id)
    if there is None or there.role != role:
        await Q.put_project_team(
            conn,
            id=team_id,
            project_id=project_id,
            role=role,
            viewer=viewer.user_id,
            change_set=by.change_set,
            channel=by.channel,
            at=by.at,
        )
        await settle_members(conn, viewer=viewer, project_ids=[project_id], now=by.at, by=by)
    put = await _find(conn, project_id, team_id)
    if put is None:
        raise NotFound(phrase("There is no such team."), field="team")
    return put


async def remove_project_team(conn: Conn, *, viewer: Viewer, project_id: UUID, team_id: UUID, by: Act) -> None:
    """A team's people lose the project, unless they have it otherwise. Raises NotFound, Forbidden unless owner."""
    await lock_as_owner(conn, viewer=viewer, project_id=project_id)
    gone = await Q.delete_project_team(
        conn,
        id=team_id,
        project_id=project_id,
        viewer=viewer.user_id,
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )
    if gone is None:
        raise NotFound(phrase("There is no such team in this project."))
    await settle_members(conn, viewer=viewer, project_ids=[project_id], now=by.at, by=by)


async def _find(conn: Conn, project_id: UUID, team_id: UUID) -> ProjectTeam | None:
    async for row in Q.list_project_teams(conn, project_id=project_id):
        if row["id"] == team_id:
            return ProjectTeam(**dict(row))
    return None

"""The REST API of teams, and of what they have."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.tasks.bodies import Ref
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of
from tasktalk.tasks.projects.sharing.bodies import id_of
from tasktalk.tasks.projects.teams.projects import (
    ProjectTeam,
    ProjectTeamPage,
    SharedRole,
    list_project_teams,
    put_project_team,
    remove_project_team,
)
from tasktalk.tasks.projects.teams.teams import (
    Team,
    TeamMember,
    TeamMemberPage,
    TeamPage,
    TeamRole,
    create_team,
    delete_team,
    get_team,
    list_teams,
    put_team_member,
    remove_team_member,
    rename_team,
)

router = APIRouter(prefix="/api", tags=["teams"])


class TeamBody(BaseModel):
    """What a team is called."""

    model_config = ConfigDict(extra="forbid")

    name: str


class NewTeamMemberBody(BaseModel):
    """Somebody who shares a project or a team with the caller."""

    model_config = ConfigDict(extra="forbid")

    user: Ref
    role: TeamRole = "member"


class TeamRoleBody(BaseModel):
    """A team member's role."""

    model_config = ConfigDict(extra="forbid")

    role: TeamRole


class ProjectTeamBody(BaseModel):
    """A team of the caller's, and what its people may do in the project."""

    model_config = ConfigDict(extra="forbid")

    team: Ref
    role: SharedRole = "editor"


@router.get("/teams", responses=answers(TeamPage))
async def list_(request: Request, viewer: Me) -> Response:
    """The teams the caller is in."""
    async with pool_of(request).acquire() as conn:
        return to_json(TeamPage(await list_teams(conn, viewer=viewer)))


@router.post("/teams", status_code=201, responses=answers(Team, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: TeamBody) -> Response:
    """Makes a team, owned by the caller."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        team = await create_team(conn, viewer=viewer, name=body.name, by=act_of(request))
    return to_json(team, status=201, etag=team.version, location=f"/api/teams/{team.id}")


@router.get("/teams/{team_id}", responses=answers(Team, versioned=True))
async def get(request: Request, viewer: Me, team_id: str) -> Response:
    """One team."""
    async with pool_of(request).acquire() as conn:
        team = await get_team(conn, viewer=viewer, team_id=known_id(team_id))
    return to_json(team, etag=team.version)


@router.patch("/teams/{team_id}", responses=answers(Team, versioned=True))
async def change(request: Request, viewer: Me, team_id: str, body: TeamBody, if_match: IfMatch = None) -> Response:
    """Renames a team. Its owners may."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        team = await rename_team(
            conn, viewer=viewer, team_id=known_id(team_id), name=body.name, by=act_of(request), version=version
        )
    return to_json(team, etag=team.version)


@router.delete("/teams/{team_id}", status_code=204)
async def delete(request: Request, viewer: Me, team_id: str) -> None:
    """Dissolves a team; its people lose what they had through it. Its owners may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_team(conn, viewer=viewer, team_id=known_id(team_id), by=act_of(request))


@router.get("/teams/{team_id}/members", responses=answers(TeamMemberPage))
async def list_members(request: Request, viewer: Me, team_id: str) -> Response:
    """Everybody in a team."""
    async with pool_of(request).acquire() as conn:
        return to_json(TeamMemberPage((await get_team(conn, viewer=viewer, team_id=known_id(team_id))).members))


@router.post("/teams/{team_id}/members", status_code=201, responses=answers(TeamMember, status=201))
async def add_member(request: Request, viewer: Me, team_id: str, body: NewTeamMemberBody) -> Response:
    """Adds somebody who shares a project or a team with the caller; they get the team's projects. Its owners may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        member = await put_team_member(
            conn,
            viewer=viewer,
            team_id=known_id(team_id),
            user_id=id_of(body.user),
            role=body.role,
            by=act_of(request),
            new=True,
        )
    return to_json(member, status=201)


@router.patch("/teams/{team_id}/members/{user_id}", responses=answers(TeamMember))
async def change_member(request: Request, viewer: Me, team_id: str, user_id: str, body: TeamRoleBody) -> Response:
    """Gives a team member another role. Its owners may; the last one stays one."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        member = await put_team_member(
            conn,
            viewer=viewer,
            team_id=known_id(team_id),
            user_id=known_id(user_id),
            role=body.role,
            by=act_of(request),
            new=False,
        )
    return to_json(member)


@router.delete("/teams/{team_id}/members/{user_id}", status_code=204)
async def remove_member(request: Request, viewer: Me, team_id: str, user_id: str) -> None:
    """Takes somebody out of a team: its owners anybody, everybody themselves (`me`)."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await remove_team_member(
            conn,
            viewer=viewer,
            team_id=known_id(team_id),
            user_id=viewer.user_id if user_id == "me" else known_id(user_id),
            by=act_of(request),
        )


@router.get("/projects/{project_id}/teams", responses=answers(ProjectTeamPage))
async def list_in_project(request: Request, viewer: Me, project_id: str) -> Response:
    """The teams in a project."""
    async with pool_of(request).acquire() as conn:
        found = await list_project_teams(conn, viewer=viewer, project_id=known_id(project_id))
    return to_json(ProjectTeamPage(found))


@router.put("/projects/{project_id}/teams", responses=answers(ProjectTeam))
async def put_in_project(request: Request, viewer: Me, project_id: str, body: ProjectTeamBody) -> Response:
    """Lets a team of the caller's into a project, or gives it another role. The project's owners may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        team = await put_project_team(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            team_id=id_of(body.team),
            role=body.role,
            by=act_of(request),
        )
    return to_json(team)


@router.delete("/projects/{project_id}/teams/{team_id}", status_code=204)
async def remove_from_project(request: Request, viewer: Me, project_id: str, team_id: str) -> None:
    """Takes a team out of a project. The project's owners may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await remove_project_team(
            conn, viewer=viewer, project_id=known_id(project_id), team_id=known_id(team_id), by=act_of(request)
        )

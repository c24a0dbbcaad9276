"""Whom a person shares something with: they alone can be named, others are invited by their address."""

from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.tasks.projects.projects import list_people
from tasktalk.tasks.projects.teams.teams import list_teams


async def list_acquaintances(conn: Conn, *, viewer: Viewer) -> dict[UUID, str]:
    """Names by id: of everybody who shares a project or a team with the viewer, and their own."""
    known = {each.id: each.name for each in await list_people(conn, viewer=viewer)}
    for team in await list_teams(conn, viewer=viewer):
        known |= {member.id: member.name for member in team.members}
    return known

"""Teams: people who come into projects together."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.acquaintances import list_acquaintances
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, draw, go, now_of, read_form
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.tasks.model import Act
from tasktalk.tasks.projects.teams.teams import (
    TeamRole,
    create_team,
    delete_team,
    list_teams,
    put_team_member,
    remove_team_member,
    rename_team,
)
from tasktalk.web.http import known_id

router = APIRouter(prefix="/teams", route_class=PageRoute, include_in_schema=False)

_Deed = Callable[[Conn, Act], Awaitable[object]]


@router.get("")
async def show_teams(request: Request, visit: Anybody) -> Response:
    """Those the viewer is in."""
    return await _draw(request, visit)


@router.post("")
async def make_team(request: Request, visit: Anybody) -> Response:
    """Of the viewer alone, who owns it."""
    form = await read_form(request)

    async def deed(conn: Conn, by: Act) -> None:
        await create_team(conn, viewer=visit.viewer, name=form.get("name", ""), by=by)

    return await _do(request, visit, deed, phrase("The team is there."), form=form)


@router.post("/{team_id}")
async def rename(request: Request, team_id: str, visit: Anybody) -> Response:
    """Another name."""
    form, team = await read_form(request), known_id(team_id)

    async def deed(conn: Conn, by: Act) -> None:
        await rename_team(conn, viewer=visit.viewer, team_id=team, name=form.get("new_name", ""), by=by)

    return await _do(request, visit, deed, phrase("Saved."), field=team_id)


@router.post("/{team_id}/delete")
async def dissolve(request: Request, team_id: str, visit: Anybody) -> Response:
    """Its people lose the projects that they had through it."""
    team = known_id(team_id)

    async def deed(conn: Conn, by: Act) -> None:
        await delete_team(conn, viewer=visit.viewer, team_id=team, by=by)

    return await _do(request, visit, deed, phrase("The team is gone."), field=team_id)


@router.post("/{team_id}/members")
async def put_member(request: Request, team_id: str, visit: Anybody) -> Response:
    """Somebody new, or another role for somebody who is in."""
    form, team = await read_form(request), known_id(team_id)
    person, new = known_id(form.get("person", "")), "role" not in form
    role: TeamRole = "owner" if form.get("role") == "owner" else "member"

    async def deed(conn: Conn, by: Act) -> None:
        await put_team_member(conn, viewer=visit.viewer, team_id=team, user_id=person, role=role, by=by, new=new)

    return await _do(request, visit, deed, phrase("Saved."), field=team_id)


@router.post("/{team_id}/members/{user_id}/remove")
async def remove_member(request: Request, team_id: str, user_id: str, visit: Anybody) -> Response:
    """Out of the team; oneself too."""
    team, person = known_id(team_id), known_id(user_id)

    async def deed(conn: Conn, by: Act) -> None:
        await remove_team_member(conn, viewer=visit.viewer, team_id=team, user_id=person, by=by)

    left = person == visit.viewer.user_id
    return await _do(request, visit, deed, phrase("You have left.") if left else phrase("They are out."), field=team_id)


async def _do(
    request: Request, visit: Visit, deed: _Deed, words: str, *, field: str = "name", form: dict[str, str] | None = None
) -> Response:
    """Does it; what cannot be is told beside the team it was asked of."""
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await deed(conn, act_of(request))
    except (BadRequest, Conflict, Forbidden) as error:
        return await _draw(request, visit, wrong=Wrong(field, error.message, error.status), given=form)
    except NotFound as error:
        if error.data.get("field") != "user":
            raise
        return await _draw(request, visit, wrong=Wrong(field, error.message, error.status), given=form)
    return go("/teams", Note(speech_of(visit.viewer.language).say(words)))


async def _draw(
    request: Request, visit: Visit, *, wrong: Wrong | None = None, given: dict[str, str] | None = None
) -> Response:
    viewer, now, speech = visit.viewer, now_of(request), speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="projects", title=speech.say("Teams"), now=now)
        teams = await list_teams(conn, viewer=viewer)
        known = await list_acquaintances(conn, viewer=viewer)
    shown = [(team, _others(known, {each.id for each in team.members})) for team in teams]
    return draw(
        request,
        "teams.html",
        status=wrong.status if wrong else 200,
        teams=shown,
        wrong=wrong,
        given={"name": ""} | (given or {}),
        **frame | {"live": "tasks"},
    )


def _others(known: dict[UUID, str], there: set[UUID]) -> list[tuple[str, str]]:
    return sorted(((str(id_), name) for id_, name in known.items() if id_ not in there), key=lambda each: each[1])

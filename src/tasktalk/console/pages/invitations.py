"""Invitations that the viewer received: yes or no."""

from fastapi import APIRouter, Request, Response

from tasktalk.console.page import Note, PageRoute, act_of, go, go_back, read_form
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import Conflict
from tasktalk.tasks.projects.sharing.invitations import answer
from tasktalk.web.http import known_id

router = APIRouter(prefix="/invitations", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_invitations() -> Response:
    """They stand above the projects."""
    return go("/projects")


@router.post("/{invitation_id}/accept")
async def accept(request: Request, invitation_id: str, visit: Anybody) -> Response:
    """In, with the role at least."""
    return await _answer(request, invitation_id, visit, yes=True)


@router.post("/{invitation_id}/decline")
async def decline(request: Request, invitation_id: str, visit: Anybody) -> Response:
    """Not in; whoever invited hears of it."""
    return await _answer(request, invitation_id, visit, yes=False)


async def _answer(request: Request, invitation_id: str, visit: Anybody, *, yes: bool) -> Response:
    form, speech = await read_form(request), speech_of(visit.viewer.language)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            found = await answer(
                conn, viewer=visit.viewer, invitation_id=known_id(invitation_id), accept=yes, by=act_of(request)
            )
    except Conflict as error:
        return go_back(form, Note(speech.say(error.message), tone="failed"))
    if yes:
        return go(
            f"/projects/{found.project.id}", Note(speech.say("Welcome to {project}.", project=found.project.name))
        )
    return go_back(form, Note(speech.say("Declined: {what}", what=found.project.name)))

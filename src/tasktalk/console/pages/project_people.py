"""Who is in a project: invited, let in with their team, given another role, gone."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit
from tasktalk.console.acquaintances import list_acquaintances
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, go, read_form
from tasktalk.console.pages.project_settings import ROLES, draw_settings
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.model import Act
from tasktalk.tasks.names import fold
from tasktalk.tasks.projects.model import Role
from tasktalk.tasks.projects.sharing import invitations
from tasktalk.tasks.projects.sharing.invitations import InvitedRole
from tasktalk.tasks.projects.sharing.members import change_member, remove_member
from tasktalk.tasks.projects.teams.projects import put_project_team, remove_project_team
from tasktalk.web.http import known_id

router = APIRouter(prefix="/projects/{project_id}", route_class=PageRoute, include_in_schema=False)

_Deed = Callable[[Conn, Act], Awaitable[object]]


@router.post("/invitations")
async def invite(request: Request, project_id: str, visit: Anybody) -> Response:
    """Somebody by their address; or by name, who shares a project or a team with the viewer."""
    form, known = await read_form(request), known_id(project_id)

    async def deed(conn: Conn, by: Act) -> None:
        who = form.get("who", "").strip()
        user_id = None if "@" in who else await _find_person(conn, visit.viewer, who)
        await invitations.invite(
            conn,
            viewer=visit.viewer,
            project_id=known,
            role=_invited_role(form.get("role")),
            email=who if user_id is None else None,
            user_id=user_id,
            by=by,
        )

    words = speech_of(visit.viewer.language).say("Invited: {who}", who=form.get("who", "").strip())
    return await _do(request, visit, known, deed, words, form=form, field="who")


@router.post("/invitations/{invitation_id}/withdraw")
async def withdraw(request: Request, project_id: str, invitation_id: str, visit: Anybody) -> Response:
    """It cannot be accepted any more."""
    invitation = known_id(invitation_id)

    async def deed(conn: Conn, by: Act) -> None:
        await invitations.withdraw(conn, viewer=visit.viewer, invitation_id=invitation, by=by)

    words = speech_of(visit.viewer.language).say("The invitation is taken back.")
    return await _do(request, visit, known_id(project_id), deed, words)


@router.post("/members/{user_id}")
async def change(request: Request, project_id: str, user_id: str, visit: Anybody) -> Response:
    """Another role."""
    form, known, person = await read_form(request), known_id(project_id), known_id(user_id)

    async def deed(conn: Conn, by: Act) -> None:
        role = _role(form.get("role"))
        await change_member(conn, viewer=visit.viewer, project_id=known, user_id=person, role=role, by=by)

    return await _do(request, visit, known, deed, speech_of(visit.viewer.language).say("Saved."))


@router.post("/members/{user_id}/remove")
async def remove(request: Request, project_id: str, user_id: str, visit: Anybody) -> Response:
    """Out of the project; oneself too."""
    known, person = known_id(project_id), known_id(user_id)

    async def deed(conn: Conn, by: Act) -> None:
        await remove_member(conn, viewer=visit.viewer, project_id=known, user_id=person, by=by)

    say = speech_of(visit.viewer.language).say
    left = person == visit.viewer.user_id
    words = say("You have left.") if left else say("They are out.")
    return await _do(request, visit, known, deed, words, then="/projects" if left else None)


@router.post("/hand-over")
async def hand_over(request: Request, project_id: str, visit: Anybody) -> Response:
    """Somebody else owns it, and the viewer works on it from then on."""
    form, known, viewer = await read_form(request), known_id(project_id), visit.viewer
    heir = known_id(form.get("heir", ""))

    async def deed(conn: Conn, by: Act) -> None:
        await change_member(conn, viewer=viewer, project_id=known, user_id=heir, role="owner", by=by)
        await change_member(conn, viewer=viewer, project_id=known, user_id=viewer.user_id, role="editor", by=by)

    return await _do(request, visit, known, deed, speech_of(viewer.language).say("Handed over."))


@router.post("/teams")
async def let_team_in(request: Request, project_id: str, visit: Anybody) -> Response:
    """All of a team's people."""
    form, known = await read_form(request), known_id(project_id)
    team = known_id(form.get("team", ""))

    async def deed(conn: Conn, by: Act) -> None:
        role = _invited_role(form.get("role"))
        await put_project_team(conn, viewer=visit.viewer, project_id=known, team_id=team, role=role, by=by)

    return await _do(request, visit, known, deed, speech_of(visit.viewer.language).say("The team is in."))


@router.post("/teams/{team_id}/remove")
async def take_team_out(request: Request, project_id: str, team_id: str, visit: Anybody) -> Response:
    """Who has the project otherwise too, keeps it."""
    known, team = known_id(project_id), known_id(team_id)

    async def deed(conn: Conn, by: Act) -> None:
        await remove_project_team(conn, viewer=visit.viewer, project_id=known, team_id=team, by=by)

    return await _do(request, visit, known, deed, speech_of(visit.viewer.language).say("The team is out."))


async def _do(
    request: Request,
    visit: Visit,
    project_id: UUID,
    deed: _Deed,
    words: str,
    *,
    form: dict[str, str] | None = None,
    field: str = "people",
    then: str | None = None,
) -> Response:
    """Does it; what cannot be is told where it was asked."""
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await deed(conn, act_of(request))
    except (BadRequest, Conflict, Forbidden) as error:
        wrong = Wrong(field, error.message, error.status)
    except NotFound as error:
        if error.data.get("field") != "user":
            raise
        wrong = Wrong(field, error.message, error.status)
    else:
        return go(then or f"/projects/{project_id}/settings#people", Note(words))
    return await draw_settings(request, visit, project_id, given=form, wrong=wrong)


async def _find_person(conn: Conn, viewer: Viewer, name: str) -> UUID:
    """Whom the viewer knows by this name. Raises BadRequest for nobody, and for several."""
    known = await list_acquaintances(conn, viewer=viewer)
    found = [id_ for id_, each in known.items() if name and fold(each) == fold(name) and id_ != viewer.user_id]
    if not found:
        raise BadRequest(phrase("You share nothing with such a person yet. Invite them by e-mail."))
    if len(found) > 1:
        raise BadRequest(phrase("Several people are called so. Invite them by e-mail."))
    return found[0]


def _role(text: str | None) -> Role:
    for role in ROLES:
        if role == text:
            return role  # type: ignore[return-value]  # one of the keys
    raise BadRequest(phrase("A role is owner, editor or viewer."))


def _invited_role(text: str | None) -> InvitedRole:
    if text in {"editor", "viewer"}:
        return text  # type: ignore[return-value]  # one of the two
    raise BadRequest(phrase("A role is editor or viewer."))

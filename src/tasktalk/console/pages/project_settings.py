"""The settings of a project: what it is called and looks like, who is in it, and its end."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.acquaintances import list_acquaintances
from tasktalk.console.colours import NAMES
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, draw, go, now_of, read_form, read_number
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Forbidden
from tasktalk.tasks.projects.projects import ProjectChanges, change_project, get_project
from tasktalk.tasks.projects.sharing.invitations import list_of_project
from tasktalk.tasks.projects.sharing.members import list_members
from tasktalk.tasks.projects.teams.projects import list_project_teams
from tasktalk.tasks.projects.teams.teams import list_teams
from tasktalk.web.http import known_id

router = APIRouter(prefix="/projects/{project_id}", route_class=PageRoute, include_in_schema=False)

ROLES = {
    "owner": phrase("Owner"),
    "editor": phrase("Can edit"),
    "viewer": phrase("Can view"),
}
_ENDS: dict[str, tuple[ProjectChanges, str]] = {
    "archive": ({"archived": True}, phrase("Archived: {name}")),
    "unarchive": ({"archived": False}, phrase("Back again: {name}")),
    "template": ({"is_template": True}, phrase("A template from now on: {name}")),
    "no-template": ({"is_template": False}, phrase("No template any more: {name}")),
    "delete": ({"deleted": True}, phrase("Deleted: {title}")),
}


@router.get("/settings")
async def show_settings(request: Request, project_id: str, visit: Anybody) -> Response:
    """For everybody in it; what they may change is up to their role."""
    return await draw_settings(request, visit, known_id(project_id))


@router.post("/settings")
async def save_settings(request: Request, project_id: str, visit: Anybody) -> Response:
    """Name, icon, colour and description; a change of somebody else's in between is not written over."""
    form, known, by = await read_form(request), known_id(project_id), act_of(request)
    changes: ProjectChanges = {}
    if "name" in form:
        changes |= {"name": form["name"], "description": form.get("description", "")}
    if "icon" in form:
        changes["icon"] = form["icon"].strip() or None
    if "colour" in form:
        changes["colour"] = form["colour"] or None
    version = read_number(form.get("version", ""))
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await change_project(conn, viewer=visit.viewer, project_id=known, changes=changes, by=by, version=version)
    except (BadRequest, Conflict, Forbidden) as error:
        return await draw_settings(request, visit, known, given=form, wrong=Wrong.of(error))
    saved = Note(speech_of(visit.viewer.language).say("Saved."), undo=str(by.change_set))
    return go(f"/projects/{known}/settings", saved)


@router.post("/end/{what}")
async def end(request: Request, project_id: str, what: str, visit: Anybody) -> Response:
    """Puts it away, makes a template of it, deletes it; and the reverse."""
    known, by, speech = known_id(project_id), act_of(request), speech_of(visit.viewer.language)
    if what not in _ENDS:
        raise BadRequest
    changes, words = _ENDS[what]
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        project = await change_project(conn, viewer=visit.viewer, project_id=known, changes=changes, by=by)
    note = Note(speech.say(words, name=project.name, title=project.name), undo=str(by.change_set))
    return go("/projects" if what in {"delete", "archive"} else f"/projects/{known}/settings", note)


async def draw_settings(
    request: Request,
    visit: Visit,
    project_id: UUID,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
) -> Response:
    """The page; `given`: what one of its forms was sent with."""
    viewer, now, speech = visit.viewer, now_of(request), speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        project = await get_project(conn, viewer=viewer, project_id=project_id)
        frame = await load_frame(conn, visit, here=str(project.id), title=project.name, now=now)
        members = await list_members(conn, viewer=viewer, project_id=project_id)
        teams = await list_project_teams(conn, viewer=viewer, project_id=project_id)
        owner = project.role == "owner"
        open_ones = await list_of_project(conn, viewer=viewer, project_id=project_id, now=now) if owner else []
        mine = await list_teams(conn, viewer=viewer)
        known = await list_acquaintances(conn, viewer=viewer)
    there = {each.id for each in members}
    kept = {
        "name": project.name,
        "icon": project.icon or "",
        "colour": project.colour or "",
        "description": project.description,
        "version": str(project.version),
        "who": "",
    }
    return draw(
        request,
        "project_settings.html",
        status=wrong.status if wrong else 200,
        project=project,
        given=kept | (given or {}),
        wrong=wrong,
        members=members,
        invitations=open_ones,
        teams=teams,
        more_teams=[(str(each.id), each.name) for each in mine if each.id not in {team.id for team in teams}],
        acquainted=sorted({name for id_, name in known.items() if id_ not in there}),
        heirs=[(str(each.id), each.name) for each in members if each.id != viewer.user_id],
        roles=[(key, speech.say(words)) for key, words in ROLES.items()],
        colours=NAMES.items(),
        **frame | {"live": "tasks"},
    )

"""The viewer's projects: the open ones, those put away, templates; and making one."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.console.colours import NAMES
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, address_with, draw, go, now_of, read_form
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, NotFound
from tasktalk.tasks.projects.copying import copy_project
from tasktalk.tasks.projects.projects import create_project, list_project_page
from tasktalk.tasks.projects.sharing.invitations import list_mine
from tasktalk.web.http import known_id

router = APIRouter(prefix="/projects", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_projects(request: Request, visit: Anybody) -> Response:
    """All of them, and what the viewer is invited to."""
    return await _draw(request, visit)


@router.post("")
async def make_project(request: Request, visit: Anybody) -> Response:
    """A new one, perhaps after a template."""
    form, by = await read_form(request), act_of(request)
    name, template = form.get("name", ""), form.get("template", "")
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            if template:
                made = await copy_project(conn, viewer=visit.viewer, project_id=known_id(template), name=name, by=by)
            else:
                colour = form.get("colour") or None
                made = await create_project(conn, viewer=visit.viewer, name=name, colour=colour, by=by)
    except (BadRequest, NotFound) as error:
        return await _draw(request, visit, given=form, wrong=Wrong.of(error))
    words = speech_of(visit.viewer.language).say("Made: {name}", name=made.name)
    return go(f"/projects/{made.id}", Note(words, undo=str(by.change_set)))


async def _draw(
    request: Request, visit: Visit, *, given: dict[str, str] | None = None, wrong: Wrong | None = None
) -> Response:
    viewer, now, speech = visit.viewer, now_of(request), speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="projects", title=speech.say("Projects"), now=now)
        page = await list_project_page(
            conn, viewer=viewer, archived=False, templates=False, cursor=request.query_params.get("after") or None
        )
        templates = (await list_project_page(conn, viewer=viewer, archived=False, templates=True)).items
        archived = (await list_project_page(conn, viewer=viewer, archived=True)).items
        invitations = await list_mine(conn, viewer=viewer, now=now)
    return draw(
        request,
        "projects.html",
        status=wrong.status if wrong else 200,
        wrong=wrong,
        given={"name": "", "colour": "", "template": ""} | (given or {}),
        own=page.items,
        next_page=address_with("/projects", {"after": page.next}) if page.next else None,
        archived=archived,
        templates=templates,
        starts=[("", speech.say("Empty")), *((str(each.id), each.name) for each in templates)],
        colours=NAMES.items(),
        invitations=invitations,
        **frame | {"live": "tasks"},
    )

"""The columns of a board by hand: added, renamed, put elsewhere, taken away."""

from fastapi import APIRouter, Request, Response

from tasktalk.console.page import Note, PageRoute, Wrong, act_of, go, read_form
from tasktalk.console.pages.project import draw_project
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.projects.ordering import move_section
from tasktalk.tasks.projects.projects import get_project
from tasktalk.tasks.projects.sections import change_section, create_section, delete_section
from tasktalk.web.http import known_id

router = APIRouter(prefix="/projects/{project_id}/sections", route_class=PageRoute, include_in_schema=False)

_STEPS = {"left": -1, "right": 1}


@router.post("")
async def add(request: Request, project_id: str, visit: Anybody) -> Response:
    """A new column at the end."""
    form, known, by = await read_form(request), known_id(project_id), act_of(request)
    name = form.get("name", "")
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            section = await create_section(conn, viewer=visit.viewer, place=known, name=name, by=by)
    except (BadRequest, Conflict, Forbidden) as error:
        return await draw_project(request, visit, known, view="board", wrong=_wrong("new", error), given=name)
    words = speech_of(visit.viewer.language).say("Added: {title}", title=section.name)
    return go(_board(known), Note(words, undo=str(by.change_set)))


@router.post("/{section_id}")
async def rename(request: Request, project_id: str, section_id: str, visit: Anybody) -> Response:
    """Another name."""
    form, known, by = await read_form(request), known_id(project_id), act_of(request)
    name = form.get("name", "")
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            section = await change_section(
                conn, viewer=visit.viewer, section_id=known_id(section_id), changes={"name": name}, by=by
            )
    except (BadRequest, Conflict, Forbidden) as error:
        wrong = _wrong(section_id, error)
        return await draw_project(request, visit, known, view="board", wrong=wrong, given=name)
    words = speech_of(visit.viewer.language).say("Renamed: {title}", title=section.name)
    return go(_board(known), Note(words, undo=str(by.change_set)))


@router.post("/{section_id}/{step}")
async def step_or_delete(request: Request, project_id: str, section_id: str, step: str, visit: Anybody) -> Response:
    """`left` or `right` by one, or `delete`: then its tasks stay, in no section."""
    known, section, by = known_id(project_id), known_id(section_id), act_of(request)
    speech, viewer = speech_of(visit.viewer.language), visit.viewer
    if step not in {*_STEPS, "delete"}:
        raise NotFound
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        project = await get_project(conn, viewer=viewer, project_id=known)
        name = next((each.name for each in project.sections if each.id == section), None)
        if name is None:
            raise NotFound(phrase("There is no such section."))
        if step == "delete":
            await delete_section(conn, viewer=viewer, section_id=section, by=by)
        else:
            await move_section(conn, viewer=viewer, project_id=known, section_id=section, by_places=_STEPS[step], by=by)
    said = speech.say("Deleted: {title}", title=name) if step == "delete" else speech.say("Moved: {title}", title=name)
    return go(_board(known), Note(said, undo=str(by.change_set)))


def _board(project_id: object) -> str:
    return f"/projects/{project_id}?view=board"


def _wrong(field: str, error: BadRequest | Conflict | Forbidden) -> Wrong:
    return Wrong(field, error.message, error.status)

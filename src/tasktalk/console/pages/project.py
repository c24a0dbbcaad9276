"""A project as a list, a board or a calendar."""

from typing import Any, Literal, get_args
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console import lists
from tasktalk.console.choices import load_choices
from tasktalk.console.frame import find_number, load_frame
from tasktalk.console.nesting import load_parents
from tasktalk.console.page import PageRoute, Wrong, draw, now_of
from tasktalk.console.pages.board import load_board
from tasktalk.console.pages.calendar import load_calendar
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.tasks.projects.projects import Project, get_project
from tasktalk.web.http import known_id

router = APIRouter(prefix="/projects/{project_id}", route_class=PageRoute, include_in_schema=False)

Shape = Literal["list", "board", "calendar"]


@router.get("")
async def show_project(request: Request, project_id: str, visit: Anybody) -> Response:
    """A project's open tasks."""
    asked = request.query_params.get("view", "list")
    view: Shape = next((shape for shape in get_args(Shape) if shape == asked), "list")
    return await draw_project(request, visit, known_id(project_id), view=view)


async def draw_project(
    request: Request, visit: Visit, project_id: UUID, *, view: Shape, wrong: Wrong | None = None, given: str = ""
) -> Response:
    """The page; `wrong` and `given`: what a form on it could not do, and what was written into it."""
    viewer, now, speech = visit.viewer, now_of(request), speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        project = await get_project(conn, viewer=viewer, project_id=project_id)
        frame = await load_frame(conn, visit, here=str(project.id), title=project.name, now=now)
        number = await find_number(conn)
        shown = await _load(conn, request, viewer, project, frame, view=view, speech=speech)
    return draw(
        request,
        {"list": "tasks.html", "board": "board.html", "calendar": "calendar.html"}[view],
        status=wrong.status if wrong else 200,
        view=view,
        project=project,
        may_write=project.role != "viewer",
        subtitle=_who_shares(project, viewer, speech),
        hint=speech.say("Add a task to {project}", project=project.name),
        number=number,
        today=now.astimezone(frame["zone"]).date(),
        wrong=wrong,
        given=given,
        **frame | {"live": "" if "after" in request.query_params else "tasks"} | shown,
    )


async def _load(
    conn: Conn,
    request: Request,
    viewer: Viewer,
    project: Project,
    frame: dict[str, Any],
    *,
    view: Shape,
    speech: Speech,
) -> dict[str, Any]:
    """What only this shape shows."""
    path, query = f"/projects/{project.id}", request.query_params
    if view == "board":
        return {"columns": await load_board(conn, viewer=viewer, project=project, frame=frame, speech=speech)}
    if view == "calendar":
        day, kept = query.get("day", ""), {"view": "calendar"}
        month = await load_calendar(conn, viewer=viewer, project=project, asked=day, path=path, query=kept, frame=frame)
        return {"month": month}
    tasks, after = await lists.list_in_project(conn, viewer=viewer, project=project, cursor=query.get("after"))
    empty = lists.EMPTY["project"]
    return await load_choices(conn, viewer) | {
        "groups": lists.group(
            tasks,
            view="sections" if project.sections else "project",
            parents=await load_parents(conn, viewer, tasks),
            now=frame["now"],
            zone=frame["zone"],
            speech=speech,
        ),
        "empty": lists.Empty(empty.glyph, empty.title, empty.words, speech.say(empty.say, name=project.name)),
        "next_page": f"{path}?after={quote(after)}" if after else None,
    }


def _who_shares(project: Project, viewer: Viewer, speech: Speech) -> str:
    others = [member.name for member in project.members if member.id != viewer.user_id]
    return speech.say("Shared with {names}", names=speech.join(others)) if others else speech.say("Only you")

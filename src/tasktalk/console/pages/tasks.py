"""Tasks: the views, ticking, taking back."""

from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit, page_visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console import lists
from tasktalk.console.choices import load_choices
from tasktalk.console.frame import find_number, load_frame
from tasktalk.console.items import Group
from tasktalk.console.nesting import load_parents
from tasktalk.console.page import Note, PageRoute, act_of, draw, go_back, now_of, read_form
from tasktalk.console.pages.calendar import Calendar, load_calendar
from tasktalk.console.when import day_words, long_day
from tasktalk.console.words import speech_of
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.journal.undo import undo
from tasktalk.tasks.model import Act, Task, TaskChanges
from tasktalk.web.http import known_id

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Here = Annotated[Visit, Depends(page_visit)]

_TITLES = {
    "today": phrase("Today"),
    "upcoming": phrase("Upcoming"),
    "inbox": phrase("Inbox"),
    "all": phrase("All open"),
    "done": phrase("Done"),
}


@router.get("/")
async def show_today(request: Request, visit: Here) -> Response:
    """Today, with what is late."""
    return await _show_view(request, visit, "today")


@router.get("/tasks")
async def show_view(request: Request, visit: Here) -> Response:
    """One of the views; Today for a name that is none."""
    asked = request.query_params.get("view", "today")
    return await _show_view(request, visit, next((view for view in lists.VIEWS if view == asked), "today"))


@router.post("/tasks/{task_id}/complete")
async def complete_task(request: Request, task_id: str, visit: Here) -> Response:
    """Done; a recurring one moves on to its next day."""
    task, by = await _set_status(request, visit.viewer, task_id, done=True)
    speech = speech_of(visit.viewer.language)
    words = speech.say("Done: {title}", title=task.title)
    if task.status == "open" and task.due is not None:
        today = now_of(request).astimezone(ZoneInfo(visit.viewer.timezone)).date()
        day = day_words(task.due.date, today, speech)
        words = speech.say("Done for now: {title}. Next: {day}.", title=task.title, day=day)
    return go_back(await read_form(request), Note(words, undo=str(by.change_set)))


@router.post("/tasks/{task_id}/reopen")
async def reopen_task(request: Request, task_id: str, visit: Here) -> Response:
    """Open again."""
    task, by = await _set_status(request, visit.viewer, task_id, done=False)
    words = speech_of(visit.viewer.language).say("Open again: {title}", title=task.title)
    return go_back(await read_form(request), Note(words, undo=str(by.change_set)))


@router.post("/undo/{change_set}")
async def take_back(request: Request, change_set: str, visit: Here) -> Response:
    """All that one request or turn of this person changed."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        changes = await undo(conn, viewer=visit.viewer, change_set=known_id(change_set), by=act_of(request))
    speech = speech_of(visit.viewer.language)
    what = changes[0].title if len(changes) == 1 else speech.count("{number} change", "{number} changes", len(changes))
    return go_back(await read_form(request), Note(speech.say("Taken back: {what}", what=what)))


async def _show_view(request: Request, visit: Visit, view: lists.View) -> Response:
    cursor, now = request.query_params.get("after"), now_of(request)
    speech, viewer = speech_of(visit.viewer.language), visit.viewer
    month: Calendar | None = None
    groups: list[Group] = []
    after: str | None = None
    choices: dict[str, Any] = {}
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here=view, title=speech.say(_TITLES[view]), now=now)
        number = await find_number(conn)
        if view == "upcoming" and request.query_params.get("as") == "calendar":
            month = await load_calendar(
                conn,
                viewer=viewer,
                project=None,
                asked=request.query_params.get("day", ""),
                path="/tasks",
                query={"view": view, "as": "calendar"},
                frame=frame,
            )
        else:
            places = [place.id for place in frame["projects"]]
            tasks, after = await lists.list_view(conn, viewer=viewer, view=view, cursor=cursor, now=now, places=places)
            choices = await load_choices(conn, viewer)
            parents = await load_parents(conn, viewer, tasks)
            groups = lists.group(tasks, view=view, parents=parents, now=now, zone=frame["zone"], speech=speech)
    today = now.astimezone(frame["zone"]).date()
    shown = frame | choices | {"live": "" if cursor else "tasks", "number": number, "groups": groups, "today": today}
    return draw(
        request,
        "calendar.html" if month else "tasks.html",
        month=month,
        view=view,
        project=None,
        may_write=True,
        subtitle=long_day(today, speech) if view == "today" else "",
        hint=speech.say("Add a task: “call Ana tomorrow 5pm p1”"),
        empty=lists.EMPTY[view],
        next_page=f"/tasks?view={view}&after={quote(after)}" if after else None,
        **shown,
    )


async def _set_status(request: Request, viewer: Viewer, task_id: str, *, done: bool) -> tuple[Task, Act]:
    by = act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        changes: TaskChanges = {"status": "done" if done else "open"}
        return await change_task(conn, viewer=viewer, task_id=known_id(task_id), changes=changes, by=by), by

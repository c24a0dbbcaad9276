"""Tasks: the views, a project, adding, ticking, taking back."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit, page_visit
from tasktalk.analytics.messages.words import plain
from tasktalk.assistant.actions import decode_action
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.assistant.reply import Reply
from tasktalk.console import lists
from tasktalk.console.frame import find_number, load_frame
from tasktalk.console.hooks import find_say
from tasktalk.console.page import Note, PageRoute, act_of, draw, go_back, now_of, read_form
from tasktalk.console.when import day_words, long_day
from tasktalk.console.words import speech_of
from tasktalk.crypto import Keyring
from tasktalk.errors import AppError, BadRequest
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.journal.undo import undo
from tasktalk.tasks.model import Act, NewTask, Task, TaskChanges
from tasktalk.tasks.projects.projects import Project, get_project
from tasktalk.tasks.tasks import create_tasks
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
_LONGEST = 4000


@router.get("/")
async def show_today(request: Request, visit: Here) -> Response:
    """Today, with what is late."""
    return await _show_view(request, visit, "today")


@router.get("/tasks")
async def show_view(request: Request, visit: Here) -> Response:
    """One of the views; Today for a name that is none."""
    asked = request.query_params.get("view", "today")
    return await _show_view(request, visit, next((view for view in lists.VIEWS if view == asked), "today"))


@router.get("/projects/{project_id}")
async def show_project(request: Request, project_id: str, visit: Here) -> Response:
    """A project's open tasks."""
    cursor, now = request.query_params.get("after"), now_of(request)
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        project = await get_project(conn, viewer=visit.viewer, project_id=known_id(project_id))
        tasks, after = await lists.list_in_project(conn, viewer=visit.viewer, project_id=project.id, cursor=cursor)
        frame = await load_frame(conn, visit, here=str(project.id), title=project.name, now=now)
        number = await find_number(conn)
    empty = lists.EMPTY["project"]
    empty = lists.Empty(empty.glyph, empty.title, empty.words, speech.say(empty.say, name=project.name))
    context = {
        "subtitle": _who_shares(project, visit.viewer, speech),
        "hint": speech.say("Add a task to {project}", project=project.name),
        "project": project,
        "empty": empty,
        "next_page": f"/projects/{project.id}?after={quote(after)}" if after else None,
    }
    return _draw(request, tasks, frame, view="project", number=number, **context)


@router.post("/tasks")
async def add_task(request: Request, visit: Here) -> Response:
    """Quick add: the line is said to the assistant, so it speaks the language of the chat."""
    form = await read_form(request)
    text = form.get("text", "").strip()
    project_id = form.get("project")
    if not text or len(text) > _LONGEST:
        raise BadRequest(f"Write 1 to {_LONGEST} characters.", field="text")
    pool, viewer, say = request.app.state.pool, visit.viewer, find_say(request)
    async with pool.acquire() as conn:
        project = await get_project(conn, viewer=viewer, project_id=known_id(project_id)) if project_id else None
    if say is not None:
        if project is not None and "#" not in text and "\n" not in text:
            text += f" #{project.name}"
        return go_back(form, _note_of(request, viewer, await say(viewer, text)))
    by = act_of(request)
    async with pool.acquire() as conn, conn.transaction():
        new = NewTask(title=text, project_id=project.id if project else None)
        (task,) = await create_tasks(conn, viewer=viewer, new=[new], by=by)
    words = speech_of(viewer.language).say("Added: {title}", title=task.title)
    return go_back(form, Note(words, undo=str(by.change_set)))


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
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        tasks, after = await lists.list_view(conn, viewer=visit.viewer, view=view, cursor=cursor, now=now)
        frame = await load_frame(conn, visit, here=view, title=speech.say(_TITLES[view]), now=now)
        number = await find_number(conn)
    context = {
        "subtitle": long_day(now.astimezone(frame["zone"]).date(), speech) if view == "today" else "",
        "hint": speech.say("Add a task: “call Ana tomorrow 5pm p1”"),
        "project": None,
        "empty": lists.EMPTY[view],
        "next_page": f"/tasks?view={view}&after={quote(after)}" if after else None,
    }
    return _draw(request, tasks, frame, view=view, number=number, **context)


def _draw(request: Request, tasks: list[Task], frame: dict[str, Any], *, view: str, **context: Any) -> Response:
    now, zone = frame["now"], frame["zone"]
    groups = lists.group(tasks, view=view, now=now, zone=zone, speech=speech_of(frame["viewer"].language))
    shown = frame | context | {"live": "" if "after" in request.query_params else "tasks"}
    return draw(request, "tasks.html", groups=groups, today=now.astimezone(zone).date(), **shown)


async def _set_status(request: Request, viewer: Viewer, task_id: str, *, done: bool) -> tuple[Task, Act]:
    by = act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        changes: TaskChanges = {"status": "done" if done else "open"}
        return await change_task(conn, viewer=viewer, task_id=known_id(task_id), changes=changes, by=by), by


def _note_of(request: Request, viewer: Viewer, reply: Reply | None) -> Note:
    """The assistant's reply as a toast; its Undo button is ours."""
    done = speech_of(viewer.language).say("Done.")
    if reply is None:
        return Note(done)
    keyring: Keyring | None = getattr(request.app.state, "keyring", None)
    change_set: UUID | None = None
    for button in reply.buttons:
        if keyring is None:
            break
        try:
            action = decode_action(button.id, keyring=keyring, user_id=viewer.user_id, now=now_of(request))
        except AppError:  # a button for the chat alone
            continue
        if action.verb == "undo":
            change_set = action.subject
    return Note(plain(reply.text) or done, undo=str(change_set) if change_set else None)


def _who_shares(project: Project, viewer: Viewer, speech: Speech) -> str:
    others = [member.name for member in project.members if member.id != viewer.user_id]
    return speech.say("Shared with {names}", names=speech.join(others)) if others else speech.say("Only you")

"""One task: every field, its steps, comments and files, and its history, each entry of which can be taken back."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.assistant.replies.when import say_recurrence
from tasktalk.console.frame import load_frame
from tasktalk.console.log import Q
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, draw, go, now_of, read_form, read_forms
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.comments.comments import create_comment, list_comments
from tasktalk.tasks.journal.history import Entry, list_history
from tasktalk.tasks.model import NewTask, Recurrence, Task, TaskChanges
from tasktalk.tasks.projects.projects import Project, get_project
from tasktalk.tasks.tasks import create_tasks
from tasktalk.web.http import known_id

router = APIRouter(prefix="/tasks/{task_id}", route_class=PageRoute, include_in_schema=False)

PRIORITIES = (("", phrase("None")), ("1", "p1"), ("2", "p2"), ("3", "p3"), ("4", "p4"))
REPEATS = {
    "": phrase("Does not repeat"),
    "FREQ=DAILY": phrase("Every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": phrase("Every workday"),
    "FREQ=WEEKLY": phrase("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": phrase("Every two weeks"),
    "FREQ=MONTHLY": phrase("Every month"),
    "FREQ=YEARLY": phrase("Every year"),
}
_VERBS = {
    "created": phrase("Added"),
    "changed": phrase("Changed"),
    "completed": phrase("Done"),
    "reopened": phrase("Opened again"),
    "cancelled": phrase("Dropped"),
    "deleted": phrase("Deleted"),
    "restored": phrase("Restored"),
}
_FIELDS = ("title", "notes", "due", "time", "priority", "project", "section", "labels", "start", "deadline", "repeat")


@router.get("")
async def show_task(request: Request, task_id: str, visit: Anybody) -> Response:
    """The whole task."""
    return await _draw(request, visit, known_id(task_id))


@router.post("")
async def save_task(request: Request, task_id: str, visit: Anybody) -> Response:
    """All fields at once; somebody else's change in between is not written over."""
    form, known = await read_forms(request), known_id(task_id)
    given = {field: (form.get(field) or [""])[-1] for field in (*_FIELDS, "version")}
    given = {field: text if field == "notes" else text.strip() for field, text in given.items()}
    by, speech = act_of(request), speech_of(visit.viewer.language)
    try:
        changes = _read(given, form.get("assignee", []))
        version = int(given["version"]) if given["version"].isdecimal() else None
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await change_task(conn, viewer=visit.viewer, task_id=known, changes=changes, by=by, version=version)
    except (BadRequest, Conflict, Forbidden) as error:
        return await _draw(request, visit, known, given=given, wrong=Wrong.of(error))
    return go(f"/tasks/{known}", Note(speech.say("Saved."), undo=str(by.change_set)))


@router.post("/comments")
async def add_comment(request: Request, task_id: str, visit: Anybody) -> Response:
    """A comment; @name tells somebody."""
    form, known = await read_form(request), known_id(task_id)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            text = form.get("text", "")
            await create_comment(conn, viewer=visit.viewer, task_id=known, text=text, by=act_of(request))
    except (BadRequest, Forbidden) as error:
        wrong = Wrong("text", error.message, error.status)
        return await _draw(request, visit, known, wrong=wrong, comment=form.get("text", ""))
    return go(f"/tasks/{known}#comments", Note(speech_of(visit.viewer.language).say("Said.")))


@router.post("/subtasks")
async def add_subtask(request: Request, task_id: str, visit: Anybody) -> Response:
    """A step of this task."""
    form, known, by = await read_form(request), known_id(task_id), act_of(request)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            new = NewTask(title=form.get("step", ""), parent_id=known)
            await create_tasks(conn, viewer=visit.viewer, new=[new], by=by)
    except (BadRequest, Forbidden) as error:
        return await _draw(request, visit, known, wrong=Wrong("step", error.message, error.status))
    words = speech_of(visit.viewer.language).say("Added: {title}", title=form["step"].strip())
    return go(f"/tasks/{known}#steps", Note(words, undo=str(by.change_set)))


@router.post("/delete")
async def delete_task(request: Request, task_id: str, visit: Anybody) -> Response:
    """To the trash."""
    known, by = known_id(task_id), act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        task = await change_task(conn, viewer=visit.viewer, task_id=known, changes={"deleted": True}, by=by)
    words = speech_of(visit.viewer.language).say("Deleted: {title}", title=task.title)
    return go(f"/projects/{task.project.id}" if task.project else "/", Note(words, undo=str(by.change_set)))


def _read(given: dict[str, str], assignees: Sequence[str]) -> TaskChanges:
    """The form as changes. Raises BadRequest naming the field."""
    due, time = _day(given["due"], "due"), _time(given["time"])
    if time is not None and due is None:
        raise BadRequest("A time needs its day.", field="time")
    if given["priority"] not in dict(PRIORITIES):
        raise BadRequest("A priority is 1 to 4.", field="priority")
    changes: TaskChanges = {
        "title": given["title"],
        "notes": given["notes"],
        "due_on": due,
        "due_time": time,
        "priority": int(given["priority"]) if given["priority"] else None,
        "project_id": known_id(given["project"]) if given["project"] else None,
        "section": given["section"] or None,
        "labels": tuple(filter(None, (label.strip().lstrip("@") for label in given["labels"].split(",")))),
        "start_on": _day(given["start"], "start"),
        "deadline_on": _day(given["deadline"], "deadline"),
        "assignees": tuple(known_id(each) for each in assignees),
    }
    if given["repeat"] != "as it is":
        if given["repeat"] not in REPEATS:
            raise BadRequest("This is no rule of ours.", field="repeat")
        rule: Recurrence = {"rrule": given["repeat"], "from": "schedule", "text": ""}
        changes["recurrence"] = rule if given["repeat"] else None
    return changes


def _day(text: str, field: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest("A day is written as 2026-11-27.", field=field) from error


def _time(text: str) -> dt.time | None:
    try:
        return dt.time.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest("A time is written as 17:00.", field="time") from error


async def _draw(
    request: Request,
    visit: Visit,
    task_id: UUID,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
    comment: str = "",
) -> Response:
    viewer, speech = visit.viewer, speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        found = await list_tasks_by_ids(conn, viewer=viewer, ids=[task_id])
        if not found:
            raise NotFound("There is no such task.")
        task = found[0]
        here = str(task.project.id) if task.project else "inbox"
        frame = await load_frame(conn, visit, here=here, title=task.title, now=now_of(request))
        comments = (await list_comments(conn, viewer=viewer, task_id=task_id, limit=100)).items
        history = (await list_history(conn, viewer=viewer, task_id=task_id, limit=30)).items
        ids = [row["id"] async for row in Q.list_steps(conn, parent_id=task_id)]
        steps = await list_tasks_by_ids(conn, viewer=viewer, ids=ids)
        project = await get_project(conn, viewer=viewer, project_id=task.project.id) if task.project else None
    return draw(
        request,
        "task.html",
        status=wrong.status if wrong else 200,
        task=task,
        given=given or _given(task),
        wrong=wrong,
        comment=comment,
        comments=comments,
        steps=steps,
        history=[(entry, tell(entry, speech)) for entry in history],
        people=_people(task, project),
        priorities=[(key, speech.say(words)) for key, words in PRIORITIES],
        places=[("", speech.say("Inbox")), *_places(project, frame["projects"])],
        repeats=_repeats(task, speech),
        **frame | {"live": "tasks"},
    )


def _given(task: Task) -> dict[str, str]:
    due = task.due
    return {
        "title": task.title,
        "notes": task.notes,
        "due": due.date.isoformat() if due else "",
        "time": due.time or "" if due else "",
        "priority": str(task.priority or ""),
        "project": str(task.project.id) if task.project else "",
        "section": task.section or "",
        "labels": ", ".join(task.labels),
        "start": task.start.isoformat() if task.start else "",
        "deadline": task.deadline.isoformat() if task.deadline else "",
        "repeat": "as it is" if task.recurrence else "",
        "version": str(task.version),
    }


def _places(own: Project | None, projects: Sequence[Project]) -> list[tuple[str, str]]:
    """The projects it may lie in; the one that it lies in too, if that is archived."""
    hidden = [own] if own and own.id not in {each.id for each in projects} else []
    return [(str(each.id), each.name) for each in (*projects, *hidden)]


def _people(task: Task, project: Project | None) -> list[tuple[UUID, str]]:
    """Who may be given it, and who has been."""
    found = {each.id: each.name for each in project.members} if project else {}
    return list((found | {each.id: each.name for each in task.assignees}).items())


def _repeats(task: Task, speech: Speech) -> list[tuple[str, str]]:
    choices = [(key, speech.say(words)) for key, words in REPEATS.items()]
    return [("as it is", say_recurrence(task.recurrence, speech)), *choices] if task.recurrence else choices


def tell(entry: Entry, speech: Speech) -> str:
    """What an entry of the history says of itself: `Changed: title, priority`."""
    verb = speech.say(_VERBS.get(entry.verb, entry.verb))
    if entry.subject != "task":
        return f"{verb}: {entry.subject}"
    columns = [_column(each) for each in entry.changes if each not in {"position", "source"}]
    return f"{verb}: {', '.join(dict.fromkeys(columns))}" if entry.verb == "changed" and columns else verb


def _column(name: str) -> str:
    return name.removesuffix("_on").removesuffix("_id").replace("_", " ")

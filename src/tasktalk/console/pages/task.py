"""One task: every field, its steps, comments and files, and its history, each entry of which can be taken back."""

import datetime as dt
from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request, Response

from tasktalk.console.page import Note, PageRoute, Wrong, act_of, go, read_form, read_forms, read_number
from tasktalk.console.task_panel import PRIORITIES, REPEATS, draw_task
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Forbidden
from tasktalk.phrases import phrase
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.comments.comments import create_comment
from tasktalk.tasks.model import NewTask, Recurrence, TaskChanges
from tasktalk.tasks.tasks import create_tasks
from tasktalk.web.http import known_id

router = APIRouter(prefix="/tasks/{task_id}", route_class=PageRoute, include_in_schema=False)

_FIELDS = ("title", "notes", "due", "time", "priority", "project", "section", "labels", "start", "deadline", "repeat")


@router.get("")
async def show_task(request: Request, task_id: str, visit: Anybody) -> Response:
    """The whole task."""
    return await draw_task(request, visit, known_id(task_id))


@router.post("")
async def save_task(request: Request, task_id: str, visit: Anybody) -> Response:
    """All fields at once; somebody else's change in between is not written over."""
    form, known = await read_forms(request), known_id(task_id)
    given = {field: (form.get(field) or [""])[-1] for field in (*_FIELDS, "version")}
    given = {field: text if field == "notes" else text.strip() for field, text in given.items()}
    given["label"] = "\n".join(form.get("label", []))
    by, speech = act_of(request), speech_of(visit.viewer.language)
    try:
        changes = _read(given, form.get("assignee", []))
        version = read_number(given["version"])
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await change_task(conn, viewer=visit.viewer, task_id=known, changes=changes, by=by, version=version)
    except (BadRequest, Conflict, Forbidden) as error:
        return await draw_task(request, visit, known, given=given, wrong=Wrong.of(error))
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
        return await draw_task(request, visit, known, wrong=wrong, kept=form)
    return go(f"/tasks/{known}#comments", Note(speech_of(visit.viewer.language).say("Comment added.")))


@router.post("/subtasks")
async def add_subtask(request: Request, task_id: str, visit: Anybody) -> Response:
    """A step of this task."""
    form, known, by = await read_form(request), known_id(task_id), act_of(request)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            new = NewTask(title=form.get("step", ""), parent_id=known)
            await create_tasks(conn, viewer=visit.viewer, new=[new], by=by)
    except (BadRequest, Forbidden) as error:
        return await draw_task(request, visit, known, wrong=Wrong("step", error.message, error.status))
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
        raise BadRequest(phrase("A time needs its day."), field="time")
    if given["priority"] not in dict(PRIORITIES):
        raise BadRequest(phrase("A priority is 1 to 4."), field="priority")
    changes: TaskChanges = {
        "title": given["title"],
        "notes": given["notes"],
        "due_on": due,
        "due_time": time,
        "priority": int(given["priority"]) if given["priority"] else None,
        "project_id": known_id(given["project"]) if given["project"] else None,
        "section": given["section"] or None,
        "labels": tuple(filter(None, (*given["label"].splitlines(), *_names(given["labels"])))),
        "start_on": _day(given["start"], "start"),
        "deadline_on": _day(given["deadline"], "deadline"),
        "assignees": tuple(known_id(each) for each in assignees),
    }
    if given["repeat"] != "as it is":
        if given["repeat"] not in REPEATS:
            raise BadRequest(phrase("This is no rule of ours."), field="repeat")
        rule: Recurrence = {"rrule": given["repeat"], "from": "schedule", "text": ""}
        changes["recurrence"] = rule if given["repeat"] else None
    return changes


def _names(text: str) -> Iterator[str]:
    return (label.strip().lstrip("@") for label in text.split(","))


def _day(text: str, field: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(phrase("A day is written as 2026-11-27."), field=field) from error


def _time(text: str) -> dt.time | None:
    try:
        return dt.time.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(phrase("A time is written as 17:00."), field="time") from error

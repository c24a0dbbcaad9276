"""What hangs on a task: reminders of one's own, and what it is to other tasks."""

import datetime as dt
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.page import Note, PageRoute, Wrong, act_of, go, read_form
from tasktalk.console.ringing import OFFSETS
from tasktalk.console.task_panel import RELATIONS, draw_task
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, Forbidden
from tasktalk.ids import parse_id
from tasktalk.tasks.names import match_by_name
from tasktalk.tasks.relations.relations import Kind, create_relation, delete_relation
from tasktalk.tasks.reminders.model import Moment, NewReminder
from tasktalk.tasks.reminders.reading import read_offset
from tasktalk.tasks.reminders.reminders import add_reminders, delete_reminder
from tasktalk.web.http import known_id

router = APIRouter(prefix="/tasks/{task_id}", route_class=PageRoute, include_in_schema=False)

_SURE, _LEAD = 80, 5  # of 100, as names.Match has it


@router.post("/reminders")
async def add_reminder(request: Request, task_id: str, visit: Anybody) -> Response:
    """Before it is due, or at a moment."""
    form, known, by = await read_form(request), known_id(task_id), act_of(request)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await add_reminders(conn, viewer=visit.viewer, task_ids=[known], new=[_read(form)], by=by)
    except (BadRequest, Forbidden) as error:
        wrong = Wrong("reminder", error.message, error.status)
        return await draw_task(request, visit, known, wrong=wrong, kept=form)
    note = Note(speech_of(visit.viewer.language).say("It will ring."), undo=str(by.change_set))
    return go(f"/tasks/{known}#reminders", note)


@router.post("/reminders/{reminder_id}/delete")
async def remove_reminder(request: Request, task_id: str, reminder_id: str, visit: Anybody) -> Response:
    """It rings no more."""
    by = act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await delete_reminder(conn, viewer=visit.viewer, reminder_id=known_id(reminder_id), by=by)
    note = Note(speech_of(visit.viewer.language).say("It rings no more."), undo=str(by.change_set))
    return go(f"/tasks/{known_id(task_id)}#reminders", note)


@router.post("/relations")
async def add_relation(request: Request, task_id: str, visit: Anybody) -> Response:
    """To a task that is named by its title, its address or its id."""
    form, known, by = await read_form(request), known_id(task_id), act_of(request)
    try:
        kind = _read_kind(form)
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            other = await _find_other(conn, visit.viewer, form.get("other", ""), known)
            await create_relation(conn, viewer=visit.viewer, task_id=known, kind=kind, other_id=other, by=by)
    except (BadRequest, Conflict, Forbidden) as error:
        return await draw_task(request, visit, known, wrong=Wrong("other", error.message, error.status), kept=form)
    note = Note(speech_of(visit.viewer.language).say("Related."), undo=str(by.change_set))
    return go(f"/tasks/{known}#relations", note)


@router.post("/relations/{relation_id}/delete")
async def remove_relation(request: Request, task_id: str, relation_id: str, visit: Anybody) -> Response:
    """From both sides."""
    known, by = known_id(task_id), act_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await delete_relation(conn, viewer=visit.viewer, task_id=known, relation_id=known_id(relation_id), by=by)
    note = Note(speech_of(visit.viewer.language).say("Not related any more."), undo=str(by.change_set))
    return go(f"/tasks/{known}#relations", note)


def _read(form: dict[str, str]) -> NewReminder:
    """The form's reminder. Raises BadRequest."""
    offset = form.get("offset", "")
    if offset:
        if offset not in OFFSETS:
            raise BadRequest(phrase("Choose when it rings."))
        return NewReminder(offset=read_offset(offset, field="offset"))
    try:
        return NewReminder(
            at=Moment(dt.date.fromisoformat(form.get("on", "")), dt.time.fromisoformat(form.get("clock", "")))
        )
    except ValueError as error:
        raise BadRequest(phrase("Say the day and the time at which it rings.")) from error


def _read_kind(form: dict[str, str]) -> Kind:
    for kind in RELATIONS:
        if kind == form.get("kind"):
            return kind
    raise BadRequest(phrase("Choose what it is to the other task."))


async def _find_other(conn: Conn, viewer: Viewer, text: str, known: UUID) -> UUID:
    """The task meant by `text`. Raises BadRequest for none, and for several that could be meant as well."""
    text = text.strip()
    given = parse_id(text.rstrip("/").rpartition("/")[2])
    if given is not None:
        return given
    matches = [each for each in await match_by_name(conn, viewer=viewer, text=text, limit=3) if each.id != known]
    if not matches or matches[0].score < _SURE:
        raise BadRequest(phrase("No open task is called so."))
    if len(matches) > 1 and matches[0].score - matches[1].score < _LEAD:
        which = phrase("Which one: “{first}” or “{second}”? Write more of its title.")
        raise BadRequest(speech_of(viewer.language).say(which, first=matches[0].title, second=matches[1].title))
    return matches[0].id

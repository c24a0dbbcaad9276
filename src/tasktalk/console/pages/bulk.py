"""Many tasks at once: those that are ticked on a list, changed together and taken back together."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.console.page import Note, PageRoute, act_of, go_back, now_of, read_forms
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, Forbidden
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.changes import change_tasks
from tasktalk.tasks.model import Act, TaskChanges
from tasktalk.tasks.names import fold
from tasktalk.tasks.places import check_writable, lock_tasks
from tasktalk.tasks.tasks import BATCH
from tasktalk.web.http import known_id

router = APIRouter(prefix="/bulk", route_class=PageRoute, include_in_schema=False)

Row = Mapping[str, Any]
Change = Callable[[Row], TaskChanges]

_WEEK = 7
_LOWEST = 4


@router.post("")
async def change_many(request: Request, visit: Anybody) -> Response:
    """Does to each `task` what the button `do` says; to all of them or to none."""
    form, by, viewer = await read_forms(request), act_of(request), visit.viewer
    last = {name: values[-1].strip() for name, values in form.items()}
    speech = speech_of(viewer.language)
    ids = [known_id(each) for each in dict.fromkeys(form.get("task", []))]
    if not ids:
        return go_back(last, Note(speech.say("Select tasks first."), "failed"))
    try:
        change = _read(last, today=now_of(request).astimezone(ZoneInfo(viewer.timezone)).date())
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            tasks = await _change(conn, viewer, ids, change, by)
    except (BadRequest, Conflict, Forbidden) as error:
        return go_back(last, Note(speech.say(error.message), "failed"))
    said = speech.count("{number} task changed", "{number} tasks changed", tasks)
    if last["do"] == "complete":
        said = speech.count("{number} task done", "{number} tasks done", tasks)
    elif last["do"] == "delete":
        said = speech.count("{number} task deleted", "{number} tasks deleted", tasks)
    return go_back(last, Note(said, undo=str(by.change_set)))


async def _change(conn: Conn, viewer: Viewer, ids: list[UUID], change: Change, by: Act) -> int:
    if len(ids) > BATCH:
        raise BadRequest(Told("At most {most} tasks at a time.", most=BATCH), field="task")
    rows = await lock_tasks(conn, viewer=viewer, ids=ids)
    changes = [(each, change(check_writable(rows.get(each)))) for each in ids]
    return len(await change_tasks(conn, viewer=viewer, changes=changes, by=by))


def _read(form: Mapping[str, str], *, today: dt.date) -> Change:  # noqa: PLR0911  (one a button)
    """What the button does to a task's row. Raises BadRequest naming the field."""
    do, _, word = form.get("do", "").partition(" ")
    match do:
        case "complete":
            return lambda _: {"status": "done"}
        case "delete":
            return lambda _: {"deleted": True}
        case "due":
            day = _day(word or form.get("due", ""), today)
            return lambda _: {"due_on": day}
        case "move":
            place = _project(form.get("project", ""))
            return lambda _: {"project_id": place}
        case "priority":
            level = form.get("priority", "")
            if level not in {"", *map(str, range(1, _LOWEST + 1))}:
                raise BadRequest(phrase("A priority is 1 to 4."), field="priority")
            return lambda _: {"priority": int(level) if level else None}
        case "label" | "unlabel":
            return _labels(do, form.get("labels", ""))
        case "assign":
            person = known_id(form["assignee"]) if form.get("assignee") else None
            return lambda _: {"assignees": () if person is None else (person,)}
    raise BadRequest(phrase("Say what to do with these tasks."), field="do")


def _labels(do: str, text: str) -> Change:
    names = tuple(filter(None, (each.strip().removeprefix("@") for each in text.split(","))))
    if not names:
        raise BadRequest(phrase("Name a label."), field="labels")

    def change(row: Row) -> TaskChanges:
        own: tuple[str, ...] = tuple(row["labels"])
        if do == "unlabel":
            gone = {fold(name) for name in names}
            return {"labels": tuple(each for each in own if fold(each) not in gone)}
        return {"labels": (*own, *names)}

    return change


def _day(text: str, today: dt.date) -> dt.date | None:
    """A date, one of the buttons' words, or None for `none`."""
    days = {"today": 0, "tomorrow": 1, "week": _WEEK}
    if text in days:
        return today + dt.timedelta(days=days[text])
    if text == "none":
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(phrase("A day is written as 2026-11-27."), field="due") from error


def _project(text: str) -> UUID | None:
    return None if text == "inbox" else known_id(text)

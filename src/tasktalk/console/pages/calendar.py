"""Tasks on their days: a month, of which a phone shows one week. A task is put on another day by hand."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from babel.dates import format_skeleton
from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console.items import Item, due_in, item_of
from tasktalk.console.log import Q
from tasktalk.console.page import Note, PageRoute, act_of, address_with, go_back, read_form
from tasktalk.console.visits import Anybody
from tasktalk.console.when import long_day
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.due import FIRST_YEAR, LAST_YEAR
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.projects.projects import Project
from tasktalk.web.http import known_id

router = APIRouter(prefix="/calendar", route_class=PageRoute, include_in_schema=False)

MOST = 150  # tasks of a month that are drawn
TRAY = 30
_WEEK = 7
_WHOLE_DAY = "~"  # behind every hour


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its tasks, what has an hour first; `near`: in a phone's week, `inside`: in the month."""

    date: date
    words: str
    inside: bool
    near: bool
    entries: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whole weeks from Monday on. `months` and `weeks`: the pages before and after.

    `more`: not all fit; `more_undated`: nor all of those that have no day.
    """

    title: str
    week_title: str
    weekdays: tuple[str, ...]
    days: list[Day]
    undated: Sequence[Task]
    more: bool
    more_undated: bool
    months: tuple[str, str]
    weeks: tuple[str, str]
    today: str


async def load_calendar(
    conn: Conn,
    *,
    viewer: Viewer,
    project: Project | None,
    asked: str,
    path: str,
    query: dict[str, str],
    frame: dict[str, Any],
) -> Calendar:
    """The month around the day `asked` (today, where that is none): of a project, or of all that is the viewer's."""
    speech, zone, now = speech_of(viewer.language), frame["zone"], frame["now"]
    today = now.astimezone(zone).date()
    at = _read(asked) or today
    first = at.replace(day=1)
    last = at.replace(day=calendar.monthrange(at.year, at.month)[1])
    first, last = first - timedelta(days=first.weekday()), last + timedelta(days=_WEEK - 1 - last.weekday())
    if project is None:
        tasks, undated = await _list_own(conn, viewer, first, last, frame)
    else:
        tasks, undated = await _list_of_project(conn, viewer, project, first, last)
    days = {
        day: Day(day, long_day(day, speech), day.month == at.month, _monday(day) == _monday(at))
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
    }
    for task in tasks[:MOST]:
        if task.due is None:
            continue
        on, _ = due_in(task.due, zone)
        if on in days:
            days[on].entries.append(item_of(task, now, zone, speech, under=on))
    for day in days.values():  # an hour on another clock may have put them out of order
        day.entries.sort(key=lambda item: item.clock or _WHOLE_DAY)

    def page(day: date) -> str:
        return address_with(path, {**query, "day": day.isoformat()})

    return Calendar(
        title=_month(at, speech),
        week_title=speech.say(
            "{first} to {last}",
            first=_short(_monday(at), speech),
            last=_short(_monday(at) + timedelta(days=_WEEK - 1), speech),
        ),
        weekdays=speech.weekdays,
        days=list(days.values()),
        undated=undated[:TRAY],
        more=len(tasks) > MOST,
        more_undated=len(undated) > TRAY,
        months=(page(_month_on(at, -1)), page(_month_on(at, 1))),
        weeks=(page(at - timedelta(days=_WEEK)), page(at + timedelta(days=_WEEK))),
        today=address_with(path, query),
    )


@router.post("")
async def move(request: Request, visit: Anybody) -> Response:
    """Puts a task on the day `to`, at the hour it has; "" takes its date from it."""
    form, by = await read_form(request), act_of(request)
    day = _read(form.get("to", ""))
    if form.get("to") and day is None:
        raise BadRequest(phrase("A day is written as 2026-11-27."), field="to")
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        task = await change_task(
            conn, viewer=visit.viewer, task_id=known_id(form.get("task", "")), changes={"due_on": day}, by=by
        )
    speech = speech_of(visit.viewer.language)
    place = long_day(day, speech) if day else speech.say("No date")
    words = speech.say("Moved: {title} to {place}", title=task.title, place=place)
    return go_back(form, Note(words, undo=str(by.change_set)))


async def _list_own(
    conn: Conn, viewer: Viewer, first: date, last: date, frame: dict[str, Any]
) -> tuple[Sequence[Task], Sequence[Task]]:
    days = f"due after: {first - timedelta(days=1)} & due before: {last + timedelta(days=1)}"
    places = [place.id for place in frame["projects"]]
    look = partial(list_tasks, conn, viewer=viewer, now=frame["now"], sort="due", places=places)
    dated = await look(filter=days, limit=MOST + 1)
    undated = await look(filter="no date & !subtask", limit=TRAY + 1)
    return dated.items, undated.items


async def _list_of_project(
    conn: Conn, viewer: Viewer, project: Project, first: date, last: date
) -> tuple[Sequence[Task], Sequence[Task]]:
    # A day on another clock is at most two days off.
    around = {"first": first - timedelta(days=2), "last": last + timedelta(days=2)}
    dated = [row["id"] async for row in Q.list_days(conn, project_id=project.id, limit=MOST + 1, **around)]
    undated = [row["id"] async for row in Q.list_undated(conn, project_id=project.id, limit=TRAY + 1)]
    tasks = {task.id: task for task in await list_tasks_by_ids(conn, viewer=viewer, ids=[*dated, *undated])}
    return [tasks[id_] for id_ in dated if id_ in tasks], [tasks[id_] for id_ in undated if id_ in tasks]


def _read(text: str) -> date | None:
    """A day that a calendar can turn around."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR < day.year < LAST_YEAR else None


def _month_on(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date, speech: Speech) -> str:
    return str(format_skeleton("yMMMM", day, locale=speech.language))


def _short(day: date, speech: Speech) -> str:
    return speech.say("{day} {month}", day=day.day, month=speech.months[day.month - 1])

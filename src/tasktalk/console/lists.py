"""Tasks as a page shows them: which, in what order, under which headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console import when
from tasktalk.console.items import Group, item_of
from tasktalk.console.log import Q
from tasktalk.console.nesting import name_parents, nest
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.projects.projects import Project

View = Literal["today", "upcoming", "inbox", "all", "done"]
VIEWS: tuple[View, ...] = get_args(View)

PAGE = 100
_NESTED = frozenset({"project", "sections", "inbox", "all"})  # elsewhere the hour or the moment is the order
_FILTERS = {
    "today": "today | overdue",
    "upcoming": "!no date & !overdue",
    "inbox": "inbox",
    "all": "all",
    "done": "done",
}
_BUCKETS = {
    "overdue": phrase("Overdue"),
    "today": phrase("Today"),
    "tomorrow": phrase("Tomorrow"),
    "week": phrase("In the next days"),
    "later": phrase("Later"),
    "none": phrase("No date"),
}


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: how it gets filled."""

    glyph: str
    title: str
    words: str
    say: str = ""


EMPTY = {
    "today": Empty(
        "sun",
        phrase("Nothing due today"),
        phrase("What is due today, and what is late, waits here."),
        phrase("buy milk today 5pm"),
    ),
    "upcoming": Empty(
        "calendar-days",
        phrase("Nothing ahead"),
        phrase("What has a date shows here day by day."),
        phrase("call Ana Friday 10am"),
    ),
    "inbox": Empty(
        "inbox",
        phrase("The Inbox is empty"),
        phrase("What you send without naming a project lands here."),
        phrase("buy milk tomorrow 5pm"),
    ),
    "all": Empty(
        "list-checks",
        phrase("Nothing open"),
        phrase("All your open tasks, in one list."),
        phrase("buy milk tomorrow 5pm"),
    ),
    "done": Empty(
        "circle-check", phrase("Nothing done yet"), phrase("Tick a task here, or answer “done” to it on WhatsApp.")
    ),
    "project": Empty(
        "hash",
        phrase("No open tasks here"),
        phrase("Name the project anywhere in a message."),
        phrase("paint the door #{name}"),
    ),
}


async def list_view(
    conn: Conn, *, viewer: Viewer, view: View, cursor: str | None, now: datetime, places: Sequence[UUID]
) -> tuple[list[Task], str | None]:
    """The tasks of a view and the cursor of what follows. `places`: the viewer's projects."""
    page = await list_tasks(
        conn,
        viewer=viewer,
        filter=_FILTERS[view],
        sort="-completed" if view == "done" else "due",
        limit=PAGE,
        cursor=cursor,
        now=now,
        zone=viewer.timezone,
        places=places,
    )
    return page.items, page.next


async def list_in_project(
    conn: Conn, *, viewer: Viewer, project: Project, cursor: str | None
) -> tuple[list[Task], str | None]:
    """The open tasks of a project the viewer was found to see: by section, where it has any, else by date.

    Those of sections come with their subtasks, a page of these at most.
    """
    start = _read_offset(cursor)
    query = Q.list_in_sections if project.sections else Q.list_in_project
    ids = [row["id"] async for row in query(conn, project_id=project.id, offset=start, limit=PAGE + 1)]
    after = str(start + PAGE) if len(ids) > PAGE else None
    tasks = list(await list_tasks_by_ids(conn, viewer=viewer, ids=ids[:PAGE]))
    if project.sections and any(task.subtasks_count for task in tasks):
        under = [row["id"] async for row in Q.list_under(conn, ids=ids[:PAGE], limit=PAGE)]
        tasks += await list_tasks_by_ids(conn, viewer=viewer, ids=under)
    return tasks, after


def group(
    tasks: list[Task], *, view: str, parents: Mapping[UUID, str], now: datetime, zone: ZoneInfo, speech: Speech
) -> list[Group]:
    """The tasks under headings that suit the view, in the order given; what a heading says, its rows do not repeat.

    `parents`: the titles of what they are part of.
    """
    today = now.astimezone(zone).date()
    days = {"today": today, "tomorrow": today + timedelta(days=1)}

    def heading_of(task: Task) -> tuple[str, str, date | None]:
        """Its words, its tone, and the day it is, if it is one."""
        if view == "done":
            return when.heading((task.completed_at or task.updated_at).astimezone(zone).date(), today, speech), "", None
        if view == "sections":
            return task.section or "", "", None
        if view == "upcoming" and task.due:
            return when.heading(task.due.date, today, speech), "", task.due.date
        tone = "none" if task.due is None else when.tone_of(task.due.date, today)
        return speech.say(_BUCKETS[tone]), tone, days.get(tone)

    headings = [heading_of(task) for task in tasks]
    if view not in {"done", "upcoming", "sections"} and {tone for _, tone, _ in headings} in ({"none"}, {"today"}):
        headings = [("", "", today if view == "today" else None)] * len(tasks)  # a heading would say nothing
    groups: dict[tuple[str, str], Group] = {}
    for task, (title, tone, day) in zip(tasks, headings, strict=True):
        item = item_of(task, now, zone, speech, under=day)
        groups.setdefault((title, tone), Group(title, tone)).items.append(item)
    found = name_parents(list(groups.values()), parents)
    return nest(found, by_day=view != "sections") if view in _NESTED else found


def _read_offset(cursor: str | None) -> int:
    if cursor and not (cursor.isdecimal() and len(cursor) < len(str(2**31))):
        raise BadRequest(phrase("This cursor is not one of ours."), field="cursor")
    return int(cursor or 0)

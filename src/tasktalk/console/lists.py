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

    In sections each stands before its subtasks; a page that begins amid these has what they are part of once more.
    """
    start, skip = _read_place(cursor)
    if not project.sections:
        rows = Q.list_in_project(conn, project_id=project.id, offset=start, limit=PAGE + 1)
        ids = [row["id"] async for row in rows]
        page, after = ids[:PAGE], str(start + PAGE) if len(ids) > PAGE else None
    else:
        page, after = await _list_trees(conn, project.id, start, skip)
    return list(await list_tasks_by_ids(conn, viewer=viewer, ids=page)), after


async def _list_trees(conn: Conn, project_id: UUID, start: int, skip: int) -> tuple[list[UUID], str | None]:
    """A page from the tree `start` on, of which `skip` tasks were shown, and the next one's cursor: "TREE.SKIP"."""
    tops = Q.list_in_sections(conn, project_id=project_id, offset=start, limit=PAGE + 2)
    ids = [row["id"] async for row in tops]
    rows = [row async for row in Q.list_trees(conn, ids=ids, limit=skip + PAGE + 1)]
    begin = min(skip, sum(row["tree"] == 1 for row in rows))  # it may have become smaller meanwhile
    shown = [row["id"] for row in rows[begin : begin + PAGE]]
    parents = {row["id"]: row["parent_id"] for row in rows}
    while shown and (parent := parents[shown[0]]):
        shown.insert(0, parent)
    if len(rows) <= begin + PAGE:
        return shown, None
    tree = rows[begin + PAGE]["tree"]
    seen = sum(row["tree"] == tree for row in rows[: begin + PAGE])
    return shown, f"{start + tree - 1}.{seen}" if seen else str(start + tree - 1)


def group(
    tasks: list[Task], *, view: str, parents: Mapping[UUID, str], now: datetime, zone: ZoneInfo, speech: Speech
) -> list[Group]:
    """The tasks under headings that suit the view, in the order given; what a heading says, its rows do not repeat.

    `parents`: the titles of what they are part of.
    """
    today = now.astimezone(zone).date()
    days = {"today": today, "tomorrow": today + timedelta(days=1)}
    sections: dict[UUID | None, str] = {}
    for task in tasks:  # a subtask stands where its parent does, which comes first
        sections[task.id] = sections.get(task.parent_id, task.section or "")

    def heading_of(task: Task) -> tuple[str, str, date | None]:
        """Its words, its tone, and the day it is, if it is one."""
        if view == "done":
            return when.heading((task.completed_at or task.updated_at).astimezone(zone).date(), today, speech), "", None
        if view == "sections":
            return sections[task.id], "", None
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


def _read_place(cursor: str | None) -> tuple[int, int]:
    """Of "30" 30 and 0, of "30.5" 30 and 5."""
    start, _, skip = (cursor or "").partition(".")
    return read_offset(start), read_offset(skip)


def read_offset(cursor: str | None) -> int:
    """How many come before a page. Raises BadRequest."""
    if cursor and not (cursor.isdecimal() and len(cursor) < len(str(2**31))):
        raise BadRequest(phrase("This cursor is not one of ours."), field="cursor")
    return int(cursor or 0)

"""Tasks as a page shows them: which, in what order, under which headings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console import when
from tasktalk.console.log import Q
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Due, Task
from tasktalk.tasks.projects.projects import Project

View = Literal["today", "upcoming", "inbox", "all", "done"]
VIEWS: tuple[View, ...] = get_args(View)

PAGE = 100
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
class Item:
    """A task with its due moment in words, the tone of that, and the hour alone where it has one."""

    task: Task
    due: str
    tone: str
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks under a heading; "" for a list that needs none."""

    title: str
    tone: str = ""
    items: list[Item] = field(default_factory=list)


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
    """The open tasks of a project the viewer was found to see: by section, where it has any, else by date."""
    start = _read_offset(cursor)
    query = Q.list_in_sections if project.sections else Q.list_in_project
    ids = [row["id"] async for row in query(conn, project_id=project.id, offset=start, limit=PAGE + 1)]
    return await _by_ids(conn, viewer, ids, start)


def group(tasks: list[Task], *, view: str, now: datetime, zone: ZoneInfo, speech: Speech) -> list[Group]:
    """The tasks under headings that suit the view, in the order given."""
    today = now.astimezone(zone).date()

    def heading_of(task: Task) -> tuple[str, str]:
        if view == "done":
            return when.heading((task.completed_at or task.updated_at).astimezone(zone).date(), today, speech), ""
        if view == "sections":
            return task.section or "", ""
        if view == "upcoming" and task.due:
            return when.heading(task.due.date, today, speech), ""
        tone = "none" if task.due is None else when.tone_of(task.due.date, today)
        return speech.say(_BUCKETS[tone]), tone

    groups: dict[tuple[str, str], Group] = {}
    for task in tasks:
        title, tone = heading_of(task)
        groups.setdefault((title, tone), Group(title, tone)).items.append(item_of(task, now, zone, speech))
    if view not in {"done", "upcoming", "sections"} and [tone for _, tone in groups] in (["none"], ["today"]):
        return [Group("", "", next(iter(groups.values())).items)]  # a heading would say nothing
    return list(groups.values())


def item_of(task: Task, now: datetime, zone: ZoneInfo, speech: Speech) -> Item:
    """The task with its due moment in words."""
    if task.due is None:
        return Item(task, "", "")
    today, (on, clock) = now.astimezone(zone).date(), due_in(task.due, zone)
    late = task.due.datetime is not None and task.due.datetime < now
    tone = "" if task.status != "open" else "overdue" if late else when.tone_of(on, today)
    words = " ".join(filter(None, (when.day_words(on, today, speech), clock)))
    return Item(task, words, tone, clock or "")


def due_in(due: Due, zone: ZoneInfo) -> tuple[date, str | None]:
    """The day and hour of a due moment, which was set in another zone perhaps, on the clock of `zone`."""
    if due.datetime is None:
        return due.date, due.time
    local = due.datetime.astimezone(zone)
    return local.date(), f"{local:%H:%M}"


async def _by_ids(conn: Conn, viewer: Viewer, ids: list[UUID], start: int) -> tuple[list[Task], str | None]:
    tasks = await list_tasks_by_ids(conn, viewer=viewer, ids=ids[:PAGE])
    return list(tasks), str(start + PAGE) if len(ids) > PAGE else None


def _read_offset(cursor: str | None) -> int:
    if cursor and not (cursor.isdecimal() and len(cursor) < len(str(2**31))):
        raise BadRequest("This cursor is not one of ours.", field="cursor")
    return int(cursor or 0)

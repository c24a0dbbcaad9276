"""Vikunja: `data.json` of its export of a user's data: projects, each with its tasks, comments and buckets."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from tasktalk.errors import BadRequest
from tasktalk.interop.importing.model import Draft, Read, Unreadable
from tasktalk.phrases import phrase
from tasktalk.tasks.model import Recurrence
from tasktalk.tasks.reminders.model import OFTEN, Moment, NewReminder

_PRIORITIES = {1: 4, 2: 3, 3: 2, 4: 1, 5: 1}  # low, medium, high, urgent, do now
_NEVER = "0001-"  # Go's zero time
_MONTHLY, _FROM_TODAY = 1, 2  # repeat_mode
_UNITS = ((604_800, "WEEKLY"), (86_400, "DAILY"), (3600, "HOURLY"), (60, "MINUTELY"))
_INBOX = frozenset({"inbox"})
_LONGEST_PERIOD = 10 * 366 * 86_400  # seconds; what is further from a date is no reminder of it

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)(?P<rest>[^<>]*+)>|<![^<>]*+>")
_CHECKED = re.compile(r'data-checked="(true|false)"')
_BEGINNING = frozenset({"br", "div", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre"})
_ENDING = frozenset({"p", "ul", "ol", "h1", "h2", "h3", "h4"})


@dataclass(frozen=True, slots=True)
class _Around:
    """Of a task: its project, the columns and parents there, and the moment in its person's zone."""

    project: str | None
    columns: Mapping[int, str]
    parents: Mapping[int, int]
    now: dt.datetime


def read_export(document: Any, *, now: dt.datetime, zone: str) -> Read:
    """All tasks of all projects; `row` counts them."""
    if not isinstance(document, list):
        raise BadRequest(phrase("This is no export of Vikunja."), field="file")
    here, read, row = ZoneInfo(zone), [], 0
    for project in document:
        if not isinstance(project, dict):
            continue
        columns = _columns(project)
        parents = _parents(project)
        for task in _objects(project.get("tasks")):
            row += 1
            name = str(project.get("title") or "").strip()
            around = _Around(None if name.lower() in _INBOX else name or None, columns, parents, now.astimezone(here))
            read.append(_task(row, task, around))
    return read


def _task(row: int, task: Mapping[str, Any], around: _Around) -> Draft | Unreadable:
    title, id_ = task.get("title"), task.get("id")
    if not isinstance(title, str) or not isinstance(id_, int):
        return Unreadable(row, "", phrase("It has no title."), "title")
    now, columns, parents = around.now, around.columns, around.parents
    due, start = _moment(task.get("due_date"), now), _moment(task.get("start_date"), now)
    at = due.time() if due is not None and due.time() != dt.time() else None
    return Draft(
        row=row,
        external_id=str(id_),
        title=title,
        notes=to_text(str(task.get("description") or "")),
        status="done" if task.get("done") is True else "open",
        completed_at=_moment(task.get("done_at"), now),
        priority=_PRIORITIES.get(_whole(task.get("priority"))),
        due_on=due.date() if due else None,
        due_time=at.replace(second=0, microsecond=0) if at else None,
        start_on=start.date() if start else None,
        recurrence=_rule(task) if due else None,
        project=around.project,
        section=columns.get(id_) or columns.get(-_whole(task.get("bucket_id"))),
        labels=tuple(str(each["title"]) for each in _objects(task.get("labels")) if each.get("title")),
        assignees=tuple(filter(None, map(_person, _objects(task.get("assignees"))))),
        parent=str(parents[id_]) if id_ in parents else None,
        comments=tuple(
            filter(None, (to_text(str(each.get("comment") or "")) for each in _objects(task.get("comments"))))
        ),
        reminders=tuple(_reminders(task, due, now))[:OFTEN],
        remarks=_remarks(task),
    )


def _columns(project: Mapping[str, Any]) -> dict[int, str]:
    """The bucket of each task by the task's id; that of a bucket by its own, negative."""
    names = {_whole(each.get("id")): str(each.get("title") or "") for each in _objects(project.get("buckets"))}
    found = {-id_: name for id_, name in names.items() if id_}
    for each in _objects(project.get("task_buckets")):
        if name := names.get(_whole(each.get("bucket_id"))):
            found[_whole(each.get("task_id"))] = name
    return found


def _parents(project: Mapping[str, Any]) -> dict[int, int]:
    """The parent of each task of this project, within it."""
    tasks = {_whole(task.get("id")): task for task in _objects(project.get("tasks"))}
    found: dict[int, int] = {}
    for id_, task in tasks.items():
        related = task.get("related_tasks")
        related = related if isinstance(related, dict) else {}
        for child in _objects(related.get("subtask")):
            found.setdefault(_whole(child.get("id")), id_)
        for parent in _objects(related.get("parenttask")):
            found.setdefault(id_, _whole(parent.get("id")))
    return {child: parent for child, parent in found.items() if parent in tasks and child != parent}


def _rule(task: Mapping[str, Any]) -> Recurrence | None:
    after, mode = _whole(task.get("repeat_after")), _whole(task.get("repeat_mode"))
    if mode == _MONTHLY:
        return {"rrule": "FREQ=MONTHLY", "from": "schedule", "text": ""}
    for seconds, unit in _UNITS:
        if after > 0 and after % seconds == 0:
            every = after // seconds
            rule = f"FREQ={unit}" + (f";INTERVAL={every}" if every > 1 else "")
            return {"rrule": rule, "from": "completion" if mode == _FROM_TODAY else "schedule", "text": ""}
    return None


def _reminders(task: Mapping[str, Any], due: dt.datetime | None, now: dt.datetime) -> Iterator[NewReminder]:
    for each in _objects(task.get("reminders")):
        at = _moment(each.get("reminder"), now)
        if each.get("relative_to") == "due_date" and due is not None:
            seconds = _whole(each.get("relative_period"))
            if abs(seconds) <= _LONGEST_PERIOD:
                yield NewReminder(offset=dt.timedelta(seconds=seconds))
        elif at is not None and at > now:
            yield NewReminder(at=Moment(at.date(), at.time().replace(second=0, microsecond=0)))


def _person(assignee: Mapping[str, Any]) -> str:
    """By what is likeliest to be known here."""
    return next((text for key in ("email", "name", "username") if (text := str(assignee.get(key) or "").strip())), "")


def _remarks(task: Mapping[str, Any]) -> tuple[str, ...]:
    said = {
        phrase("Its files are not brought along."): task.get("attachments"),
    }
    return tuple(words for words, there in said.items() if there)


def _moment(text: Any, now: dt.datetime) -> dt.datetime | None:
    """In the zone of `now`; None for a moment that was never."""
    if not isinstance(text, str) or not text or text.startswith(_NEVER):
        return None
    try:
        at = dt.datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        return None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and abs(value) < 1 << 53 else 0


def to_text(html: str) -> str:
    """HTML, as Vikunja keeps descriptions, as plain text, its paragraphs and lists; without a tag it stays as it is.

    Read once from its beginning to its end: a parser that looks back takes minutes for what never closes.
    """
    if "<" not in html:
        return html.strip()
    pieces, place = list[str](), 0
    for tag in _TAG.finditer(html):
        pieces += [unescape(html[place : tag.start()]), _break_of(tag)]
        place = tag.end()
    pieces.append(unescape(html[place:]))
    lines = [line.rstrip() for line in "".join(pieces).splitlines()]
    return "\n".join(line for n, line in enumerate(lines) if line or (n and lines[n - 1])).strip()


def _break_of(tag: re.Match[str]) -> str:
    """What stands in a tag's place."""
    name = (tag["name"] or "").lower()
    if tag["end"]:
        return "\n" if name in _ENDING else ""
    if name == "li":
        done = _CHECKED.search(tag["rest"])
        return "\n- " + ({"true": "[x] ", "false": "[ ] "}[done[1]] if done else "")
    return "\n" if name in _BEGINNING else ""

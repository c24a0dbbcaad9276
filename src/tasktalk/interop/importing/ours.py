"""Our own exports, and any table with a column `title`."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from tasktalk.errors import AppError, BadRequest
from tasktalk.interop.importing.model import Draft, Read, Unreadable
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.due import check_day
from tasktalk.tasks.model import Recurrence, Status
from tasktalk.tasks.reminders.model import OFTEN, Moment, NewReminder
from tasktalk.tasks.reminders.reading import read_offset
from tasktalk.web.spreadsheets import unguard

_STATUSES: dict[str, Status] = {
    "": "open",
    "open": "open",
    "todo": "open",
    "done": "done",
    "completed": "done",
    "x": "done",
    "cancelled": "cancelled",
}


class Wrong(ValueError):
    """A cell that cannot be, and why, which may be Told; `field` is its column."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.why, self.field = why, field


def read_table(text: str) -> list[dict[str, str]]:
    """The lines of a CSV by its header, in small letters; the separator is found out. Raises BadRequest."""
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        header = [name.strip().lower() for name in next(reader, [])]
        if len(set(header)) < len(header):
            raise BadRequest(phrase("Two columns have the same name."), field="file")
        return [
            dict(zip(header, [*line, *[""] * (len(header) - len(line))], strict=False)) for line in reader if any(line)
        ]
    except csv.Error as error:
        raise BadRequest(Told("The table cannot be read: {error}.", error=error), field="file") from error


def read_csv(text: str) -> Read:
    """Columns as the export has them; but `title` all may be missing, and others are not looked at."""
    table = read_table(text)
    if table and "title" not in table[0]:
        raise BadRequest(phrase("The table has no column `title`."), field="file")
    return list(_named(_of_line(row, line) for row, line in enumerate(table, 2)))


def read_json(document: Any, *, now: dt.datetime) -> Read:
    """`{"items": […]}` as the export has it, or the list alone."""
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise BadRequest(phrase("The file has no list of tasks."), field="file")
    beside = document if isinstance(document, dict) else {}
    said, rings = _comments(beside.get("comments")), _reminders(beside.get("reminders"), now)
    return list(_named(_of_item(row, item, said, rings) for row, item in enumerate(items, 1)))


def digest(*parts: object) -> str:
    """An id for what has none: by what it says."""
    return blake2b("\x1f".join(map(str, parts)).encode(errors="replace"), digest_size=16).hexdigest()


def day(text: str | None, field: str) -> dt.date | None:
    """A date as `2026-12-01`."""
    try:
        return dt.date.fromisoformat(text.strip()) if text and text.strip() else None
    except ValueError:
        raise Wrong(field, phrase("A date is written like 2026-12-01.")) from None


def clock(text: str | None, field: str) -> dt.time | None:
    """A time as `09:30`."""
    try:
        return dt.time.fromisoformat(text.strip()).replace(tzinfo=None) if text and text.strip() else None
    except ValueError:
        raise Wrong(field, phrase("A time is written like 09:30.")) from None


def moment(text: str | None, field: str) -> dt.datetime | None:
    """A moment as `2026-12-01T09:30:00Z`; without an offset it is UTC."""
    try:
        at = dt.datetime.fromisoformat(text.strip()) if text and text.strip() else None
        if at:
            check_day(at.date(), field=field)
    except (ValueError, BadRequest):
        raise Wrong(field, phrase("A moment is written like 2026-12-01T09:30:00Z.")) from None
    return at.replace(tzinfo=dt.UTC) if at and at.tzinfo is None else at


def number(text: object, field: str) -> int | None:
    """A whole number, or nothing."""
    if text is None or text == "":
        return None
    try:
        return int(str(text))
    except ValueError:
        raise Wrong(field, Told("The {field} is not a whole number.", field=field)) from None


def _named(rows: Iterator[Draft | Unreadable]) -> Iterator[Draft | Unreadable]:
    """Equal rows without an id of their own are told apart by which of them they are."""
    seen: Counter[str] = Counter()
    for each in rows:
        if isinstance(each, Draft):
            seen[each.external_id] += 1
            if (count := seen[each.external_id]) > 1:
                yield (
                    Unreadable(each.row, each.title, phrase("It is in the file twice."))
                    if not _made_up(each)
                    else _again(each, count)
                )
                continue
        yield each


def _made_up(draft: Draft) -> bool:
    return draft.external_id.startswith("#")


def _again(draft: Draft, count: int) -> Draft:
    return Draft(
        **{name: getattr(draft, name) for name in Draft.__slots__} | {"external_id": f"{draft.external_id}.{count}"}
    )


def _of_line(row: int, line: Mapping[str, str]) -> Draft | Unreadable:
    title = unguard(line.get("title", ""))
    try:
        due_on, due_time = day(line.get("due_date"), "due_date"), clock(line.get("due_time"), "due_time")
        status = _status(line.get("status", "").strip().lower())
        rule = line.get("repeats", "").strip()
        labels = tuple(each.strip() for each in unguard(line.get("labels", "")).split(",") if each.strip())
        project, section = unguard(line.get("project", "")).strip(), unguard(line.get("section", "")).strip()
        own = line.get("id", "").strip() or line.get("external_id", "").strip()
        return Draft(
            row=row,
            external_id=own or "#" + digest(title, project, section, due_on, due_time, rule),
            title=title,
            notes=unguard(line.get("notes", "")),
            status=status,
            completed_at=moment(line.get("completed_at"), "completed_at"),
            priority=number(line.get("priority", "").strip(), "priority"),
            due_on=due_on,
            due_time=due_time,
            start_on=day(line.get("start"), "start"),
            deadline_on=day(line.get("deadline"), "deadline"),
            duration_minutes=number(line.get("duration_minutes", "").strip(), "duration_minutes"),
            recurrence={"rrule": rule, "from": "schedule", "text": ""} if rule else None,
            project=project or None,
            section=section or None,
            labels=labels,
            assignees=tuple(each.strip() for each in unguard(line.get("assignees", "")).split(",") if each.strip()),
            parent=line.get("parent_id", "").strip() or None,
            remarks=_left_out(line.get("files"), number(line.get("comments"), "comments")),
        )
    except Wrong as error:
        return Unreadable(row, title, error.why, error.field)


def _comments(found: object) -> dict[str, list[str]]:
    """By task, oldest first, each with who wrote it."""
    said: dict[str, list[str]] = {}
    for each in found if isinstance(found, list) else []:
        if isinstance(each, dict) and isinstance(each.get("text"), str) and isinstance(each.get("task_id"), str):
            author = each.get("author")
            name = author.get("name") if isinstance(author, dict) else None
            said.setdefault(each["task_id"], []).append(f"{name}: {each['text']}" if name else each["text"])
    return said


def _reminders(found: object, now: dt.datetime) -> dict[str, list[NewReminder]]:
    """By task: one's own, those by default come by themselves; of moments those to come, or to come again."""
    rings: dict[str, list[NewReminder]] = {}
    for each in found if isinstance(found, list) else []:
        if not isinstance(each, dict) or each.get("default") is not False:
            continue
        try:
            new = _reminder(each, now)
        except (AppError, ValueError):
            continue
        if new is not None:
            rings.setdefault(str(each.get("task_id")), []).append(new)
    return {task: each[:OFTEN] for task, each in rings.items()}


def _reminder(said: Mapping[str, Any], now: dt.datetime) -> NewReminder | None:
    if offset := _text(said, "offset"):
        return NewReminder(offset=read_offset(offset, field="reminders"))
    at, rule = _object(said, "at"), _text(said, "recurrence")
    on, time = day(_text(at, "date"), "at"), clock(_text(at, "time"), "at")
    rings_at = moment(_text(said, "next_at") or _text(at, "datetime"), "at")
    if rings_at is None or on is None or time is None:
        return None
    is_endless = rule is not None and "UNTIL" not in rule and "COUNT" not in rule
    return NewReminder(at=Moment(on, time), rrule=rule) if rings_at > now or is_endless else None


def _names(people: object) -> tuple[str, ...]:
    """Of people as `{"name"}`, or as a name alone."""
    names = [
        each.get("name") if isinstance(each, dict) else each for each in (people if isinstance(people, list) else [])
    ]
    return tuple(name for name in names if isinstance(name, str))


def _of_item(
    row: int, item: Any, comments: Mapping[str, Sequence[str]], rings: Mapping[str, Sequence[NewReminder]]
) -> Draft | Unreadable:
    if not isinstance(item, dict) or not isinstance(item.get("title"), str):
        return Unreadable(row, "", phrase("It has no title."), "title")
    title = item["title"]
    try:
        due, recurrence = _object(item, "due"), _object(item, "recurrence")
        own = _text(item, "id") or ""
        status, said = _status(item.get("status", "open")), tuple(comments.get(own, ()))
        return Draft(
            row=row,
            external_id=own or "#" + digest(title, item.get("project"), due),
            title=title,
            notes=_text(item, "notes") or "",
            status=status,
            completed_at=moment(_text(item, "completed_at"), "completed_at"),
            priority=number(item.get("priority"), "priority"),
            due_on=day(_text(due, "date"), "due"),
            due_time=clock(_text(due, "time"), "due"),
            due_zone=_text(item, "due_zone"),
            start_on=day(_text(item, "start"), "start"),
            deadline_on=day(_text(item, "deadline"), "deadline"),
            duration_minutes=number(item.get("duration_minutes"), "duration_minutes"),
            recurrence=_rule(recurrence),
            project=_text(_object(item, "project"), "name"),
            section=_text(item, "section"),
            labels=_labels(item.get("labels")),
            assignees=_names(item.get("assignees")),
            parent=_text(item, "parent_id"),
            comments=said,
            reminders=tuple(rings.get(own, ())),
            remarks=_left_out(
                item.get("attachments"), None if said else number(item.get("comments_count"), "comments_count")
            ),
        )
    except Wrong as error:
        return Unreadable(row, title, error.why, error.field)


def _status(said: object) -> Status:
    found = _STATUSES.get(said) if isinstance(said, str) else None
    if found is None:
        raise Wrong("status", phrase("A status is open, done or cancelled."))
    return found


def _labels(said: object) -> tuple[str, ...]:
    labels = said or []
    if not isinstance(labels, list) or not all(isinstance(each, str) for each in labels):
        raise Wrong("labels", phrase("Labels are a list of names."))
    return tuple(labels)


def _rule(said: Mapping[str, Any]) -> Recurrence | None:
    rule = _text(said, "rrule")
    if rule is None:
        return None
    return {
        "rrule": rule,
        "from": "completion" if said.get("from") == "completion" else "schedule",
        "text": str(said.get("text") or ""),
    }


def _object(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = item.get(key)
    if found is not None and not isinstance(found, dict):
        raise Wrong(key, Told("The {key} is no object.", key=key))
    return found or {}


def _text(item: Mapping[str, Any], key: str) -> str | None:
    found = item.get(key)
    if found is not None and not isinstance(found, str):
        raise Wrong(key, Told("The {key} is no text.", key=key))
    return found or None


def _left_out(files: object, comments: int | None) -> tuple[str, ...]:
    remarks = []
    if files:
        remarks.append(phrase("Its files are not brought along."))
    if comments:
        remarks.append(phrase("Its comments are not brought along."))
    return tuple(remarks)

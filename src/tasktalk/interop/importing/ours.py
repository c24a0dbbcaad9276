"""Our own exports, and any table with a column `title`."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from tasktalk.errors import BadRequest
from tasktalk.interop.importing.model import Draft, Read, Unreadable
from tasktalk.tasks.model import Recurrence, Status
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
    """A cell that cannot be; `field` is its column."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def read_table(text: str) -> list[dict[str, str]]:
    """The lines of a CSV by its header, in small letters; the separator is found out. Raises BadRequest."""
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        header = [name.strip().lower() for name in next(reader, [])]
        if len(set(header)) < len(header):
            raise BadRequest("Two columns have the same name.", field="file")
        return [
            dict(zip(header, [*line, *[""] * (len(header) - len(line))], strict=False)) for line in reader if any(line)
        ]
    except csv.Error as error:
        raise BadRequest(f"The table cannot be read: {error}.", field="file") from error


def read_csv(text: str) -> Read:
    """Columns as the export has them; but `title` all may be missing, and others are not looked at."""
    table = read_table(text)
    if table and "title" not in table[0]:
        raise BadRequest("The table has no column `title`.", field="file")
    return list(_named(_of_line(row, line) for row, line in enumerate(table, 2)))


def read_json(document: Any) -> Read:
    """`{"items": […]}` as the export has it, or the list alone."""
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise BadRequest("The file has no list of tasks.", field="file")
    return list(_named(_of_item(row, item) for row, item in enumerate(items, 1)))


def digest(*parts: object) -> str:
    """An id for what has none: by what it says."""
    return blake2b("\x1f".join(map(str, parts)).encode(errors="replace"), digest_size=16).hexdigest()


def day(text: str | None, field: str) -> dt.date | None:
    """A date as `2026-12-01`."""
    try:
        return dt.date.fromisoformat(text.strip()) if text and text.strip() else None
    except ValueError:
        raise Wrong(field, "A date is written like 2026-12-01.") from None


def clock(text: str | None, field: str) -> dt.time | None:
    """A time as `09:30`."""
    try:
        return dt.time.fromisoformat(text.strip()).replace(tzinfo=None) if text and text.strip() else None
    except ValueError:
        raise Wrong(field, "A time is written like 09:30.") from None


def number(text: object, field: str) -> int | None:
    """A whole number, or nothing."""
    if text is None or text == "":
        return None
    try:
        return int(str(text))
    except ValueError:
        raise Wrong(field, f"The {field} is not a whole number.") from None


def _named(rows: Iterator[Draft | Unreadable]) -> Iterator[Draft | Unreadable]:
    """Equal rows without an id of their own are told apart by which of them they are."""
    seen: Counter[str] = Counter()
    for each in rows:
        if isinstance(each, Draft):
            seen[each.external_id] += 1
            if (count := seen[each.external_id]) > 1:
                yield (
                    Unreadable(each.row, each.title, "It is in the file twice.")
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
            parent=line.get("parent_id", "").strip() or None,
            remarks=_left_out(line.get("files"), line.get("assignees"), number(line.get("comments"), "comments")),
        )
    except Wrong as error:
        return Unreadable(row, title, str(error), error.field)


def _of_item(row: int, item: Any) -> Draft | Unreadable:
    if not isinstance(item, dict) or not isinstance(item.get("title"), str):
        return Unreadable(row, "", "It has no title.", "title")
    title = item["title"]
    try:
        due, recurrence = _object(item, "due"), _object(item, "recurrence")
        status = _status(item.get("status", "open"))
        return Draft(
            row=row,
            external_id=_text(item, "id") or "#" + digest(title, item.get("project"), due),
            title=title,
            notes=_text(item, "notes") or "",
            status=status,
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
            parent=_text(item, "parent_id"),
            remarks=_left_out(
                item.get("attachments"), item.get("assignees"), number(item.get("comments_count"), "comments_count")
            ),
        )
    except Wrong as error:
        return Unreadable(row, title, str(error), error.field)


def _status(said: object) -> Status:
    found = _STATUSES.get(said) if isinstance(said, str) else None
    if found is None:
        raise Wrong("status", "A status is open, done or cancelled.")
    return found


def _labels(said: object) -> tuple[str, ...]:
    labels = said or []
    if not isinstance(labels, list) or not all(isinstance(each, str) for each in labels):
        raise Wrong("labels", "Labels are a list of names.")
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
        raise Wrong(key, f"The {key} is no object.")
    return found or {}


def _text(item: Mapping[str, Any], key: str) -> str | None:
    found = item.get(key)
    if found is not None and not isinstance(found, str):
        raise Wrong(key, f"The {key} is no text.")
    return found or None


def _left_out(files: object, people: object, comments: int | None) -> tuple[str, ...]:
    remarks = []
    if files:
        remarks.append("Its files are not brought along.")
    if people:
        remarks.append("It is given to nobody.")
    if comments:
        remarks.append("Its comments are not brought along.")
    return tuple(remarks)

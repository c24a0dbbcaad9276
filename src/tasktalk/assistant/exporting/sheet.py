"""Tasks as CSV (RFC 4180), a task a line. The columns are a promise: new ones are added at the end."""

import csv
import io
from collections.abc import Sequence

from tasktalk.tasks.model import Task
from tasktalk.web.spreadsheets import guard

COLUMNS = (
    "id",
    "title",
    "status",
    "priority",
    "due_date",
    "due_time",
    "due",
    "start",
    "deadline",
    "duration_minutes",
    "repeats",
    "project",
    "section",
    "labels",
    "assignees",
    "parent_id",
    "notes",
    "comments",
    "files",
    "created_at",
    "updated_at",
    "completed_at",
)


def lines_of(tasks: Sequence[Task]) -> str:
    """A line each, without the header."""
    return _write(map(_cells, tasks))


def _cells(task: Task) -> list[object]:
    due = task.due
    return [
        task.id,
        guard(task.title),
        task.status,
        task.priority,
        due.date if due else None,
        due.time if due else None,
        due.datetime.isoformat() if due and due.datetime else None,
        task.start,
        task.deadline,
        task.duration_minutes,
        task.recurrence["rrule"] if task.recurrence else None,
        guard(task.project.name) if task.project else None,
        guard(task.section) if task.section else None,
        guard(", ".join(task.labels)),
        guard(", ".join(person.name for person in task.assignees)),
        task.parent_id,
        guard(task.notes),
        task.comments_count,
        guard(", ".join(file.name for file in task.attachments)),
        task.created_at.isoformat(timespec="seconds"),
        task.updated_at.isoformat(timespec="seconds"),
        task.completed_at.isoformat(timespec="seconds") if task.completed_at else None,
    ]


def _write(rows: "map[list[object]] | list[list[object]]") -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


HEADER = _write([list(COLUMNS)])

"""The one occurrence of a recurring task that is open: moved by itself, skipped, or done, the rule stays as it is."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.due import due_columns, get_zone
from tasktalk.tasks.model import Act, Task
from tasktalk.tasks.places import lock_writable
from tasktalk.tasks.recurrence import leave_out, next_occurrence
from tasktalk.tasks.writing import write_tasks

Row = Mapping[str, Any]


async def skip_occurrence(
    conn: Conn, *, viewer: Viewer, task_id: UUID, by: Act, on: dt.date | None = None, version: int | None = None
) -> Task:
    """The task at the occurrence after this one, which is neither done nor missed; `on`: that later day is left out.

    Raises NotFound, Forbidden, BadRequest for a task that does not repeat, Conflict for a version that has moved on or
    when nothing would be left.
    """
    row = await lock_writable(conn, viewer=viewer, task_id=task_id, version=version)
    if row["recurrence"] is None or row["status"] != "open":
        raise BadRequest(phrase("This task does not repeat."), field="recurrence")
    values: dict[str, object] | None
    if on is None or _place(row) == (on, row["series_time"] if row["series_on"] else row["due_time"]):
        values = advance(row, zone=viewer.timezone, now=by.at, skip=True)
        if values is None:
            raise Conflict(phrase("This is the last one: finish or delete the task instead."))
    else:
        day, time = _place(row) or (by.at.astimezone(get_zone(row["due_zone"] or viewer.timezone)).date(), None)
        since = dt.datetime.combine(day, time or dt.time())
        values = {"recurrence": leave_out(row["recurrence"], on, since=since)}
    values = {key: value for key, value in values.items() if row[key] != value}
    await write_tasks(conn, viewer=viewer, sets={task_id: values}, verbs={task_id: "skipped"}, by=by)
    return (await list_tasks_by_ids(conn, viewer=viewer, ids=[task_id]))[0]


def moved_off_series(row: Row, due: Row, *, new_rule: bool) -> dict[str, object]:
    """The columns that remember where the rule put an occurrence whose due moment becomes `due`."""
    if row["recurrence"] is None or new_rule or due["due_on"] is None:
        return {"series_on": None, "series_time": None}
    place = _place(row)
    if place is None or place == (due["due_on"], due["due_time"]):
        return {"series_on": None, "series_time": None}
    return dict(zip(("series_on", "series_time"), place, strict=True))


def advance(row: Row, *, zone: str, now: dt.datetime, skip: bool = False) -> dict[str, object] | None:
    """The columns of the occurrence that follows, counted from where the rule put this one; None: it was the last.

    `zone`: where a task is that has none of its own. Those that passed meanwhile are left out; `skip`: this one alone.
    """
    zone = row["due_zone"] or zone
    now = now.astimezone(get_zone(zone))
    on, at = _place(row) or (now.date(), row["due_time"])
    if skip and row["recurrence"]["from"] == "schedule":
        now = dt.datetime.combine(on, at or dt.time(), now.tzinfo)
    following = next_occurrence(row["recurrence"], due_on=on, due_time=at, now=now)
    if following is None:
        return None
    due = due_columns(following.on, following.at, zone, floats_with=row["due_floats_with"])
    return due | {
        "series_on": None,
        "series_time": None,
        "recurrence": following.recurrence,
        "status": "open",
        "completed_at": None,
    }


def _place(row: Row) -> tuple[dt.date, dt.time | None] | None:
    """Where the rule put the occurrence that is open."""
    if row["series_on"] is not None:
        return row["series_on"], row["series_time"]
    return None if row["due_on"] is None else (row["due_on"], row["due_time"])

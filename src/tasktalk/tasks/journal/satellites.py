"""Taking back what belongs to tasks without being one: comments, sections, labels, reminders and the like.

Their journal has whole rows, so one way serves them all: put the row from before in the place of the one there is.
"""

# ruff: noqa: S608  (tables and columns are the constants below; values travel as parameters)

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import find_role, lock_tasks

Row = Mapping[str, Any]


class Span(NamedTuple):
    """A row before the first and after the last change of one act; None: it was not there."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None
    task_id: UUID | None
    project_id: UUID | None

    @property
    def row(self) -> dict[str, Any]:
        """The row in one of its two states, the earlier if there are both."""
        return self.before or self.after or {}


class Table(NamedTuple):
    """Where a subject's rows are. `columns` are those that change; `named` is what people know a row by."""

    name: str
    columns: tuple[str, ...]
    named: str = "name"
    versioned: bool = True
    of_all: bool = False  # whoever sees the task may have some, not only who may change it


# Those that tasks refer to come back before the tasks do, the others after them.
BEFORE_TASKS = {
    "section": Table("sections", ("name", "position")),
    "label": Table("labels", ("name", "colour", "position")),
    "filter": Table("saved_filters", ("name", "query", "colour", "position")),
}
AFTER_TASKS = {
    "comment": Table("comments", ("text", "mentions"), named="text", of_all=True),
    "relation": Table("task_relations", (), named="kind", versioned=False),
    "attachment": Table("attachments", ("name", "deleted_at"), versioned=False),
    "reminder": Table(
        "reminders",
        ("offset_seconds", "at_on", "at_time", "zone", "floats", "rrule", "is_default", "dropped_at"),
        named="id",
        of_all=True,
    ),
}
SATELLITES = BEFORE_TASKS | AFTER_TASKS

_WORKED_OUT = ("version", "updated_at", "ring_at", "rung_at")  # not what somebody wrote


async def list_moved(conn: Conn, *, viewer: Viewer, subject: str, spans: Mapping[UUID, Span]) -> list[str]:
    """By name, those that are not as they were left, or lie where the viewer may not change them any more."""
    table = SATELLITES[subject]
    rows = await conn.fetch(
        f"select id, to_jsonb(t) - $2::text[] as row from {table.name} t where id = any($1::uuid[]) for update",
        list(spans),
        list(_WORKED_OUT),
    )
    there = {row["id"]: row["row"] for row in rows}
    places = {span.task_id for span in spans.values() if span.task_id is not None}
    tasks = await lock_tasks(conn, viewer=viewer, ids=list(places))
    moved = []
    for id_, span in spans.items():
        left = None if span.after is None else {k: v for k, v in span.after.items() if k not in _WORKED_OUT}
        if there.get(id_) != left or not await _may_change(conn, table, span, tasks, viewer=viewer):
            moved.append(str(span.row.get(table.named, ""))[:100])
    return moved


async def put_back(conn: Conn, *, viewer: Viewer, subject: str, spans: Mapping[UUID, Span], by: Act) -> None:
    """Each row is as it was before, or gone if it was not there, with a journal row that makes a redo possible."""
    for id_, span in spans.items():
        statement, values = _restoring(SATELLITES[subject], id_, span, by=by)
        after = await conn.fetchval(statement, *values)
        verb = "deleted" if after is None else "restored" if span.after is None else "changed"
        await conn.execute(
            "insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, "
            "after, channel) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            by.at,
            by.change_set,
            viewer.user_id,
            subject,
            id_,
            span.task_id,
            span.project_id,
            verb,
            span.after,
            after,
            by.channel,
        )


def _restoring(table: Table, id_: UUID, span: Span, *, by: Act) -> tuple[str, Sequence[object]]:
    """The statement that answers the row's new state as JSON, null when it is gone."""
    if span.before is None and "deleted_at" in table.columns:  # its file is kept as long as the trash is
        return f"update {table.name} t set deleted_at = $2 where id = $1 returning to_jsonb(t)", [id_, by.at]
    if span.before is None:
        return f"delete from {table.name} where id = $1 returning null::jsonb", [id_]
    record = f"jsonb_populate_record(null::{table.name}, $1::jsonb)"
    if span.after is None:
        return f"insert into {table.name} as t select * from {record} returning to_jsonb(t)", [span.before]
    columns = ", ".join(f"{column} = r.{column}" for column in table.columns)
    values: list[object] = [span.before, id_]
    if table.versioned:
        columns += ", version = t.version + 1, updated_at = $3::timestamptz"
        values.append(by.at)
    return f"update {table.name} t set {columns} from {record} r where t.id = $2 returning to_jsonb(t)", values


async def _may_change(conn: Conn, table: Table, span: Span, tasks: Mapping[UUID, Row], *, viewer: Viewer) -> bool:
    if span.task_id is not None:
        task = tasks.get(span.task_id)
        return task is not None and (table.of_all or task["role"] != "viewer")
    if span.project_id is not None:
        return await find_role(conn, viewer=viewer, project_id=span.project_id) in {"owner", "editor"}
    return True  # the viewer's own; the journal row says that it was they who changed it

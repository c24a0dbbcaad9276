"""Reading tasks: one by one, and in pages by a filter. Nothing here shows a task that is not the viewer's to see."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, NotFound
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.filter_sql import fence, to_sql
from tasktalk.tasks.filters import parse
from tasktalk.tasks.model import Task

LIMIT = 50
MOST = 500

_Key = int | float | str

# What each order compares, as numbers and text that a cursor can carry; the id comes last and makes it total.
_DAY = "(coalesce(t.due_on, date '9999-12-31') - date '2000-01-01')"
_MINUTE = "coalesce(extract(epoch from t.due_time)::int, 86400)"
_SORTS: dict[str, tuple[tuple[str, str], ...]] = {
    "id": (),
    "due": ((_DAY, "int"), (_MINUTE, "int"), ("coalesce(t.priority, 5)::int", "int")),
    "priority": (("coalesce(t.priority, 5)::int", "int"), (_DAY, "int"), (_MINUTE, "int")),
    "title": (("fold(t.title)", "text"),),
    "position": (("t.position", "float8"),),
    "created": (("(extract(epoch from t.created_at) * 1000000)::bigint", "bigint"),),
    "updated": (("(extract(epoch from t.updated_at) * 1000000)::bigint", "bigint"),),
    "completed": (("coalesce((extract(epoch from t.completed_at) * 1000000)::bigint, 0)", "bigint"),),
}
SORTS = tuple(_SORTS)
_KEYS = {f"{word}_at": word for word in ("created", "updated", "completed")}  # as a task's JSON spells them


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, and the cursor of the next ones; None: these were the last."""

    items: list[Task]
    next: str | None


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    sort: str
    keys: list[_Key]
    id: UUID


async def get_task(conn: Conn, *, viewer: Viewer, task_id: UUID) -> Task:
    """A task the viewer sees; NotFound otherwise, and for a deleted one."""
    task = await find_task(conn, viewer=viewer, task_id=task_id)
    if task is None:
        raise NotFound("There is no such task.")
    return task


async def find_task(conn: Conn, *, viewer: Viewer, task_id: UUID) -> Task | None:
    """A task the viewer sees, or None."""
    return next(iter(await list_tasks_by_ids(conn, viewer=viewer, ids=[task_id])), None)


async def list_tasks(
    conn: Conn,
    *,
    viewer: Viewer,
    now: datetime,
    filter: str | None = None,  # noqa: A002  (the contract's word)
    sort: str = "id",
    limit: int = LIMIT,
    cursor: str | None = None,
    zone: str | None = None,
) -> Page:
    """The viewer's tasks that match `filter` (see `filters`); without one, open and done alike.

    `sort` is one of SORTS, or its exact reverse with a "-" before it; by due date and by priority, what has none
    comes last. `zone` (None: the viewer's own) says where it is today.
    Raises BadRequest for a filter, order, limit or cursor that cannot be read.
    """
    by = sort.removeprefix("-")
    keys = _SORTS.get(_KEYS.get(by, by))
    if keys is None:
        raise BadRequest(f"Sort by one of {', '.join(SORTS)}, or -{SORTS[0]} to descend.", field="sort")
    if not 1 <= limit <= MOST:
        raise BadRequest(f"A page has 1 to {MOST} tasks.", field="limit")
    params: list[object] = []
    conditions = [fence(viewer, params)]
    shown = [*(expression for expression, _ in keys), "t.id"]
    order = shown
    if filter and filter.strip():
        conditions.append(to_sql(parse(filter), viewer=viewer, now=now, zone=zone or viewer.timezone, params=params))
        # By the bare id PostgreSQL may walk the primary key, through everybody's tasks, until a page is full.
        order = shown if keys else ['t.id::text collate "C"']
    if cursor:
        conditions.append(_after(_read_cursor(cursor, sort), sort, params))
    direction = " desc" if sort.startswith("-") else ""
    # All of this text is ours; what people wrote is in the parameters.
    sql = f"select {', '.join(shown)} from tasks t where {' and '.join(conditions)}"  # noqa: S608
    sql += f" order by {', '.join(column + direction for column in order)} limit {limit + 1}"
    rows = [tuple(row) for row in await conn.fetch(sql, *params)]
    page = rows[:limit]
    following = _write_cursor(sort, page[-1]) if len(rows) > limit else None
    return Page(await list_tasks_by_ids(conn, viewer=viewer, ids=[row[-1] for row in page]), following)


def _after(cursor: _Cursor, sort: str, params: list[object]) -> str:
    """The condition that a task comes behind the cursor's."""
    columns = [*_SORTS[sort.removeprefix("-")], ("t.id", "uuid")]
    places = []
    for value, (_, sql_type) in zip([*cursor.keys, cursor.id], columns, strict=True):
        params.append(value)
        places.append(f"${len(params)}::{sql_type}")
    than = "<" if sort.startswith("-") else ">"
    return f"({', '.join(column for column, _ in columns)}) {than} ({', '.join(places)})"


def _write_cursor(sort: str, row: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, row[:-1], row[-1]])).decode().rstrip("=")


def _read_cursor(text: str, sort: str) -> _Cursor:
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise BadRequest("This cursor is not ours.", field="cursor") from error
    types = [sql_type for _, sql_type in _SORTS.get(cursor.sort.removeprefix("-"), ())]
    if cursor.sort != sort or len(types) != len(cursor.keys):
        raise BadRequest("This cursor belongs to another order.", field="cursor")
    if not all(_fits(key, sql_type) for key, sql_type in zip(cursor.keys, types, strict=True)):
        raise BadRequest("This cursor is not ours.", field="cursor")
    return cursor


def _fits(key: _Key, sql_type: str) -> bool:
    match sql_type:
        case "text":
            return isinstance(key, str) and "\x00" not in key
        case "float8":
            return isinstance(key, float | int)
    return isinstance(key, int) and abs(key) < 1 << (31 if sql_type == "int" else 63)

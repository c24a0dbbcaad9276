"""Reading tasks: one by one, and in pages by a filter. Nothing here shows a task that is not the viewer's to see."""

# ruff: noqa: S608  (all of the SQL's text is ours; what people wrote is in the parameters)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.filters import Expr, Search, parse
from tasktalk.tasks.filters.beginning import first_day_of
from tasktalk.tasks.filters.expressions import is_narrow, list_leaves, status_of
from tasktalk.tasks.filters.scope import Scope, read_scope
from tasktalk.tasks.filters.sql import Writer
from tasktalk.tasks.model import Task
from tasktalk.tasks.orders import SORTS, Cursor, Order, order_of, read_cursor, write_cursor

__all__ = ["LIMIT", "MOST", "SORTS", "Page", "find_task", "get_task", "list_tasks"]

_Row = tuple[Any, ...]  # the columns of the order

LIMIT = 50
MOST = 500

_MUCH = 3000  # tasks: who has fewer gets them all gathered
# The orders that have an index, and of which status (None in its place: of any).
_INDEXED: dict[str, tuple[str | None, ...] | None] = {
    "id": None,
    "due": (None, "open"),
    "priority": ("open",),
    "updated": None,
    "completed": ("done",),
}
_STEPS = 6000  # tasks looked at in order, whoever's they are, before all of the viewer's are gathered
_SEARCH_STEPS = 1500  # the same, where each must be read for its words


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, and the cursor of the next ones; None: these were the last."""

    items: list[Task]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    scope: Scope
    expr: Expr | None
    order: Order
    rows: int
    cursor: Cursor | None
    now: datetime
    zone: str

    @property
    def status(self) -> str | None:
        """The one status that all of the list has; None: any."""
        return status_of(self.expr) if self.expr else None


async def get_task(conn: Conn, *, viewer: Viewer, task_id: UUID) -> Task:
    """A task the viewer sees; NotFound otherwise, and for a deleted one."""
    task = await find_task(conn, viewer=viewer, task_id=task_id)
    if task is None:
        raise NotFound(phrase("There is no such task."))
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
    places: Sequence[UUID] | None = None,
) -> Page:
    """The viewer's tasks that match `filter` (see `filters`); without one, open and done alike.

    Tasks of archived projects and of templates are left out unless the filter names a project. `sort` is one of SORTS,
    or its exact reverse with a "-" before it; by due date and by priority, what has none comes last. `zone` (None: the
    viewer's own) says where it is today. `places`: see `read_scope`.
    Raises BadRequest for a filter, order, limit or cursor that cannot be read.
    """
    order = order_of(sort)
    if not 1 <= limit <= MOST:
        raise BadRequest(f"A page has 1 to {MOST} tasks.", field="limit")
    expr = parse(filter) if filter and filter.strip() else None
    place = read_cursor(cursor, order) if cursor else None
    scope = await read_scope(conn, viewer=viewer, expr=expr, places=places)
    asked = _Asked(scope, expr, order, limit + 1, place, now, zone or viewer.timezone)
    rows = await _walk(conn, asked) if _can_walk(asked) and await _has_much(conn, asked) else []
    if len(rows) <= limit:
        rows = await _gather(conn, asked)
    page = rows[:limit]
    following = write_cursor(order, page[-1]) if len(rows) > limit else None
    ids: list[UUID] = [row[-1] for row in page]
    return Page(await list_tasks_by_ids(conn, viewer=viewer, ids=ids, trashed=scope.trashed), following)


def _can_walk(asked: _Asked) -> bool:
    """Whether an index has everybody's tasks in the order that is asked for, and much of it may match."""
    if asked.scope.trashed or (asked.expr and is_narrow(asked.expr)):
        return False
    indexed = _INDEXED.get(asked.order.by, ())
    return indexed is None or asked.status in indexed


async def _has_much(conn: Conn, asked: _Asked) -> bool:
    writer = Writer(asked.scope, now=asked.now, zone=asked.zone, walking=True)
    # What the indexes by owner and project have: all, or what is open.
    kind = writer.listed("open" if asked.status == "open" else None)
    own = f"select from tasks t where {kind} and t.project_id is null and t.owner_id = {writer.me}"
    shared = f"select from tasks t where {kind} and t.project_id = any({writer.places})"
    [[count]] = await _fetch(conn, f"select count(*) from ({own} union all {shared} limit {_MUCH}) t", writer.params)
    return isinstance(count, int) and count >= _MUCH


async def _walk(conn: Conn, asked: _Asked) -> list[_Row]:
    """The first rows, if they are among the next tasks of an index in this order: who has much finds them soon."""
    writer = Writer(asked.scope, now=asked.now, zone=asked.zone, walking=True)
    # Where the index has all, those of another status count as steps too: there may be no end of them.
    status = None if _INDEXED[asked.order.by] is None else asked.status
    steps = f"select t.*, {_shown(asked)} from tasks t where {' and '.join(_listed(asked, writer, status))}"
    searching = asked.expr is not None and any(isinstance(leaf, Search) for leaf in list_leaves(asked.expr))
    steps += f" order by {_ordered(asked)} limit {_SEARCH_STEPS if searching else _STEPS}"
    wanted = [writer.listed(asked.status), writer.fence(), *([writer.write(asked.expr)] if asked.expr else ())]
    sql = f"select {_names(asked)} from ({steps}) t where {' and '.join(wanted)}"
    sql += f" order by {_ordered(asked)} limit {asked.rows}"
    return await _fetch(conn, sql, writer.params)


async def _gather(conn: Conn, asked: _Asked) -> list[_Row]:
    """The first rows of all that match."""
    writer = Writer(asked.scope, now=asked.now, zone=asked.zone, walking=False)
    conditions = [
        *_listed(asked, writer, asked.status),
        writer.fence(),
        *([writer.write(asked.expr)] if asked.expr else ()),
    ]
    # `offset 0` keeps PostgreSQL from walking an index in the order of the list, through everybody's tasks, in the hope
    # that a page is soon full; `_walk` has tried that.
    found = f"select {_shown(asked)} from tasks t where {' and '.join(conditions)} offset 0"
    sql = f"select * from ({found}) t order by {_ordered(asked)} limit {asked.rows}"
    return await _fetch(conn, sql, writer.params)


def _listed(asked: _Asked, writer: Writer, status: str | None) -> list[str]:
    """The conditions of every task that is on this page or a later one, whoever's it is."""
    kind = writer.listed(status)
    if asked.cursor is None:
        return [kind, *_begun(asked, writer)]
    columns = zip(asked.cursor.values(asked.order), asked.order.columns, strict=True)
    places = [writer.param(value, sql_type) for value, (_, sql_type) in columns]
    keys = [column for column, _ in asked.order.columns]
    return [kind, f"({', '.join(keys)}) {'<' if asked.order.descends else '>'} ({', '.join(places)})"]


def _begun(asked: _Asked, writer: Writer) -> list[str]:
    """Where a list by due date begins, if not with the first day of all: an index leads there."""
    if asked.order.by != "due" or asked.order.descends or asked.expr is None:
        return []
    day = first_day_of(asked.expr, asked.now.astimezone(ZoneInfo(asked.zone)).date())
    return [f"{asked.order.columns[0][0]} >= {writer.param(day, 'date')} - date '2000-01-01'"] if day else []


def _shown(asked: _Asked) -> str:
    return ", ".join(f"{column} as k{number}" for number, (column, _) in enumerate(asked.order.columns))


def _names(asked: _Asked) -> str:
    return ", ".join(f"k{number}" for number in range(len(asked.order.columns)))


def _ordered(asked: _Asked) -> str:
    direction = " desc" if asked.order.descends else ""
    return ", ".join(f"k{number}{direction}" for number in range(len(asked.order.columns)))


async def _fetch(conn: Conn, sql: str, params: Sequence[object]) -> list[_Row]:
    # Without a name the statement is planned for these very parameters: one person has ten tasks and the next has a
    # hundred thousand.
    statement = await conn.prepare(sql, name="")
    return [tuple(row) for row in await statement.fetch(*params)]

"""Counting tasks by filters: the figures of summaries, within the same fence as lists."""

# ruff: noqa: S608  (all of the SQL's text is ours; what people wrote is in the parameters)

from collections.abc import Sequence
from datetime import datetime

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.tasks.filters import Any, parse
from tasktalk.tasks.filters.expressions import status_of
from tasktalk.tasks.filters.scope import read_scope
from tasktalk.tasks.filters.sql import Writer


async def count_tasks(conn: Conn, *, viewer: Viewer, now: datetime, filters: Sequence[str]) -> list[int]:
    """How many of the viewer's tasks match each of `filters`, in one statement.

    Archived projects and templates count as soon as one of the filters names a project. Raises BadRequest for a filter
    that cannot be read.
    """
    exprs = [parse(each) for each in filters]
    scope = await read_scope(conn, viewer=viewer, expr=Any(tuple(exprs)))
    writer = Writer(scope, now=now, zone=viewer.timezone, walking=False)
    # Each by itself, so that each finds its own stretch of an index.
    counts = [
        f"(select count(*) from tasks t where {writer.listed(status_of(expr))} and {writer.fence()} "
        f"and {writer.write(expr)})"
        for expr in exprs
    ]
    statement = await conn.prepare(f"select {', '.join(counts)}", name="")
    row = await statement.fetchrow(*writer.params)
    return [] if row is None else list(row)

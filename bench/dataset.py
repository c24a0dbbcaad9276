"""The tasks that are there when lists are measured."""

from pathlib import Path

from tasktalk.db import Conn

_SQL = Path(__file__).with_name("dataset.sql")
_INVERTED = """
select indexname, indexdef from pg_indexes where tablename in ('tasks', 'comments') and indexdef like '%USING gin%'
"""


async def fill(conn: Conn, *, tasks: int) -> None:
    """2,000 projects and so many tasks, as a database that has settled has them."""
    await conn.execute(f"set bench.tasks = {tasks}")
    inverted = await conn.fetch(_INVERTED)
    for index in inverted:  # made anew at the end, which is sooner done than row by row
        await conn.execute(f"drop index {index['indexname']}")
    await conn.execute(_SQL.read_text(encoding="utf-8"))
    for index in inverted:
        await conn.execute(index["indexdef"])
    await conn.execute("vacuum analyze")

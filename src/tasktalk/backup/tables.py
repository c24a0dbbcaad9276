"""The rows: which tables are ours, out of them and into them as CSV, which any PostgreSQL and any spreadsheet reads."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import IO

import asyncpg

from tasktalk.backup.archive import Hashed
from tasktalk.db import Conn
from tasktalk.db.migrate import read_revisions
from tasktalk.db.sql import queries
from tasktalk.errors import AppError

Q = queries(__file__)

_READ = 256 * 1024
_COPIED = re.compile(r"COPY (\d+)")


class CannotOrder(AppError):
    """Tables that refer to each other in a circle cannot be filled one after the other."""


@cache
def list_known() -> tuple[frozenset[str], frozenset[str]]:
    """The names of tables and of functions that any revision makes: what is ours in a database."""
    sql = "\n".join(read_revisions())
    tables = re.findall(r"^\s*create table (\w+)", sql, re.MULTILINE)
    functions = re.findall(r"^\s*create (?:or replace )?function (\w+)", sql, re.MULTILINE)
    return frozenset(tables), frozenset(functions)


async def speak_plainly(conn: Conn) -> None:
    """Dates, intervals and bytes are written one way, whatever the server is set to."""
    await conn.execute("set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'; set bytea_output = 'hex'")
    await conn.execute("set extra_float_digits = 1; set timezone = 'UTC'")


async def list_tables(conn: Conn) -> list[str]:
    """Ours that are there, each after those that it refers to."""
    tables = {row["name"] async for row in Q.list_tables(conn, known=sorted(list_known()[0]))}
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in sorted(tables)})
    async for row in Q.list_references(conn):
        if row["name"] in tables and row["other"] != row["name"]:
            order.add(row["name"], row["other"])
    try:
        return list(order.static_order())
    except CycleError as error:
        raise CannotOrder(f"These tables refer to each other in a circle: {', '.join(error.args[1])}") from error


async def read_sequences(conn: Conn) -> dict[str, int]:
    """Every sequence of ours and the last number it gave; 0: none yet."""
    known = sorted(list_known()[0])
    return {row["name"]: row["last"] async for row in Q.list_sequences(conn, known=known)}


async def set_sequences(conn: Conn, sequences: dict[str, int]) -> None:
    """Each goes on where it stood."""
    for name, last in sequences.items():
        await Q.set_sequence(conn, name=name, last=max(last, 1), is_called=last > 0)


async def copy_out(conn: Conn, table: str, into: Hashed) -> int:
    """All rows of a table, with a line of names; how many they are."""

    async def write(data: bytes) -> None:
        into.write(data)

    told = await conn.copy_from_table(table, output=write, format="csv", header=True)
    into.rows = _count(told)
    return into.rows


async def copy_in(conn: Conn, table: str, file: IO[bytes]) -> int:
    """The rows of such a file; how many there were. Raises asyncpg's errors for what the table refuses."""
    names = _names(file.readline())
    if not names:
        return 0
    columns: Sequence[str] = names.split(",")
    told = await conn.copy_to_table(table, source=_chunks(file), columns=columns, format="csv")
    return _count(told)


async def empty(conn: Conn, tables: Iterable[str]) -> None:
    """No row is left in them: what a migration put there comes back with the backup."""
    await conn.execute(f"truncate {', '.join(_quoted(tables))}")


async def still(conn: Conn, tables: Iterable[str], *, still: bool) -> None:
    """Whether their triggers keep still: what they once wrote is in the rows that are put back.

    References are looked at all the same, and the audit lets itself be filled.
    """
    for table in _quoted(tables):
        await conn.execute(f"alter table {table} {'disable' if still else 'enable'} trigger user")


async def drop_all(conn: Conn) -> None:
    """Everything that is ours is gone, with whatever hangs on it; what is not ours stays."""
    tables, functions = list_known()
    names = _quoted(sorted(tables | {"alembic_version"}))
    await conn.execute(f"drop table if exists {', '.join(names)} cascade")
    async for row in Q.list_functions(conn, known=sorted(functions)):
        await conn.execute(f"drop function if exists {row['signature']} cascade")


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while data := file.read(_READ):
        yield data


def _names(line: bytes) -> str:
    return line.decode().strip().replace('"', "")


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _count(told: str) -> int:
    found = _COPIED.match(told)
    if found is None:
        raise asyncpg.InternalServerError(f"PostgreSQL copied and said: {told}")
    return int(found[1])

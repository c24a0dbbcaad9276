"""A database with a row in every table, full of what is hard to carry; and all that a database and a folder hold."""

import re
from pathlib import Path
from typing import Any

import asyncpg

NASTY = 'Ünï "quo\'te", \\N \\. \n\\.\n\r\n\t ,;|{"a": [1]} 🌍 '
_VALUES = {
    "text": "'" + NASTY.replace("'", "''") + "' || #",
    "uuid": "gen_random_uuid()",
    "bytea": "decode('00ff0a5c2c220d', 'hex') || int8send(#)",
    "timestamp with time zone": "timestamptz '2026-10-25 01:30:00.123456+02' + # * interval '1 day'",
    "date": "date '2026-02-28'",
    "time without time zone": "time '23:59:59.999999'",
    "interval": "interval '-1 mon 3 days -00:00:01.5'",
    "boolean": "true",
    "smallint": "3",
    "integer": "7",
    "bigint": "9007199254740993",
    "double precision": "0.1::float8 + 0.2::float8",
    "numeric": "12345.67",
    "jsonb": '\'{"a": "\\\\\\" \\n é", "n": 1.50, "l": [null, {}]}\'::jsonb',
    "text[]": "array['a,b', 'c\"d', '', '\\N', 'é{}']",
    "uuid[]": "array[gen_random_uuid(), gen_random_uuid()]",
    "smallint[]": "array[1, 2]::smallint[]",
}
_COLUMNS = """
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attidentity <> '' as identity,
       a.attnotnull as needed
from pg_attribute a where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
_REFERENCES = """
select k.conkey[1] as place, a.attname as name, k.confrelid::regclass::text as other, b.attname as there
from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
where k.contype = 'f' and k.conrelid = $1::text::regclass
"""


async def fill(conn: "asyncpg.Connection[asyncpg.Record]", tables: list[str]) -> set[str]:
    """Rows for those tables, in this order: one full, one with nulls where they may be; the tables that took one."""
    taken = set()
    for table in tables:
        for sparse in (False, True):
            names, values = await _row(conn, table, sparse=sparse)
            try:
                async with conn.transaction():
                    await conn.execute(
                        f"insert into {table} ({', '.join(names)}) overriding system value values ({', '.join(values)})"
                    )
                taken.add(table)
            except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError):
                continue  # some rule of its own: the other row, or the rows that are there, must do
    return taken


async def _row(conn: "asyncpg.Connection[asyncpg.Record]", table: str, *, sparse: bool) -> tuple[list[str], list[str]]:
    references = {row["name"]: row for row in await conn.fetch(_REFERENCES, table)}
    checks = " ".join(
        row[0]
        for row in await conn.fetch(
            "select pg_get_constraintdef(oid) from pg_constraint where contype = 'c' and conrelid = $1::text::regclass",
            table,
        )
    )
    names, values = [], []
    for number, column in enumerate(await conn.fetch(_COLUMNS, table)):
        name = column["name"]
        if sparse and not column["needed"]:
            continue
        names.append(f'"{name}"')
        choice = re.search(rf"\b{name} = ANY \(ARRAY\['([^']*)'", checks)
        if name in references:
            other = references[name]
            if other["other"] == table and not column["needed"]:
                values.append("null")
                continue
            values.append(f"(select {other['there']} from {other['other']} order by random() limit 1)")
        elif choice:
            values.append(f"'{choice[1]}'")
        elif column["identity"]:
            values.append(str(1000 + number + sparse))
        else:
            values.append(_VALUES[re.sub(r"\(.*\)", "", column["type"])].replace("#", str(number + 10 * sparse)))
    return names, values


async def snapshot(conn: "asyncpg.Connection[asyncpg.Record]") -> dict[str, Any]:
    """Every row of every table as text, sorted; every sequence."""
    tables = await conn.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    found: dict[str, Any] = {}
    for (table,) in tables:
        rows = await conn.fetch(f'select t::text as row from "{table}" t')
        found[table] = sorted(row["row"] for row in rows)
    for (name,) in await conn.fetch("select sequencename from pg_sequences where schemaname = 'public'"):
        found[f"sequence {name}"] = await conn.fetchval(
            "select coalesce(pg_sequence_last_value($1::text::regclass), 0)", name
        )
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

"""Named SQL from `queries.sql` files, bound to asyncpg by aiosql."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter
from asyncpg import Record

from tasktalk.db import Conn


class _Adapter(AsyncPGAdapter):
    """aiosql's own, less the search for a pool in every call: we pass connections."""

    async def select(
        self, conn: Conn, name: str, sql: str, parameters: Mapping[str, object], _record_class: None = None
    ) -> AsyncIterator[Record]:
        for row in await conn.fetch(sql, *self._arguments(name, parameters)):
            yield row

    async def select_one(
        self, conn: Conn, name: str, sql: str, parameters: Mapping[str, object], _record_class: None = None
    ) -> Record | None:
        return await conn.fetchrow(sql, *self._arguments(name, parameters))

    async def select_value(self, conn: Conn, name: str, sql: str, parameters: Mapping[str, object]) -> object:
        return await conn.fetchval(sql, *self._arguments(name, parameters))

    async def insert_update_delete(self, conn: Conn, name: str, sql: str, parameters: Mapping[str, object]) -> str:
        return await conn.execute(sql, *self._arguments(name, parameters))

    def _arguments(self, name: str, parameters: Mapping[str, object]) -> Sequence[object]:
        return [parameters[each] for each in self.var_sorted[name]]


def queries(module_file: str, name: str = "queries.sql") -> Any:
    """Those in the file `name` beside the calling module.

    `Q = queries(__file__)`, then `await Q.find_user(conn, id=…)`; a query for many rows is read with `async for`.
    """
    return aiosql.from_path(Path(module_file).with_name(name), _Adapter, mandatory_parameters=True)  # type: ignore[arg-type]

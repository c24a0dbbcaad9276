"""Named SQL from `queries.sql` files, bound to asyncpg by aiosql."""

from pathlib import Path
from typing import Any

import aiosql


def queries(module_file: str, name: str = "queries.sql") -> Any:
    """Those in the file `name` beside the calling module.

    `Q = queries(__file__)`, then `await Q.find_user(conn, id=…)`; a query for many rows is read with `async for`.
    """
    return aiosql.from_path(Path(module_file).with_name(name), "asyncpg", mandatory_parameters=True)

"""PostgreSQL: the pool, the migrations, and the server we run ourselves where none is given."""

from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

# Quoted: these classes are generic in their stubs only.
Conn: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

__all__ = ["Conn", "Pool", "PoolConnectionProxy"]

"""One transaction for a whole request, whichever way and however often its route asks for a connection."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from typing import Any

from tasktalk.db import Conn, Pool

_current: ContextVar["Conn | None"] = ContextVar("transaction", default=None)


class RequestPool:
    """The pool as routes see it. Inside `one_transaction` every connection it gives is that transaction's own.

    A route's transaction becomes a savepoint there: what it takes back is taken back, what it commits waits for the
    request's end.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def acquire(self) -> AbstractAsyncContextManager["Conn"]:
        """A connection for the length of the block."""
        conn = _current.get()
        return self._pool.acquire() if conn is None else _savepoint(conn)

    def __getattr__(self, name: str) -> Any:
        return getattr(_current.get() or self._pool, name)


def apart(pool: "Pool | RequestPool") -> "Pool":
    """Connections that are never the request's one transaction: for what others must see before the request ends."""
    return pool._pool if isinstance(pool, RequestPool) else pool  # noqa: SLF001  (a friend)


def in_transaction() -> bool:
    """Whether this task is inside `one_transaction`."""
    return _current.get() is not None


@asynccontextmanager
async def one_transaction(pool: Pool) -> AsyncIterator["Conn"]:
    """Until the block ends, every RequestPool of this task gives this connection; committed unless the block fails."""
    async with pool.acquire() as conn, conn.transaction():
        mark = _current.set(conn)
        try:
            yield conn
        finally:
            _current.reset(mark)


@asynccontextmanager
async def _savepoint(conn: Conn) -> AsyncIterator["Conn"]:
    async with conn.transaction():  # so that an error leaves the outer transaction usable
        yield conn

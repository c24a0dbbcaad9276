"""The pool of connections, and the forms in which people write DATABASE_URL."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
import msgspec

from tasktalk.db import Conn, Pool
from tasktalk.errors import AppError, Unavailable
from tasktalk.logs import get_log
from tasktalk.phrases import encode_told

_log = get_log(__name__)

# What other libraries keep in the same URL and PostgreSQL would take for settings of its own.
_FOREIGN_PARAMETERS = frozenset({"schema", "pgbouncer", "connection_limit", "pool_timeout", "pool_size", "charset"})

_SETTINGS = {
    "jit": "off",  # our queries are short; compiling them costs more than running them
    # A plan lives as long as its connection; made while a table was young, it would read all of it when it is not.
    "enable_seqscan": "off",
    "timezone": "UTC",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_CONNECT_SECONDS = 10
_COMMAND_SECONDS = 35  # a little over the server's own limit, for a server that no longer answers

# The connection, or the server, is gone or not there yet: worth another try on another connection.
# InternalClientError: asyncpg trips over its own state when the server dies between two steps of a prepared statement.
LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)

# Others hold what is wanted, in a circle or for too long: the same again, from its beginning, is likely to go through.
BUSY = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, asyncpg.SerializationError)


# The server has no room: no statement is to blame, and the same again goes through once there is some.
FULL = (asyncpg.DiskFullError, asyncpg.OutOfMemoryError)


class BadDatabaseUrl(AppError):
    """DATABASE_URL cannot be used; the message says why and never repeats a password."""


def read_dsn(url: str) -> str:
    """`url` in the one form asyncpg takes; BadDatabaseUrl if it is no PostgreSQL URL.

    Takes `postgres://` and `postgresql://`, with a driver as SQLAlchemy writes it (`postgresql+asyncpg://`), a socket's
    folder as the host (`postgresql:///tasktalk?host=/run/postgresql`), and drops what only other libraries understand.
    """
    try:
        parts = urlsplit(url.strip())
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise BadDatabaseUrl(f"DATABASE_URL cannot be read: {error}") from None
    scheme = parts.scheme.partition("+")[0]
    if scheme not in {"postgres", "postgresql"}:
        said = f"`{scheme}://`" if scheme else "no scheme"
        raise BadDatabaseUrl(f"DATABASE_URL has {said}; it must be postgresql://user:password@host:5432/database")
    query = [(name, value) for name, value in given if name not in _FOREIGN_PARAMETERS]
    if not parts.path.strip("/") and "dbname" not in dict(query) and "database" not in dict(query):
        raise BadDatabaseUrl("DATABASE_URL names no database; it must end in /database")
    # Put together by hand: urlunsplit drops the `//` of a URL without a host.
    return f"postgresql://{parts.netloc}{parts.path}" + (f"?{urlencode(query, safe='/')}" if query else "")


async def open_pool(dsn: str, *, min_size: int = 1, max_size: int = 10, application_name: str = "tasktalk") -> Pool:
    """A pool whose connections read and write jsonb as Python objects; Unavailable if the server cannot be reached."""
    try:
        return await asyncpg.create_pool(
            read_dsn(dsn),
            min_size=min_size,
            max_size=max_size,
            init=set_codecs,
            reset=_reset,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
            server_settings={**_SETTINGS, "application_name": application_name},
        )
    except (*LOST, asyncpg.PostgresError) as error:
        raise unreachable(error) from error


async def wait_for_pool(dsn: str, *, max_size: int, application_name: str) -> Pool:
    """A pool, as soon as the server can be reached; tries again after 0.1 s, doubling to 5 s."""
    pause = 0.1
    while True:
        try:
            return await open_pool(dsn, max_size=max_size, application_name=application_name)
        except Unavailable as error:
            _log.warning("waiting_for_database", error=error.message, retry_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


async def connect(
    dsn: str, *, application_name: str = "tasktalk", limited: bool = False
) -> "asyncpg.Connection[asyncpg.Record]":
    """One connection outside any pool; unless `limited`, statements may take any time: for migrations and listening."""
    try:
        conn = await asyncpg.connect(
            read_dsn(dsn),
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS if limited else None,
            server_settings={
                **(_SETTINGS if limited else {"jit": "off", "timezone": "UTC"}),
                "application_name": application_name,
            },
        )
    except (*LOST, asyncpg.PostgresError) as error:
        raise unreachable(error) from error
    await set_codecs(conn)
    return conn


def unreachable(error: BaseException) -> Unavailable:
    """The error for a database that cannot be reached; asyncpg's texts name host and user, never the password."""
    return Unavailable(f"the database cannot be reached: {error or type(error).__name__}")


async def _reset(conn: Conn) -> None:
    """Between two borrowers. We leave nothing behind in a session but, at worst, an open transaction.

    asyncpg's own way undoes all a session could hold, which costs a round trip each time a connection comes back.
    """
    if conn.is_in_transaction():
        await conn.execute("rollback")


async def set_codecs(conn: Conn) -> None:
    """Json and jsonb as Python objects, both ways."""
    for name in ("json", "jsonb"):
        await conn.set_type_codec(
            name, schema="pg_catalog", encoder=_encode, decoder=msgspec.json.decode, format="text"
        )


def _encode(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=encode_told).decode()

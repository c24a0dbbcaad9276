"""The schema: revisions are SQL files beside a few lines of Alembic, run by one process at a time, all or nothing.

A revision is `migrations/versions/NNNN_what_it_does.sql` and the `.py` of the same name; NNNN is its id and the order.
There is no way down: a release that must be taken back is a restore of the backup made before it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tasktalk.db import Conn
from tasktalk.db.pool import connect, read_dsn, unreachable
from tasktalk.errors import AppError, Unavailable

_MIGRATIONS = Path(__file__).with_name("migrations")
_REVISIONS = tuple(sorted(path.stem.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")))
HEAD = _REVISIONS[-1]

_OLDEST_SERVER = 15
_LOCK = 0x7461736B  # "task": any number that nobody else in this database takes a lock by

Step = Callable[[Conn], Awaitable[None]]


class SchemaTooNew(AppError):
    """The database was migrated by a newer release than this one."""


class ServerTooOld(AppError):
    """The PostgreSQL server is older than 15."""


async def migrate(dsn: str) -> bool:
    """Bring the schema to HEAD; whether there was anything to do.

    Of several processes that start at once one migrates and the others wait.
    Raises SchemaTooNew, ServerTooOld, Unavailable.
    """
    conn = await connect(dsn, application_name="tasktalk-migrate")
    try:
        if conn.get_server_version().major < _OLDEST_SERVER:
            found = conn.get_server_version()
            raise ServerTooOld(f"PostgreSQL {found.major}.{found.minor} is too old; Tasktalk needs {_OLDEST_SERVER}+")
        if await current(conn) == HEAD:
            return False
        await conn.execute("select pg_advisory_lock($1)", _LOCK)  # ends with this connection
        if _known(await current(conn)) == HEAD:
            return False
        await _upgrade(dsn)
        return True
    finally:
        await conn.close()


async def list_pending(dsn: str) -> list[str]:
    """The revisions that `migrate` would bring, in order; nothing is changed. Raises SchemaTooNew, Unavailable."""
    conn = await connect(dsn, application_name="tasktalk-migrate", limited=True)
    try:
        found = _known(await current(conn))
    finally:
        await conn.close()
    return [each for each in _REVISIONS if found is None or each > found]


async def current(conn: Conn) -> str | None:
    """The revision of the schema behind `conn`; None for an empty database."""
    try:
        found: str | None = await conn.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    return found


async def check(conn: Conn) -> None:
    """Raise unless the schema is what this release works with: SchemaTooNew, or Unavailable where `migrate` is due."""
    found = _known(await current(conn))
    if found != HEAD:
        raise Unavailable(f"the schema is at {found or 'nothing'}, this release needs {HEAD}; run `tasktalk migrate`")


def read_revisions() -> list[str]:
    """The SQL of every revision, in order."""
    return [path.read_text(encoding="utf-8") for path in sorted((_MIGRATIONS / "versions").glob("[0-9]*.sql"))]


def is_known(revision: str) -> bool:
    """Whether this release can bring a database at that revision to HEAD."""
    return revision in _REVISIONS


async def rebuild(dsn: str, *, clear: Step, revision: str, fill: Step, finish: Step) -> None:
    """In one transaction: `clear`, the schema of `revision`, `fill`, the way to HEAD, `finish`. All of it or nothing.

    Nobody migrates meanwhile. Each step is given the connection and commits nothing.
    """
    async with _upgrading(dsn) as (conn, upgrade):
        await conn.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await clear(conn)
        await upgrade(revision)
        await fill(conn)
        await upgrade("head")
        await finish(conn)


def run_sql_beside(revision_file: str) -> None:
    """For a revision: run the `.sql` file of the same name, many statements in one go, in Alembic's transaction."""
    from alembic import op  # noqa: PLC0415  (see _upgrade)

    sql = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    bind = op.get_bind()
    # The driver begins its transaction with the first statement that passes through SQLAlchemy, which ours does not.
    bind.exec_driver_sql("select 1")
    adapted: Any = bind.connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(sql))


def _known(revision: str | None) -> str | None:
    if revision is None or revision in _REVISIONS:
        return revision
    raise SchemaTooNew(
        f"the database is at schema {revision}, which this release (up to {HEAD}) does not know: a newer release has "
        "migrated it. Run that release or a newer one; to go back, restore the backup made before it"
    )


async def _upgrade(dsn: str) -> None:
    try:
        async with _upgrading(dsn) as (_, upgrade):
            await upgrade("head")
    except OSError as error:
        raise unreachable(error) from error


@asynccontextmanager
async def _upgrading(dsn: str) -> AsyncIterator[tuple[Conn, Callable[[str], Awaitable[None]]]]:
    """A connection in a transaction that the block's end commits, and what brings the schema up to a revision in it."""
    # Half a second of imports that a start with nothing to migrate does without.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import Connection  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    async def open_connection() -> Any:
        return await asyncpg.connect(
            read_dsn(dsn), server_settings={"jit": "off", "timezone": "UTC", "application_name": "tasktalk-migrate"}
        )

    engine = create_async_engine("postgresql+asyncpg://", async_creator=open_connection, poolclass=NullPool)
    try:
        async with engine.connect() as connection:

            async def upgrade(revision: str) -> None:
                def run(bound: Connection) -> None:
                    config = Config(attributes={"connection": bound})
                    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
                    command.upgrade(config, revision)

                await connection.run_sync(run)

            await connection.exec_driver_sql("select 1")  # begins the transaction
            raw: Any = (await connection.get_raw_connection()).driver_connection
            yield raw, upgrade
            await connection.commit()
    finally:
        await engine.dispose()

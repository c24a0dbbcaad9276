"""Every backup's row: asked for, under way, how it ended; and one run from its beginning to its end."""

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.backup.archive import Progress
from tasktalk.backup.making import SHORT_OF_SPACE, Made, alone, make_backup
from tasktalk.backup.tables import Q
from tasktalk.db import Conn
from tasktalk.db.pool import connect
from tasktalk.errors import AppError, Unavailable
from tasktalk.ids import new_id
from tasktalk.logs import describe, get_log
from tasktalk.settings import Settings

log = get_log("backup")

Kind = Literal["command", "nightly", "console"]

INTERRUPTED = "It did not end; the log says more."
LISTED = 50
_NO_SPACE = 28  # errno


@dataclass(frozen=True, slots=True)
class Run:
    """One backup, as it went. `state`: asked, running, ok or error."""

    id: UUID
    kind: Kind
    state: str
    at: dt.datetime
    file: str | None
    bytes: int | None
    seconds: float | None
    rows: int | None
    files: int | None
    sealed: bool
    error: str | None
    user_name: str | None


async def newest_backup_at(conn: Conn) -> dt.datetime | None:
    """The moment that the newest backup which ended well shows; None: there is none."""
    found: dt.datetime | None = await Q.newest_at(conn)
    return found


async def list_runs(conn: Conn, *, limit: int = LISTED) -> list[Run]:
    """The newest first."""
    names = Run.__dataclass_fields__
    return [Run(**{name: row[name] for name in names}) async for row in Q.list_runs(conn, limit=limit)]


async def ask_run(conn: Conn, *, by: Viewer, now: dt.datetime) -> bool:
    """A worker makes one as soon as it hears of it; False: one is asked for or under way already."""
    if await Q.has_open(conn):
        return False
    id_ = new_id()
    await Q.ask_run(conn, id=id_, user_id=by.user_id, at=now)
    await record(conn, by=by, action="backup.asked", subject="backup", subject_id=id_)
    await Q.announce_asked(conn)
    return True


async def run_backup(
    dsn: str,
    path: Path,
    *,
    settings: Settings,
    kind: Kind = "command",
    id: UUID | None = None,  # noqa: A002  (a row's)
    passphrase: str | None = None,
    with_key: bool = False,
    progress: Progress,
) -> Made:
    """Make a backup, and keep how it went. `id`: of the row that asked for it.

    Raises IsBeingMade while another is made, and what `make_backup` raises.
    """
    id_, began, now = id or new_id(), time.monotonic(), dt.datetime.now(dt.UTC)
    async with alone(dsn) as conn:
        writer = await connect(dsn, application_name="tasktalk-backup", limited=True)
        try:
            await Q.end_abandoned(writer, id=id_, error=INTERRUPTED)
            await Q.begin_run(writer, id=id_, kind=kind, file=path.name, sealed=bool(passphrase), at=now)
        finally:
            await writer.close()
        made: Made | None = None
        error: str | None = INTERRUPTED
        try:
            made = await make_backup(
                conn,
                path,
                settings=settings,
                id=id_,
                now=now,
                passphrase=passphrase,
                with_key=with_key,
                progress=progress,
            )
            error = None
        except Exception as why:
            error = _words(why)
            raise
        finally:
            await _note_end(dsn, id_, made=made, error=error, seconds=time.monotonic() - began)
    return made


async def _note_end(dsn: str, id_: UUID, *, made: Made | None, error: str | None, seconds: float) -> None:
    state = "ok" if made else "error"
    log.log(20 if made else 40, "backup_ended", id=str(id_), state=state, error=error, seconds=round(seconds, 1))
    try:
        conn = await connect(dsn, application_name="tasktalk-backup", limited=True)
    except Unavailable:  # a worker sees that nobody makes it any more
        log.exception("backup_end_not_kept")
        return
    try:
        await Q.end_run(
            conn,
            id=id_,
            state=state,
            seconds=seconds,
            bytes=made.bytes if made else None,
            rows=made.manifest.rows if made else None,
            files=made.files if made else None,
            error=error,
        )
    finally:
        await conn.close()


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == _NO_SPACE:
        return SHORT_OF_SPACE
    if isinstance(error, AppError):
        return error.message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return describe(error)

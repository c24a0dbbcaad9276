"""Putting a backup back: all of it or nothing, into a database that nobody uses, and nothing leaves twice."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tasktalk.accounts.audit.audit import record
from tasktalk.backup.archive import Manifest, NotABackup, Progress, Reader, reading, write_private
from tasktalk.backup.holding import hold_pending
from tasktalk.backup.making import DATA_FILES
from tasktalk.backup.tables import (
    Q,
    copy_in,
    drop_all,
    empty,
    list_tables,
    set_sequences,
    speak_plainly,
    still,
)
from tasktalk.crypto import key_id
from tasktalk.db import Conn, embedded
from tasktalk.db.migrate import HEAD, SchemaTooNew, current, is_known, rebuild
from tasktalk.db.pool import connect, set_codecs
from tasktalk.errors import Conflict
from tasktalk.settings import KEY_FILE, OLD_KEYS_FILE, Settings
from tasktalk.tasks.attachments.store import CHUNK, Store, open_store

_FILE = re.compile(r"files/\w+/\w+")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `held`: messages that wait for an operator's word."""

    manifest: Manifest
    files: int
    held: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an operator said besides the file: see `docs/how-to/restore.md`."""

    passphrase: str | None = None
    replace: bool = False
    new_key: bool = False
    resume_sending: bool = False


@contextmanager
def claimed(settings: Settings) -> Iterator[str]:
    """The dsn of the database, ours alone where it is the embedded one. Raises ServerError while another runs it."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with embedded.start(settings.data) as server:
        yield server.dsn


async def restore_backup(dsn: str, path: Path, *, settings: Settings, wishes: Wishes, progress: Progress) -> Restored:
    """Put the backup at `path` back. Everything is looked at before anything is touched.

    Raises NotABackup, WrongPassphrase, SchemaTooNew, and Conflict where the database is in use or has people in it, or
    where the master key is not the one that sealed the backup's credentials.
    """
    with reading(path, passphrase=wishes.passphrase) as archive:
        manifest = archive.manifest
        if not is_known(manifest.revision):
            raise SchemaTooNew(
                f"This backup is of schema {manifest.revision}, by release {manifest.version}; this release knows up "
                f"to {HEAD}. Restore it with that release or a newer one."
            )
        archive.check(progress)
        keys = _find_keys(archive, settings, wishes)
        conn = await connect(dsn, application_name="restoring")
        try:
            await _check_free(conn, replace=wishes.replace)
        finally:
            await conn.close()
        for name, secrets in keys.items():
            write_private(settings.data / name, secrets.encode())
        await _put_files(archive, open_store(settings), progress)
        held = await _put_rows(dsn, archive, wishes=wishes, progress=progress)
        _put_data(archive, settings)
    return Restored(manifest, len(manifest.list_under("files/")), held)


async def has_people(dsn: str) -> bool:
    """Whether there is anybody in the database whose data a restore would replace."""
    conn = await connect(dsn, application_name="restoring")
    try:
        return await current(conn) is not None and bool(await Q.count_people(conn))
    finally:
        await conn.close()


async def _check_free(conn: Conn, *, replace: bool) -> None:
    others = [row["name"] async for row in Q.list_connected(conn)]
    if others:
        raise Conflict(f"The database is in use by {', '.join(others)}: stop all of Tasktalk first.")
    revision = await current(conn)
    if revision is None:
        if found := await list_tables(conn):
            raise Conflict(
                f"The database has tables of somebody else's, such as {found[0]}: restore into an empty one."
            )
    elif not is_known(revision):
        raise Conflict(
            f"The database is at schema {revision}, which this release does not know: restore into an empty one."
        )
    elif await Q.count_people(conn) and not replace:
        raise Conflict(
            "There are people in this database. With --replace what is there is lost, for what the backup has."
        )


def _find_keys(archive: Reader, settings: Settings, wishes: Wishes) -> dict[str, str]:
    """The keys to write into the data folder, by file; none where it has the right one. Raises Conflict for another."""
    wanted = archive.manifest.key_id
    inside = {}
    for name in (KEY_FILE, OLD_KEYS_FILE):
        if f"data/{name}" in archive.manifest.members:
            with archive.member(f"data/{name}") as file:
                inside[name] = file.read().decode().strip()
    if settings.secret_key is not None or (settings.data / KEY_FILE).exists():
        if wishes.new_key or any(key_id(each) == wanted for each in settings.read_secrets()):
            return {}
        where = "SECRET_KEY" if settings.secret_key is not None else f"{settings.data / KEY_FILE}"
        raise Conflict(f"{where} is not the key that sealed this backup's credentials. {_KEY_WORDS}")
    if not inside and not wishes.new_key:
        raise Conflict(f"The master key is missing: it is not in this backup. {_KEY_WORDS}")
    if inside and key_id(inside[KEY_FILE]) != wanted:
        raise NotABackup("The master key in this backup is not the one that it names.")
    return inside


_KEY_WORDS = (
    f"Put the old {KEY_FILE} into the data folder, or set SECRET_KEY; or go on with --new-key: then the credentials of "
    "numbers must be entered again."
)


async def _put_files(archive: Reader, store: Store, progress: Progress) -> None:
    """Before the rows: files that no row speaks of harm nobody, the other way round would."""
    names = archive.manifest.list_under("files/")
    if strange := [name for name in names if not _FILE.fullmatch(name)]:
        raise NotABackup(f"{strange[0]} in this backup is no name of a file of ours.")
    for number, name in enumerate(names):
        progress("Restoring files", number, len(names))
        await store.put(name.removeprefix("files/"), _chunks(archive, name))


async def _chunks(archive: Reader, name: str) -> AsyncIterator[bytes]:
    with archive.member(name) as file:
        while data := file.read(CHUNK):
            yield data


async def _put_rows(dsn: str, archive: Reader, *, wishes: Wishes, progress: Progress) -> int:
    """In one transaction: the old is gone, the new is there, at this release's schema; how much is held."""
    manifest, held, old_files = archive.manifest, 0, list[str]()

    async def clear(conn: Conn) -> None:
        if "attachments" in await list_tables(conn):
            old_files.extend([row["key"] async for row in Q.list_files(conn)])
        await drop_all(conn)

    async def fill(conn: Conn) -> None:
        await speak_plainly(conn)
        tables = await list_tables(conn)
        if missing := {f"tables/{name}.csv" for name in tables} ^ set(manifest.list_under("tables/")):
            raise NotABackup(f"The tables of this backup are not those of its schema: {', '.join(sorted(missing))}.")
        await still(conn, tables, still=True)
        await empty(conn, tables)
        for number, table in enumerate(tables):
            progress("Restoring tables", number, len(tables))
            with archive.member(f"tables/{table}.csv") as file:
                rows = await copy_in(conn, table, file)
            if rows != manifest.members[f"tables/{table}.csv"].rows:
                raise NotABackup(f"Of {table} there are {rows} rows, not as many as the manifest says.")
        await still(conn, tables, still=False)
        await set_sequences(conn, manifest.sequences)

    async def finish(conn: Conn) -> None:
        nonlocal held
        await set_codecs(conn)
        await Q.let_files_go(conn, keys=old_files)
        await Q.settle_open(conn, id=manifest.id, at=manifest.made_at)
        if not wishes.resume_sending:
            held = await hold_pending(conn, made_at=manifest.made_at)
        detail = {"made_at": manifest.made_at.isoformat(), "rows": manifest.rows, "held": held}
        await record(conn, by=None, action="backup.restored", subject="backup", subject_id=manifest.id, detail=detail)

    await rebuild(dsn, clear=clear, revision=manifest.revision, fill=fill, finish=finish)
    return held


def _put_data(archive: Reader, settings: Settings) -> None:
    for name in DATA_FILES:
        if f"data/{name}" in archive.manifest.members:
            with archive.member(f"data/{name}") as file:
                write_private(settings.data / name, file.read())

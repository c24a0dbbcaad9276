"""Making a backup while everything runs: all rows as of one moment, and the files that they speak of."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg

from tasktalk import __version__
from tasktalk.backup.archive import FORMAT, Manifest, Progress, Writer, writing
from tasktalk.backup.tables import Q, copy_out, list_tables, read_sequences, speak_plainly
from tasktalk.crypto import key_id
from tasktalk.db import Conn
from tasktalk.db.migrate import HEAD, check
from tasktalk.db.pool import connect
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.settings import KEY_FILE, OLD_KEYS_FILE, Settings
from tasktalk.tasks.attachments.store import Store, open_store

SHORT_OF_SPACE = "No space is left for the backup."
DATA_FILES = ("sandbox.json",)  # secrets of the data folder that the database's rows go with
_READ = 256 * 1024


class IsBeingMade(Conflict):
    """A backup is being made already."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds. `lost`: attachments that are not in the store any more, though rows speak of them."""

    manifest: Manifest
    bytes: int
    files: int
    lost: tuple[str, ...]


@asynccontextmanager
async def alone(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection that alone makes backups as long as it lives. Raises IsBeingMade."""
    conn = await connect(dsn, application_name="tasktalk-backup")
    try:
        if not await Q.try_lock(conn):
            raise IsBeingMade
        yield conn
    finally:
        await conn.close()


async def make_backup(
    conn: Conn,
    path: Path,
    *,
    settings: Settings,
    id: UUID,  # noqa: A002  (a row's)
    now: dt.datetime,
    passphrase: str | None,
    with_key: bool,
    progress: Progress,
) -> Made:
    """Write the backup `id` to `path`; `conn` is of `alone`.

    `with_key`: the master key of the data folder goes into it, which wants a passphrase. Raises BadRequest, Conflict,
    and OSError where the file cannot be written; nothing is left of it then.
    """
    keys = _read_keys(settings, passphrase) if with_key else []
    await check(conn)
    await speak_plainly(conn)
    await Q.keep_files(conn)
    store = open_store(settings)
    lost: list[str] = []
    with writing(path, passphrase=passphrase) as archive:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            tables = await list_tables(conn)
            for number, table in enumerate(tables):
                progress("Saving tables", number, len(tables))
                with archive.member(f"tables/{table}.csv") as member:
                    await copy_out(conn, table, member)
            files = [(row["key"], row["size"]) async for row in Q.list_files(conn)]
            sequences = await read_sequences(conn)
        with_files = store.folder is not None or settings.backup_bucket
        for number, (name, _) in enumerate(files if with_files else ()):
            progress("Saving files", number, len(files))
            if not await _add_attachment(archive, store, name):
                lost.append(name)
        for name in DATA_FILES:
            _add_file(archive, settings.data / name, f"data/{name}")
        for name, secret in zip((KEY_FILE, OLD_KEYS_FILE), keys, strict=False):
            with archive.member(f"data/{name}") as member:
                member.write(secret.encode())
        manifest = Manifest(
            format=FORMAT,
            id=id,
            made_at=now,
            version=__version__,
            revision=HEAD,
            server=await Q.get_server(conn),
            key_id=key_id(settings.master_secret),
            files_in="backup" if with_files else _place_of(settings),
            sequences=sequences,
            members=archive.members,
        )
        archive.finish(manifest)
    size = (await asyncio.to_thread(path.stat)).st_size
    return Made(manifest, size, len(manifest.list_under("files/")), tuple(lost))


def _read_keys(settings: Settings, passphrase: str | None) -> list[str]:
    """The master key and, while one takes another's place, the older ones, a line each."""
    if not passphrase:
        raise BadRequest("--with-key wants --passphrase-file: a key beside what it opens protects nothing.")
    current, *old = settings.read_secrets()
    return [current, "\n".join(old)] if old else [current]


async def _add_attachment(archive: Writer, store: Store, key: str) -> bool:
    """False for one that is not in the store. Raises Unavailable while a bucket does not answer."""
    name = f"files/{key}"
    if store.folder is not None:
        return await asyncio.to_thread(_add_file, archive, store.folder / key, name)
    try:
        content = await store.get(key)
    except NotFound:
        return False
    with archive.member(name, packed=False) as member:
        async for data in content:
            await asyncio.to_thread(member.write, data)
    return True


def _add_file(archive: Writer, file: Path, name: str) -> bool:
    """False for one that is not there."""
    try:
        source = file.open("rb")
    except FileNotFoundError:
        return False
    with source, archive.member(name, packed=not name.startswith("files/")) as member:
        for data in iter(partial(source.read, _READ), b""):
            member.write(data)
    return True


def _place_of(settings: Settings) -> str:
    """The bucket without its parameters."""
    return settings.files_url.partition("?")[0]

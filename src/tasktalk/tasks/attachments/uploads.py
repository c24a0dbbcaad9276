"""Taking a file in: into the store as it comes, then to its task. One that is refused or cut short leaves nothing."""

import asyncio
import datetime as dt
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.db import Pool
from tasktalk.db.sql import queries
from tasktalk.errors import AppError, BadRequest, TooLarge
from tasktalk.logs import get_log
from tasktalk.phrases import Told, phrase
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.attachments import File, Kept, add_attachment, check_room, clean_name, count_room
from tasktalk.tasks.attachments.kinds import check_kind
from tasktalk.tasks.attachments.scanning import Infected, Scanner, open_scanner
from tasktalk.tasks.attachments.sniff import HEAD
from tasktalk.tasks.attachments.store import CHUNK, Store, chain, new_key, read_first
from tasktalk.tasks.model import Act

Q = queries(__file__)
log = get_log("files")

LONGEST_UPLOAD = dt.timedelta(days=1)
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes: of one file, and of all that one person uploads. `scanner`: who looks into a file before it is kept."""

    file: int
    person: int
    scanner: Scanner | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that comes in. `declared`: the media type that its sender says; `size`: bytes it has at the least."""

    name: str
    declared: str | None
    chunks: AsyncIterator[bytes]
    size: int = 0


def limits_of(settings: Settings) -> Limits:
    """What the settings allow."""
    return Limits(settings.attachment_max_mib * _MIB, settings.files_max_mib_per_user * _MIB, open_scanner(settings))


async def attach(
    pool: Pool, store: Store, *, viewer: Viewer, task_id: UUID, upload: Upload, limits: Limits, by: Act
) -> File:
    """Adds a file to a task; commits by itself, for no transaction should wait for a slow sender.

    Raises as `check_room` before a byte is read; TooLarge as soon as there are too many; BadRequest for an empty file,
    one that is not what it says, or a name that cannot be; Infected; Unavailable when the store or the scanner is away.
    """
    name = clean_name(upload.name)
    _check_size(upload.size, limits.file)
    async with pool.acquire() as conn:
        left = await check_room(conn, viewer=viewer, task_id=task_id, most_bytes=limits.person, size=upload.size)
    room = replace(limits, file=min(limits.file, left))
    kept = await _take_in(pool, store, viewer=viewer, name=name, upload=upload, limits=room, now=by.at)
    try:
        async with pool.acquire() as conn, conn.transaction():
            return await add_attachment(
                conn, viewer=viewer, task_id=task_id, kept=kept, most_bytes=limits.person, by=by
            )
    except BaseException:
        await _clear(pool, store, kept.key)
        raise


async def keep(pool: Pool, store: Store, *, viewer: Viewer, upload: Upload, limits: Limits, now: dt.datetime) -> Kept:
    """Takes in a file whose task is not known yet; gone after `LONGEST_UPLOAD` unless `add_attachment` takes it.

    Raises as `attach`, but for what is about the task.
    """
    name = clean_name(upload.name)
    _check_size(upload.size, limits.file)
    async with pool.acquire() as conn:
        left = await count_room(conn, viewer=viewer, most_bytes=limits.person, size=upload.size)
    room = replace(limits, file=min(limits.file, left))
    return await _take_in(pool, store, viewer=viewer, name=name, upload=upload, limits=room, now=now)


async def _take_in(
    pool: Pool, store: Store, *, viewer: Viewer, name: str, upload: Upload, limits: Limits, now: dt.datetime
) -> Kept:
    key = new_key()
    async with pool.acquire() as conn:
        await Q.insert_loose(conn, key=key, free_at=now + LONGEST_UPLOAD)
    try:
        return await _keep(store, key=key, name=name, upload=upload, limits=limits)
    except BaseException as error:
        await _clear(pool, store, key)
        if isinstance(error, Infected):
            async with pool.acquire() as conn, conn.transaction():
                await record(conn, by=viewer, action="file.infected", subject="file", detail=error.data)
        raise


async def _keep(store: Store, *, key: str, name: str, upload: Upload, limits: Limits) -> Kept:
    longest = limits.file
    head, _ = await read_first(upload.chunks, HEAD)
    if not head:
        raise BadRequest(phrase("The file is empty."), field="file")
    _check_size(len(head), longest)
    kind = check_kind(head[:HEAD], name=name, declared=upload.declared)
    size, digest = 0, hashlib.sha256()

    async def measured() -> AsyncIterator[bytes]:
        nonlocal size
        async for chunk in chain(head, upload.chunks):
            size += len(chunk)
            _check_size(size, longest)
            digest.update(chunk)
            yield chunk

    if limits.scanner is None:
        await store.put(key, measured())
    else:
        await _put_checked(store, key, measured(), limits.scanner)
    return Kept(key, name, kind, size, digest.digest())


async def _put_checked(store: Store, key: str, chunks: AsyncIterator[bytes], scanner: Scanner) -> None:
    """First to a file that nobody else may read, and from there into the store if nothing is found in it."""
    with tempfile.TemporaryDirectory(prefix="tasktalk-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
        await scanner.check(path)
        with path.open("rb") as file:
            await store.put(key, _chunks_of(file))


async def _chunks_of(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk


def _check_size(size: int, longest: int) -> None:
    if size > longest:
        raise TooLarge(
            Told("The file has more than {most} MiB.", most=f"{longest / _MIB:.4g}"), field="file", most=longest
        )


async def _clear(pool: Pool, store: Store, key: str) -> None:
    """Nothing stays of an upload that failed. What cannot be removed now `purge_files` removes later."""
    try:
        async with pool.acquire() as conn:
            # Not loose any more: the commit whose answer was lost had succeeded, and the file is its task's.
            if await Q.is_loose(conn, key=key):
                await store.delete(key)
                await Q.forget_loose(conn, keys=[key])
    except (AppError, OSError) as error:
        log.warning("file_left_for_later", key=key, exc_info=error)

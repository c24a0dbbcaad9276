"""One person's data as a file, for whoever keeps the machine: what that person gets from their account."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.users import find_user_by_email, find_viewer
from tasktalk.assistant.exporting.export import read_export
from tasktalk.assistant.exporting.model import FORMATS, Export
from tasktalk.db.pool import open_pool
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.tasks.attachments.store import Store


async def export_person(dsn: str, *, email: str, path: Path, store: Store) -> int:
    """Write it, readable by its owner alone, as a whole or not at all; its size in bytes. Audited as `user.exported`.

    Raises NotFound for somebody unknown or switched off, Conflict for a file that is there already.
    """
    format_ = next((each for each in FORMATS if path.suffix == f".{each}"), None)
    if format_ is None:
        raise BadRequest(f"{path} must end in one of {', '.join(f'.{each}' for each in FORMATS)}.")
    if await asyncio.to_thread(path.exists):
        raise Conflict(f"{path} is there already; name another file")
    pool = await open_pool(dsn, max_size=2, application_name="tasktalk-export")
    try:
        async with pool.acquire() as conn:
            user = await find_user_by_email(conn, email=email)
            viewer = await find_viewer(conn, user_id=user.id) if user else None
        if viewer is None:
            raise NotFound(f"There is nobody with the address {email}.")
        pieces = read_export(pool, Export(format_), viewer=viewer, now=datetime.now(UTC), store=store)
        size = await _write(path, pieces)
        async with pool.acquire() as conn:
            detail = {"format": format_, "bytes": size}
            await record(
                conn, by=None, action="user.exported", subject="user", subject_id=viewer.user_id, detail=detail
            )
        return size
    finally:
        await pool.close()


async def _write(path: Path, pieces: AsyncIterator[bytes]) -> int:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    size = 0
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            async for piece in pieces:
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        await asyncio.to_thread(beside.rename, path)
    finally:
        await asyncio.to_thread(beside.unlink, missing_ok=True)
    return size

"""Exports: which tasks, in which format, as a stream of bytes. What is not the viewer's to see is in none."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.exporting.model import Export
from tasktalk.assistant.exporting.printed import MOST_PRINTED, print_tasks
from tasktalk.assistant.exporting.rest import read_files, read_rest
from tasktalk.assistant.exporting.sheet import HEADER, lines_of
from tasktalk.assistant.exporting.zipped import write_zip
from tasktalk.db import Pool
from tasktalk.tasks.attachments.store import Store
from tasktalk.tasks.listing import MOST, list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.preferences.preferences import get_preferences


async def read_export(
    pool: Pool, export: Export, *, viewer: Viewer, now: dt.datetime, store: Store | None = None
) -> AsyncIterator[bytes]:
    """The document, in pieces, oldest task first. Nothing is held open between them, however slowly they are taken.

    `store`: where files are, for a ZIP. Raises BadRequest for a filter that cannot be read, before the first piece.
    """
    pages = _read_pages(pool, export, viewer=viewer, now=now)
    pieces: AsyncIterator[bytes]
    match export.format:
        case "csv":
            pieces = _as_csv(pages)
        case "json":
            pieces = _as_json(pool, pages, export, viewer=viewer, now=now)
        case "zip":
            if store is None:
                raise ValueError("a ZIP has files, which are in a store")
            ids: list[UUID] = []
            document = _as_json(pool, pages, export, viewer=viewer, now=now, ids=ids)
            # The files are read when the document is written, and all ids are known.
            pieces = write_zip(document, read_files(pool, viewer=viewer, task_ids=ids), store, now=now)
        case "pdf":
            pieces = _as_pdf(pages, export, viewer=viewer, now=now)
    async for piece in pieces:
        yield piece


async def _as_pdf(
    pages: AsyncIterator[list[Task]], export: Export, *, viewer: Viewer, now: dt.datetime
) -> AsyncIterator[bytes]:
    tasks: list[Task] = []
    async for page in pages:
        tasks += page
        if len(tasks) > MOST_PRINTED:
            break
    here = now.astimezone(ZoneInfo(viewer.timezone))
    yield await asyncio.to_thread(print_tasks, tasks, viewer=viewer, project=export.project, now=here)


async def _read_pages(pool: Pool, export: Export, *, viewer: Viewer, now: dt.datetime) -> AsyncIterator[list[Task]]:
    cursor: str | None = None
    while True:
        async with pool.acquire() as conn:
            page = await list_tasks(
                conn, viewer=viewer, now=now, filter=export.expression, sort="id", limit=MOST, cursor=cursor
            )
        yield page.items
        cursor = page.next
        if cursor is None:
            return


async def _as_csv(pages: AsyncIterator[list[Task]]) -> AsyncIterator[bytes]:
    """With a byte order mark, without which spreadsheets take UTF-8 for something else."""
    before = "\ufeff" + HEADER
    async for page in pages:
        yield (before + lines_of(page)).encode()
        before = ""


async def _as_json(
    pool: Pool,
    pages: AsyncIterator[list[Task]],
    export: Export,
    *,
    viewer: Viewer,
    now: dt.datetime,
    ids: list[UUID] | None = None,
) -> AsyncIterator[bytes]:
    """`ids` is filled with those of the tasks."""
    ids = [] if ids is None else ids
    before = b'{"exported_at":' + msgspec.json.encode(now) + b',"items":['
    async for page in pages:
        ids += [task.id for task in page]
        for task in page:
            yield before + msgspec.json.encode(task)
            before = b","
    yield (b"" if before == b"," else before) + b"]"
    last, comma = "", b""
    async for key, items in read_rest(pool, viewer=viewer, task_ids=ids, whole=export.is_whole):
        if key != last:
            yield (b"]" if last else b"") + b',"' + key.encode() + b'":['
            last, comma = key, b""
        if items:
            yield comma + msgspec.json.encode(items)[1:-1]
            comma = b","
    async with pool.acquire() as conn:
        preferences = await get_preferences(conn, viewer=viewer)
    person = {"id": viewer.user_id, "name": viewer.name}
    yield (
        b'],"person":' + msgspec.json.encode(person | ({"preferences": preferences} if export.is_whole else {})) + b"}"
    )

"""Exports: which tasks, in which format, as a stream of bytes. What is not the viewer's to see is in none."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.exporting.model import Export
from tasktalk.assistant.exporting.printed import MOST_PRINTED, print_tasks
from tasktalk.assistant.exporting.sheet import HEADER, lines_of
from tasktalk.db import Pool
from tasktalk.tasks.listing import MOST, list_tasks
from tasktalk.tasks.model import Task


async def read_export(pool: Pool, export: Export, *, viewer: Viewer, now: dt.datetime) -> AsyncIterator[bytes]:
    """The document, in pieces, oldest task first. Nothing is held open between them, however slowly they are taken.

    Raises BadRequest for a filter that cannot be read, before the first piece.
    """
    pages = _read_pages(pool, export, viewer=viewer, now=now)
    match export.format:
        case "csv":
            async for piece in _as_csv(pages):
                yield piece
        case "json":
            async for piece in _as_json(pages, now):
                yield piece
        case "pdf":
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


async def _as_json(pages: AsyncIterator[list[Task]], now: dt.datetime) -> AsyncIterator[bytes]:
    before = b'{"exported_at":' + msgspec.json.encode(now) + b',"items":['
    async for page in pages:
        for task in page:
            yield before + msgspec.json.encode(task)
            before = b","
    yield (b"" if before == b"," else before) + b"]}"

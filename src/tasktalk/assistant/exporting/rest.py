"""What goes with the tasks of an export: comments, reminders, relations and files, and what is the person's own."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn, Pool
from tasktalk.tasks.attachments.attachments import File, list_files_of_tasks
from tasktalk.tasks.comments.comments import list_comments_of_tasks
from tasktalk.tasks.labels.labels import list_labels
from tasktalk.tasks.projects.projects import list_projects
from tasktalk.tasks.projects.sections import list_sections
from tasktalk.tasks.relations.relations import list_relations_of_tasks
from tasktalk.tasks.reminders.reminders import list_reminders_of_tasks
from tasktalk.tasks.saved.saved import list_filters

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file and its `path` in the ZIP."""

    id: UUID
    task_id: UUID
    name: str
    mime_type: str
    size: int
    sha256: str
    uploader: str | None
    created_at: dt.datetime
    path: str


def batched(ids: Sequence[UUID], size: int = _AT_ONCE) -> Iterator[Sequence[UUID]]:
    """So many at a time."""
    for begin in range(0, len(ids), size):
        yield ids[begin : begin + size]


async def read_rest(
    pool: Pool, *, viewer: Viewer, task_ids: Sequence[UUID], whole: bool
) -> AsyncIterator[tuple[str, list[Any]]]:
    """Each key of the document with some of its list; several may have the same key, one after another.

    `whole`: with what hangs on no task.
    """
    if whole:
        async with pool.acquire() as conn:
            own = await _read_own(conn, viewer)
        for key, items in own.items():
            yield key, items
    for key, read in (
        ("comments", list_comments_of_tasks),
        ("reminders", list_reminders_of_tasks),
        ("relations", list_relations_of_tasks),
    ):
        yield key, []
        for ids in batched(task_ids):
            async with pool.acquire() as conn:
                found: Sequence[Any] = await read(conn, viewer=viewer, task_ids=ids)
            yield key, list(found)
    yield "files", []
    async for kept, _ in read_files(pool, viewer=viewer, task_ids=task_ids):
        yield "files", [kept]


async def read_files(pool: Pool, *, viewer: Viewer, task_ids: Sequence[UUID]) -> AsyncIterator[tuple[KeptFile, str]]:
    """The files of these tasks, each with its key in the store."""
    for ids in batched(task_ids):
        async with pool.acquire() as conn:
            found = await list_files_of_tasks(conn, viewer=viewer, task_ids=ids)
        for file, key in found:
            yield _kept(file), key


async def _read_own(conn: Conn, viewer: Viewer) -> dict[str, list[Any]]:
    return {
        "projects": [*await list_projects(conn, viewer=viewer)],
        "sections": [*await list_sections(conn, viewer=viewer, place=None)],
        "labels": [each async for each in _pages(list_labels, conn, viewer)],
        "filters": [each async for each in _pages(list_filters, conn, viewer)],
    }


async def _pages(read: Any, conn: Conn, viewer: Viewer) -> AsyncIterator[Any]:
    cursor: str | None = None
    while True:
        page = await read(conn, viewer=viewer, cursor=cursor)
        for each in page.items:
            yield each
        cursor = page.next
        if cursor is None:
            return


def _kept(file: File) -> KeptFile:
    return KeptFile(
        file.id,
        file.task_id,
        file.name,
        file.mime_type,
        file.size,
        file.sha256,
        file.uploader.name if file.uploader else None,
        file.created_at,
        path=f"files/{file.id}/{file.name}",
    )

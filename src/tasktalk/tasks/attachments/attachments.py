"""Files of tasks: whoever sees the task may read them, whoever may change it may add and delete them."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound, TooLarge
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_line
from tasktalk.tasks.model import Act, Ref
from tasktalk.tasks.places import lock_tasks

Q = queries(__file__)

FILES = 50  # of a task
_LONGEST_ENDING = 20  # characters

_TURNS = re.compile(
    "[\u061c\u200e\u200f]"
)  # with those that `clean_line` takes out, all that turn the reading direction


@dataclass(frozen=True, slots=True)
class File:
    """What a task keeps of a file. `sha256` is in hexadecimal, `size` in bytes; `mime_type` is by its bytes."""

    id: UUID
    task_id: UUID
    name: str
    mime_type: str
    size: int
    sha256: str
    uploader: Ref | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FilePage:
    """All files of a task, oldest first, on one page."""

    items: list[File]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store under `key`, and belongs to no task yet."""

    key: str
    name: str
    mime_type: str
    size: int
    sha256: bytes


async def check_room(conn: Conn, *, viewer: Viewer, task_id: UUID, most_bytes: int, size: int = 0) -> int:
    """How many bytes more the viewer may keep, of `most_bytes` in all, if a file may be added to the task.

    Raises NotFound for a task they do not see, Forbidden for one they may only look at, TooLarge when it has `FILES`
    already or `size` does not fit any more.
    """
    place = await Q.find_place(conn, viewer=viewer.user_id, task_id=task_id)
    if place is None:
        raise NotFound(phrase("There is no such task."), field="task_id")
    if place["role"] == "viewer":
        raise Forbidden(phrase("You may only look at this project."))
    if place["files"] >= FILES:
        raise TooLarge(Told("A task has at most {most} files.", most=FILES), field="file", most=FILES)
    return await count_room(conn, viewer=viewer, most_bytes=most_bytes, size=size)


async def count_room(conn: Conn, *, viewer: Viewer, most_bytes: int, size: int = 0) -> int:
    """How many bytes more the viewer may keep, of `most_bytes` in all. Raises TooLarge when `size` does not fit."""
    left: int = most_bytes - await Q.sum_sizes(conn, uploader=viewer.user_id)
    if left < max(size, 1):
        raise TooLarge(
            phrase("There is no room for this file among yours; those in the trash count too."), field="file"
        )
    return left


async def add_attachment(conn: Conn, *, viewer: Viewer, task_id: UUID, kept: Kept, most_bytes: int, by: Act) -> File:
    """Makes a file that is in the store the task's. Raises as `check_room`, and Conflict when it lay there too long."""
    await lock_tasks(conn, viewer=viewer, ids=[task_id])
    await Q.lock_uploader(conn, uploader=viewer.user_id)
    await check_room(conn, viewer=viewer, task_id=task_id, most_bytes=most_bytes, size=kept.size)
    if await Q.take_loose(conn, key=kept.key, at=by.at) is None:
        raise Conflict(phrase("The upload took too long. Try again."))
    attachment_id = new_id()
    await Q.insert_attachment(
        conn,
        id=attachment_id,
        task_id=task_id,
        viewer=viewer.user_id,
        name=kept.name,
        mime_type=kept.mime_type,
        size=kept.size,
        sha256=kept.sha256,
        key=kept.key,
        change_set=by.change_set,
        channel=by.channel,
        at=by.at,
    )
    return await get_attachment(conn, viewer=viewer, attachment_id=attachment_id)


async def list_attachments(conn: Conn, *, viewer: Viewer, task_id: UUID) -> list[File]:
    """Oldest first. Raises NotFound for a task the viewer does not see."""
    if await Q.find_place(conn, viewer=viewer.user_id, task_id=task_id) is None:
        raise NotFound(phrase("There is no such task."), field="task_id")
    rows = Q.read_attachments(conn, viewer=viewer.user_id, task_id=task_id, id=None)
    return [_file(row) async for row in rows]


async def list_files_of_tasks(conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID]) -> list[tuple[File, str]]:
    """Those of all of these that the viewer sees, oldest first, each with its key in the store."""
    rows = Q.read_files_of_tasks(conn, viewer=viewer.user_id, task_ids=task_ids)
    return [(_file(row), row["key"]) async for row in rows]


async def get_attachment(conn: Conn, *, viewer: Viewer, attachment_id: UUID) -> File:
    """One file. Raises NotFound."""
    return _file(await _get_row(conn, viewer=viewer, attachment_id=attachment_id))


async def get_content(conn: Conn, *, viewer: Viewer, attachment_id: UUID) -> tuple[File, str]:
    """One file, and its key in the store. Raises NotFound."""
    row = await _get_row(conn, viewer=viewer, attachment_id=attachment_id)
    return _file(row), row["key"]


async def delete_attachment(conn: Conn, *, viewer: Viewer, attachment_id: UUID, by: Act) -> None:
    """Into the trash, from where an undo brings it back. Raises NotFound; Forbidden for those who may only look."""
    row = await _get_row(conn, viewer=viewer, attachment_id=attachment_id)
    if row["role"] == "viewer":
        raise Forbidden(phrase("You may only look at this project."))
    gone = await Q.delete_attachment(
        conn, id=attachment_id, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
    )
    if gone is None:
        raise NotFound(phrase("There is no such file."))


def clean_name(text: str) -> str:
    """A file's name without folders, control characters and marks that turn it round; at most 200 characters.

    Raises BadRequest (`field` "name") when nothing is left.
    """
    last = _TURNS.sub("", unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2])
    if len(last) > NAME_CHARACTERS:
        ending = PurePosixPath(last).suffix[:_LONGEST_ENDING]
        last = last[: NAME_CHARACTERS - len(ending)] + ending
    name = clean_line(last, field=phrase("name"), longest=NAME_CHARACTERS)
    if not name.strip(". "):
        raise BadRequest(phrase("The file needs a name."), field="name")
    return name


async def _get_row(conn: Conn, *, viewer: Viewer, attachment_id: UUID) -> Mapping[str, Any]:
    async for row in Q.read_attachments(conn, viewer=viewer.user_id, task_id=None, id=attachment_id):
        found: Mapping[str, Any] = row
        return found
    raise NotFound(phrase("There is no such file."))


def _file(row: Mapping[str, Any]) -> File:
    return File(
        id=row["id"],
        task_id=row["task_id"],
        name=row["name"],
        mime_type=row["mime_type"],
        size=row["size"],
        sha256=row["sha256"].hex(),
        uploader=Ref(row["uploader_id"], row["uploader_name"]) if row["uploader_id"] else None,
        created_at=row["created_at"],
    )

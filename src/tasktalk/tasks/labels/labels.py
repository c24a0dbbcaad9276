"""A person's own labels: what a name written on tasks cannot carry, and what changes with the name."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from typing_extensions import TypedDict

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase
from tasktalk.tasks.changes import change_tasks
from tasktalk.tasks.checks import LABEL_CHARACTERS, clean_colour, clean_line
from tasktalk.tasks.cursors import LIMIT, read_cursor, write_cursor
from tasktalk.tasks.model import Act, TaskChanges
from tasktalk.tasks.names import fold
from tasktalk.tasks.tasks import BATCH

Q = queries(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label. `open_count`: the open tasks that carry it, among those its owner sees."""

    id: UUID
    name: str
    colour: str | None
    position: float
    open_count: int
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int


@dataclass(frozen=True, slots=True)
class LabelPage:
    """Some labels, and the cursor of the next ones; None: these were the last."""

    items: list[Label]
    next: str | None


class LabelChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is."""

    name: str
    colour: str | None
    position: float


async def list_labels(conn: Conn, *, viewer: Viewer, limit: int = LIMIT, cursor: str | None = None) -> LabelPage:
    """The viewer's labels by position."""
    after, position = read_cursor(cursor, positioned=True)
    labels = await _read(conn, viewer=viewer, after=after, position=position, limit=limit + 1)
    last = labels[limit - 1] if len(labels) > limit else None
    return LabelPage(labels[:limit], write_cursor(last.id, last.position) if last else None)


async def get_label(conn: Conn, *, viewer: Viewer, label_id: UUID) -> Label:
    """One of the viewer's labels; NotFound otherwise."""
    for label in await _read(conn, viewer=viewer, label_id=label_id):
        return label
    raise NotFound(phrase("There is no such label."))


async def create_label(
    conn: Conn, *, viewer: Viewer, name: str, by: Act, colour: str | None = None, position: float | None = None
) -> Label:
    """A label that no task carries yet, unless its name was used. Raises Conflict for a name the viewer has already."""
    label_id = await Q.insert_label(
        conn,
        id=new_id(),
        name=_clean_name(name),
        colour=clean_colour(colour),
        position=by.at.timestamp() if position is None else position,
        **_act(viewer, by),
    )
    if label_id is None:
        raise Conflict(phrase("You have a label of that name."), field="name")
    return await get_label(conn, viewer=viewer, label_id=label_id)


async def change_label(
    conn: Conn,
    *,
    viewer: Viewer,
    label_id: UUID,
    changes: LabelChanges,
    by: Act,
    version: int | None = None,
    merge: bool = False,
) -> Label:
    """The label after its change; a new name is written on every task that carries the old one and is theirs to change.

    Raises NotFound, Conflict for a version that has moved on and, unless the two are to `merge`, for a name the viewer
    has already: then the label becomes that one.
    """
    row = await _lock(conn, viewer=viewer, label_id=label_id, version=version)
    values: dict[str, object] = {**changes}
    if "colour" in changes:
        values["colour"] = clean_colour(changes["colour"])
    if "name" in changes:
        values["name"] = _clean_name(changes["name"])
    old, new = row["name"], values.get("name", row["name"])
    carriers = await _lock_carriers(conn, viewer=viewer, name=old) if new != old else {}
    if new != old and (namesake := await _find_namesake(conn, viewer=viewer, label_id=label_id, name=str(new))):
        if not merge:
            raise Conflict("You have a label of that name. Send merge: true to make them one.", field="name")
        await Q.delete_label(conn, id=label_id, **_act(viewer, by))
        row, new = namesake, namesake["name"]
        del values["name"]
    if differing := {key: value for key, value in values.items() if value != row[key]}:
        try:
            await Q.write_label(conn, id=row["id"], set=differing, **_act(viewer, by))
        except UniqueViolationError as error:  # made in this very moment
            raise Conflict(phrase("You have a label of that name."), field="name") from error
    await _rename(conn, carriers, old, str(new), viewer=viewer, by=by)
    return await get_label(conn, viewer=viewer, label_id=row["id"])


async def delete_label(conn: Conn, *, viewer: Viewer, label_id: UUID, by: Act, version: int | None = None) -> None:
    """Takes a label off every task that is the viewer's to change, and away. Raises NotFound, Conflict."""
    row = await _lock(conn, viewer=viewer, label_id=label_id, version=version)
    carriers = await _lock_carriers(conn, viewer=viewer, name=row["name"])
    await Q.delete_label(conn, id=label_id, **_act(viewer, by))
    await _rename(conn, carriers, row["name"], None, viewer=viewer, by=by)


async def _find_namesake(conn: Conn, *, viewer: Viewer, label_id: UUID, name: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = await Q.find_namesake(conn, viewer=viewer.user_id, label_id=label_id, name=name)
    return found


async def _lock_carriers(conn: Conn, *, viewer: Viewer, name: str) -> dict[UUID, Sequence[str]]:
    """The labels of every task that carries one. Before the label is written: who changes a task locks it first too."""
    return {row["id"]: row["labels"] async for row in Q.lock_carriers(conn, viewer=viewer.user_id, name=name)}


async def _rename(
    conn: Conn, carriers: Mapping[UUID, Sequence[str]], old: str, new: str | None, *, viewer: Viewer, by: Act
) -> None:
    """Writes `new`, or nothing, wherever `old` is written."""
    changes: list[tuple[UUID, TaskChanges]] = [
        (task_id, {"labels": _replaced(labels, old, new)}) for task_id, labels in carriers.items()
    ]
    for start in range(0, len(changes), BATCH):
        await change_tasks(conn, viewer=viewer, changes=changes[start : start + BATCH], by=by)


def _replaced(labels: Sequence[str], old: str, new: str | None) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for label in labels:
        now = new if fold(label) == fold(old) else label
        if now is not None:
            kept.setdefault(fold(now), now)
    return tuple(kept.values())


async def _read(
    conn: Conn,
    *,
    viewer: Viewer,
    label_id: UUID | None = None,
    after: UUID | None = None,
    position: float | None = None,
    limit: int = 1,
) -> list[Label]:
    rows = Q.list_labels(conn, viewer=viewer.user_id, label_id=label_id, after=after, position=position, limit=limit)
    return [label_of(row) async for row in rows]


def label_of(row: Mapping[str, Any]) -> Label:
    """A Label from a row of `list_labels`."""
    return Label(
        id=row["id"],
        name=row["name"],
        colour=row["colour"],
        position=row["position"],
        open_count=row["open_count"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def _lock(conn: Conn, *, viewer: Viewer, label_id: UUID, version: int | None) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await Q.lock_label(conn, viewer=viewer.user_id, label_id=label_id)
    if row is None:
        raise NotFound(phrase("There is no such label."))
    if version is not None and version != row["version"]:
        raise Conflict(phrase("Somebody else changed this label first."), version=row["version"])
    return row


def _clean_name(name: str) -> str:
    return clean_line(name.strip().removeprefix("@"), field=phrase("name"), longest=LABEL_CHARACTERS)


def _act(viewer: Viewer, by: Act) -> dict[str, object]:
    return {"viewer": viewer.user_id, "change_set": by.change_set, "channel": by.channel, "at": by.at}

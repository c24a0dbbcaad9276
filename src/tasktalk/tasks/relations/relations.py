"""What tasks are to each other: one blocks another, is related to it, or is the same thing twice.

Each is stored once, in one direction, and shown from either side. A relation with a task that is not the viewer's to
see does not exist for them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.listing import get_task
from tasktalk.tasks.model import Act, Status
from tasktalk.tasks.places import check_writable, lock_tasks

Q = queries(__file__)

RELATIONS = 100  # of one task
_FARTHEST = 10_000  # tasks that may hang together by relations of one kind

Kind = Literal["blocks", "blocked_by", "related", "duplicates", "duplicated_by"]

_STORED: Mapping[Kind, Kind] = {"blocked_by": "blocks", "duplicated_by": "duplicates"}
_REVERSED: Mapping[Kind, Kind] = {"blocks": "blocked_by", "duplicates": "duplicated_by"}


@dataclass(frozen=True, slots=True)
class Other:
    """The task at the other end."""

    id: UUID
    title: str
    status: Status


@dataclass(frozen=True, slots=True)
class Relation:
    """What a task is to another: it `kind` that one, as in "blocks"."""

    id: UUID
    kind: Kind
    task: Other
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RelationPage:
    """The relations of a task; `next` is null, since they all fit on one page."""

    items: list[Relation]
    next: str | None = None


async def list_relations(conn: Conn, *, viewer: Viewer, task_id: UUID) -> list[Relation]:
    """Those of a task, oldest first. Raises NotFound for one the viewer does not see."""
    await get_task(conn, viewer=viewer, task_id=task_id)
    return await _read(conn, viewer=viewer, task_id=task_id)


@dataclass(frozen=True, slots=True)
class Pair:
    """A relation by itself: the task `kind` the other one."""

    id: UUID
    task_id: UUID
    kind: str
    other_id: UUID
    created_at: dt.datetime


async def list_relations_of_tasks(conn: Conn, *, viewer: Viewer, task_ids: Sequence[UUID]) -> list[Pair]:
    """Those that begin at one of these and end where the viewer sees it, each once, oldest first."""
    rows = Q.list_relations_of_tasks(conn, viewer=viewer.user_id, task_ids=task_ids)
    return [Pair(**dict(row)) async for row in rows]


async def create_relation(
    conn: Conn, *, viewer: Viewer, task_id: UUID, kind: Kind, other_id: UUID, by: Act
) -> Relation:
    """Relates a task the viewer may change to one they see.

    Raises NotFound, Forbidden where they may only look, Conflict for the task itself, for what is there already and for
    what would close a circle, BadRequest for one relation too many.
    """
    rows = await lock_tasks(conn, viewer=viewer, ids=[task_id, other_id])
    task, other = check_writable(rows.get(task_id)), rows.get(other_id)
    if other is None or other["deleted_at"] or other["place_deleted"]:
        raise NotFound(phrase("There is no such task to relate to."), field="task_id")
    if task_id == other_id:
        raise Conflict(phrase("A task cannot be related to itself."), field="task_id")
    await await_turn(conn)
    async for row in Q.count_relations(conn, task_ids=[task_id, other_id]):
        if row["relations"] >= RELATIONS:
            raise BadRequest(Told("A task has at most {most} relations.", most=RELATIONS), field="task_id")
    stored = _STORED.get(kind, kind)
    first, second = (other_id, task_id) if stored != kind else (task_id, other_id)
    if stored == "related":
        first, second = sorted((first, second))
    else:
        await check_no_circle(conn, stored, first, second)
    relation_id = await Q.insert_relation(
        conn,
        id=new_id(),
        task_id=first,
        kind=stored,
        other_id=second,
        **_act(viewer, task, by),
    )
    if relation_id is None:
        raise Conflict(phrase("These two tasks are related like that already."), field="task_id")
    [relation] = await _read(conn, viewer=viewer, task_id=task_id, relation_id=relation_id)
    return relation


async def delete_relation(conn: Conn, *, viewer: Viewer, task_id: UUID, relation_id: UUID, by: Act) -> None:
    """Takes a relation away from a task the viewer may change. Raises NotFound, Forbidden where they may only look."""
    task = check_writable((await lock_tasks(conn, viewer=viewer, ids=[task_id])).get(task_id))
    if not await _read(conn, viewer=viewer, task_id=task_id, relation_id=relation_id):
        raise NotFound(phrase("There is no such relation."))
    await Q.delete_relation(conn, id=relation_id, **_act(viewer, task, by))


async def await_turn(conn: Conn) -> None:
    """Before relations are made, so that two at once close no circle that neither sees."""
    await Q.await_turn(conn)


async def _read(conn: Conn, *, viewer: Viewer, task_id: UUID, relation_id: UUID | None = None) -> list[Relation]:
    rows = Q.list_relations(conn, viewer=viewer.user_id, task_id=task_id, relation_id=relation_id)
    return [
        Relation(
            id=row["id"],
            kind=row["kind"] if row["outgoing"] else _REVERSED.get(row["kind"], row["kind"]),
            task=Other(row["other_id"], row["title"], row["status"]),
            created_at=row["created_at"],
        )
        async for row in rows
    ]


async def check_no_circle(conn: Conn, kind: Kind, first: UUID, second: UUID) -> None:
    """Raises Conflict when `second` already leads to `first`."""
    behind = {row["id"] async for row in Q.list_behind(conn, kind=kind, task_id=second, limit=_FARTHEST)}
    if first in behind:
        raise Conflict(
            phrase("These tasks would wait for each other.")
            if kind == "blocks"
            else phrase("These tasks would be duplicates of each other."),
            field="task_id",
        )
    if len(behind) == _FARTHEST:
        raise Conflict(phrase("Too many tasks hang together here."), field="task_id")


def _act(viewer: Viewer, task: Mapping[str, Any], by: Act) -> dict[str, object]:
    return {
        "subject_task": task["id"],
        "project_id": task["project_id"],
        "viewer": viewer.user_id,
        "change_set": by.change_set,
        "channel": by.channel,
        "at": by.at,
    }

"""Taking back: every change left the row as it was before, so everything can be undone, and an undo undone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, NamedTuple
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, NotFound
from tasktalk.tasks.changes import verb_of, write_tasks
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import find_role, lock_tasks

Q = queries(__file__)

Subject = Literal["task", "project"]

# What a row keeps of its own when an older state comes back.
_OWN = frozenset({"id", "version", "created_at", "updated_at"})


class Change(NamedTuple):
    """What became of a task or project. `verb` is the journal's: "deleted" for what had been made, "restored"."""

    subject: Subject
    id: UUID
    title: str
    verb: str


async def undo(conn: Conn, *, viewer: Viewer, change_set: UUID, by: Act) -> list[Change]:
    """Takes back all that one act of the viewer changed; its own journal rows make it possible to redo.

    Raises NotFound when there is nothing (left) to take back, and Conflict, naming the titles, when something was
    changed since or lies where the viewer may not write any more; then nothing is taken back.
    """
    noted = [dict(row) async for row in Q.take_journal(conn, viewer=viewer.user_id, change_set=change_set)]
    if not noted:
        raise NotFound("There is nothing to undo.")
    tasks, projects = _spans(noted, "task"), _spans(noted, "project")
    rows = await lock_tasks(conn, viewer=viewer, ids=list(tasks))
    owned = {row["id"]: dict(row) async for row in Q.lock_projects(conn, viewer=viewer.user_id, ids=list(projects))}
    states, homes = [span.after for span in tasks.values()], [span.after for span in projects.values()]
    moved = {row["id"] async for row in Q.list_moved_tasks(conn, states=states)}
    moved |= {row["id"] async for row in Q.list_moved_projects(conn, states=homes)}
    blocked = [*_blocked(tasks, rows, moved, "title"), *_blocked(projects, owned, moved, "name")]
    for place in {_place(span) for span in tasks.values()} - {None, *projects}:
        # A task goes back only to where its mover may still put it.
        if place is not None and await find_role(conn, viewer=viewer, project_id=place) not in {"owner", "editor"}:
            blocked += [str(span.after["title"]) for span in tasks.values() if _place(span) == place]
    if blocked:
        raise Conflict("Something changed since: " + ", ".join(f"“{title}”" for title in blocked), titles=blocked)
    sets = {id_: _restoring(span, by=by) for id_, span in tasks.items()}
    await write_tasks(conn, viewer=viewer, sets=sets, verbs={}, by=by)
    changes = [
        Change("task", id_, str((span.before or span.after)["title"]), verb_of(sets[id_]))
        for id_, span in tasks.items()
    ]
    project_sets = {id_: _restoring(span, by=by) for id_, span in projects.items()}
    if project_sets:
        wanted = [{"id": id_, "verb": verb_of(values), "set": values} for id_, values in project_sets.items()]
        written = Q.write_projects(
            conn, changes=wanted, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
        )
        changes += [
            Change("project", row["id"], row["name"], verb_of(project_sets[row["id"]])) async for row in written
        ]
    seqs = [row["seq"] for row in noted]
    await Q.mark_undone(conn, seqs=seqs, at=by.at, change_set=change_set, by=by.change_set)
    return changes


async def find_last_change(conn: Conn, *, viewer: Viewer, since: dt.datetime) -> UUID | None:
    """What "undo" takes back: the viewer's newest change set since `since` that still stands; undos do not count."""
    found: UUID | None = await Q.find_last_change(conn, viewer=viewer.user_id, since=since)
    return found


class _Span(NamedTuple):
    """A row before the first and after the last change of one act; `before` None: the act made it."""

    before: dict[str, Any] | None
    after: dict[str, Any]


def _spans(noted: Sequence[Mapping[str, Any]], subject: Subject) -> dict[UUID, _Span]:
    spans: dict[UUID, _Span] = {}
    for row in noted:  # newest first: the last one seen is the earliest
        if row["subject"] == subject:
            last = spans.get(row["subject_id"])
            spans[row["subject_id"]] = _Span(row["before"], last.after if last else row["after"])
    return dict(reversed(spans.items()))


def _blocked(
    spans: Mapping[UUID, _Span], rows: Mapping[UUID, Mapping[str, Any]], moved: AbstractSet[UUID], name: str
) -> list[str]:
    return [
        str(span.after[name])
        for id_, span in spans.items()
        if id_ not in rows or rows[id_]["role"] == "viewer" or id_ in moved
    ]


def _restoring(span: _Span, *, by: Act) -> dict[str, object]:
    """The columns to set so that a row is as it was; what the act had made is deleted instead."""
    if span.before is None:
        return {"deleted_at": by.at}
    return {key: value for key, value in span.before.items() if key not in _OWN and value != span.after.get(key, value)}


def _place(span: _Span) -> UUID | None:
    place = (span.before or span.after)["project_id"]
    return UUID(place) if place else None

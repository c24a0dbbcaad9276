"""Taking back: every change left the row as it was before, so everything can be undone, and an undo undone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import ForeignKeyViolationError, UniqueViolationError

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, NotFound
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.journal.satellites import AFTER_TASKS, BEFORE_TASKS, SATELLITES, Span, list_moved, put_back
from tasktalk.tasks.model import Act
from tasktalk.tasks.places import find_role, list_insiders, lock_tasks
from tasktalk.tasks.projects.model import EDITORS_MAY_CHANGE
from tasktalk.tasks.projects.writing import lock_projects, write_projects
from tasktalk.tasks.relations.relations import await_turn, check_no_circle
from tasktalk.tasks.reminders.planning import plan_reminders
from tasktalk.tasks.writing import verb_of, write_tasks

Q = queries(__file__)

# What a row keeps of its own when an older state comes back.
_OWN = frozenset({"id", "version", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a task, a project or another subject: "deleted" what had been made, "restored" what was gone."""

    subject: str
    id: UUID
    title: str
    verb: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back; `change_set` is the act that did it, and can be taken back itself."""

    change_set: UUID
    changes: list[Change]


async def undo(conn: Conn, *, viewer: Viewer, change_set: UUID, by: Act) -> list[Change]:
    """Takes back all that one act of the viewer changed; its own journal rows make it possible to redo.

    Who is in a project is not taken back: what they saw, they saw. Raises NotFound when there is nothing (left) to take
    back, and Conflict, naming the titles, when something was changed since or lies where the viewer may not write any
    more; then nothing is taken back.
    """
    noted = [dict(row) async for row in Q.take_journal(conn, viewer=viewer.user_id, change_set=change_set)]
    if not noted:
        raise NotFound(phrase("There is nothing to undo."))
    spans = _spans(noted)
    blocked = await _list_blocked(conn, viewer=viewer, spans=spans)
    if blocked:
        named = ", ".join(f"“{title}”" for title in blocked)
        raise Conflict(Told("Something changed since: {titles}", titles=named), titles=blocked)
    try:
        async with conn.transaction():
            changes = await _put_back_all(conn, viewer=viewer, spans=spans, by=by)
    except UniqueViolationError as error:
        raise Conflict(phrase("Something of the same name was made since."), titles=_names(spans)) from error
    except ForeignKeyViolationError as error:
        titles = [str(span.row["title"]) for span in spans.get("task", {}).values()]
        raise Conflict(phrase("What this belonged to is gone for good."), titles=titles) from error
    reminded = {span.task_id for span in spans.get("reminder", {}).values() if span.task_id is not None}
    await plan_reminders(conn, task_ids=list(reminded), now=by.at)
    seqs = [row["seq"] for row in noted]
    await Q.mark_undone(conn, seqs=seqs, at=by.at, change_set=change_set, by=by.change_set)
    return changes or [
        Change(subject, id_, str(span.row.get(SATELLITES[subject].named, "")), "restored" if span.before else "deleted")
        for subject, satellites in spans.items()
        for id_, span in satellites.items()
    ]


async def redo(conn: Conn, *, viewer: Viewer, change_set: UUID, by: Act) -> list[Change]:
    """Takes back the undo that `change_set` was; what is so again can be undone like anything else. As `undo`."""
    changes = await undo(conn, viewer=viewer, change_set=change_set, by=by)
    await Q.mark_done_again(conn, change_set=by.change_set)
    return changes


async def _put_back_all(
    conn: Conn, *, viewer: Viewer, spans: Mapping[str, Mapping[UUID, Span]], by: Act
) -> list[Change]:
    for subject in BEFORE_TASKS.keys() & spans.keys():
        await put_back(conn, viewer=viewer, subject=subject, spans=spans[subject], by=by)
    changes = await _put_back_tasks(conn, viewer=viewer, spans=spans.get("task", {}), by=by)
    changes += await _put_back_projects(conn, viewer=viewer, spans=spans.get("project", {}), by=by)
    if defaults := [id_ for id_, span in spans.get("reminder", {}).items() if (span.before or {}).get("is_default")]:
        tasks = {spans["reminder"][id_].task_id for id_ in defaults}
        await Q.clear_defaults(conn, viewer=viewer.user_id, task_ids=list(tasks), ids=defaults)
    for subject in AFTER_TASKS.keys() & spans.keys():
        await put_back(conn, viewer=viewer, subject=subject, spans=spans[subject], by=by)
    await _check_relations(conn, [span.before for span in spans.get("relation", {}).values() if span.before])
    return changes


async def _check_relations(conn: Conn, back: Sequence[Mapping[str, Any]]) -> None:
    """Raises Conflict where one that came back would close a circle with those that were made since."""
    for row in back:
        if row["kind"] != "related":
            await await_turn(conn)
            await check_no_circle(conn, row["kind"], UUID(row["task_id"]), UUID(row["other_id"]))


def _names(spans: Mapping[str, Mapping[UUID, Span]]) -> list[str]:
    return [
        str(span.row.get(SATELLITES[subject].named, ""))
        for subject in BEFORE_TASKS.keys() & spans.keys()
        for span in spans[subject].values()
    ]


async def find_last_change(conn: Conn, *, viewer: Viewer, since: dt.datetime) -> UUID | None:
    """What "undo" takes back: the viewer's newest change set since `since` that still stands; undos do not count."""
    found: UUID | None = await Q.find_last_change(conn, viewer=viewer.user_id, since=since)
    return found


def _spans(noted: Sequence[Mapping[str, Any]]) -> dict[str, dict[UUID, Span]]:
    """By subject and id, in the order in which they were first changed."""
    spans: dict[str, dict[UUID, Span]] = {}
    for row in noted:  # newest first: the last one seen is the earliest
        of_subject = spans.setdefault(row["subject"], {})
        last = of_subject.get(row["subject_id"])
        after = last.after if last else row["after"]
        of_subject[row["subject_id"]] = Span(row["before"], after, row["task_id"], row["project_id"])
    return {subject: dict(reversed(of_subject.items())) for subject, of_subject in spans.items()}


async def _list_blocked(conn: Conn, *, viewer: Viewer, spans: Mapping[str, Mapping[UUID, Span]]) -> list[str]:
    """By title, what cannot be put back."""
    tasks, projects = spans.get("task", {}), spans.get("project", {})
    rows = await lock_tasks(conn, viewer=viewer, ids=list(tasks))
    owned = await lock_projects(conn, viewer=viewer, ids=list(projects))
    moved = {row["id"] async for row in Q.list_moved_tasks(conn, states=[span.after for span in tasks.values()])}
    moved |= {row["id"] async for row in Q.list_moved_projects(conn, states=[span.after for span in projects.values()])}
    blocked = [
        str(span.row[name])
        for of_subject, there, name, may_change in ((tasks, rows, "title", _edits), (projects, owned, "name", _owns))
        for id_, span in of_subject.items()
        if id_ not in there or id_ in moved or not may_change(there[id_]["role"], span)
    ]
    for place in {_place(span) for span in tasks.values()} - {None, *projects}:
        # A task goes back only to where its mover may still put it.
        if place is not None and await find_role(conn, viewer=viewer, project_id=place) not in {"owner", "editor"}:
            blocked += [str(span.row["title"]) for span in tasks.values() if _place(span) == place]
    for subject in spans.keys() & SATELLITES.keys():
        blocked += await list_moved(conn, viewer=viewer, subject=subject, spans=spans[subject])
    return blocked


def _edits(role: str, _span: Span) -> bool:
    return role != "viewer"


def _owns(role: str, span: Span) -> bool:
    """Whether a project's change is theirs to make: its looks are any editor's, all else the owners'."""
    before, after = span.before or {}, span.after or {}
    changed = {key for key in after if key not in _OWN and before.get(key) != after[key]}
    return role == "owner" or (role == "editor" and changed <= EDITORS_MAY_CHANGE)


async def _put_back_tasks(conn: Conn, *, viewer: Viewer, spans: Mapping[UUID, Span], by: Act) -> list[Change]:
    sets = {id_: _restoring(span, by=by) for id_, span in spans.items()}
    await _let_leavers_go(conn, spans, sets, viewer=viewer)
    await write_tasks(conn, viewer=viewer, sets=sets, verbs={}, by=by)
    return [Change("task", id_, str(span.row["title"]), verb_of(sets[id_])) for id_, span in spans.items()]


async def _let_leavers_go(
    conn: Conn, spans: Mapping[UUID, Span], sets: Mapping[UUID, dict[str, object]], *, viewer: Viewer
) -> None:
    """Who would not see a task any more where it goes back to is not given it again."""
    insiders: dict[UUID | None, set[UUID]] = {}
    for id_, span in spans.items():
        if span.before and span.before["assignees"] and sets[id_].keys() & {"assignees", "project_id"}:
            place = _place(span)
            if place not in insiders:
                insiders[place] = await list_insiders(conn, viewer=viewer, project_id=place)
            for people in ("assignees", "accepted"):
                sets[id_][people] = [each for each in span.before[people] if UUID(each) in insiders[place]]


async def _put_back_projects(conn: Conn, *, viewer: Viewer, spans: Mapping[UUID, Span], by: Act) -> list[Change]:
    sets = {id_: _restoring(span, by=by) for id_, span in spans.items()}
    written = await write_projects(conn, viewer=viewer, sets=sets, by=by)
    return [Change("project", id_, name, verb_of(sets[id_])) for id_, name in written.items()]


def _restoring(span: Span, *, by: Act) -> dict[str, object]:
    """The columns to set so that a row is as it was; what the act had made is deleted instead."""
    if span.before is None or span.after is None:
        return {"deleted_at": by.at}
    before, after = span.before, span.after
    values = {key: value for key, value in before.items() if key not in _OWN and value != after.get(key, value)}
    if "due_at" in values:  # is told of in its zone, which may be another one by now
        values["due_zone"] = before["due_zone"]
    return values


def _place(span: Span) -> UUID | None:
    place = span.row["project_id"]
    return UUID(place) if place else None

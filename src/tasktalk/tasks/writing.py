"""Writing rows of tasks that are locked, with their journal: the one way a task changes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict
from tasktalk.phrases import Told
from tasktalk.tasks.model import Act
from tasktalk.tasks.preferences.moving import settle_floating
from tasktalk.tasks.reminders.planning import plan_reminders

Q = queries(__file__)

_TURNS_REMINDERS = frozenset(
    {"project_id", "due_on", "due_time", "due_at", "status", "assignees", "owner_id", "deleted_at"}
)
_TURNS_TREES = frozenset({"project_id", "parent_id", "owner_id", "deleted_at"})


async def write_tasks(
    conn: Conn, *, viewer: Viewer, sets: Mapping[UUID, Mapping[str, object]], verbs: Mapping[UUID, str], by: Act
) -> set[UUID]:
    """Writes locked rows and their journal; answers which were written: a row whose set is empty is left alone.

    Raises Conflict, with `titles`, when that would leave a task under one that is deleted, elsewhere, or under it.
    """
    changes = [
        {"id": task_id, "verb": verbs.get(task_id) or verb_of(values), "set": values}
        for task_id, values in sets.items()
        if values
    ]
    if not changes:
        return set()
    if any(values.get("parent_id") for values in sets.values()):
        await Q.await_turn(conn)
    rows = Q.write_tasks(
        conn, changes=changes, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
    )
    written = {row["id"]: row async for row in rows}
    if turned := [id_ for id_ in written if sets[id_].keys() & _TURNS_TREES]:
        await _check_whole(conn, turned)
    reminding = [id_ for id_, row in written.items() if row["reminds"] and sets[id_].keys() & _TURNS_REMINDERS]
    await plan_reminders(conn, task_ids=reminding, now=by.at)
    await settle_floating(conn, task_ids=[id_ for id_, row in written.items() if row["stranded"]], now=by.at)
    return set(written)


async def _check_whole(conn: Conn, ids: Sequence[UUID]) -> None:
    """Whatever was done at once or is taken back: a task under one that is purged some day would go with it."""
    if torn := [row["title"] async for row in Q.list_torn(conn, ids=ids)]:
        titles = ", ".join(f"“{title[:100]}”" for title in torn[:5])
        raise Conflict(Told("This would tear subtasks from their parents: {titles}.", titles=titles), titles=torn[:5])


def verb_of(values: Mapping[str, object]) -> str:
    """What happened, in one word, by the columns that were set."""
    if "deleted_at" in values:
        return "deleted" if values["deleted_at"] else "restored"
    return {"done": "completed", "open": "reopened", "cancelled": "cancelled"}.get(str(values.get("status")), "changed")

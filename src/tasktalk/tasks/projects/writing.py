"""Writing rows of projects that are locked, with their journal: the one way a project changes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.model import Act
from tasktalk.tasks.reminders.planning import plan_reminders
from tasktalk.tasks.writing import verb_of

Q = queries(__file__)

_SILENCES = frozenset({"archived_at", "deleted_at", "is_template"})

Row = Mapping[str, Any]


async def lock_projects(conn: Conn, *, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The rows among `ids` that the viewer is in, deleted ones too, locked; `role` is the viewer's role there."""
    return {row["id"]: dict(row) async for row in Q.lock_projects(conn, viewer=viewer.user_id, ids=ids)}


async def write_projects(
    conn: Conn, *, viewer: Viewer, sets: Mapping[UUID, Mapping[str, object]], by: Act
) -> dict[UUID, str]:
    """Writes locked rows and their journal; the names of those that were written, an empty set leaves a row alone."""
    changes = [{"id": id_, "verb": verb_of(values), "set": values} for id_, values in sets.items() if values]
    if not changes:
        return {}
    written = Q.write_projects(
        conn, changes=changes, viewer=viewer.user_id, change_set=by.change_set, channel=by.channel, at=by.at
    )
    names = {row["id"]: row["name"] async for row in written}
    for project_id in names:
        if sets[project_id].keys() & _SILENCES:
            ids = [task["id"] async for task in Q.list_reminded(conn, project_id=project_id)]
            await plan_reminders(conn, task_ids=ids, now=by.at)
    return names

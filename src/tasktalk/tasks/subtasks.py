"""What happens to a task happens to what lies under it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.tasks.places import lock_tasks, lock_under

Row = Mapping[str, Any]


async def take_along(
    conn: Conn, row: Row, sets: dict[UUID, dict[str, Any]], verbs: dict[UUID, str], *, viewer: Viewer
) -> None:
    """Adds to `sets` what becomes of everything under `row` when `sets[row["id"]]` finishes, deletes or restores it.

    Finished or dropped: what is open under it too. A repeating task that goes on begins with its subtasks open again.
    Deleted: all of it, and restored: all that was deleted with it. A task restored without its parent stands alone.
    """
    values = sets[row["id"]]
    rows: dict[UUID, Row] = {}
    if row["has_subtasks"]:
        rows = await lock_under(conn, row, sets, viewer=viewer)
    follow: dict[UUID, dict[str, Any]] = {}
    if "deleted_at" in values:
        was = row["deleted_at"]  # null: being deleted now
        follow = {id_: {"deleted_at": values["deleted_at"]} for id_, sub in rows.items() if sub["deleted_at"] == was}
        if was is not None and row["parent_id"] is not None:
            parent = (await lock_tasks(conn, viewer=viewer, ids=[row["parent_id"]])).get(row["parent_id"])
            if parent is None or parent["deleted_at"] is not None or parent["project_id"] != row["project_id"]:
                values["parent_id"] = None
    elif values.get("status") in {"done", "cancelled"}:
        ended: dict[str, Any] = {key: values[key] for key in ("status", "completed_at") if key in values}
        follow = {id_: ended for id_, sub in rows.items() if sub["status"] == "open" and sub["deleted_at"] is None}
    elif verbs.get(row["id"]) == "completed":
        again = {"status": "open", "completed_at": None}
        follow = {id_: again for id_, sub in rows.items() if sub["status"] == "done" and sub["deleted_at"] is None}
    for id_, change in follow.items():
        sets[id_] = sets.get(id_, {}) | change
        if change.get("status") == "done":
            verbs[id_] = "completed"

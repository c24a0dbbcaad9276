"""Tasks as they are shown: rows of the view `task_cards`, within the viewer's fence."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.due import due_of
from tasktalk.tasks.model import Attachment, Ref, Source, Task

Q = queries(__file__)


async def list_tasks_by_ids(conn: Conn, *, viewer: Viewer, ids: Sequence[UUID], trashed: bool = False) -> list[Task]:
    """Those of `ids` that the viewer sees, in the order given; `trashed`: deleted ones too."""
    if not ids:
        return []
    rows = Q.read_tasks(conn, viewer=viewer.user_id, ids=ids, trashed=trashed)
    found = {row["id"]: task_of(row) async for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def task_of(row: Mapping[str, Any]) -> Task:
    """A Task from a row of `task_cards`."""
    channel = row["source_channel"]
    return Task(
        id=row["id"],
        title=row["title"],
        notes=row["notes"],
        status=row["status"],
        priority=row["priority"],
        due=due_of(row),
        start=row["start_on"],
        deadline=row["deadline_on"],
        duration_minutes=row["duration_minutes"],
        recurrence=row["recurrence"],
        project=Ref(row["project_id"], row["project_name"]) if row["project_id"] else None,
        section=row["section"],
        labels=row["labels"],
        assignees=[Ref(UUID(person["id"]), person["name"]) for person in row["people"] or ()],
        parent_id=row["parent_id"],
        subtasks_count=row["subtasks_count"],
        attachments=[
            Attachment(UUID(file["id"]), file["name"], file["mime_type"], file["size"]) for file in row["files"] or ()
        ],
        comments_count=row["comments_count"],
        position=row["position"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        completed_at=row["completed_at"],
        version=row["version"],
        source=Source(channel, row["source_message_id"]) if channel else None,
        due_zone=row["due_zone"] if row["due_time"] is not None and row["due_floats_with"] is None else None,
        moved=row["series_on"] is not None,
    )

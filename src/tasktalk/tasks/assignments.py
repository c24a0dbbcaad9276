"""What an assignee says to a task they were given: yes, or no thanks."""

from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.phrases import phrase
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Act, Task
from tasktalk.tasks.places import lock_tasks
from tasktalk.tasks.writing import write_tasks


async def answer_assignment(conn: Conn, *, viewer: Viewer, task_id: UUID, accept: bool, by: Act) -> Task:
    """Accepts a task, or declines it: then it is not the viewer's any more. Journalled as "accepted" or "declined".

    Whoever was given a task may answer, also if they may only look at its project. Raises NotFound when the viewer
    does not see the task or is none of its assignees.
    """
    row = (await lock_tasks(conn, viewer=viewer, ids=[task_id])).get(task_id)
    if row is None or row["deleted_at"] or row["place_deleted"] or viewer.user_id not in row["assignees"]:
        raise NotFound(phrase("This task is not assigned to you."))
    others = tuple(person for person in row["accepted"] if person != viewer.user_id)
    values: dict[str, object] = {"accepted": (*others, viewer.user_id)} if accept else {"accepted": others}
    if not accept:
        values["assignees"] = tuple(person for person in row["assignees"] if person != viewer.user_id)
    if accept and viewer.user_id in row["accepted"]:
        values = {}
    verbs = {task_id: "accepted" if accept else "declined"}
    await write_tasks(conn, viewer=viewer, sets={task_id: values}, verbs=verbs, by=by)
    return (await list_tasks_by_ids(conn, viewer=viewer, ids=[task_id]))[0]

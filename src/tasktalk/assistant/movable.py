"""What of a day could as well be done tomorrow, and how a button names it."""

import base64
import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.turn import Turn
from tasktalk.tasks.model import Task

MINE = "!assigned to: others"  # what nobody was given is everybody's
MOST_MOVED = 24  # that the id of a button can name
_NO_PRIORITY = 5
_PRESSING = 2


async def list_movable(turn: Turn, tasks: Iterable[Task]) -> tuple[UUID, ...]:
    """Those that the person may change, as many as one button can name."""
    rows = Q.list_only_seen(turn.conn, viewer=turn.dialogue.viewer.user_id)
    only_seen = {row["project_id"] async for row in rows}
    own = [task.id for task in tasks if task.project is None or task.project.id not in only_seen]
    return tuple(own[:MOST_MOVED])


def code_of(task_id: UUID) -> str:
    """Four characters that tell a task from the others of a day."""
    return base64.urlsafe_b64encode(task_id.bytes[-3:]).decode()


def can_wait(task: Task, today: dt.date) -> bool:
    """Overdue since yesterday or longer, and nothing says that it presses."""
    return task.due is not None and task.due.date < today and rank(task) > _PRESSING


def rank(task: Task) -> int:
    """Its priority; what has none comes after all others."""
    return task.priority or _NO_PRIORITY

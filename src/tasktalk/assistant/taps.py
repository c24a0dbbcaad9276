"""What the buttons of a notice do: ring again later, say yes or no to a task that was given."""

import datetime as dt
from uuid import UUID

from tasktalk.assistant import reminding
from tasktalk.assistant.outcomes import Changed, Outcome
from tasktalk.assistant.turn import Turn
from tasktalk.tasks.assignments import answer_assignment
from tasktalk.tasks.reminders.reminders import delete_reminder, list_task_reminders


async def ring_later(turn: Turn, task_id: UUID, *, minutes: int) -> Outcome:
    """Once more, so many minutes from now; the task stays due when it is.

    Reminders of single moments that are past make room: whoever puts a task off every day must not run out of them.
    """
    viewer = turn.dialogue.viewer
    for each in await list_task_reminders(turn.conn, viewer=viewer, task_id=task_id):
        if each.at is not None and each.recurrence is None and each.next_at is None:
            await delete_reminder(turn.conn, viewer=viewer, reminder_id=each.id, by=turn.by)
    return await reminding.remind_at(turn, task_id, turn.now + dt.timedelta(minutes=minutes))


async def answer(turn: Turn, task_id: UUID, *, accept: bool) -> Changed:
    """Takes a task that was given, or not."""
    task = await answer_assignment(turn.conn, viewer=turn.dialogue.viewer, task_id=task_id, accept=accept, by=turn.by)
    turn.done([task])
    return Changed("accepted" if accept else "declined", (task,))

"""What is said to be off, or left out, of a day or a week: one time of a task that repeats, and no more."""

import msgspec

from tasktalk.assistant import change, look
from tasktalk.assistant.asked import ask_first
from tasktalk.assistant.grammar.skips import OFF
from tasktalk.assistant.movable import MINE
from tasktalk.assistant.outcomes import Outcome, Said
from tasktalk.assistant.targets import Found, ask_which, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task
from tasktalk.tasks.tasks import BATCH


async def drop(turn: Turn, intent: Intent) -> Outcome:
    """Into the trash; what is only off is skipped, where it repeats and its next time is then, else asked about."""
    if intent.action != OFF and (intent.action != "skip" or intent.due is None):
        return await change.drop(turn, intent)
    names_none = intent.due is not None and intent.target is not None and intent.target.last
    if names_none and not turn.about and not turn.said.about_message:
        return await _skip_then(turn, intent)
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=found.ids)
    off = [task for task in tasks if task.status == "open" and _is_then(task, intent)]
    if off and all(task.recurrence for task in off):
        return await change.skip(turn, [task.id for task in off])
    if off:
        return ask_first(turn, msgspec.structs.replace(intent, action=None), tasks=off)
    return await look.show(turn, found.ids[0])


async def _skip_then(turn: Turn, intent: Intent) -> Outcome:
    """The repeating task whose next time is then: the one in focus, else the only one."""
    tasks = await look.list_first(turn, f"recurring & {MINE}", BATCH)
    then = [task for task in tasks if _is_then(task, intent)]
    meant = [task for task in then if task.id == turn.dialogue.focus] or then
    if len(meant) == 1:
        return await change.skip(turn, [meant[0].id])
    return ask_which(turn, intent, meant) if meant else Said("which_task")


def _is_then(task: Task, intent: Intent) -> bool:
    """Whether it is due on the day, or within the days, that are named; always where none are."""
    first = intent.due.on if intent.due is not None else None
    if first is None:
        return True
    last = intent.end.on if intent.end is not None and intent.end.on is not None else first
    return task.due is not None and first <= task.due.date <= last

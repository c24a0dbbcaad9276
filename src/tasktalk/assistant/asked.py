"""Asking before a task, or many at once, are taken away or changed: one mechanism for words and for a model."""

from collections.abc import Sequence

from tasktalk.assistant.outcomes import Asked
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.model import Task


def ask_first(turn: Turn, intent: Intent, *, tasks: Sequence[Task]) -> Asked:
    """Nothing is done before the person says yes; then `intent` is, to just these tasks, of which there is one or more.

    What asks before it is done to a project asks by itself, where the turn is `careful`.
    """
    ids = tuple(task.id for task in tasks)
    question = turn.ask("sure", text=turn.said.text, ids=ids, intent=intent)
    return Asked("delete" if intent.intent == "delete_task" else "change", question, tasks=tuple(tasks))

"""From a thought to what is done: checked again within the turn's transaction, and asked about where it destroys."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import msgspec

from tasktalk.assistant.asked import ask_first
from tasktalk.assistant.llm.offer import put_question
from tasktalk.assistant.llm.question import Meant, Question, Thought
from tasktalk.assistant.outcomes import Choose, Missing, Outcome, Said
from tasktalk.assistant.reply import Needs
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.errors import AppError
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task

MANY = 5  # tasks; a change of more of them at once is asked about
_DESTROYS = frozenset({"archive", "share", "delete"})

Act = Callable[[Turn, Intent], Awaitable[Outcome]]


class Undecided(Exception):
    """The turn needs a thought first; nothing of it has happened."""

    def __init__(self, question: Question) -> None:
        super().__init__("a thought is needed")
        self.needs = Needs("thought", {"question": msgspec.to_builtins(question)})


async def reconsider(turn: Turn, intents: Sequence[Intent], act: Act) -> list[Outcome] | None:
    """What a model makes of a message that the grammar did not take whole, done; None: it is as the grammar read it.

    Raises Undecided where the model has not been asked yet.
    """
    if not turn.thinks or all(intent.intent != "unknown" for intent in intents):
        return None
    thought = turn.said.thought
    if thought is None:
        question = await put_question(turn)
        if question is None:
            return None
        raise Undecided(question)
    if thought.failed is not None or thought.declined == "unclear":
        return None
    if thought.declined is not None:
        return [Said("not_yet" if thought.declined == "unsupported" else "unknown", turn.said.text)]
    return await _follow(turn, thought, act)


async def _follow(turn: Turn, thought: Thought, act: Act) -> list[Outcome]:
    """All of it or nothing, by `act`, as if the person had said it plainly. What a model says itself is never shown."""
    viewer, projects = turn.dialogue.viewer, dict(turn.dialogue.projects)
    try:
        async with turn.conn.transaction():
            return [
                await _follow_one(
                    replace(turn, part=part, about=tuple(meant.task_ids), now=turn.now.astimezone(turn.dialogue.zone)),
                    meant,
                    act,
                )
                for part, meant in enumerate(thought.meant)
            ]
    except AppError:
        turn.dialogue.viewer, turn.dialogue.projects = viewer, projects
        raise


def asks_first(meant: Meant) -> bool:
    """Whether the person must say yes before it is done: it deletes, or shows others, or changes many at once."""
    intent = meant.intent
    if intent.intent == "update_project":
        return intent.action in _DESTROYS
    return intent.intent == "delete_task" or len(meant.task_ids) > MANY


async def _follow_one(turn: Turn, meant: Meant, act: Act) -> Outcome:
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=meant.task_ids)
    if len(tasks) != len(set(meant.task_ids)):
        return Missing("")  # one of them is gone, or not theirs to see any more
    if meant.which:
        return _choose(turn, tasks)
    if asks_first(meant):
        careful = replace(turn, careful=True)
        return ask_first(turn, meant.intent, tasks=tasks) if tasks else await act(careful, meant.intent)
    return await act(turn, meant.intent)


def _choose(turn: Turn, tasks: Sequence[Task]) -> Choose:
    choices = tuple((task.id, task.title) for task in tasks[:9])
    question = turn.ask("which", text=turn.said.text, part=turn.part, ids=tuple(id_ for id_, _ in choices))
    return Choose(choices, question)

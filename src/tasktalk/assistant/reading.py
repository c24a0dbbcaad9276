"""From a message to its intents, with as little looking up as the reading allows."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import understand, understand_answer
from tasktalk.assistant.understanding import Intent, Target
from tasktalk.tasks.names import list_titles

_MAX_TITLES = 500


async def read(turn: Turn, text: str) -> list[Intent]:
    """The intents of a text; an answer to a task's message speaks of that task."""
    intents = await read_intents(turn, text)
    if not turn.about or len(intents) != 1:
        return intents
    intent = intents[0]
    if intent.intent == "list_tasks":  # "tomorrow" in answer to a task is its new date, "p1" its priority
        changed = understand_answer(text, turn.dialogue.context(turn.said_at))
        if changed is not None:
            return [changed]
    if intent.intent in {"create_task", "unknown"} and len(turn.about) == 1:
        if intent.intent == "create_task" and not intent.title:
            return [msgspec.structs.replace(intent, intent="update_task", target=Target(last=True))]
        return [msgspec.structs.replace(intent, intent="comment_task", comment=text, target=Target(last=True))]
    return intents


class _Unread(Sequence[str]):
    """Stands for titles that were not fetched, and knows whether the reading turned on them."""

    def __init__(self) -> None:
        self.asked_for = False

    def __len__(self) -> int:
        self.asked_for = True
        return 0

    def __getitem__(self, index: Any) -> Any:
        self.asked_for = True
        raise IndexError(index)


async def read_intents(turn: Turn, text: str) -> list[Intent]:
    """Most messages are read without looking at a single task; "finish X" needs to know whether there is an X."""
    unread = _Unread()
    said_at = turn.said_at
    understood = understand(text, turn.dialogue.context(said_at, unread))
    if unread.asked_for:
        titles = [title for _, title in await list_titles(turn.conn, viewer=turn.dialogue.viewer, limit=_MAX_TITLES)]
        if titles:
            understood = understand(text, turn.dialogue.context(said_at, titles))
    return list(understood.intents)

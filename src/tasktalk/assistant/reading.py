"""From a message to its intents, with as little looking up as the reading allows."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.dialogue import Dialogue, load_dialogues
from tasktalk.assistant.newcomers import adopt_language
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import (
    understand,
    understand_answer,
    understand_answer_for_all,
    understand_choice,
    understand_task,
)
from tasktalk.assistant.understanding import Intent, Target, Understanding
from tasktalk.assistant.unread import read_around
from tasktalk.db import Conn
from tasktalk.tasks.names import list_titles

_MAX_TITLES = 500
_OF_SEVERAL = frozenset({"create_task", "list_tasks", "unknown"})


async def read(turn: Turn, text: str) -> list[Intent]:
    """The intents of a text; an answer to a task's message speaks of that task."""
    intents = await read_intents(turn, text)
    if not turn.about or len(intents) != 1:
        return intents
    intent = intents[0]
    if len(turn.about) > 1 and intent.intent in _OF_SEVERAL:
        return [_read_of_several(turn, text, intent)]
    if intent.intent == "list_tasks":  # "tomorrow" in answer to a task is its new date, "p1" its priority
        changed = understand_answer(text, turn.dialogue.context(turn.said_at))
        if changed is not None:
            return [changed]
    if intent.intent in {"create_task", "unknown"} and len(turn.about) == 1:
        if intent.intent == "create_task" and not intent.title:
            return [msgspec.structs.replace(intent, intent="update_task", target=Target(last=True))]
        return [msgspec.structs.replace(intent, intent="comment_task", comment=text, target=Target(last=True))]
    return intents


def _read_of_several(turn: Turn, text: str, intent: Intent) -> Intent:
    """What is said in answer to a message of several tasks, of which a time or a mark is a change."""
    context = turn.dialogue.context(turn.said_at)
    changed = understand_answer(text, context) or understand_answer_for_all(text, context)
    if changed is not None:
        return changed
    if intent.intent != "create_task" or not understand_choice(intent.title or "", context).all:
        return intent
    if intent.reminders:  # "remind me of both at five"
        moments = () if intent.due else intent.reminders
        return Intent(intent="remind", target=Target(last=True), due=intent.due, reminders=moments)
    return Intent(intent="unknown", confidence=intent.confidence)  # "both", and no more


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
    """The intents of a text, without those words of the message that are not to be read."""
    unread = turn.said.unread if text == turn.said.text else ()
    understood = await _understand(turn.conn, turn.dialogue, text, now=turn.said_at, unread=unread)
    await adopt_language(turn, text, understood)
    return list(understood.intents)


async def preview(
    conn: Conn, *, viewer: Viewer, text: str, now: dt.datetime, unread: Sequence[tuple[int, int]] = ()
) -> list[Intent]:
    """What `text` would do if this person added it as a task, see `Utterance.adds`; nothing is changed."""
    dialogue = (await load_dialogues(conn, [viewer]))[viewer.user_id]
    understood = await _understand(conn, dialogue, text, now=now, unread=unread)
    if [each.intent for each in understood.intents] == ["unknown"]:
        return [read_around(understand_task, text, dialogue.context(now), unread)]
    return list(understood.intents)


async def _understand(
    conn: Conn, dialogue: Dialogue, text: str, *, now: dt.datetime, unread: Sequence[tuple[int, int]]
) -> Understanding:
    """Most messages are read without looking at a single task; "finish X" needs to know whether there is an X."""
    titles = _Unread()
    understood = read_around(understand, text, dialogue.context(now, titles), unread)
    if titles.asked_for:
        found = [title for _, title in await list_titles(conn, viewer=dialogue.viewer, limit=_MAX_TITLES)]
        if found:
            understood = read_around(understand, text, dialogue.context(now, found), unread)
    return understood

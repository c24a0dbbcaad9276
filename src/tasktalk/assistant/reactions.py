"""Reactions to messages: 👍 and ✅ finish a task, ⏰ puts it off, ❌ drops it; taken back, each is undone."""

from uuid import NAMESPACE_URL, UUID, uuid5

from tasktalk.assistant import change
from tasktalk.assistant.dialogue import Dialogue, Q
from tasktalk.assistant.outcomes import Changed, Outcome, Said, Undone
from tasktalk.assistant.reply import Reply, Utterance
from tasktalk.assistant.turn import Turn

# Skin tones and variation selectors follow the first character.
_REACTIONS = {
    "👍": "done",
    "✅": "done",
    "✔": "done",
    "☑": "done",
    "💯": "done",
    "⏰": "snooze",
    "❌": "drop",
    "🗑": "drop",
}
_ANSWERS = {"done": "✅", "snooze": "⏰", "drop": "🗑️"}


async def react(turn: Turn) -> Reply | list[Outcome] | None:
    """Acts on the task that the message shows, and answers by a reaction; None where there is nothing to be said.

    Of several tasks one sentence asks which, but for ❌ on what was just made: all of it is taken back.
    """
    emoji = turn.said.reaction or ""
    if not emoji:
        undone = await change.take_back(turn, change_set=reaction_id(turn.dialogue, turn.said))
        return [undone] if isinstance(undone, Said) and undone.remark == "cannot_undo" else _take_away(undone)
    verb = _REACTIONS.get(emoji[:1])
    if verb is None or not turn.about:
        return None
    if len(turn.about) > 1:
        return await _react_to_several(turn, verb)
    task_id = turn.about[0]
    if verb == "done":
        outcome = await change.set_status(turn, [task_id], done=True)
    elif verb == "snooze":
        outcome = await change.put_off(turn, task_id)
    else:
        outcome = await change.apply(turn, [task_id], "dropped", lambda _: {"deleted": True})
    if not isinstance(outcome, Changed):
        return [outcome]
    if not outcome.tasks and verb == "snooze":
        return [Said("not_open", outcome.already[0].title)]
    return Reply(reaction=_ANSWERS[verb], task_ids=(task_id,))


def _take_away(undone: Outcome) -> Reply | None:
    return Reply(reaction="") if isinstance(undone, Undone) else None


async def _react_to_several(turn: Turn, verb: str) -> Reply | list[Outcome]:
    if verb == "drop" and (made := await _find_made(turn)) is not None:
        undone = await change.take_back(turn, change_set=made)
        return Reply(reaction=_ANSWERS[verb]) if isinstance(undone, Undone) else [undone]
    turn.dialogue.remember_list(turn.about, turn.now)
    turn.dialogue.speak_of(turn.about)
    return [Said("which_of_these")]


async def _find_made(turn: Turn) -> UUID | None:
    """The act that made all of these tasks a short while ago, if one did."""
    found: UUID | None = await Q.find_making(
        turn.conn,
        user_id=turn.dialogue.viewer.user_id,
        task_ids=list(turn.about),
        since=turn.now - change.UNDO_LIFE,
        count=len(set(turn.about)),
    )
    return found


def reaction_id(dialogue: Dialogue, said: Utterance) -> UUID:
    """The same for a reaction and for taking it back, so that nothing about it need be stored."""
    return uuid5(NAMESPACE_URL, f"reaction:{dialogue.viewer.user_id}:{said.about_message}")

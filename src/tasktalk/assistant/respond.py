"""One turn: something said, tapped or reacted goes in, its effects are in the transaction, one Reply comes out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from tasktalk.assistant import change, look, plan, reminding, summaries, taps
from tasktalk.assistant.act import act, capture
from tasktalk.assistant.actions import Action, decode_action
from tasktalk.assistant.dialogue import Dialogue, Q
from tasktalk.assistant.llm.follow import Undecided, reconsider
from tasktalk.assistant.outcomes import Changed, Missing, Outcome, Said, Undone
from tasktalk.assistant.replies.pen import Pen
from tasktalk.assistant.replies.render import refuse, render
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.reply import Needs, Reply, Utterance
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import understand, understand_answer
from tasktalk.assistant.understanding import Intent, Target
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.errors import AppError
from tasktalk.ids import new_id
from tasktalk.tasks.model import Act
from tasktalk.tasks.names import list_titles

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
_READING = frozenset({"list_tasks", "search", "summary", "plan_day", "help", "greet", "unknown"})
_MAX_INTENTS = 20
_MAX_TITLES = 500


async def respond(
    conn: Conn, *, dialogue: Dialogue, said: Utterance, now: dt.datetime, keyring: Keyring, thinks: bool = False
) -> Reply | Needs | None:
    """Take one turn; None where nothing is to be said. The caller owns the transaction and saves the dialogue.

    `thinks`: a language model may be asked. Where the grammar does not take what was said, nothing is changed and the
    answer is what it Needs; the caller gets that with nothing open, and calls again with `said.thought`.
    """
    try:
        reply = await _respond(conn, dialogue=dialogue, said=said, now=now, keyring=keyring, thinks=thinks)
    except Undecided as undecided:
        return undecided.needs
    if not thinks:
        dialogue.forget_exchanges()
    elif reply is not None and said.text and said.tap is None and not said.literal:
        dialogue.note_exchange(said.text, reply.text)
    return reply


async def _respond(
    conn: Conn, *, dialogue: Dialogue, said: Utterance, now: dt.datetime, keyring: Keyring, thinks: bool
) -> Reply | None:
    change_set = _reaction_id(dialogue, said) if said.reaction else new_id()
    about = said.about or await _made_by(conn, dialogue, said)
    act_of = Act(change_set, said.channel, now)
    turn = Turn(conn, dialogue, said, now.astimezone(dialogue.zone), act_of, about, thinks=thinks)
    try:
        if said.reaction is not None:
            return await _react(turn)
        outcomes = await _take(turn, keyring)
    except AppError as error:  # what the person asked for cannot be; everything else is a bug and goes up
        return None if said.reaction is not None else refuse(error.message, get_speech(dialogue.viewer.language))
    here = now.astimezone(dialogue.zone)  # which the turn may have changed
    speech = get_speech(dialogue.viewer.language)
    return render(outcomes, Pen(keyring, dialogue.viewer.user_id, here, change_set, speech))


async def _take(turn: Turn, keyring: Keyring) -> list[Outcome]:
    said = turn.said
    if said.tap is not None:
        user_id = turn.dialogue.viewer.user_id
        return [await _tap(turn, decode_action(said.tap, keyring=keyring, user_id=user_id, now=turn.now))]
    if said.literal:
        title, _, notes = said.text.partition("\n")
        return [await capture(turn, title, notes)]
    intents = (await _read(turn, said.text))[:_MAX_INTENTS]
    followed = await reconsider(turn, intents, act)
    if followed is not None:
        return followed
    if len(intents) == 1 and _is_one_statement(turn, intents[0]):
        return [await act(turn, intents[0])]
    viewer, projects = turn.dialogue.viewer, dict(turn.dialogue.projects)
    try:
        async with turn.conn.transaction():  # all of a message or nothing of it
            return [
                await act(replace(turn, part=part, now=turn.now.astimezone(turn.dialogue.zone)), intent)
                for part, intent in enumerate(intents)
            ]
    except AppError:
        turn.dialogue.viewer, turn.dialogue.projects = viewer, projects
        raise


def _is_one_statement(turn: Turn, intent: Intent) -> bool:
    """Whether it succeeds or fails as one, so that the usual capture need not pay for a savepoint."""
    known_place = intent.project is None or turn.dialogue.find_project(intent.project) is not None
    alone = known_place and not intent.section and not intent.reminders
    return intent.intent in _READING or (intent.intent == "create_task" and alone)


async def _read(turn: Turn, text: str) -> list[Intent]:
    """The intents of a text; an answer to a task's message speaks of that task."""
    intents = await _understand(turn, text)
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


async def _understand(turn: Turn, text: str) -> list[Intent]:
    """Most messages are read without looking at a single task; "finish X" needs to know whether there is an X."""
    unread = _Unread()
    said_at = turn.said_at
    understood = understand(text, turn.dialogue.context(said_at, unread))
    if unread.asked_for:
        titles = [title for _, title in await list_titles(turn.conn, viewer=turn.dialogue.viewer, limit=_MAX_TITLES)]
        if titles:
            understood = understand(text, turn.dialogue.context(said_at, titles))
    return list(understood.intents)


async def _tap(turn: Turn, action: Action) -> Outcome:  # noqa: C901, PLR0911, PLR0912  (one line a verb)
    subject = action.subject
    if action.verb == "list":
        offset, _, expression = action.argument.partition(":")
        return await look.list_page(turn, expression, offset=int(offset))
    if action.verb == "finished":
        return await summaries.turn_page(turn, action.argument)
    if action.verb == "plan":
        return await plan.plan_today(turn)
    if action.verb == "rest":
        return await plan.move_rest(turn, action.argument)
    if subject is None:
        return Said("unknown")
    if action.verb == "undo":
        return await change.take_back(turn, change_set=subject)
    if action.verb == "show":
        return await look.show(turn, subject)
    if action.verb == "due":
        return await change.move_to(turn, subject, dt.date.fromisoformat(action.argument))
    if action.verb in {"done", "skip"} and action.argument and not await look.is_open(turn, subject, action.argument):
        return await look.show(turn, subject)
    if action.verb == "skip":
        return await change.skip(turn, [subject])
    if action.verb == "remind":
        return await reminding.remind_at(turn, subject, dt.datetime.fromisoformat(action.argument))
    if action.verb == "later":
        return await taps.ring_later(turn, subject, minutes=int(action.argument))
    if action.verb in {"accept", "decline"}:
        return await taps.answer(turn, subject, accept=action.verb == "accept")
    if action.verb == "drop":
        return await change.apply(turn, [subject], "dropped", lambda _: {"deleted": True})
    if action.verb == "pick":
        return await _pick(turn, subject, action.argument)
    return await change.set_status(turn, [subject], done=action.verb == "done")


async def _pick(turn: Turn, task_id: UUID, question: str) -> Outcome:
    """The answer to "which one?": what was asked then, done to this task."""
    asked = turn.dialogue.answered(question)
    if asked is None:
        return Said("question_over")
    text, part = asked
    intents = await _understand(turn, text)
    if part >= len(intents):
        return Said("question_over")
    if intents[part].intent == "unknown":  # it was a model that asked: what to do, the task's buttons say
        return await look.show(turn, task_id)
    chosen = replace(turn, said=replace(turn.said, text=text), about=(task_id,))
    return await act(chosen, msgspec.structs.replace(intents[part], target=Target(last=True)))


async def _react(turn: Turn) -> Reply | None:
    """A reaction to a message that shows one task acts on it; taken back, it is undone. Answered by a reaction."""
    emoji = turn.said.reaction
    if emoji == "":
        undone = await change.take_back(turn, change_set=_reaction_id(turn.dialogue, turn.said))
        return Reply(reaction="") if isinstance(undone, Undone) else None
    verb = _REACTIONS.get((emoji or "")[:1])
    if verb is None or len(turn.about) != 1:
        return None
    task_id = turn.about[0]
    if verb == "done":
        outcome = await change.set_status(turn, [task_id], done=True)
    elif verb == "snooze":
        outcome = await change.put_off(turn, task_id)
    else:
        outcome = await change.apply(turn, [task_id], "dropped", lambda _: {"deleted": True})
    if isinstance(outcome, Missing) or not (isinstance(outcome, Changed) and outcome.tasks):
        return None
    return Reply(reaction={"done": "✅", "snooze": "⏰", "drop": "🗑️"}[verb], task_ids=(task_id,))


async def _made_by(conn: Conn, dialogue: Dialogue, said: Utterance) -> tuple[UUID, ...]:
    """The tasks that the person's own message made, when it is that one they answer or react to."""
    if said.about_message is None:
        return ()
    user_id = dialogue.viewer.user_id
    return tuple([row["id"] async for row in Q.list_made_by(conn, message_id=said.about_message, user_id=user_id)])


def _reaction_id(dialogue: Dialogue, said: Utterance) -> UUID:
    """The same for a reaction and for taking it back, so that nothing about it need be stored."""
    return uuid5(NAMESPACE_URL, f"reaction:{dialogue.viewer.user_id}:{said.about_message}")

"""One turn: something said, tapped or reacted goes in, its effects are in the transaction, one Reply comes out."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from tasktalk.assistant import asking, change, look, plan, reminding, summaries, taps, undoing
from tasktalk.assistant.act import act, capture
from tasktalk.assistant.actions import Action, decode_action
from tasktalk.assistant.answers import answer
from tasktalk.assistant.dialogue import Dialogue, Q
from tasktalk.assistant.enclosing import enclose
from tasktalk.assistant.llm.follow import Undecided, reconsider
from tasktalk.assistant.outcomes import Outcome, Said
from tasktalk.assistant.reactions import react, reaction_id
from tasktalk.assistant.reading import read
from tasktalk.assistant.replies.of_files import complete
from tasktalk.assistant.replies.pen import Pen
from tasktalk.assistant.replies.render import refuse, render
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.reply import UNKEEPABLE, Needs, Reply, Utterance
from tasktalk.assistant.spoken import join_tasks
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import tell_apart
from tasktalk.assistant.understanding import Intent
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.errors import AppError
from tasktalk.ids import new_id
from tasktalk.tasks.model import Act

_READING = frozenset({"list_tasks", "search", "summary", "plan_day", "help", "greet", "unknown"})
_MAX_INTENTS = 20


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
    change_set = reaction_id(dialogue, said) if said.reaction else new_id()
    dialogue.now = now
    if UNKEEPABLE.search(said.text):
        said = replace(said, text=UNKEEPABLE.sub("\ufffd", said.text))
    about = said.about or await _made_by(conn, dialogue, said)
    act_of = Act(change_set, said.channel, now)
    turn = Turn(conn, dialogue, said, now.astimezone(dialogue.zone), act_of, about, thinks=thinks)
    filed = None
    try:
        if said.reaction is not None:
            reacted = await react(turn)
            if not isinstance(reacted, list):
                return reacted
            outcomes = reacted
        else:
            outcomes, filed = await enclose(turn, await _take(turn, keyring))
        refused = None
    except AppError as error:  # what the person asked for cannot be; everything else is a bug and goes up
        outcomes, refused = [], error.message
    here = now.astimezone(dialogue.zone)  # which the turn may have changed
    speech = get_speech(dialogue.viewer.language)
    pen = Pen(keyring, dialogue.viewer.user_id, here, change_set, speech)
    reply = render(outcomes, pen) if outcomes else refuse(refused, speech) if refused is not None else None
    return complete(reply, said, pen, filed)


async def _take(turn: Turn, keyring: Keyring) -> list[Outcome]:  # noqa: PLR0911  (one a way to take it)
    said = turn.said
    if said.tap is not None:
        user_id = turn.dialogue.viewer.user_id
        return [await _tap(turn, decode_action(said.tap, keyring=keyring, user_id=user_id, now=turn.now))]
    if said.file is not None and not said.text.strip():
        return []
    if said.literal:
        title, _, notes = said.text.partition("\n")
        return [await capture(turn, title, notes)]
    intents = (await _read_all(turn))[:_MAX_INTENTS]
    readings = [intent for _, intent in intents]
    if (answered := await answer(turn, readings)) is not None:
        return [answered]
    followed = await reconsider(turn, readings, act)
    if followed is not None:
        return followed
    if len(intents) == 1 and readings[0].intent == "unknown":
        if said.adds:
            return [await asking.add_as_task(turn)]
        return [asking.offer(turn) if said.file is None else Said("unknown")]  # words beside a file are kept with it
    if len(intents) == 1 and _is_one_statement(turn, readings[0]):
        return [await act(*intents[0])]
    viewer, projects = turn.dialogue.viewer, dict(turn.dialogue.projects)
    try:
        async with turn.conn.transaction():  # all of a message or nothing of it
            return [
                await act(replace(each, now=turn.now.astimezone(turn.dialogue.zone)), intent)
                for each, intent in intents
            ]
    except AppError:
        turn.dialogue.viewer, turn.dialogue.projects = viewer, projects
        raise


def _is_one_statement(turn: Turn, intent: Intent) -> bool:
    """Whether it succeeds or fails as one, so that the usual capture need not pay for a savepoint."""
    known_place = intent.project is None or turn.dialogue.find_project(intent.project) is not None
    alone = known_place and not intent.section and not intent.reminders
    return intent.intent in _READING or (intent.intent == "create_task" and alone)


async def _read_all(turn: Turn) -> list[tuple[Turn, Intent]]:
    """The intents of what was said, each with the turn that does it: that of its own words, of several spoken ones."""
    said = turn.said
    pieces = [said.text]
    if said.heard and not turn.about:
        pieces = tell_apart(said.text, turn.dialogue.context(turn.said_at))
    found = []
    for piece in pieces:
        own = turn if len(pieces) == 1 else replace(turn, said=replace(said, text=piece))
        found += [(replace(own, part=part), each) for part, each in enumerate(await read(own, piece))]
    understood = [each for each in found if each[1].intent != "unknown"]
    return join_tasks(understood or found[:1]) if len(pieces) > 1 else found


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
    if action.verb == "yes":
        return await asking.say_yes(turn, action.argument, tapped=True)
    if action.verb == "no":
        return await asking.say_no(turn, "sure", action.argument)
    if action.verb == "add":
        return await asking.add(turn, action.argument, tapped=True)
    if subject is None:
        return Said("unknown")
    if action.verb == "undo":
        return await undoing.take_back_act(turn, subject)
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
        return await asking.pick(turn, [subject], action.argument, tapped=True)
    return await change.set_status(turn, [subject], done=action.verb == "done")


async def _made_by(conn: Conn, dialogue: Dialogue, said: Utterance) -> tuple[UUID, ...]:
    """The tasks that the person's own message made, when it is that one they answer or react to."""
    if said.about_message is None:
        return ()
    user_id = dialogue.viewer.user_id
    return tuple([row["id"] async for row in Q.list_made_by(conn, message_id=said.about_message, user_id=user_id)])

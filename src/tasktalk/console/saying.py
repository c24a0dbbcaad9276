"""The console's ear and mouth: a turn of the same dialogue as on WhatsApp, and what becomes of its reply on a page."""

from uuid import UUID

from fastapi import Request

from tasktalk.accounts.access import Viewer
from tasktalk.analytics.messages.words import plain
from tasktalk.assistant.actions import decode_action
from tasktalk.assistant.api import take_turn
from tasktalk.assistant.reply import Reply, Utterance
from tasktalk.console.page import Note, now_of
from tasktalk.console.words import speech_of
from tasktalk.errors import AppError


async def say(request: Request, viewer: Viewer, said: Utterance) -> Reply | None:
    """One turn, committed."""
    state = request.app.state
    mind = getattr(state, "mind", None)
    return await take_turn(state.pool, keyring=state.keyring, viewer=viewer, said=said, mind=mind)


def verb_of(request: Request, viewer: Viewer, button_id: str) -> tuple[str, UUID | None]:
    """What a button of a reply does, and to what; "" for one that is too old."""
    try:
        action = decode_action(
            button_id, keyring=request.app.state.keyring, user_id=viewer.user_id, now=now_of(request)
        )
    except AppError:
        return "", None
    return action.verb, action.subject


def note_of(request: Request, viewer: Viewer, reply: Reply | None) -> Note:
    """The reply as a toast; its Undo button is ours."""
    done = speech_of(viewer.language).say("Done.")
    if reply is None:
        return Note(done)
    verbs = dict(verb_of(request, viewer, button.id) for button in reply.buttons)
    undo = verbs.get("undo")
    return Note(plain(reply.text) or done, undo=str(undo) if undo else None)


def wants_answer(request: Request, viewer: Viewer, reply: Reply | None) -> bool:
    """Whether a toast is too small for it: a list, a long text, or choices with nothing done yet."""
    if reply is None:
        return False
    verbs = {verb_of(request, viewer, button.id)[0] for button in reply.buttons}
    return bool(reply.rows or reply.files or (verbs and "undo" not in verbs) or len(reply.text) > LONGEST_TOAST)


LONGEST_TOAST = 280

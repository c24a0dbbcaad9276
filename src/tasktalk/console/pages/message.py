"""The story of one message: what was said where it may be seen, what became of it, and its payload."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit
from tasktalk.analytics.messages import rows, words
from tasktalk.analytics.messages.redact import redact
from tasktalk.analytics.messages.rows import Q, Row
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console import log
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, draw, go, now_of
from tasktalk.console.story import tell_received, tell_sent
from tasktalk.console.visits import Anybody, Operator
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import Conflict, NotFound
from tasktalk.messaging.resending import find_resending, resend
from tasktalk.phrases import phrase
from tasktalk.whatsapp.explanations import UNKNOWN, explain

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LARGEST = 2**63 - 1


@router.get("/messages/{seq}")
async def show_received(request: Request, seq: int, visit: Anybody) -> Response:
    """A message received: what became of it, and its replies."""
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        row = await Q.find_inbound(conn, seq=_checked(seq))
        if row is None:
            raise NotFound(phrase("There is no such message."))
        writer = (await rows.list_writers(conn, [row]))[row["seq"]]
        own = _check_may_see(writer, row["received_at"], visit.viewer)
        contacts = log.own_contact_ids(writer)
        answers = [a async for a in Q.list_answers(conn, inbox_seq=seq, contacts=contacts)]
        name = log.who_of(writer, speech, own=False)
        title = speech.say("Message from you") if own else speech.say("Message from {name}", name=name)
        frame = await _frame(conn, visit, request, title=title)
    payload = rows.payload_of(row)
    message = rows.message_of(payload)
    return draw(
        request,
        "message.html",
        way="in",
        own=own,
        subtitle=speech.say(words.kind_words(message)),
        text=words.plain_text_of(message) if own else None,
        steps=tell_received(row, answers, speech),
        pairs=_pairs(row, message.get("id"), speech, own=own),
        raw=_raw(payload or {"unreadable": row["payload"]}, own=own),
        **frame,
    )


@router.get("/messages/out/{seq}")
async def show_sent(request: Request, seq: int, visit: Anybody) -> Response:
    """A message sent or to be sent: every attempt and every status."""
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        row = await Q.find_outbound(conn, seq=_checked(seq))
        if row is None:
            raise NotFound(phrase("There is no such message."))
        own = _check_may_see(row, row["created_at"], visit.viewer)
        attempts = [a async for a in Q.list_attempts(conn, outbox_id=row["id"])]
        statuses = [s async for s in Q.list_statuses(conn, outbox_id=row["id"])]
        name = log.who_of(row, speech, own=False)
        title = speech.say("Message to you") if own else speech.say("Message to {name}", name=name)
        frame = await _frame(conn, visit, request, title=title)
        resending = await find_resending(conn, seq=seq, now=now_of(request))
    message = rows.sent_message(row)
    why = explain(row["error_code"]) if row["error_code"] is not None else None
    return draw(
        request,
        "message.html",
        way="out",
        own=own,
        subtitle=log.sent_words(row["kind"], words.kind_words(message), speech),
        text=words.plain_text_of(message) if own else None,
        steps=tell_sent(row, attempts, statuses, speech),
        seq=seq,
        resending=resending,
        why=why,
        said=row["error"] if why is None or why is UNKNOWN else None,
        code=row["error_code"],
        pairs=_pairs(row, row["wamid"], speech, own=own),
        raw=_raw(message, own=own),
        **frame,
    )


@router.post("/messages/out/{seq}/resend")
async def resend_message(request: Request, seq: int, visit: Operator) -> Response:
    """Send again what is known to have failed."""
    speech = speech_of(visit.viewer.language)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            new_seq = await resend(conn, by=visit.viewer, seq=_checked(seq), now=now_of(request))
    except Conflict as error:
        return go(f"/messages/out/{seq}", Note(speech.say(error.message), "failed"))
    return go(f"/messages/out/{new_seq}", Note(speech.say("It is being sent again.")))


async def _frame(conn: Conn, visit: Visit, request: Request, *, title: str) -> dict[str, Any]:
    frame = await load_frame(conn, visit, here="messages", title=title, now=now_of(request))
    return frame | {"live": "messages"}


def _checked(seq: int) -> int:
    if not 0 < seq <= _LARGEST:
        raise NotFound(phrase("There is no such message."))
    return seq


def _check_may_see(contact: Row | None, at: datetime, viewer: Viewer) -> bool:
    """Whether its words may be seen. Raises NotFound for who may not even know that it exists."""
    own = rows.is_own(contact, at, viewer)
    if not own and not viewer.is_admin:
        raise NotFound(phrase("There is no such message."))
    return own


def _pairs(row: Row, wamid: object, speech: Speech, *, own: bool) -> list[tuple[str, str]]:
    say = speech.say
    shown = wamid if own or not isinstance(wamid, str) else redact(wamid, "id")
    pairs = [
        (say("Number"), row["phone_number_id"] or say("unknown")),
        (say("Message id"), str(shown or say("none yet"))),
    ]
    if isinstance(row.get("id"), UUID):
        pairs += [(say("Our id"), str(row["id"])), (say("Tries"), str(row["attempts"]))]
    return [*pairs, (say("Place in the queue"), str(row["seq"]))]


def _raw(payload: dict[str, Any], *, own: bool) -> str:
    shown = payload if own else redact(payload)
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()

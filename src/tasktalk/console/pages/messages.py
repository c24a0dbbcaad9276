"""The message log and the story of one message."""

from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit, page_visit
from tasktalk.analytics.messages import rows, words
from tasktalk.analytics.messages.redact import redact
from tasktalk.analytics.messages.rows import Q, Row
from tasktalk.console import log
from tasktalk.console.frame import find_number, load_frame
from tasktalk.console.log import Show
from tasktalk.console.page import PageRoute, draw, now_of
from tasktalk.console.story import tell_received, tell_sent
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import NotFound

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LARGEST = 2**63 - 1


@router.get("/messages")
async def show_log(request: Request, visit: Annotated[Visit, Depends(page_visit)]) -> Response:
    """Newest first: everything for an administrator, their own conversation for everybody else."""
    asked, cursor = request.query_params.get("show", "all"), request.query_params.get("after")
    show: Show = asked if asked in get_args(Show) else "all"  # type: ignore[assignment]  # (checked just here)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="messages", title="Messages", now=now_of(request))
        page = await log.list_entries(conn, viewer=visit.viewer, show=show, cursor=cursor)
        number = await find_number(conn)
    after = f"/messages?show={show}&after={page.next}" if page.next else None
    context = frame | {"live": "" if cursor else "messages"}
    return draw(request, "messages.html", show=show, entries=page.entries, next_page=after, number=number, **context)


@router.get("/messages/{seq}")
async def show_received(request: Request, seq: int, visit: Annotated[Visit, Depends(page_visit)]) -> Response:
    """A message received: what became of it, and its replies."""
    async with request.app.state.pool.acquire() as conn:
        row = await Q.find_inbound(conn, seq=_checked(seq))
        if row is None:
            raise NotFound("There is no such message.")
        writer = (await rows.list_writers(conn, [row]))[row["seq"]]
        own = _check_may_see(writer, row["received_at"], visit.viewer)
        contacts = log.own_contact_ids(writer)
        answers = [a async for a in Q.list_answers(conn, inbox_seq=seq, contacts=contacts)]
        frame = await _frame(conn, visit, request, title=f"Message from {_name(writer, own=own)}")
    payload = rows.payload_of(row)
    message = rows.message_of(payload)
    return draw(
        request,
        "message.html",
        way="in",
        own=own,
        subtitle=words.kind_words(message),
        text=words.plain_text_of(message) if own else None,
        steps=tell_received(row, answers, speech_of(visit.viewer.language)),
        pairs=_pairs(row, message.get("id"), own=own),
        raw=_raw(payload or {"unreadable": row["payload"]}, own=own),
        **frame,
    )


@router.get("/messages/out/{seq}")
async def show_sent(request: Request, seq: int, visit: Annotated[Visit, Depends(page_visit)]) -> Response:
    """A message sent or to be sent: every attempt and every status."""
    async with request.app.state.pool.acquire() as conn:
        row = await Q.find_outbound(conn, seq=_checked(seq))
        if row is None:
            raise NotFound("There is no such message.")
        own = _check_may_see(row, row["created_at"], visit.viewer)
        attempts = [a async for a in Q.list_attempts(conn, outbox_id=row["id"])]
        statuses = [s async for s in Q.list_statuses(conn, outbox_id=row["id"])]
        frame = await _frame(conn, visit, request, title=f"Message to {_name(row, own=own)}")
    message = rows.sent_message(row)
    return draw(
        request,
        "message.html",
        way="out",
        own=own,
        subtitle=f"{row['kind'].capitalize()} · {words.kind_words(message)}",
        text=words.plain_text_of(message) if own else None,
        steps=tell_sent(row, attempts, statuses),
        pairs=_pairs(row, row["wamid"], own=own),
        raw=_raw(message, own=own),
        **frame,
    )


async def _frame(conn: Conn, visit: Visit, request: Request, *, title: str) -> dict[str, Any]:
    frame = await load_frame(conn, visit, here="messages", title=title, now=now_of(request))
    return frame | {"live": "messages"}


def _checked(seq: int) -> int:
    if not 0 < seq <= _LARGEST:
        raise NotFound("There is no such message.")
    return seq


def _check_may_see(contact: Row | None, at: datetime, viewer: Viewer) -> bool:
    """Whether its words may be seen. Raises NotFound for who may not even know that it exists."""
    own = rows.is_own(contact, at, viewer)
    if not own and not viewer.is_admin:
        raise NotFound("There is no such message.")
    return own


def _name(contact: Row | None, *, own: bool) -> str:
    name = log.who_of(contact, own=own)
    return name.lower() if name in {"You", "Somebody"} else name


def _pairs(row: Row, wamid: object, *, own: bool) -> list[tuple[str, str]]:
    shown = wamid if own or not isinstance(wamid, str) else redact(wamid, "id")
    pairs = [("Number", row["phone_number_id"] or "unknown"), ("Message id", str(shown or "none yet"))]
    if isinstance(row.get("id"), UUID):
        pairs += [("Our id", str(row["id"])), ("Tries", str(row["attempts"]))]
    return [*pairs, ("Place in the queue", str(row["seq"]))]


def _raw(payload: dict[str, Any], *, own: bool) -> str:
    shown = payload if own else redact(payload)
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()

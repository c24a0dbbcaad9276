"""The REST API of a number's messages and conversations, for administrators."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.request import api_admin
from tasktalk.analytics.messages.conversations import list_conversations
from tasktalk.analytics.messages.listing import LIMIT, MOST, Wanted, get_story, list_messages
from tasktalk.analytics.messages.model import ConversationPage, Direction, Message, MessagePage, Status, Story
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.messaging.resending import resend
from tasktalk.phrases import phrase
from tasktalk.web.http import answers, known_id, pool_of, to_json
from tasktalk.web.moments import Moment

router = APIRouter(prefix="/api/integrations/{integration_id}", tags=["messages"])


@dataclass(frozen=True, slots=True)
class Resent:
    """`id`: of the message that is another try."""

    id: str


Admin = Annotated[Viewer, Depends(api_admin)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=200)]


@router.get("/messages", responses=answers(MessagePage))
async def show_messages(
    request: Request,
    viewer: Admin,
    integration_id: str,
    *,
    direction: Annotated[Direction | None, Query(description="`in` or `out`; both unless said.")] = None,
    status: Annotated[Status | None, Query(description="What became of it.")] = None,
    contact: Annotated[UUID | None, Query(description="The id of a contact.")] = None,
    phone: Annotated[
        str | None, Query(description="A phone, with or without its +.", pattern=r"^\+?[0-9]{4,20}$")
    ] = None,
    since: Annotated[Moment, Query(description="From this moment on, with its offset.")] = None,
    until: Annotated[Moment, Query(description="Before this moment.")] = None,
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Response:
    """What came to a number and what it sent, newest first, with what became of each.

    The words are there only where `TASKTALK_SHOW_CONVERSATIONS` is on; then the look is audited.
    """
    digits = phone.removeprefix("+") if phone is not None else None
    wanted = Wanted(direction, status, contact, digits, since, until)
    number, with_text = known_id(integration_id), _with_text(request)
    async with pool_of(request).acquire() as conn, conn.transaction():
        page = await list_messages(
            conn, integration_id=number, wanted=wanted, cursor=cursor, limit=limit, with_text=with_text
        )
        if with_text and page.items:
            await _audit(conn, viewer, number, page.items)
    return to_json(page)


@router.get("/messages/{message_id}", responses=answers(Story))
async def show_message(request: Request, viewer: Admin, integration_id: str, message_id: str) -> Response:
    """One message with every attempt and every status; its payload without words and numbers."""
    number, with_text = known_id(integration_id), _with_text(request)
    async with pool_of(request).acquire() as conn, conn.transaction():
        story = await get_story(conn, integration_id=number, message_id=message_id, with_text=with_text)
        if with_text:
            await _audit(conn, viewer, number, [story.message])
    return to_json(story)


@router.post("/messages/{message_id}/resend", status_code=201, responses=answers(Resent, status=201))
async def resend_message(request: Request, viewer: Admin, integration_id: str, message_id: str) -> Response:
    """Sends a message again that is known to have failed, as one of its own; once. 409 says why it cannot be."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        story = await get_story(conn, integration_id=known_id(integration_id), message_id=message_id, with_text=False)
        way, _, seq = story.message.id.partition("-")
        if way != "out":
            raise NotFound(phrase("There is no such message."))
        new_seq = await resend(conn, by=viewer, seq=int(seq), now=dt.datetime.now(dt.UTC))
    return to_json(Resent(f"out-{new_seq}"), status=201)


@router.get("/conversations", responses=answers(ConversationPage))
async def show_conversations(
    request: Request, _: Admin, integration_id: str, limit: Limit = LIMIT, cursor: Cursor = None
) -> Response:
    """With whom a number talks, who wrote last first: when, how much, until when it may write freely, and who waits."""
    async with pool_of(request).acquire() as conn:
        page = await list_conversations(
            conn, integration_id=known_id(integration_id), cursor=cursor, limit=limit, now=dt.datetime.now(dt.UTC)
        )
    return to_json(page)


def _with_text(request: Request) -> bool:
    return bool(request.app.state.settings.show_conversations == "on")


async def _audit(conn: Conn, viewer: Viewer, integration_id: UUID, seen: list[Message]) -> None:
    """That an administrator read what people wrote."""
    contacts = sorted({str(each.contact.id) for each in seen if each.contact is not None})
    detail = {"messages": len(seen), "newest": seen[0].id, "oldest": seen[-1].id, "contacts": contacts}
    await record(
        conn,
        by=viewer,
        action="conversation.viewed",
        subject="integration",
        subject_id=integration_id,
        integration_id=integration_id,
        detail=detail,
    )

"""The REST API of letters: the caller's Apprise address, and leaving off from a letter without signing in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from tasktalk.crypto import Keyring
from tasktalk.errors import NotFound
from tasktalk.messaging.letters.letters import switch_email_off
from tasktalk.messaging.letters.naming import forget_address, name_address, try_address
from tasktalk.messaging.letters.unsubscribing import PATH, find_unsubscriber
from tasktalk.tasks.http import Me, answers, pool_of, to_json

_OPEN: dict[str, Any] = {"security": []}  # who has the link needs nothing else
router = APIRouter(tags=["users"])


class AppriseBody(BaseModel):
    """An address as Apprise writes them, such as `ntfys://ntfy.example.org/topic`; it is kept sealed, never shown."""

    model_config = ConfigDict(extra="forbid")

    url: str


@dataclass(frozen=True, slots=True)
class AppriseSet:
    """Whether the caller has named an address."""

    apprise: bool


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """What is so by now."""

    by_email: bool


@router.put("/api/users/me/apprise", responses=answers(AppriseSet))
async def name_apprise(request: Request, viewer: Me, body: AppriseBody) -> Response:
    """Names the address that what neither WhatsApp nor e-mail can carry goes to. Refuses private networks."""
    state, now = request.app.state, datetime.now(UTC)
    await name_address(
        pool_of(request), body.url, viewer=viewer, keyring=_keyring(request), settings=state.settings, now=now
    )
    return to_json(AppriseSet(apprise=True))


@router.delete("/api/users/me/apprise", responses=answers(AppriseSet))
async def forget_apprise(request: Request, viewer: Me) -> Response:
    """Forgets the address."""
    await forget_address(pool_of(request), viewer=viewer, now=datetime.now(UTC))
    return to_json(AppriseSet(apprise=False))


@router.post("/api/users/me/apprise/test", responses=answers(AppriseSet))
async def try_apprise(request: Request, viewer: Me) -> Response:
    """Sends a line to it. Raises NotFound where none is named."""
    await try_address(pool_of(request), viewer=viewer, now=datetime.now(UTC))
    return to_json(AppriseSet(apprise=True))


@router.get(PATH + "{token}", response_class=HTMLResponse, openapi_extra=_OPEN)
async def ask(request: Request, token: str) -> Response:
    """A page with the button; looking at it changes nothing, for scanners of mail look at every link."""
    if find_unsubscriber(token, _keyring(request)) is None:
        raise NotFound
    page = (
        "<!doctype html><meta charset=utf-8><title>Tasktalk</title>"
        f'<form method=post action="{PATH}{escape(token)}"><button>Tasktalk: no more e-mail</button></form>'
    )
    return HTMLResponse(page)


@router.post(PATH + "{token}", responses=answers(Unsubscribed), openapi_extra=_OPEN)
async def leave_off(request: Request, token: str) -> Response:
    """No more e-mail to whom the link was for (RFC 8058)."""
    user_id = find_unsubscriber(token, _keyring(request))
    if user_id is None:
        raise NotFound
    async with pool_of(request).acquire() as conn, conn.transaction():
        await switch_email_off(conn, user_id=user_id, now=datetime.now(UTC))
    return to_json(Unsubscribed(by_email=False))


def _keyring(request: Request) -> Keyring:
    return cast("Keyring", request.app.state.keyring)

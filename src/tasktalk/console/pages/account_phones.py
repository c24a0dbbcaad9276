"""One's own phones: a code that links one, and what is linked."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.linking.codes import make_code
from tasktalk.accounts.linking.invitation import find_number, invite
from tasktalk.accounts.linking.mappings import list_own_phones, unlink
from tasktalk.accounts.linking.model import PhoneLink
from tasktalk.accounts.request import Visit
from tasktalk.console.page import Note, PageRoute, draw, go, now_of
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.web.http import known_id

_HERE = "/account/phones"
router = APIRouter(prefix=_HERE, route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_phones(request: Request, visit: Anybody) -> Response:
    """All of them."""
    return await _draw(request, visit)


@router.post("/link")
async def link_phone(request: Request, visit: Anybody) -> Response:
    """A new code for one's phone, shown on this answer alone."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        number = await find_number(conn)
        made = await make_code(conn, viewer=visit.viewer, keyring=request.app.state.keyring, now=now_of(request))
    response = await _draw(request, visit, link=invite(made, number))
    response.headers["cache-control"] = "no-store"
    return response


@router.post("/{phone_id}/unlink")
async def unlink_phone(request: Request, phone_id: str, visit: Anybody) -> Response:
    """From now on it is a stranger's."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await unlink(conn, by=visit.viewer, contact_id=known_id(phone_id))
    return go(_HERE, Note(speech_of(visit.viewer.language).say("Unlinked. Nothing more is told there.")))


async def _draw(request: Request, visit: Visit, *, link: PhoneLink | None = None) -> Response:
    settings = getattr(request.app.state, "settings", None)
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=_HERE)
        phones = await list_own_phones(conn, viewer=visit.viewer)
    simulated = settings is not None and settings.sandbox
    return draw(request, "account_phones.html", phones=phones, link=link, simulated=simulated, **context)

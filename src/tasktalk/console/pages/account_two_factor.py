"""One's own second factor: set up with a picture to scan, proved by a first code, turned off by one."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.guessing import show_own_password
from tasktalk.accounts.request import Visit
from tasktalk.accounts.two_factor import factor
from tasktalk.console.page import Note, PageRoute, Wrong, go, now_of, read_form
from tasktalk.console.pages.account_security import draw_security
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, RateLimited

_HERE = "/account/security"
router = APIRouter(prefix="/account/two-factor", route_class=PageRoute, include_in_schema=False)


@router.post("")
async def begin_factor(request: Request, visit: Anybody) -> Response:
    """What the app is to scan, shown on this answer alone; who has a password gives it."""
    form, pool = await read_form(request), request.app.state.pool
    given = form.get("for-two-factor", "")
    try:
        await show_own_password(request, user_id=visit.viewer.user_id, password=given, field="for-two-factor")
        async with pool.acquire() as conn, conn.transaction():
            begun = await factor.begin(conn, viewer=visit.viewer, keyring=request.app.state.keyring)
    except (BadRequest, Conflict, RateLimited) as error:
        return await draw_security(request, visit, wrong=Wrong.of(error))
    return await draw_security(request, visit, enrolment=begun)


@router.post("/confirm")
async def prove_factor(request: Request, visit: Anybody) -> Response:
    """The first code; the recovery codes are shown on this answer alone."""
    form, keyring = await read_form(request), request.app.state.keyring
    pool, code = request.app.state.pool, form.get("code", "")
    try:
        async with pool.acquire() as conn, conn.transaction():
            made = await factor.prove(conn, viewer=visit.viewer, code=code, keyring=keyring, now=now_of(request))
    except BadRequest as error:
        async with pool.acquire() as conn, conn.transaction():
            begun = await factor.get_enrolment(conn, viewer=visit.viewer, keyring=keyring)
        return await draw_security(request, visit, wrong=Wrong.of(error), enrolment=begun)
    return await draw_security(request, visit, recovery_codes=made)


@router.post("/recovery-codes")
async def renew_codes(request: Request, visit: Anybody) -> Response:
    """Ten new ones, for a code."""
    refused = await _ask_code(request, visit)
    if refused is not None:
        return refused
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        made = await factor.renew_recovery_codes(conn, viewer=visit.viewer)
    return await draw_security(request, visit, recovery_codes=made)


@router.post("/off")
async def end_factor(request: Request, visit: Anybody) -> Response:
    """Off, for a code."""
    refused = await _ask_code(request, visit)
    if refused is not None:
        return refused
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await factor.turn_off(conn, viewer=visit.viewer)
    return go(_HERE, Note(speech_of(visit.viewer.language).say("Two-factor sign-in is off.")))


async def _ask_code(request: Request, visit: Visit) -> Response | None:
    """The page again unless the form has a right code; a wrong one is counted whatever comes of it."""
    form, keyring = await read_form(request), request.app.state.keyring
    user_id, code = visit.viewer.user_id, form.get("code", "")
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        answer = await factor.check_code(conn, user_id=user_id, code=code, keyring=keyring, now=now_of(request))
    try:
        factor.refuse(answer)
    except (BadRequest, RateLimited) as error:
        return await draw_security(request, visit, wrong=Wrong.of(error))
    return None

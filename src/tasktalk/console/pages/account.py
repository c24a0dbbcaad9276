"""One's own account: profile, phones, password, API tokens."""

from functools import cache
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.linking.codes import make_code
from tasktalk.accounts.linking.invitation import find_number, invite
from tasktalk.accounts.linking.mappings import list_own_phones, unlink
from tasktalk.accounts.linking.model import PhoneLink
from tasktalk.accounts.passwords import hash_password
from tasktalk.accounts.request import Visit, page_visit
from tasktalk.accounts.sessions import close_other_sessions
from tasktalk.accounts.tokens import list_tokens, make_own_token, revoke_own_token
from tasktalk.accounts.users import LANGUAGES, check_own_password, get_user, set_password
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, draw, go, now_of, read_form
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, NotFound
from tasktalk.ids import parse_id
from tasktalk.tasks.preferences.preferences import PreferenceChanges, change_preferences

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Here = Annotated[Visit, Depends(page_visit)]


@router.get("/account")
async def show_account(request: Request, visit: Here) -> Response:
    """The whole screen."""
    return await _draw(request, visit)


@router.post("/account/profile")
async def change_profile(request: Request, visit: Here) -> Response:
    """Name, language, time zone."""
    form = await read_form(request)
    given = {key: form.get(key, "").strip() for key in ("name", "language", "timezone")}
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            changes = PreferenceChanges(**given)  # type: ignore[typeddict-item]  # the form's keys are its own
            await change_preferences(conn, viewer=visit.viewer, changes=changes, now=now_of(request))
    except BadRequest as error:
        return await _draw(request, visit, given=given, error=error)
    return go("/account", Note(speech_of(given["language"]).say("Saved.")))


@router.post("/account/phones/link")
async def link_phone(request: Request, visit: Here) -> Response:
    """A new code for one's phone, shown on this answer alone."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        number = await find_number(conn)
        made = await make_code(conn, viewer=visit.viewer, keyring=request.app.state.keyring, now=now_of(request))
    response = await _draw(request, visit, link=invite(made, number))
    response.headers["cache-control"] = "no-store"
    return response


@router.post("/account/phones/{phone_id}/unlink")
async def unlink_phone(request: Request, phone_id: str, visit: Here) -> Response:
    """From now on it is a stranger's."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await unlink(conn, by=visit.viewer, contact_id=_known(phone_id, "There is no such phone."))
    return go("/account", Note(speech_of(visit.viewer.language).say("Unlinked. Nothing more is told there.")))


@router.post("/account/password")
async def change_password(request: Request, visit: Here) -> Response:
    """A new password, for who knows the old one or has none; every other session ends."""
    form, user_id = await read_form(request), visit.viewer.user_id
    try:
        await check_own_password(request.app.state.pool, user_id=user_id, password=form.get("current", ""))
        hashed = await hash_password(form.get("password", ""))
    except BadRequest as error:
        return await _draw(request, visit, error=error)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await set_password(conn, user_id=user_id, hashed=hashed)
        closed = await close_other_sessions(conn, user_id=user_id, keep=visit.token)
    speech = speech_of(visit.viewer.language)
    words = speech.say("Password set.")
    if closed:
        words += " " + speech.count("{number} other session signed out.", "{number} other sessions signed out.", closed)
    return go("/account", Note(words))


@router.post("/account/tokens")
async def add_token(request: Request, visit: Here) -> Response:
    """A new API token, shown on this answer alone."""
    form = await read_form(request)
    scopes = [scope for scope in form.get("scope", "").split() if scope]
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            _, plain = await make_own_token(conn, viewer=visit.viewer, name=form.get("name", ""), scopes=scopes)
    except BadRequest as error:
        error.data["field"] = "token"
        return await _draw(request, visit, error=error)
    response = await _draw(request, visit, secret=plain)
    response.headers["cache-control"] = "no-store"
    return response


@router.post("/account/tokens/{token_id}/revoke")
async def end_token(request: Request, token_id: str, visit: Here) -> Response:
    """From now on it opens nothing."""
    parsed = _known(token_id, "There is no such token.")
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await revoke_own_token(conn, viewer=visit.viewer, token_id=parsed, now=now_of(request))
    return go("/account", Note(speech_of(visit.viewer.language).say("Revoked. It opens nothing any more.")))


async def _draw(
    request: Request,
    visit: Visit,
    *,
    given: dict[str, str] | None = None,
    error: BadRequest | None = None,
    secret: str | None = None,
    link: PhoneLink | None = None,
) -> Response:
    user_id, speech = visit.viewer.user_id, speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="account", title=speech.say("Account"), now=now_of(request))
        user, tokens = await get_user(conn, user_id=user_id), await list_tokens(conn, user_id=user_id)
        phones = await list_own_phones(conn, viewer=visit.viewer)
    wrong: dict[str, Any] | None = None
    if error is not None:
        wrong = {"field": error.data.get("field"), "words": speech.say(error.message)}
    return draw(
        request,
        "account.html",
        status=error.status if error else 200,
        user=user,
        tokens=tokens,
        phones=phones,
        link=link,
        simulated=getattr(request.app.state, "settings", None) is not None and request.app.state.settings.sandbox,
        languages=LANGUAGES,
        zones=_zones(),
        given={"name": "", "timezone": ""} | (given or {}),
        wrong=wrong,
        secret=secret,
        **frame,
    )


def _known(text: str, otherwise: str) -> UUID:
    parsed = parse_id(text)
    if parsed is None:
        raise NotFound(otherwise)
    return parsed


@cache
def _zones() -> tuple[str, ...]:
    """Zones that people know by a place."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right")))
    return ("UTC", *sorted(places))

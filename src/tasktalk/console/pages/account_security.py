"""One's own ways in: the password, the second factor, and where one is signed in."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.guessing import show_own_password
from tasktalk.accounts.passwords import hash_password
from tasktalk.accounts.request import Visit, demands_factor
from tasktalk.accounts.sessions import close_other_sessions, end_session, list_sessions
from tasktalk.accounts.two_factor.factor import Enrolment, get_factor
from tasktalk.accounts.users import get_user, set_password
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, RateLimited
from tasktalk.web.http import known_id

_HERE = "/account/security"
router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)

# What a browser says of itself has the names of others in it, so the order counts.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
_HANDHELD = frozenset({"iPhone", "iPad", "Android"})
_LONGEST = 60


@router.get("/security")
async def show_security(request: Request, visit: Anybody) -> Response:
    """All of it."""
    return await draw_security(request, visit)


@router.post("/password")
async def change_password(request: Request, visit: Anybody) -> Response:
    """A new password, for who knows the old one or has none; every other session ends."""
    form, user_id = await read_form(request), visit.viewer.user_id
    try:
        await show_own_password(request, user_id=user_id, password=form.get("current", ""))
        hashed = await hash_password(form.get("password", ""))
    except (BadRequest, RateLimited) as error:
        return await draw_security(request, visit, wrong=Wrong.of(error))
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await set_password(conn, user_id=user_id, hashed=hashed)
        closed = await close_other_sessions(conn, viewer=visit.viewer, keep=visit.token)
    speech = speech_of(visit.viewer.language)
    return go(_HERE, Note(f"{speech.say('Password set.')} {_closed(closed, speech)}".strip()))


@router.post("/sessions/close")
async def end_others(request: Request, visit: Anybody) -> Response:
    """Signs out everywhere but here."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        closed = await close_other_sessions(conn, viewer=visit.viewer, keep=visit.token)
    speech = speech_of(visit.viewer.language)
    return go(_HERE, Note(_closed(closed, speech) or speech.say("You are signed in nowhere else.")))


@router.post("/sessions/{session_id}/close")
async def end_one(request: Request, session_id: str, visit: Anybody) -> Response:
    """Signs out of one."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await end_session(conn, viewer=visit.viewer, session_id=known_id(session_id))
    return go(_HERE, Note(speech_of(visit.viewer.language).say("Signed out there.")))


def device_words(user_agent: str, speech: Speech) -> str:
    """`Firefox on Linux`, as far as a browser says what it is."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), None)
    system = _system(user_agent)
    if browser and system:
        return speech.say("{browser} on {system}", browser=browser, system=system)
    said = "".join(letter for letter in user_agent if letter.isprintable())[:_LONGEST]
    return browser or system or said or speech.say("Something that does not say what it is")


def _system(user_agent: str) -> str | None:
    return next((name for mark, name in _SYSTEMS.items() if mark in user_agent), None)


def _closed(closed: int, speech: Speech) -> str:
    if not closed:
        return ""
    return speech.count("{number} other session signed out.", "{number} other sessions signed out.", closed)


async def draw_security(
    request: Request,
    visit: Visit,
    *,
    wrong: Wrong | None = None,
    enrolment: Enrolment | None = None,
    recovery_codes: Sequence[str] = (),
) -> Response:
    """The page; what is shown this once is kept nowhere on its way."""
    user_id, speech = visit.viewer.user_id, speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=_HERE)
        user = await get_user(conn, user_id=user_id)
        factor = await get_factor(conn, viewer=visit.viewer, required=demands_factor(request, visit.viewer))
        sessions = await list_sessions(conn, user_id=user_id, token=visit.token, now=now_of(request))
    context |= {"user": user, "factor": factor, "enrolment": enrolment, "recovery_codes": recovery_codes}
    context |= {
        "sessions": [
            (each, device_words(each.user_agent, speech), _system(each.user_agent) in _HANDHELD) for each in sessions
        ],
        "wrong": wrong,
    }
    response = draw(request, "account_security.html", status=wrong.status if wrong else 200, **context)
    if enrolment or recovery_codes:
        response.headers["cache-control"] = "no-store"
    return response

"""When and of what one is told: reminders, digests, quiet hours, kinds of news, and the ways beside WhatsApp."""

from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit
from tasktalk.accounts.users import get_user
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.pages.account_reading import OF_NUMBERS, OF_OTHERS, list_reminders, read_changes, write_form
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict
from tasktalk.messaging.letters.apprising import is_installed
from tasktalk.messaging.letters.naming import forget_address, name_address, try_address
from tasktalk.messaging.letters.smtp import read_server
from tasktalk.phrases import phrase
from tasktalk.tasks.preferences.events import Event
from tasktalk.tasks.preferences.preferences import change_preferences, get_preferences
from tasktalk.tasks.projects.sharing.members import list_own_switches

HERE = "/account/notifications"
router = APIRouter(prefix=HERE, route_class=PageRoute, include_in_schema=False)

_DIGITS = 18  # of a version; more would not fit the database


@router.get("")
async def show_notifications(request: Request, visit: Anybody) -> Response:
    """As they are."""
    return await _draw(request, visit)


@router.post("")
async def change_notifications(request: Request, visit: Anybody) -> Response:
    """The whole form, unless something was changed elsewhere, as by a word on WhatsApp, while it was open."""
    form, viewer, now = await read_form(request), visit.viewer, now_of(request)
    given: dict[str, str] = {}
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            before = await get_preferences(conn, viewer=viewer)
            given = {key: form.get(key, "") for key in write_form(before)}
            changes = read_changes(given, before=before, events=_events(viewer))
            version = _read_version(form.get("version", ""))
            await change_preferences(conn, viewer=viewer, changes=changes, now=now, version=version)
    except (BadRequest, Conflict) as error:
        return await _draw(request, visit, given=given, wrong=Wrong.of(error))
    return go(HERE, Note(speech_of(viewer.language).say("Saved.")))


@router.post("/apprise")
async def name_apprise(request: Request, visit: Anybody) -> Response:
    """An address of Apprise's, which is asked whether it can be one."""
    state, url = request.app.state, (await read_form(request)).get("url", "").strip()
    how: dict[str, Any] = {"viewer": visit.viewer, "keyring": state.keyring, "settings": state.settings}
    try:
        await name_address(state.pool, url, **how, now=now_of(request))
    except BadRequest as error:
        return await _draw(request, visit, wrong=Wrong.of(error))
    return go(HERE, Note(speech_of(visit.viewer.language).say("Saved, and never shown again. Send a test to it.")))


@router.post("/apprise/test")
async def try_apprise(request: Request, visit: Anybody) -> Response:
    """A line to it."""
    await try_address(request.app.state.pool, viewer=visit.viewer, now=now_of(request))
    return go(HERE, Note(speech_of(visit.viewer.language).say("A test is on its way there.")))


@router.post("/apprise/forget")
async def forget_apprise(request: Request, visit: Anybody) -> Response:
    """No more."""
    await forget_address(request.app.state.pool, viewer=visit.viewer, now=now_of(request))
    return go(HERE, Note(speech_of(visit.viewer.language).say("Forgotten. Nothing more is sent there.")))


def _events(viewer: Viewer) -> list[Event]:
    """Those whose switches the viewer has."""
    of_numbers = OF_NUMBERS if viewer.is_admin else {}
    return [*OF_OTHERS, *of_numbers, Event.REMINDER, Event.DIGEST, Event.REVIEW]


def _read_version(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise BadRequest(phrase("This form is not ours."))
    return int(text)


async def _draw(
    request: Request, visit: Visit, *, given: dict[str, str] | None = None, wrong: Wrong | None = None
) -> Response:
    viewer, speech = visit.viewer, speech_of(visit.viewer.language)
    settings = getattr(request.app.state, "settings", None)
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=HERE)
        chosen = await get_preferences(conn, viewer=viewer)
        user = await get_user(conn, user_id=viewer.user_id)
        switched = await list_own_switches(conn, viewer=viewer)
    shown = given or write_form(chosen)
    context |= {
        "given": shown,
        "chosen": chosen,
        "user": user,
        "switched": switched,
        "reminders": list_reminders(shown["default_reminder"], speech),
        "weekdays": list(enumerate(speech.weekdays, start=1)),
        "kinds": OF_OTHERS,
        "number_kinds": OF_NUMBERS if viewer.is_admin else {},
        "has_mail": settings is not None and read_server(settings) is not None,
        "has_apprise": is_installed(),
        "wrong": wrong,
    }
    return draw(request, "account_notifications.html", status=wrong.status if wrong else 200, **context)

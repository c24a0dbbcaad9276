"""Oneself: name, language, time zone, look, and the way out."""

from functools import cache
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.accounts.users import LANGUAGES, get_user
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.pages.people import ROLES
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.tasks.preferences.preferences import PreferenceChanges, change_preferences

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_account(request: Request, visit: Anybody) -> Response:
    """The first of the pages."""
    return await _draw(request, visit)


@router.post("/profile")
async def change_profile(request: Request, visit: Anybody) -> Response:
    """Name, language, time zone."""
    form = await read_form(request)
    given = {key: form.get(key, "").strip() for key in ("name", "language", "timezone")}
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            changes = PreferenceChanges(**given)  # type: ignore[typeddict-item]  # the form's keys are its own
            await change_preferences(conn, viewer=visit.viewer, changes=changes, now=now_of(request))
    except BadRequest as error:
        return await _draw(request, visit, given=given, wrong=Wrong.of(error))
    return go("/account", Note(speech_of(given["language"]).say("Saved.")))


async def _draw(
    request: Request, visit: Visit, *, given: dict[str, str] | None = None, wrong: Wrong | None = None
) -> Response:
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here="/account")
        user = await get_user(conn, user_id=visit.viewer.user_id)
    context |= {
        "user": user,
        "role": ROLES[user.role],
        "given": given or {"name": user.name, "language": user.language, "timezone": user.timezone},
        "languages": LANGUAGES,
        "zones": _zones(),
        "wrong": wrong,
    }
    return draw(request, "account.html", status=wrong.status if wrong else 200, **context)


@cache
def _zones() -> tuple[str, ...]:
    """Zones that people know by a place."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right")))
    return ("UTC", *sorted(places))

"""One's own calendars to subscribe to; the address of each is shown once."""

from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import parse_id
from tasktalk.interop.feeds.api import with_address
from tasktalk.interop.feeds.feeds import WithToken, create_feed, delete_feed, list_feeds, rotate_token
from tasktalk.tasks.projects.projects import list_project_names
from tasktalk.web.http import known_id

_HERE = "/account/calendar"
router = APIRouter(prefix=_HERE, route_class=PageRoute, include_in_schema=False)

_KINDS = {
    "events": phrase("events, for any calendar"),
    "todos": phrase("to-dos, for programs that have a list of them"),
}
_NOTHING = {"name": "", "kind": "events", "project": "", "filter": "", "alarms": ""}


@router.get("")
async def show_calendars(request: Request, visit: Anybody) -> Response:
    """All of one's own, and the form for another."""
    return await _draw(request, visit)


@router.post("")
async def add_calendar(request: Request, visit: Anybody) -> Response:
    """A new one; its address is shown on this answer alone."""
    form = await read_form(request)
    given = {key: form.get(key, "").strip() for key in _NOTHING}
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            made = await create_feed(conn, viewer=visit.viewer, given=_read(given), now=now_of(request))
    except NotFound as error:
        return await _draw(request, visit, given=given, wrong=Wrong("project", error.message, error.status))
    except (BadRequest, Conflict) as error:
        wrong = Wrong.of(error)
        wrong = Wrong("filter", wrong.words, wrong.status) if wrong.field == "query" else wrong
        return await _draw(request, visit, given=given, wrong=wrong)
    return await _draw_made(request, visit, made)


@router.post("/{feed_id}/rotate")
async def new_address(request: Request, feed_id: str, visit: Anybody) -> Response:
    """The old one leads nowhere any more."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        made = await rotate_token(conn, viewer=visit.viewer, feed_id=known_id(feed_id), now=now_of(request))
    return await _draw_made(request, visit, made)


@router.post("/{feed_id}/delete")
async def remove_calendar(request: Request, feed_id: str, visit: Anybody) -> Response:
    """Its address leads nowhere any more."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await delete_feed(conn, viewer=visit.viewer, feed_id=known_id(feed_id))
    return go(_HERE, Note(speech_of(visit.viewer.language).say("Deleted. Its address leads nowhere any more.")))


def _read(given: dict[str, str]) -> dict[str, Any]:
    if given["kind"] not in _KINDS:
        raise BadRequest(phrase("There is no such kind."), field="kind")
    project_id = parse_id(given["project"])
    if given["project"] and project_id is None:
        raise BadRequest(phrase("There is no such project."), field="project")
    return {
        "name": given["name"],
        "kind": given["kind"],
        "project_id": project_id,
        "filter": given["filter"] or None,
        "alarms": given["alarms"] == "on",
    }


async def _draw_made(request: Request, visit: Visit, made: WithToken) -> Response:
    address = with_address(request, made).url
    response = await _draw(request, visit, secret=address, opened="webcal://" + address.partition("://")[2])
    response.headers["cache-control"] = "no-store"
    return response


async def _draw(
    request: Request,
    visit: Visit,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
    secret: str | None = None,
    opened: str | None = None,
) -> Response:
    say = speech_of(visit.viewer.language).say
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=_HERE)
        feeds = (await list_feeds(conn, viewer=visit.viewer)).items
        names = await list_project_names(conn, viewer=visit.viewer)
    context |= {
        "feeds": feeds,
        "kinds": [(kind, say(words)) for kind, words in _KINDS.items()],
        "places": [("", say("All of them")), *((str(each.id), each.name) for each in names)],
        "given": given or _NOTHING,
        "wrong": wrong,
        "secret": secret,
        "opened": opened,
    }
    return draw(request, "account_calendar.html", status=wrong.status if wrong else 200, **context)

"""The message log: everything for an administrator, narrowed by number and person; their own for everybody else."""

from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.linking.mappings import list_mappings
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console import log
from tasktalk.console.frame import find_number, load_frame
from tasktalk.console.log import Show
from tasktalk.console.narrowed import list_narrowed
from tasktalk.console.page import PageRoute, address_with, draw, now_of
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.integrations.shown import list_shown
from tasktalk.phrases import phrase

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_MOST = 200  # people to choose from


@router.get("/messages")
async def show_log(request: Request, visit: Anybody) -> Response:
    """Newest first."""
    speech, viewer, cursor = speech_of(visit.viewer.language), visit.viewer, request.query_params.get("after")
    asked = {name: request.query_params.get(name, "") for name in ("show", "integration", "contact")}
    if asked["show"] not in get_args(Show):
        asked["show"] = "all"
    show: Show = asked["show"]  # type: ignore[assignment]  # (checked just above)
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="messages", title=speech.say("Messages"), now=now_of(request))
        choices = await _choices(conn, viewer, asked, speech)
        number = parse_id(asked["integration"]) if viewer.is_admin and asked["integration"] else None
        if viewer.is_admin and asked["integration"] and number is None:
            raise BadRequest(phrase("This number is not known."), field="integration")
        if number is not None:
            contact = parse_id(asked["contact"]) if asked["contact"] else None
            if asked["contact"] and contact is None:
                raise BadRequest(phrase("This person is not known."), field="contact")
            page = await list_narrowed(
                conn, integration_id=number, contact=contact, show=show, cursor=cursor, speech=speech
            )
        else:
            page = await log.list_entries(conn, viewer=viewer, show=show, cursor=cursor, speech=speech)
        to_write_to = await find_number(conn)
    kept = asked if number is not None else {"show": asked["show"]}
    return draw(
        request,
        "messages.html",
        show=show,
        shows=[
            (address_with("/messages", kept | {"show": "" if key == "all" else key}), words, key == show)
            for key, words in _shows(speech).items()
        ],
        asked=asked,
        narrowed=number is not None,
        entries=page.entries,
        next_page=address_with("/messages", kept | {"after": page.next}) if page.next else None,
        number=to_write_to,
        **choices | frame | {"live": "" if cursor else "messages"},
    )


def places(here: str, speech: Speech) -> list[tuple[str, str, bool]]:
    """The tabs of administrators."""
    named = {"/messages": speech.say("Messages"), "/conversations": speech.say("Conversations")}
    return [(address, words, address == here) for address, words in named.items()]


def _shows(speech: Speech) -> dict[Show, str]:
    say = speech.say
    return {"all": say("All"), "in": say("Received"), "out": say("Sent"), "failed": say("Failed")}


async def _choices(conn: Conn, viewer: Viewer, asked: dict[str, str], speech: Speech) -> dict[str, Any]:
    """What an administrator may narrow by: a number, and whose phones are mapped to it."""
    if not viewer.is_admin:
        return {"tabs": [], "numbers": [], "people": []}
    shown = await list_shown(conn)
    if asked["contact"] and not asked["integration"] and len(shown) == 1:
        asked["integration"] = str(shown[0].id)
    chosen = next((each for each in shown if str(each.id) == asked["integration"]), None)
    people: list[tuple[str, str]] = []
    if chosen is not None or len(shown) == 1:
        mapped = await list_mappings(conn, integration_id=(chosen or shown[0]).id, limit=_MOST, after=None)
        people = [(str(each.id), each.user.name) for each in mapped.items]
        if asked["contact"] and asked["contact"] not in dict(people):  # who wrote unknown
            people.append((asked["contact"], speech.say("Somebody")))
    return {
        "tabs": places("/messages", speech),
        "numbers": [("", speech.say("All numbers")), *((str(each.id), each.name) for each in shown)],
        "people": [("", speech.say("Everybody")), *people] if people else [],
    }

"""With whom a number talks: who wrote last, who waits for an answer, and how long it may write freely."""

from fastapi import APIRouter, Request, Response

from tasktalk.analytics.messages.conversations import list_conversations
from tasktalk.console.frame import load_frame
from tasktalk.console.narrowed import name_of
from tasktalk.console.page import PageRoute, address_with, draw, now_of
from tasktalk.console.pages.messages import places
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.integrations.shown import list_shown
from tasktalk.phrases import phrase

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_PAGE = 50


@router.get("/conversations")
async def show_conversations(request: Request, visit: Operator) -> Response:
    """Of the number that is chosen, else of the oldest."""
    speech, now = speech_of(visit.viewer.language), now_of(request)
    asked, cursor = request.query_params.get("integration", ""), request.query_params.get("after")
    chosen = parse_id(asked) if asked else None
    if asked and chosen is None:
        raise BadRequest(phrase("This number is not known."), field="integration")
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="messages", title=speech.say("Conversations"), now=now)
        shown = await list_shown(conn)
        chosen = chosen or (shown[0].id if shown else None)
        page = None
        if chosen is not None:
            page = await list_conversations(conn, integration_id=chosen, cursor=cursor, limit=_PAGE, now=now)
    onward = {"integration": str(chosen), "after": page.next} if page and page.next else None
    return draw(
        request,
        "conversations.html",
        tabs=places("/conversations", speech),
        numbers=[(f"/conversations?integration={each.id}", each.name, each.id == chosen) for each in shown],
        chosen=chosen,
        conversations=[(each, name_of(each.contact, speech)) for each in page.items] if page else [],
        next_page=address_with("/conversations", onward) if onward else None,
        **frame | {"live": "" if cursor else "messages"},
    )

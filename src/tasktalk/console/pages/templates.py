"""A number's message templates: how each is, the pack handed in by one click, and reading them from Meta now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, address_with, draw, go, now_of
from tasktalk.console.pages.integration import tabs
from tasktalk.console.template_words import (
    CATEGORIES,
    PURPOSES,
    QUALITIES,
    STATES,
    language_words,
    state_of,
    tell_state,
)
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Unavailable
from tasktalk.ids import parse_id
from tasktalk.integrations.shown import get_shown
from tasktalk.messaging.templates import acting
from tasktalk.messaging.templates.pack import LANGUAGES
from tasktalk.messaging.templates.shown import list_templates
from tasktalk.messaging.templates.submitting import PackResult
from tasktalk.web.http import known_id

router = APIRouter(prefix="/integrations/{integration_id}/templates", route_class=PageRoute, include_in_schema=False)

_PAGE = 60
_FIELDS = ("status", "language", "purpose")
OUTCOMES = {
    "submitted": (phrase("submitted"), "good"),
    "exists": (phrase("was there"), ""),
    "refused": (phrase("refused"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows beside what is stored."""

    wrong: Wrong | None = None
    pack: PackResult | None = None


@router.get("")
async def show_templates(request: Request, integration_id: str, visit: Operator) -> Response:
    """Newest first, narrowed by a form."""
    return await _draw(request, visit, known_id(integration_id), Shown())


@router.post("/pack")
async def submit_pack(request: Request, integration_id: str, visit: Operator) -> Response:
    """Everything of ours that Meta does not have yet; what became of each is shown."""
    known = known_id(integration_id)
    try:
        result = await acting.submit_missing(request, visit.viewer, known)
    except (BadRequest, Conflict, Unavailable) as error:
        return await _draw(request, visit, known, Shown(wrong=Wrong("", error.message, error.status)))
    return await _draw(request, visit, known, Shown(pack=result))


@router.post("/sync")
async def sync(request: Request, integration_id: str, visit: Operator) -> Response:
    """As Meta has them now."""
    known, speech = known_id(integration_id), speech_of(visit.viewer.language)
    try:
        seen = await acting.sync(request, visit.viewer, known)
    except (BadRequest, Conflict, Unavailable) as error:
        return await _draw(request, visit, known, Shown(wrong=Wrong("", error.message, error.status)))
    words = speech.count("WhatsApp has {number} template.", "WhatsApp has {number} templates.", seen.seen)
    if changes := _changes(seen.added, seen.changed, seen.gone, speech):
        words += " " + changes
    return go(f"/integrations/{known}/templates", Note(words))


def word_tables(speech: Speech) -> dict[str, Any]:
    """What the templates of these pages name things with."""
    return {
        "state_of": state_of,
        "purposes": {key: speech.say(words) for key, words in PURPOSES.items()},
        "categories": {key: speech.say(words) for key, words in CATEGORIES.items()},
        "qualities": QUALITIES,
        "language_words": lambda code: language_words(code, speech.language),
    }


def _changes(added: int, changed: int, gone: int, speech: Speech) -> str:
    if not (added or changed or gone):
        return speech.say("Nothing has changed.")
    return speech.say("New: {added}, changed: {changed}, gone: {gone}.", added=added, changed=changed, gone=gone)


async def _draw(request: Request, visit: Visit, integration_id: UUID, shown: Shown) -> Response:
    speech, now = speech_of(visit.viewer.language), now_of(request)
    asked = {name: _plain(request.query_params.get(name, "")) for name in _FIELDS}
    after = request.query_params.get("after", "")
    async with request.app.state.pool.acquire() as conn:
        number = await get_shown(conn, integration_id=integration_id)
        frame = await load_frame(conn, visit, here="integrations", title=number.name, now=now)
        page = await list_templates(
            conn,
            integration_id=integration_id,
            after=parse_id(after),
            limit=_PAGE,
            **{name: value or None for name, value in asked.items()},
        )
    base = f"/integrations/{integration_id}/templates"
    anything = speech.say("Everything")
    return draw(
        request,
        "templates.html",
        status=shown.wrong.status if shown.wrong else 200,
        number=number,
        base=base,
        tabs=tabs(integration_id, "/templates", visit.viewer.language),
        rows=[(each, tell_state(each, speech, now, frame["zone"], brief=True)) for each in page.items],
        asked=asked,
        narrowed=any(asked.values()),
        statuses=[("", anything), *((key, speech.say(state.name)) for key, state in STATES.items())],
        languages=[("", anything), *((code, language_words(code, speech.language)) for code in LANGUAGES)],
        next_page=address_with(base, asked | {"after": str(page.next)}) if page.next else None,
        shown=shown,
        wrong=shown.wrong,
        outcomes=OUTCOMES,
        **word_tables(speech) | frame | {"live": "" if shown.wrong or shown.pack else "messages system"},
    )


def _plain(text: str) -> str:
    return text if text.isprintable() else ""

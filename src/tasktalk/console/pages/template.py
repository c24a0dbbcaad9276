"""One message template: written with a phone beside it, handed in, approved, its history, taken away."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import Visit
from tasktalk.console.bubble import bubble
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.integration import tabs
from tasktalk.console.pages.templates import word_tables
from tasktalk.console.template_form import Given, given_of, read_given
from tasktalk.console.template_phone import begin, phone_of
from tasktalk.console.template_story import tell_history
from tasktalk.console.template_words import ACTIONS, tell_state
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Unavailable
from tasktalk.integrations.shown import get_shown
from tasktalk.messaging.templates import acting
from tasktalk.messaging.templates.drafts import read_draft
from tasktalk.messaging.templates.editing import IN_REVIEW, is_editable
from tasktalk.messaging.templates.pack import LANGUAGES
from tasktalk.messaging.templates.rules import BODY
from tasktalk.messaging.templates.shown import ShownTemplate, list_history, show
from tasktalk.web.http import known_id
from tasktalk.whatsapp.graphemes import count_units

router = APIRouter(prefix="/integrations/{integration_id}/templates", route_class=PageRoute, include_in_schema=False)

_EVENTS = 50
_Act = Callable[[Request, Viewer, UUID, UUID], Awaitable[ShownTemplate]]
_FIELDS = ("name", "language", "purpose", "header", "body", "footer", "buttons", "samples")
_FAILURES = (BadRequest, Conflict, Unavailable)


@router.get("/new")
async def show_new(request: Request, integration_id: str, visit: Operator) -> Response:
    """An empty one, or the words of the pack to begin with."""
    given = begin(request.query_params.get("from", ""), request.query_params.get("language", "en"))
    return await _draw(request, visit, known_id(integration_id), given)


@router.post("/new")
async def write_new(request: Request, integration_id: str, visit: Operator) -> Response:
    """Kept as a draft, and submitted if asked; or only looked at."""
    form, known, given = await read_form(request), known_id(integration_id), Given()
    try:
        given = read_given(form)
        if form.get("do") == "look":
            return await _draw(request, visit, known, given)
        made = await acting.write(request, visit.viewer, known, given.values())
    except _FAILURES as error:
        return await _draw(request, visit, known, given, wrong=Wrong.of(error))
    return await _go_on(request, visit, known, made.id, form)


@router.get("/{template_id}")
async def show_template(request: Request, integration_id: str, template_id: str, visit: Operator) -> Response:
    """How it is, and its words to change."""
    return await _draw(request, visit, known_id(integration_id), template_id=known_id(template_id))


@router.post("/{template_id}")
async def change_template(request: Request, integration_id: str, template_id: str, visit: Operator) -> Response:
    """New words, and submitted if asked; or only looked at."""
    form, known, template = await read_form(request), known_id(integration_id), known_id(template_id)
    given = None
    try:
        given = read_given(form)
        if form.get("do") == "look":
            return await _draw(request, visit, known, given, template_id=template)
        await acting.rewrite(request, visit.viewer, known, template, given.values())
    except _FAILURES as error:
        return await _draw(request, visit, known, given, template_id=template, wrong=Wrong.of(error))
    return await _go_on(request, visit, known, template, form)


@router.post("/{template_id}/submit")
async def submit(request: Request, integration_id: str, template_id: str, visit: Operator) -> Response:
    """To WhatsApp, or first to another administrator; what is said against it is told in place."""
    return await _hand_on(request, visit, known_id(integration_id), known_id(template_id), acting.submit)


@router.post("/{template_id}/approve")
async def approve(request: Request, integration_id: str, template_id: str, visit: Operator) -> Response:
    """What another administrator submitted goes to WhatsApp."""
    return await _hand_on(request, visit, known_id(integration_id), known_id(template_id), acting.approve)


@router.post("/{template_id}/delete")
async def delete(request: Request, integration_id: str, template_id: str, visit: Operator) -> Response:
    """Gone, here and at WhatsApp."""
    known, template = known_id(integration_id), known_id(template_id)
    try:
        await acting.delete(request, visit.viewer, known, template)
    except _FAILURES as error:
        wrong = Wrong("", error.message, error.status)
        return await _draw(request, visit, known, template_id=template, wrong=wrong)
    return go(
        f"/integrations/{known}/templates", Note(speech_of(visit.viewer.language).say("The template is deleted."))
    )


async def _hand_on(request: Request, visit: Visit, integration_id: UUID, template_id: UUID, act: _Act) -> Response:
    try:
        shown = await act(request, visit.viewer, integration_id, template_id)
    except _FAILURES as error:
        wrong = Wrong("", error.message, error.status)
        return await _draw(request, visit, integration_id, template_id=template_id, wrong=wrong)
    return go(f"/integrations/{integration_id}/templates/{template_id}", _told(shown, visit))


async def _go_on(
    request: Request, visit: Visit, integration_id: UUID, template_id: UUID, form: dict[str, str]
) -> Response:
    """After it is saved: submitted if that was asked for. What Meta says against it does not undo the saving."""
    note = Note(speech_of(visit.viewer.language).say("Saved."))
    if form.get("do") == "submit":
        try:
            note = _told(await acting.submit(request, visit.viewer, integration_id, template_id), visit)
        except _FAILURES as error:
            note = Note(speech_of(visit.viewer.language).say(error.message), tone="failed")
    return go(f"/integrations/{integration_id}/templates/{template_id}", note)


def _told(shown: ShownTemplate, visit: Visit) -> Note:
    say = speech_of(visit.viewer.language).say
    if shown.status == IN_REVIEW:
        return Note(say("Submitted. Another administrator approves it next."))
    return Note(say("Handed to WhatsApp, which reviews it now."))


async def _draw(
    request: Request,
    visit: Visit,
    integration_id: UUID,
    given: Given | None = None,
    *,
    template_id: UUID | None = None,
    wrong: Wrong | None = None,
) -> Response:
    speech, now = speech_of(visit.viewer.language), now_of(request)
    row = await acting.read(request, integration_id, template_id) if template_id else None
    async with request.app.state.pool.acquire() as conn:
        number = await get_shown(conn, integration_id=integration_id)
        frame = await load_frame(conn, visit, here="integrations", title=speech.say("New template"), now=now)
        history = await list_history(conn, template_id=row["id"], before=None, limit=_EVENTS) if row else None
    context: dict[str, Any] = {"shown": None, "steps": [], "told": [], "review": None}  # of one that is not stored yet
    if row is not None and history is not None:
        shown, draft = show(row), read_draft(row)
        asked_by = next((each.actor_id for each in history.items if each.event == "review_asked"), None)
        context = {
            "shown": shown,
            "title": shown.name,
            "live": "" if wrong else "messages system",
            "steps": tell_history(history.items, speech),
            "told": tell_state(shown, speech, now, frame["zone"]),
            "review": asked_by != visit.viewer.user_id if shown.status == IN_REVIEW else None,
        }
        given = given or (given_of(draft) if draft else None)
        editable = is_editable(row)
    else:
        editable = True
    if wrong and (wrong.field not in _FIELDS or not editable):  # it has no place of its own on the page
        wrong = Wrong("", wrong.words, wrong.status)
    base = f"/integrations/{integration_id}/templates"
    return draw(
        request,
        "template.html",
        status=wrong.status if wrong else 200,
        number=number,
        base=base,
        here_address=f"{base}/{template_id}" if template_id else f"{base}/new",
        tabs=tabs(integration_id, "/templates", visit.viewer.language),
        given=given if editable else None,
        phone=phone_of(given, context["shown"]),
        most=BODY,
        units=count_units,
        bubble=bubble,
        actions={key: speech.say(words) for key, words in ACTIONS.items()},
        pack_languages=LANGUAGES,
        wrong=wrong,
        **word_tables(speech) | frame | context,
    )

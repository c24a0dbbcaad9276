"""Whose phone is whose, for one number: map by hand, take a mapping away, and map who wrote unknown in one step."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.administration import list_page as list_people
from tasktalk.accounts.audit.audit import MOST
from tasktalk.accounts.linking import mappings, strangers
from tasktalk.accounts.linking.model import Mapped
from tasktalk.accounts.linking.numbers import check_phone
from tasktalk.accounts.request import Visit
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.integration import tabs
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict
from tasktalk.ids import parse_id
from tasktalk.integrations.shown import get_shown
from tasktalk.phrases import phrase
from tasktalk.web.http import known_id

router = APIRouter(
    prefix="/integrations/{integration_id}/phone-mappings", route_class=PageRoute, include_in_schema=False
)

_PAGE = 100


@router.get("")
async def show_mappings(request: Request, integration_id: str, visit: Operator) -> Response:
    """Who is mapped, and who wrote unknown."""
    return await _draw(request, visit, integration_id)


@router.post("")
async def add_mapping(request: Request, integration_id: str, visit: Operator) -> Response:
    """A person's phone by its number; what WhatsApp may call it instead is suggested, never linked by itself."""
    form, known, speech = await read_form(request), known_id(integration_id), speech_of(visit.viewer.language)
    given = {"phone": form.get("phone", "").strip(), "user": form.get("user", "")}
    try:
        digits = check_phone(given["phone"], made_up=request.app.state.settings.sandbox)
        user_id = _person(form)
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            made = await mappings.map_phone(
                conn, by=visit.viewer, integration_id=known, user_id=user_id, digits=digits, now=now_of(request)
            )
    except (BadRequest, Conflict) as error:
        return await _draw(request, visit, integration_id, given=given, wrong=Wrong.of(error))
    if made.suggestions:
        return await _draw(request, visit, integration_id, made=made)
    words = speech.say("{phone} writes as {name} now.", phone=made.mapping.phone, name=made.mapping.user.name)
    return go(f"/integrations/{known}/phone-mappings", Note(words))


@router.post("/{mapping_id}/revoke")
async def revoke(request: Request, integration_id: str, mapping_id: str, visit: Operator) -> Response:
    """The phone is a stranger's from now on."""
    known = known_id(integration_id)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await mappings.revoke(conn, by=visit.viewer, integration_id=known, contact_id=known_id(mapping_id))
    words = speech_of(visit.viewer.language).say("Unlinked. Nothing more is told there.")
    return go(f"/integrations/{known}/phone-mappings", Note(words))


@router.post("/strangers/{contact_id}")
async def settle_stranger(request: Request, integration_id: str, contact_id: str, visit: Operator) -> Response:
    """Who wrote unknown is this person; or is listed no more."""
    form, known, sender = await read_form(request), known_id(integration_id), known_id(contact_id)
    speech, now = speech_of(visit.viewer.language), now_of(request)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            if form.get("ignore"):
                await strangers.ignore(conn, by=visit.viewer, integration_id=known, contact_id=sender, now=now)
                words = speech.say("Listed no more.")
            else:
                user_id = _person(form)
                made = await mappings.map_contact(
                    conn, by=visit.viewer, integration_id=known, contact_id=sender, user_id=user_id, now=now
                )
                words = speech.say("{phone} writes as {name} now.", phone=made.phone or made.name, name=made.user.name)
    except (BadRequest, Conflict) as error:
        return await _draw(request, visit, integration_id, wrong=Wrong("", error.message, error.status))
    return go(f"/integrations/{known}/phone-mappings", Note(words))


def _person(form: dict[str, str]) -> UUID:
    user_id = parse_id(form.get("user", ""))
    if user_id is None:
        raise BadRequest(phrase("Choose whose phone it is."), field="user")
    return user_id


async def _draw(
    request: Request,
    visit: Visit,
    integration_id: str,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
    made: Mapped | None = None,
) -> Response:
    known, speech = known_id(integration_id), speech_of(visit.viewer.language)
    after = parse_id(request.query_params.get("after", ""))
    async with request.app.state.pool.acquire() as conn:
        number = await get_shown(conn, integration_id=known)
        frame = await load_frame(conn, visit, here="integrations", title=number.name, now=now_of(request))
        page = await mappings.list_mappings(conn, integration_id=known, limit=_PAGE, after=after)
        unknown = await strangers.list_strangers(conn, integration_id=known, ignored=False, limit=20, before=None)
        everybody = (await list_people(conn, limit=MOST, after=None)).items
    base = f"/integrations/{known}/phone-mappings"
    people = [(str(each.id), each.name) for each in everybody if each.disabled_at is None]
    return draw(
        request,
        "phone_mappings.html",
        status=wrong.status if wrong else 200,
        number=number,
        base=base,
        tabs=tabs(known, "/phone-mappings", visit.viewer.language),
        mappings=page.items,
        strangers=unknown.items,
        people=[("", speech.say("Choose a person")), *people],
        given={"phone": "", "user": ""} | (given or {}),
        wrong=wrong,
        made=made,
        next_page=f"{base}?after={page.next}" if page.next else None,
        **frame | {"live": "messages system"},
    )

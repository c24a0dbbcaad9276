"""The REST API of phones: linking one's own by a code, and all of a number's for administrators."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.linking import mappings, strangers
from tasktalk.accounts.linking.codes import make_code
from tasktalk.accounts.linking.invitation import find_number, invite
from tasktalk.accounts.linking.model import Mapped, Mapping, MappingPage, OwnPhones, PhoneLink, StrangerPage
from tasktalk.accounts.linking.numbers import check_phone
from tasktalk.accounts.request import api_admin, api_viewer
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.web.http import answers, known_id, pool_of, to_json

router = APIRouter(prefix="/api", tags=["phones"])

LIMIT, MOST = 50, 500  # phones on a page
Me = Annotated[Viewer, Depends(api_viewer)]
Admin = Annotated[Viewer, Depends(api_admin)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(description="`next` of the page before.")]

_OF = "/integrations/{integration_id}/phone-mappings"


class PhoneLinkBody(BaseModel):
    """Which of our numbers the link opens; without it the first."""

    model_config = ConfigDict(extra="forbid")

    integration_id: UUID | None = None


class MappingBody(BaseModel):
    """A phone, international with its +, and whose it is."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID
    phone: str


class StrangerBody(BaseModel):
    """Who the sender is."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID


@router.post("/users/me/phone-link", status_code=201, responses=answers(PhoneLink, status=201))
async def make_phone_link(request: Request, viewer: Me, body: PhoneLinkBody | None = None) -> Response:
    """Makes a code that links the phone that sends it: once, within ten minutes; the one before is void."""
    integration_id = body.integration_id if body else None
    async with pool_of(request).acquire() as conn, conn.transaction():
        number = await find_number(conn, integration_id=integration_id)
        made = await make_code(conn, viewer=viewer, keyring=request.app.state.keyring, now=datetime.now(UTC))
    return to_json(invite(made, number), status=201, secret=True)


@router.get("/users/me/phones", responses=answers(OwnPhones))
async def list_own_phones(request: Request, viewer: Me) -> Response:
    """The caller's linked phones."""
    async with pool_of(request).acquire() as conn:
        return to_json(OwnPhones(await mappings.list_own_phones(conn, viewer=viewer)))


@router.delete("/users/me/phones/{phone_id}", status_code=204)
async def unlink_own_phone(request: Request, viewer: Me, phone_id: str) -> None:
    """Unlinks a phone of the caller's: it is a stranger's from now on."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await mappings.unlink(conn, by=viewer, contact_id=known_id(phone_id))


@router.get(_OF, responses=answers(MappingPage))
async def list_mappings(
    request: Request, _: Admin, integration_id: str, *, limit: Limit = LIMIT, cursor: Cursor = None
) -> Response:
    """The linked phones of a number of ours. For administrators."""
    of, after = known_id(integration_id), _place(cursor)
    async with pool_of(request).acquire() as conn:
        return to_json(await mappings.list_mappings(conn, integration_id=of, limit=limit, after=after))


@router.post(_OF, status_code=201, responses=answers(Mapped, status=201))
async def map_phone(request: Request, viewer: Admin, integration_id: str, body: MappingBody) -> Response:
    """Links a phone by hand; 409 when it is somebody else's. For administrators.

    Only the very number is linked. Where WhatsApp may know it in another form, that is among the `suggestions`.
    """
    digits = check_phone(body.phone, made_up=request.app.state.settings.sandbox)
    of = known_id(integration_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await mappings.map_phone(
            conn, by=viewer, integration_id=of, user_id=body.user_id, digits=digits, now=datetime.now(UTC)
        )
    return to_json(made, status=201, location=f"/api/integrations/{of}/phone-mappings/{made.mapping.id}")


@router.delete(_OF + "/{mapping_id}", status_code=204)
async def revoke_mapping(request: Request, viewer: Admin, integration_id: str, mapping_id: str) -> None:
    """Takes the link away: the phone is a stranger's from now on. For administrators."""
    of, contact_id = known_id(integration_id), known_id(mapping_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await mappings.revoke(conn, by=viewer, integration_id=of, contact_id=contact_id)


@router.get(_OF + "/strangers", responses=answers(StrangerPage))
async def list_strangers(
    request: Request,
    _: Admin,
    integration_id: str,
    *,
    ignored: Annotated[bool, Query(description="Those that are ignored, instead of the others.")] = False,
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> Response:
    """Unknown senders, the newest first. For administrators."""
    of, before = known_id(integration_id), _place(cursor)
    async with pool_of(request).acquire() as conn:
        page = await strangers.list_strangers(conn, integration_id=of, ignored=ignored, limit=limit, before=before)
    return to_json(page)


@router.post(_OF + "/strangers/{contact_id}/map", status_code=201, responses=answers(Mapping, status=201))
async def map_stranger(
    request: Request, viewer: Admin, integration_id: str, contact_id: str, body: StrangerBody
) -> Response:
    """Links an unknown sender to a person, or a suspended phone again; 409 when it is somebody else's."""
    of, sender = known_id(integration_id), known_id(contact_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await mappings.map_contact(
            conn, by=viewer, integration_id=of, contact_id=sender, user_id=body.user_id, now=datetime.now(UTC)
        )
    return to_json(made, status=201, location=f"/api/integrations/{of}/phone-mappings/{made.id}")


@router.post(_OF + "/strangers/{contact_id}/ignore", status_code=204)
async def ignore_stranger(request: Request, viewer: Admin, integration_id: str, contact_id: str) -> None:
    """Lists an unknown sender no more. For administrators."""
    of, sender = known_id(integration_id), known_id(contact_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await strangers.ignore(conn, by=viewer, integration_id=of, contact_id=sender, now=datetime.now(UTC))


def _place(cursor: str | None) -> UUID | None:
    place = parse_id(cursor) if cursor else None
    if cursor and place is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    return place

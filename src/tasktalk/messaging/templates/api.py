"""The REST API of a number's templates, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_admin
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.integrations.shown import get_shown
from tasktalk.messaging.templates import acting
from tasktalk.messaging.templates.bodies import NewTemplateBody, PackBody, TemplatePatchBody
from tasktalk.messaging.templates.shown import (
    History,
    ShownTemplate,
    TemplatePage,
    list_history,
    list_templates,
    show,
)
from tasktalk.messaging.templates.submitting import PackResult
from tasktalk.messaging.templates.sync import Synced
from tasktalk.web.http import answers, known_id, pool_of, to_json

router = APIRouter(prefix="/api/integrations/{integration_id}/templates", tags=["templates"])

Admin = Annotated[Viewer, Depends(api_admin)]
LIMIT, MOST = 100, 500  # on a page
_DIGITS = 18  # of a cursor


def _storable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a word without control characters")
    return text


_Word = Annotated[str | None, AfterValidator(lambda word: word and _storable(word))]


@router.get("", responses=answers(TemplatePage))
async def list_of_number(
    request: Request,
    _: Admin,
    integration_id: str,
    *,
    status: Annotated[_Word, Query(description="`DRAFT`, `IN_REVIEW`, or Meta's: `PENDING`, `APPROVED`, ….")] = None,
    purpose: Annotated[_Word, Query(description="What it is for: `reminder`, `digest`, ….")] = None,
    language: Annotated[_Word, Query(description="Meta's code: `en`, `pt_BR`.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """A number's templates, newest first: their words, their state at Meta, and whether they may be sent."""
    after = parse_id(cursor) if cursor else None
    if cursor and after is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    async with pool_of(request).acquire() as conn:
        known = await get_shown(conn, integration_id=known_id(integration_id))
        page = await list_templates(
            conn,
            integration_id=known.id,
            status=status,
            purpose=purpose,
            language=language,
            after=after,
            limit=limit,
        )
    return to_json(page)


@router.post("", status_code=201, responses=answers(ShownTemplate, status=201))
async def write_template(request: Request, viewer: Admin, integration_id: str, body: NewTemplateBody) -> Response:
    """Writes a utility template; it stays a draft until it is submitted. What Meta would refuse is a 400 by `field`."""
    known = known_id(integration_id)
    made = await acting.write(request, viewer, known, body.given())
    return to_json(made, status=201, location=f"/api/integrations/{known}/templates/{made.id}")


@router.post("/pack", responses=answers(PackResult))
async def hand_in_pack(request: Request, viewer: Admin, integration_id: str, body: PackBody | None = None) -> Response:
    """Hands in all templates of the pack that Meta does not have yet; tells of each what became of it."""
    languages = (body or PackBody()).chosen()
    return to_json(await acting.submit_missing(request, viewer, known_id(integration_id), languages))


@router.post("/sync", responses=answers(Synced))
async def sync_templates(request: Request, viewer: Admin, integration_id: str) -> Response:
    """Reads all templates from Meta now; by itself that happens every six hours."""
    return to_json(await acting.sync(request, viewer, known_id(integration_id)))


@router.get("/{template_id}", responses=answers(ShownTemplate))
async def show_template(request: Request, _: Admin, integration_id: str, template_id: str) -> Response:
    """One template; `preview`: what a phone shows with its samples filled in."""
    return to_json(show(await acting.read(request, known_id(integration_id), known_id(template_id))))


@router.patch("/{template_id}", responses=answers(ShownTemplate))
async def change_template(
    request: Request, viewer: Admin, integration_id: str, template_id: str, body: TemplatePatchBody
) -> Response:
    """Changes only the keys that are sent. New words make it a draft again; until they are approved it is not sent."""
    known, template = known_id(integration_id), known_id(template_id)
    return to_json(await acting.rewrite(request, viewer, known, template, body.given()))


@router.delete("/{template_id}", status_code=204)
async def delete_template(request: Request, viewer: Admin, integration_id: str, template_id: str) -> None:
    """Deletes it, at Meta too, which keeps the name of an approved one from being used for 30 days."""
    await acting.delete(request, viewer, known_id(integration_id), known_id(template_id))


@router.post("/{template_id}/submit", responses=answers(ShownTemplate))
async def submit_template(request: Request, viewer: Admin, integration_id: str, template_id: str) -> Response:
    """Hands a draft in to Meta; with `TASKTALK_TEMPLATE_REVIEW` another administrator has to approve it first."""
    return to_json(await acting.submit(request, viewer, known_id(integration_id), known_id(template_id)))


@router.post("/{template_id}/approve", responses=answers(ShownTemplate))
async def approve_template(request: Request, viewer: Admin, integration_id: str, template_id: str) -> Response:
    """Hands in what another administrator submitted for review."""
    return to_json(await acting.approve(request, viewer, known_id(integration_id), known_id(template_id)))


@router.get("/{template_id}/history", responses=answers(History))
async def show_history(
    request: Request,
    _: Admin,
    integration_id: str,
    template_id: str,
    *,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What happened to it, newest first: who wrote and submitted it, what Meta made of it."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS):
        raise BadRequest("This cursor is not ours.", field="cursor")
    row = await acting.read(request, known_id(integration_id), known_id(template_id))
    async with pool_of(request).acquire() as conn:
        before = None if cursor is None else int(cursor)
        return to_json(await list_history(conn, template_id=row["id"], before=before, limit=limit))

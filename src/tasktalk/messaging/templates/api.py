"""The REST API of a number's templates, for administrators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import aiohttp
from asyncpg import Record
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.request import api_admin
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.integrations.checks.api import get_in_use
from tasktalk.integrations.checks.asking import open_graph
from tasktalk.integrations.connections import Integration
from tasktalk.integrations.shown import get_shown
from tasktalk.messaging.templates import editing
from tasktalk.messaging.templates.bodies import NewTemplateBody, PackBody, TemplatePatchBody
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.meta import list_all, refused, take_away
from tasktalk.messaging.templates.shown import (
    History,
    ShownTemplate,
    TemplatePage,
    list_history,
    list_templates,
    lock_template,
    show,
)
from tasktalk.messaging.templates.submitting import PackResult, submit_one, submit_pack
from tasktalk.messaging.templates.sync import Synced, keep_all
from tasktalk.web.http import answers, known_id, pool_of, to_json
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

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
    async with pool_of(request).acquire() as conn, conn.transaction():
        known = await get_shown(conn, integration_id=known_id(integration_id))
        row = await editing.make_draft(
            conn, by=viewer, integration_id=known.id, values=body.given(), now=datetime.now(UTC)
        )
    return to_json(show(row), status=201, location=f"/api/integrations/{known.id}/templates/{row['id']}")


@router.post("/pack", responses=answers(PackResult))
async def hand_in_pack(request: Request, viewer: Admin, integration_id: str, body: PackBody | None = None) -> Response:
    """Hands in all templates of the pack that Meta does not have yet; tells of each what became of it."""
    now, languages = datetime.now(UTC), (body or PackBody()).chosen()
    async with _at_meta(request, integration_id) as (integration, graph):
        listed = await list_all(graph, waba_id=integration.waba_id)
        result = await submit_pack(
            pool_of(request), graph, integration, listed, languages=languages, by=viewer, now=now
        )
    return to_json(result)


@router.post("/sync", responses=answers(Synced))
async def sync_templates(request: Request, viewer: Admin, integration_id: str) -> Response:
    """Reads all templates from Meta now; by itself that happens every six hours."""
    now = datetime.now(UTC)
    async with _at_meta(request, integration_id) as (integration, graph):
        listed = await list_all(graph, waba_id=integration.waba_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        synced = await keep_all(conn, integration_id=integration.id, listed=listed, now=now)
        await record(
            conn,
            by=viewer,
            action="template.synced",
            subject="integration",
            subject_id=integration.id,
            integration_id=integration.id,
            detail={"seen": synced.seen, "added": synced.added, "changed": synced.changed, "gone": synced.gone},
        )
    return to_json(synced)


@router.get("/{template_id}", responses=answers(ShownTemplate))
async def show_template(request: Request, _: Admin, integration_id: str, template_id: str) -> Response:
    """One template; `preview`: what a phone shows with its samples filled in."""
    return to_json(show(await _read(request, integration_id, template_id)))


@router.patch("/{template_id}", responses=answers(ShownTemplate))
async def change_template(
    request: Request, viewer: Admin, integration_id: str, template_id: str, body: TemplatePatchBody
) -> Response:
    """Changes only the keys that are sent. New words make it a draft again; until they are approved it is not sent."""
    values = body.given()
    async with pool_of(request).acquire() as conn, conn.transaction():
        row = await lock_template(conn, integration_id=known_id(integration_id), template_id=known_id(template_id))
        row = await editing.change_draft(conn, by=viewer, row=row, values=values, now=datetime.now(UTC))
    return to_json(show(row))


@router.delete("/{template_id}", status_code=204)
async def delete_template(request: Request, viewer: Admin, integration_id: str, template_id: str) -> None:
    """Deletes it, at Meta too, which keeps the name of an approved one from being used for 30 days."""
    row = await _read(request, integration_id, template_id)
    if row["meta_id"] is not None and row["status"] != "DELETED":
        async with _at_meta(request, integration_id) as (integration, graph):
            await take_away(graph, waba_id=integration.waba_id, row=row)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await lock_template(conn, integration_id=row["integration_id"], template_id=row["id"])
        await editing.note(conn, row, by=viewer, event="deleted", now=datetime.now(UTC))
        await Q.delete_template(conn, id=row["id"])


@router.post("/{template_id}/submit", responses=answers(ShownTemplate))
async def submit_template(request: Request, viewer: Admin, integration_id: str, template_id: str) -> Response:
    """Hands a draft in to Meta; with `TASKTALK_TEMPLATE_REVIEW` another administrator has to approve it first."""
    now = datetime.now(UTC)
    if request.app.state.settings.template_review:
        async with pool_of(request).acquire() as conn, conn.transaction():
            row = await lock_template(conn, integration_id=known_id(integration_id), template_id=known_id(template_id))
            editing.check_submittable(row)
            await editing.put_in_review(conn, row, by=viewer, now=now)
            row = await lock_template(conn, integration_id=row["integration_id"], template_id=row["id"])
        return to_json(show(row))
    row = await _read(request, integration_id, template_id)
    editing.check_submittable(row)
    async with _at_meta(request, integration_id) as (integration, graph):
        row = await submit_one(pool_of(request), graph, integration, row, by=viewer, now=now)
    return to_json(show(row))


@router.post("/{template_id}/approve", responses=answers(ShownTemplate))
async def approve_template(request: Request, viewer: Admin, integration_id: str, template_id: str) -> Response:
    """Hands in what another administrator submitted for review."""
    row = await _read(request, integration_id, template_id)
    editing.check_submittable(row, status=editing.IN_REVIEW)
    async with pool_of(request).acquire() as conn:
        await editing.check_reviewer(conn, row, by=viewer)
    async with _at_meta(request, integration_id) as (integration, graph):
        row = await submit_one(pool_of(request), graph, integration, row, by=viewer, now=datetime.now(UTC))
    return to_json(show(row))


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
    row = await _read(request, integration_id, template_id)
    async with pool_of(request).acquire() as conn:
        before = None if cursor is None else int(cursor)
        return to_json(await list_history(conn, template_id=row["id"], before=before, limit=limit))


async def _read(request: Request, integration_id: str, template_id: str) -> Record:
    wanted, template = known_id(integration_id), known_id(template_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        return await lock_template(conn, integration_id=wanted, template_id=template)


@asynccontextmanager
async def _at_meta(request: Request, integration_id: str) -> AsyncIterator[tuple[Integration, Graph]]:
    """The number and its Graph API. Raises NotFound, BadRequest for what is missing, Conflict with what Meta said."""
    integration = await get_in_use(request, known_id(integration_id))
    if not integration.access_token:
        raise BadRequest("Enter the access token first.", field="access_token")
    if not integration.waba_id:
        raise BadRequest("Enter the business account id first.", field="business_account_id")
    async with aiohttp.ClientSession() as session:
        graph = open_graph(session, integration, request.app.state.settings, token=integration.access_token)
        try:
            yield integration, graph
        except GraphError as error:
            raise refused(error) from error

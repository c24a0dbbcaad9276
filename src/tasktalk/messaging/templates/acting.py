"""What administrators do with a number's templates, here and at Meta; for the API and for the console alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp
from asyncpg import Record
from fastapi import Request

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.errors import BadRequest
from tasktalk.integrations.checks.api import get_in_use
from tasktalk.integrations.checks.asking import open_graph
from tasktalk.integrations.connections import Integration
from tasktalk.integrations.shown import get_shown
from tasktalk.messaging.templates import editing
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.meta import list_all, refused, take_away
from tasktalk.messaging.templates.pack import LANGUAGES
from tasktalk.messaging.templates.shown import ShownTemplate, lock_template, show
from tasktalk.messaging.templates.submitting import PackResult, submit_one, submit_pack
from tasktalk.messaging.templates.sync import Synced, keep_all
from tasktalk.phrases import phrase
from tasktalk.web.http import pool_of
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph


async def read(request: Request, integration_id: UUID, template_id: UUID) -> Record:
    """Its row. Raises NotFound."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        return await lock_template(conn, integration_id=integration_id, template_id=template_id)


async def write(request: Request, viewer: Viewer, integration_id: UUID, values: dict[str, Any]) -> ShownTemplate:
    """A new draft of `values` (fields of Draft). Raises NotFound, BadRequest for what Meta would refuse, Conflict."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        known = await get_shown(conn, integration_id=integration_id)
        row = await editing.make_draft(conn, by=viewer, integration_id=known.id, values=values, now=datetime.now(UTC))
    return show(row)


async def rewrite(
    request: Request, viewer: Viewer, integration_id: UUID, template_id: UUID, values: dict[str, Any]
) -> ShownTemplate:
    """What is in `values` changed. Raises NotFound, BadRequest, Conflict for what cannot be changed."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        row = await lock_template(conn, integration_id=integration_id, template_id=template_id)
        row = await editing.change_draft(conn, by=viewer, row=row, values=values, now=datetime.now(UTC))
    return show(row)


async def delete(request: Request, viewer: Viewer, integration_id: UUID, template_id: UUID) -> None:
    """Gone, at Meta too. Raises NotFound, Conflict with what Meta said."""
    row = await read(request, integration_id, template_id)
    if row["meta_id"] is not None and row["status"] != "DELETED":
        async with _at_meta(request, integration_id) as (integration, graph):
            await take_away(graph, waba_id=integration.waba_id, row=row)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await lock_template(conn, integration_id=row["integration_id"], template_id=row["id"])
        await editing.note(conn, row, by=viewer, event="deleted", now=datetime.now(UTC))
        await Q.delete_template(conn, id=row["id"])


async def submit(request: Request, viewer: Viewer, integration_id: UUID, template_id: UUID) -> ShownTemplate:
    """A draft handed in to Meta; with `template_review` another administrator approves it first. Raises Conflict."""
    now = datetime.now(UTC)
    if request.app.state.settings.template_review:
        async with pool_of(request).acquire() as conn, conn.transaction():
            row = await lock_template(conn, integration_id=integration_id, template_id=template_id)
            editing.check_submittable(row)
            await editing.put_in_review(conn, row, by=viewer, now=now)
            return show(await lock_template(conn, integration_id=integration_id, template_id=template_id))
    row = await read(request, integration_id, template_id)
    editing.check_submittable(row)
    async with _at_meta(request, integration_id) as (integration, graph):
        return show(await submit_one(pool_of(request), graph, integration, row, by=viewer, now=now))


async def approve(request: Request, viewer: Viewer, integration_id: UUID, template_id: UUID) -> ShownTemplate:
    """Hands in what another administrator submitted for review. Raises NotFound, Conflict."""
    row = await read(request, integration_id, template_id)
    editing.check_submittable(row, status=editing.IN_REVIEW)
    async with pool_of(request).acquire() as conn:
        await editing.check_reviewer(conn, row, by=viewer)
    async with _at_meta(request, integration_id) as (integration, graph):
        return show(await submit_one(pool_of(request), graph, integration, row, by=viewer, now=datetime.now(UTC)))


async def submit_missing(
    request: Request, viewer: Viewer, integration_id: UUID, languages: tuple[str, ...] = LANGUAGES
) -> PackResult:
    """All of the pack that Meta does not have yet, handed in; what became of each."""
    now = datetime.now(UTC)
    async with _at_meta(request, integration_id) as (integration, graph):
        listed = await list_all(graph, waba_id=integration.waba_id)
        return await submit_pack(pool_of(request), graph, integration, listed, languages=languages, by=viewer, now=now)


async def sync(request: Request, viewer: Viewer, integration_id: UUID) -> Synced:
    """All templates read from Meta now."""
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
    return synced


@asynccontextmanager
async def _at_meta(request: Request, integration_id: UUID) -> AsyncIterator[tuple[Integration, Graph]]:
    """The number and its Graph API. Raises NotFound, BadRequest for what is missing, Conflict with what Meta said."""
    integration = await get_in_use(request, integration_id)
    if not integration.access_token:
        raise BadRequest(phrase("Enter the access token first."), field="access_token")
    if not integration.waba_id:
        raise BadRequest(phrase("Enter the business account id first."), field="business_account_id")
    async with aiohttp.ClientSession() as session:
        graph = open_graph(session, integration, request.app.state.settings, token=integration.access_token)
        try:
            yield integration, graph
        except GraphError as error:
            raise refused(error) from error

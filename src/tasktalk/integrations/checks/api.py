"""The REST API of a number's checks: test it, read its health, put right what one click can. For administrators."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import aiohttp
from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.request import api_admin
from tasktalk.db import Conn
from tasktalk.errors import Conflict
from tasktalk.integrations.bodies import RepairBody
from tasktalk.integrations.checks.check import Check
from tasktalk.integrations.checks.repairing import repair
from tasktalk.integrations.checks.watch import Examination, Place, Q, look, place_of
from tasktalk.integrations.connections import Integration, find_integration
from tasktalk.integrations.findings import Finding, list_findings
from tasktalk.integrations.shown import get_shown
from tasktalk.phrases import phrase
from tasktalk.web.http import answers, known_id, pool_of, to_json

router = APIRouter(prefix="/api/integrations", tags=["integrations"])

Admin = Annotated[Viewer, Depends(api_admin)]


@dataclass(frozen=True, slots=True)
class NumberHealth:
    """What is known of a number without asking Meta.

    `healthy`: nothing is wrong; `unhealthy`: something critical is, or it is switched off; `degraded`: anything else.
    """

    status: Literal["healthy", "degraded", "unhealthy"]
    enabled: bool
    number: dict[str, Any]
    token: dict[str, Any]
    per_second: int
    findings: list[Finding]
    checked_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done, and how the number is now."""

    message: str
    ok: bool
    checks: list[Check]


@router.post("/{integration_id}/test-connection", responses=answers(Examination))
async def test_connection(request: Request, viewer: Admin, integration_id: str) -> Response:
    """Asks Meta about token, number, account and subscriptions: each check with its status and what to do."""
    return to_json(await examine(request, viewer, known_id(integration_id)))


async def examine(request: Request, viewer: Viewer, integration_id: UUID) -> Examination:
    """The connection test, which is audited."""
    integration = await get_in_use(request, integration_id)
    examined = await _look(request, integration)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await _note(conn, viewer, "integration.tested", integration.id, {"ok": examined.ok})
    return examined


@router.get("/{integration_id}/health", responses=answers(NumberHealth))
async def show_health(request: Request, _: Admin, integration_id: str) -> Response:
    """What the last look and Meta's own notices say of the number, and what is wrong with it."""
    async with pool_of(request).acquire() as conn:
        shown = await get_shown(conn, integration_id=known_id(integration_id))
        open_ones = (await list_findings(conn, integration_id=shown.id)).items
    severities = {each.severity for each in open_ones}
    status: Literal["healthy", "degraded", "unhealthy"] = "healthy"
    if "critical" in severities or not shown.enabled:
        status = "unhealthy"
    elif "warning" in severities or shown.checked_at is None:
        status = "degraded"
    return to_json(
        NumberHealth(
            status,
            shown.enabled,
            shown.number,
            shown.token,
            shown.per_second,
            open_ones,
            shown.checked_at,
            shown.delivered_at,
        )
    )


@router.post("/{integration_id}/repair", responses=answers(Repaired))
async def repair_number(request: Request, viewer: Admin, integration_id: str, body: RepairBody) -> Response:
    """Puts right at Meta what a check named: `subscribe`, `callback`, `fields` or, with a `pin`, `register`.

    Then everything is checked again.
    """
    return to_json(await put_right(request, viewer, known_id(integration_id), body))


async def put_right(request: Request, viewer: Viewer, integration_id: UUID, body: RepairBody) -> Repaired:
    """The repair, which is audited, and the check after it."""
    pin = body.find_pin()
    integration = await get_in_use(request, integration_id)
    message = await repair(integration, body.kind, place=_place(request), pin=pin)
    async with pool_of(request).acquire() as conn, conn.transaction():
        if body.kind == "register":
            await Q.note_registered(conn, id=integration.id, at=datetime.now(UTC))
        await _note(conn, viewer, "integration.repaired", integration.id, {"kind": body.kind})
    examined = await _look(request, integration)
    return Repaired(message, examined.ok, examined.checks)


async def get_in_use(request: Request, integration_id: UUID) -> Integration:
    """The integration as it speaks to Meta. Raises NotFound, Conflict where it is switched off."""
    async with pool_of(request).acquire() as conn:
        found = await find_integration(conn, keyring=request.app.state.keyring, integration_id=integration_id)
        if found is None:
            await get_shown(conn, integration_id=integration_id)
            raise Conflict(phrase("This integration is switched off."), field="enabled")
    return found


async def _look(request: Request, integration: Integration) -> Examination:
    async with aiohttp.ClientSession() as session:
        return await look(pool_of(request), session, integration, place=_place(request), now=datetime.now(UTC))


def _place(request: Request) -> Place:
    return place_of(request.app.state.settings, seen_at=str(request.base_url))


async def _note(conn: Conn, viewer: Viewer, action: str, integration_id: UUID, detail: dict[str, Any]) -> None:
    await record(
        conn,
        by=viewer,
        action=action,
        subject="integration",
        subject_id=integration_id,
        integration_id=integration_id,
        detail=detail,
    )

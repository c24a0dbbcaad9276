"""The REST API of connected numbers, for administrators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_admin
from tasktalk.errors import BadRequest, NotFound
from tasktalk.ids import parse_id
from tasktalk.integrations.bodies import CredentialsBody, IntegrationPatchBody, NewIntegrationBody
from tasktalk.integrations.checks.check import Check
from tasktalk.integrations.checks.pasting import ask_of_pasted
from tasktalk.integrations.connections import CredentialKind, Integration, find_integration
from tasktalk.integrations.editing import change_integration, clean, dismiss, make_integration, replace_credentials
from tasktalk.integrations.findings import FindingPage, list_findings
from tasktalk.integrations.pasted import check_secret
from tasktalk.integrations.shown import IntegrationPage, ShownIntegration, get_shown, list_shown
from tasktalk.phrases import phrase
from tasktalk.web.http import answers, known_id, pool_of, to_json

router = APIRouter(prefix="/api/integrations", tags=["integrations"])

Admin = Annotated[Viewer, Depends(api_admin)]
LIMIT, MOST = 50, 500  # findings on a page


@dataclass(frozen=True, slots=True)
class SavedCredentials:
    """The integration after its credentials were replaced, and what Meta says of them that is not as it should be."""

    integration: ShownIntegration
    warnings: list[Check]


@router.get("", responses=answers(IntegrationPage))
async def list_numbers(request: Request, _: Admin) -> Response:
    """Every connected number, oldest first, those that are switched off too; never a secret."""
    async with pool_of(request).acquire() as conn:
        return to_json(IntegrationPage(await list_shown(conn)))


@router.post("", status_code=201, responses=answers(ShownIntegration, status=201))
async def connect_number(request: Request, viewer: Admin, body: NewIntegrationBody) -> Response:
    """Connects a number; its credentials come next. Each value that cannot be right is refused by its `field`."""
    values = clean(body.model_dump(), settings=request.app.state.settings)
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await make_integration(conn, by=viewer, values=values)
    return to_json(made, status=201, location=f"/api/integrations/{made.id}")


@router.get("/{integration_id}", responses=answers(ShownIntegration))
async def show_number(request: Request, _: Admin, integration_id: str) -> Response:
    """One connected number."""
    async with pool_of(request).acquire() as conn:
        return to_json(await get_shown(conn, integration_id=known_id(integration_id)))


@router.patch("/{integration_id}", responses=answers(ShownIntegration))
async def change_number(request: Request, viewer: Admin, integration_id: str, body: IntegrationPatchBody) -> Response:
    """Changes only the keys that are sent; `enabled` switches it off and on."""
    changes = clean(body.model_dump(include=body.model_fields_set), settings=request.app.state.settings)
    async with pool_of(request).acquire() as conn, conn.transaction():
        changed = await change_integration(
            conn, by=viewer, integration_id=known_id(integration_id), changes=changes, now=datetime.now(UTC)
        )
    return to_json(changed)


@router.delete("/{integration_id}", status_code=204)
async def switch_off(request: Request, viewer: Admin, integration_id: str) -> None:
    """Switches it off: nothing is sent, nothing that comes has an effect. History, people and credentials stay."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await change_integration(
            conn,
            by=viewer,
            integration_id=known_id(integration_id),
            changes={"enabled": False},
            now=datetime.now(UTC),
        )


@router.put("/{integration_id}/credentials", responses=answers(SavedCredentials))
@router.post("/{integration_id}/credentials", responses=answers(SavedCredentials))
async def replace_secrets(request: Request, viewer: Admin, integration_id: str, body: CredentialsBody) -> Response:
    """Replaces the credentials that are sent. They can be written, never read.

    Old verify tokens and app secrets count for `TASKTALK_SECRET_GRACE_HOURS` more. An access token that Meta does not
    know, that lacks the right to send or is another app's is refused; `warnings` tell of one that ends soon.
    """
    return to_json(await enter_credentials(request, viewer, known_id(integration_id), body.given()))


async def enter_credentials(
    request: Request, viewer: Viewer, wanted: UUID, given: Mapping[CredentialKind, str]
) -> SavedCredentials:
    """Ask Meta about what was pasted, then keep it. Raises BadRequest naming the field."""
    state, now = request.app.state, datetime.now(UTC)
    secrets = {kind: check_secret(secret, kind=kind) for kind, secret in given.items()}
    pasted = await ask_of_pasted(await _with_secrets(request, wanted), state.settings, secrets=secrets, now=now)
    async with pool_of(request).acquire() as conn, conn.transaction():
        shown = await replace_credentials(
            conn,
            by=viewer,
            keyring=state.keyring,
            integration_id=wanted,
            secrets=secrets,
            grace=timedelta(hours=state.settings.secret_grace_hours),
            now=now,
            app_id=pasted.app_id,
        )
    return SavedCredentials(shown, pasted.warnings)


@router.get("/{integration_id}/findings", responses=answers(FindingPage))
async def list_troubles(
    request: Request,
    _: Admin,
    integration_id: str,
    *,
    resolved: Annotated[bool, Query(description="What is over too.")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What is wrong with the number, newest first, each with what to do; found by the hourly watch or told by Meta."""
    after = parse_id(cursor) if cursor else None
    if cursor and after is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    async with pool_of(request).acquire() as conn:
        shown = await get_shown(conn, integration_id=known_id(integration_id))
        return to_json(await list_findings(conn, integration_id=shown.id, resolved=resolved, after=after, limit=limit))


@router.delete("/{integration_id}/findings/{finding_id}", status_code=204)
async def dismiss_trouble(request: Request, viewer: Admin, integration_id: str, finding_id: str) -> None:
    """Takes a finding off the list. If it is still so, the next check finds it again."""
    wanted = known_id(integration_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await dismiss(conn, by=viewer, integration_id=wanted, finding_id=known_id(finding_id), now=datetime.now(UTC))


async def _with_secrets(request: Request, integration_id: UUID) -> Integration:
    """The integration as it speaks to Meta, switched off or not. Raises NotFound."""
    async with pool_of(request).acquire() as conn:
        found = await find_integration(
            conn, keyring=request.app.state.keyring, integration_id=integration_id, disabled=True
        )
    if found is None:
        raise NotFound(phrase("There is no such integration."))
    return found

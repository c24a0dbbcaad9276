"""The REST API of one's own second factor, and the way out for who lost theirs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.guessing import show_own_password
from tasktalk.accounts.request import api_admin, api_viewer, demands_factor, identify
from tasktalk.accounts.two_factor import factor
from tasktalk.accounts.two_factor.factor import Enrolment, Factor
from tasktalk.errors import Forbidden
from tasktalk.web.http import answers, pool_of, to_json
from tasktalk.web.transaction import apart

router = APIRouter(prefix="/api/users", tags=["users"])
_MINE = "/me/two-factor"


class BeginBody(BaseModel):
    """Who has a password shows it, so that an open screen is not enough."""

    model_config = ConfigDict(extra="forbid")

    current_password: str = ""


class CodeBody(BaseModel):
    """A code of the app, or one of the recovery codes."""

    model_config = ConfigDict(extra="forbid")

    code: str


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Ten codes, shown this once; each opens the account once in place of the app."""

    recovery_codes: list[str]


async def _whole(request: Request, viewer: Annotated[Viewer, Depends(api_viewer)]) -> Viewer:
    """Nobody whose token may do only some things changes how its person signs in."""
    if (await identify(request)).scopes:
        raise Forbidden("A token with scopes does not change how you sign in.")
    return viewer


Me = Annotated[Viewer, Depends(_whole)]


@router.get(_MINE, responses=answers(Factor))
async def show_factor(request: Request, viewer: Annotated[Viewer, Depends(api_viewer)]) -> Response:
    """Whether the caller has two-factor sign-in, and how many recovery codes are left."""
    async with pool_of(request).acquire() as conn:
        return to_json(await factor.get_factor(conn, viewer=viewer, required=demands_factor(request, viewer)))


@router.post(_MINE, status_code=201, responses=answers(Enrolment, status=201))
async def begin_factor(request: Request, viewer: Me, body: BeginBody) -> Response:
    """Begins to set it up: what the authenticator app needs. It counts for nothing until a code of it comes."""
    await show_own_password(request, user_id=viewer.user_id, password=body.current_password, field="current_password")
    async with pool_of(request).acquire() as conn, conn.transaction():
        begun = await factor.begin(conn, viewer=viewer, keyring=request.app.state.keyring)
    return to_json(begun, status=201, secret=True)


@router.post(_MINE + "/confirm", responses=answers(RecoveryCodes))
async def prove_factor(request: Request, viewer: Me, body: CodeBody) -> Response:
    """The first code turns it on."""
    now, keyring = datetime.now(UTC), request.app.state.keyring
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await factor.prove(conn, viewer=viewer, code=body.code, keyring=keyring, now=now)
    return to_json(RecoveryCodes(made), secret=True)


@router.post(_MINE + "/recovery-codes", responses=answers(RecoveryCodes))
async def renew_codes(request: Request, viewer: Me, body: CodeBody) -> Response:
    """Ten new recovery codes, for a code; those before are void."""
    await _show_code(request, viewer, body.code)
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await factor.renew_recovery_codes(conn, viewer=viewer)
    return to_json(RecoveryCodes(made), secret=True)


@router.post(_MINE + "/off", status_code=204)
async def end_factor(request: Request, viewer: Me, body: CodeBody) -> None:
    """Turns it off, for a code."""
    await _show_code(request, viewer, body.code)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await factor.turn_off(conn, viewer=viewer)


@router.delete("/{user_id:uuid}/two-factor", status_code=204)
async def reset_factor(request: Request, viewer: Annotated[Viewer, Depends(api_admin)], user_id: UUID) -> None:
    """Takes somebody's two-factor sign-in away, for they lost it. For owners; audited."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await factor.reset(conn, by=viewer, user_id=user_id)


async def _show_code(request: Request, viewer: Viewer, code: str) -> None:
    """Committed whatever comes of it: a wrong code is counted."""
    now, keyring = datetime.now(UTC), request.app.state.keyring
    async with apart(pool_of(request)).acquire() as conn, conn.transaction():
        answer = await factor.check_code(conn, user_id=viewer.user_id, code=code, keyring=keyring, now=now)
    factor.refuse(answer)

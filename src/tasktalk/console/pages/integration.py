"""One number: what is left to set up, its credentials and webhook, whether it works, and what to do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from tasktalk.accounts.request import Visit
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import AppError, BadRequest, Conflict, NotFound
from tasktalk.integrations.api import enter_credentials
from tasktalk.integrations.bodies import RepairBody
from tasktalk.integrations.checks.api import examine, put_right
from tasktalk.integrations.checks.check import Check
from tasktalk.integrations.checks.watch import place_of
from tasktalk.integrations.connections import CredentialKind
from tasktalk.integrations.editing import change_integration, clean, dismiss
from tasktalk.integrations.findings import list_findings
from tasktalk.integrations.shown import get_shown
from tasktalk.messaging.trials.api import try_out
from tasktalk.messaging.trials.trial import Trial
from tasktalk.phrases import phrase
from tasktalk.web.http import known_id

router = APIRouter(prefix="/integrations/{integration_id}", route_class=PageRoute, include_in_schema=False)

_SECRETS: tuple[CredentialKind, ...] = ("access_token", "verify_token", "app_secret")
_REPAIRS = ("subscribe", "callback", "fields", "register")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an answer shows beside what is stored: of a form that failed, a connection test, a test message."""

    wrong: Wrong | None = None
    given: str = ""
    checks: list[Check] | None = None
    trial: Trial | None = None
    heading: str = ""


@router.get("")
async def show_integration(request: Request, integration_id: str, visit: Operator) -> Response:
    """The number as it is."""
    return await _draw(request, visit, known_id(integration_id), Shown())


@router.post("/credentials")
async def replace_credentials(request: Request, integration_id: str, visit: Operator) -> Response:
    """Those that are filled in; each is asked about at Meta, and none is ever shown again."""
    form, known, speech = await read_form(request), known_id(integration_id), speech_of(visit.viewer.language)
    try:
        saved = await enter_credentials(request, visit.viewer, known, _secrets(form))
    except (BadRequest, Conflict) as error:
        wrong = Wrong.of(error)
        return await _draw(request, visit, known, Shown(wrong=wrong if wrong.field in _SECRETS else above(wrong)))
    if saved.warnings:
        return await _draw(request, visit, known, Shown(checks=saved.warnings, heading=speech.say("Saved, but")))
    return go(f"/integrations/{known}", Note(speech.say("Credentials saved. They can be replaced, never read.")))


@router.post("/test-connection")
async def test_connection(request: Request, integration_id: str, visit: Operator) -> Response:
    """Asks Meta about everything, and shows each check."""
    known, speech = known_id(integration_id), speech_of(visit.viewer.language)
    examined = await examine(request, visit.viewer, known)
    heading = speech.say("The connection works") if examined.ok else speech.say("The connection does not work yet")
    return await _draw(request, visit, known, Shown(checks=examined.checks, heading=heading))


@router.post("/test-message")
async def send_test_message(request: Request, integration_id: str, visit: Operator) -> Response:
    """One message, now, and what WhatsApp says of it."""
    known, to = known_id(integration_id), (await read_form(request)).get("to", "").strip()
    try:
        trial = await try_out(request, visit.viewer, known, to)
    except (BadRequest, Conflict) as error:
        return await _draw(request, visit, known, Shown(wrong=Wrong("to", error.message, error.status), given=to))
    return await _draw(request, visit, known, Shown(trial=trial, given=to))


@router.post("/repair/{kind}")
async def repair(request: Request, integration_id: str, kind: str, visit: Operator) -> Response:
    """What a check or finding named, put right at Meta."""
    form, known, speech = await read_form(request), known_id(integration_id), speech_of(visit.viewer.language)
    if kind not in _REPAIRS:
        raise NotFound
    try:
        body = RepairBody(kind=kind, pin=SecretStr(form["pin"].strip()) if form.get("pin") else None)
        done = await put_right(request, visit.viewer, known, body)
    except AppError as error:
        return await _draw(request, visit, known, Shown(wrong=above(Wrong.of(error))))
    return await _draw(request, visit, known, Shown(checks=done.checks, heading=speech.say(done.message)))


@router.post("/findings/{finding_id}/dismiss")
async def dismiss_trouble(request: Request, integration_id: str, finding_id: str, visit: Operator) -> Response:
    """Off the list; if it is still so, the next look finds it again."""
    known = known_id(integration_id)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await dismiss(conn, by=visit.viewer, integration_id=known, finding_id=known_id(finding_id), now=now_of(request))
    return go(f"/integrations/{known}", Note(speech_of(visit.viewer.language).say("Off the list.")))


@router.post("/switch/{how}")
async def switch(request: Request, integration_id: str, how: str, visit: Operator) -> Response:
    """Off: nothing is sent, and what comes has no effect; on again."""
    known, speech = known_id(integration_id), speech_of(visit.viewer.language)
    changes = clean({"enabled": how == "on"}, settings=request.app.state.settings)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await change_integration(conn, by=visit.viewer, integration_id=known, changes=changes, now=now_of(request))
    return go(
        f"/integrations/{known}", Note(speech.say("Switched on.") if how == "on" else speech.say("Switched off."))
    )


def above(wrong: Wrong) -> Wrong:
    """As it is told above everything, for what no field of the page is to blame for."""
    return Wrong("", wrong.words, wrong.status)


def _secrets(form: dict[str, str]) -> dict[CredentialKind, str]:
    given = {kind: form[kind] for kind in _SECRETS if form.get(kind, "").strip()}
    if not given:
        raise BadRequest(phrase("Enter what is to be replaced."), field="access_token")
    return given


def tabs(integration_id: UUID, here: str, language: str) -> list[tuple[str, str, bool]]:
    """The pages of a number, for `parts.tabs`."""
    say = speech_of(language).say
    places = {"": say("Overview"), "/phone-mappings": say("Phone mappings"), "/templates": say("Templates")}
    return [(f"/integrations/{integration_id}{path}", words, path == here) for path, words in places.items()]


async def _draw(request: Request, visit: Visit, integration_id: UUID, shown: Shown) -> Response:
    settings = request.app.state.settings
    async with request.app.state.pool.acquire() as conn:
        number = await get_shown(conn, integration_id=integration_id)
        findings = (await list_findings(conn, integration_id=integration_id)).items
        frame = await load_frame(conn, visit, here="integrations", title=number.name, now=now_of(request))
    context: dict[str, Any] = {
        "number": number,
        "base": f"/integrations/{integration_id}",
        "secrets": number.credentials,
        "ready": all((number.credentials.access_token, number.credentials.verify_token, number.credentials.app_secret)),
        "findings": findings,
        "shown": shown,
        "wrong": shown.wrong,
        "callback": place_of(settings, seen_at=str(request.base_url)).callback,
        "tabs": tabs(integration_id, "", visit.viewer.language),
        "live": "messages system",
    }
    response = draw(request, "integration.html", status=shown.wrong.status if shown.wrong else 200, **frame | context)
    response.headers["cache-control"] = "no-store"
    return response

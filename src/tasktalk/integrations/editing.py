"""Making, changing and switching off integrations, and replacing their credentials: each act is audited."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.integrations.connections import CredentialKind, save_credential
from tasktalk.integrations.findings import dismiss_finding
from tasktalk.integrations.pasted import check_graph_url, check_id, check_ids, check_line, check_name
from tasktalk.integrations.shown import ShownIntegration, get_shown
from tasktalk.phrases import phrase
from tasktalk.settings import Settings

Q = queries(__file__)

_MOST_BUDGET = Decimal(1_000_000_000)
_CURRENCY_LETTERS = 3


def clean(values: Mapping[str, Any], *, settings: Settings) -> dict[str, Any]:
    """The same keys with clean values. Raises BadRequest naming the field."""
    return {key: _clean(key, value, settings) for key, value in values.items()}


async def make_integration(conn: Conn, *, by: Viewer, values: Mapping[str, Any]) -> ShownIntegration:
    """Add a number, with clean `values`; its credentials come after. Raises Conflict when it is here already."""
    _check_together(values)
    integration_id = new_id()
    made = await Q.make_integration(
        conn,
        id=integration_id,
        name=values["name"],
        waba_id=values["business_account_id"],
        phone_number_id=values["phone_number_id"],
        display_phone_number=values["display_phone_number"],
        business_name=values["business_name"],
        app_id=values["app_id"],
        graph_url=values["graph_url"],
    )
    if made is None:
        raise _taken()
    await Q.announce(conn)
    await _note(conn, by, "integration.created", integration_id, {"phone_number_id": values["phone_number_id"]})
    return await get_shown(conn, integration_id=integration_id)


async def change_integration(
    conn: Conn, *, by: Viewer, integration_id: UUID, changes: Mapping[str, Any], now: datetime
) -> ShownIntegration:
    """The integration after clean `changes`. `enabled` false keeps its history and credentials."""
    if await Q.lock_integration(conn, id=integration_id) is None:
        raise NotFound(phrase("There is no such integration."))
    shown = await get_shown(conn, integration_id=integration_id)
    before = {key: getattr(shown, key) for key in _KEYS}
    after = before | dict(changes)
    _check_together(after)
    number = after["phone_number_id"]
    if await Q.find_number(conn, phone_number_id=number, id=integration_id) is not None:
        raise _taken()
    changed = sorted(key for key in changes if _plain(after[key]) != _plain(before[key]))
    if not changed:
        return shown
    await Q.change_integration(
        conn,
        id=integration_id,
        name=after["name"],
        waba_id=after["business_account_id"],
        phone_number_id=number,
        display_phone_number=after["display_phone_number"],
        business_name=after["business_name"],
        app_id=after["app_id"],
        graph_url=after["graph_url"],
        monthly_budget=after["monthly_budget"],
        currency=after["currency"],
        disabled_at=None if after["enabled"] else shown.disabled_at or now,
    )
    await Q.announce(conn)
    action = "integration.changed"
    if "enabled" in changed:
        action = "integration.switched_on" if after["enabled"] else "integration.switched_off"
    detail = {"before": {k: _plain(before[k]) for k in changed}, "after": {k: _plain(after[k]) for k in changed}}
    await _note(conn, by, action, integration_id, detail)
    return await get_shown(conn, integration_id=integration_id)


async def dismiss(conn: Conn, *, by: Viewer, integration_id: UUID, finding_id: UUID, now: datetime) -> None:
    """Take a finding off the list. Raises NotFound."""
    kind = await dismiss_finding(conn, integration_id=integration_id, finding_id=finding_id, now=now)
    await _note(conn, by, "finding.dismissed", integration_id, {"kind": kind})


async def replace_credentials(
    conn: Conn,
    *,
    by: Viewer,
    keyring: Keyring,
    integration_id: UUID,
    secrets: Mapping[CredentialKind, str],
    grace: timedelta,
    now: datetime,
    app_id: str | None,
) -> ShownIntegration:
    """Seal and keep checked `secrets`. Old verify tokens and app secrets count for `grace`, an access token no more.

    `app_id`: the token's, for an integration that names none yet. An access token that is entered again is a new one
    all the same: whoever does that wants sending to begin anew.
    """
    for kind, secret in secrets.items():
        await save_credential(
            conn,
            keyring=keyring,
            integration_id=integration_id,
            kind=kind,
            secret=secret,
            now=now,
            grace=timedelta(0) if kind == "access_token" else grace,
            renew=kind == "access_token",
        )
    if app_id:
        await Q.learn_app(conn, id=integration_id, app_id=app_id)
        await Q.announce(conn)
    await _note(conn, by, "credentials.replaced", integration_id, {"kinds": sorted(secrets)})
    return await get_shown(conn, integration_id=integration_id)


_KEYS = (
    *("name", "business_account_id", "phone_number_id", "display_phone_number", "business_name", "app_id"),
    *("graph_url", "monthly_budget", "currency", "enabled"),
)


def _clean(key: str, value: Any, settings: Settings) -> Any:  # noqa: PLR0911  (one line a key)
    match key:
        case "name":
            return check_name(value)
        case "business_account_id" | "phone_number_id":
            return check_id(value, field=key)
        case "app_id":
            return check_id(value, field=key) if value.strip() else ""
        case "display_phone_number" | "business_name":
            return check_line(value, field=key)
        case "graph_url":
            return check_graph_url(value, meta=settings.graph_url, sandbox=settings.sandbox)
        case "currency":
            letters = value.strip().upper()
            if len(letters) != _CURRENCY_LETTERS or not letters.isascii() or not letters.isalpha():
                raise BadRequest(phrase("A currency has three letters, such as USD."), field=key)
            return letters
        case "monthly_budget" if value is not None and not 0 <= value <= _MOST_BUDGET:
            raise BadRequest(phrase("A budget is an amount from 0."), field=key)
        case _:
            return value


def _check_together(values: Mapping[str, Any]) -> None:
    check_ids(
        values["business_account_id"], values["phone_number_id"], values["app_id"], values["display_phone_number"]
    )


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _taken() -> Conflict:
    return Conflict(
        phrase("This number is connected already. If it is switched off, switch it on again."), field="phone_number_id"
    )


async def _note(conn: Conn, by: Viewer, action: str, integration_id: UUID, detail: Mapping[str, Any]) -> None:
    await record(
        conn,
        by=by,
        action=action,
        subject="integration",
        subject_id=integration_id,
        integration_id=integration_id,
        detail=dict(detail),
    )

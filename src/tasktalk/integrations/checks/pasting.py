"""What Meta says of credentials that an operator has just pasted: refused where it is sure, else told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from tasktalk.errors import BadRequest
from tasktalk.integrations.checks.asking import open_graph
from tasktalk.integrations.checks.check import Check, warning
from tasktalk.integrations.checks.tokens import judge_token
from tasktalk.integrations.connections import CredentialKind, Integration
from tasktalk.phrases import Told, join, phrase
from tasktalk.settings import Settings
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error

_WRONG_SECRET = (1, 101)  # "Error validating client secret.", "… application."
_INVALID_TOKEN = 190


@dataclass(slots=True)
class Pasted:
    """`warnings`: what is not as it should be, and still kept; `app_id`: the token's."""

    warnings: list[Check] = field(default_factory=list)
    app_id: str | None = None


async def ask_of_pasted(
    integration: Integration, settings: Settings, *, secrets: Mapping[CredentialKind, str], now: datetime
) -> Pasted:
    """Ask. Raises BadRequest for a token that Meta does not know, cannot send with, or that is another app's.

    When Meta does not answer, the credentials are kept unasked: that must not keep anybody from entering them.
    """
    pasted = Pasted()
    async with aiohttp.ClientSession() as session:
        if token := secrets.get("access_token"):
            await _ask_of_token(session, integration, settings, token=token, now=now, pasted=pasted)
        if (secret := secrets.get("app_secret")) and (app_id := integration.app_id or pasted.app_id):
            await _ask_of_secret(session, integration, settings, app_id=app_id, secret=secret, pasted=pasted)
    return pasted


async def _ask_of_token(
    session: aiohttp.ClientSession,
    integration: Integration,
    settings: Settings,
    *,
    token: str,
    now: datetime,
    pasted: Pasted,
) -> None:
    graph = open_graph(session, integration, settings, token=token)
    try:
        known = await graph.debug_token(token)
    except GraphError as error:
        means = explain_error(error)
        if error.code == _INVALID_TOKEN:
            raise BadRequest(join([Told(means.meaning), Told(means.what_to_do)]), field="access_token") from error
        message = Told("The access token could not be checked: {why}", why=Told(means.meaning))
        unasked = warning("token", message, means.what_to_do)
        pasted.warnings.append(unasked)
        return
    pasted.app_id = str(known.get("app_id") or "") or None
    for check in judge_token(known, app_id=integration.app_id, waba_id=integration.waba_id, now=now):
        if check.status == "failed":
            message = join(
                [said if isinstance(said, Told) else Told(said) for said in (check.message, check.what_to_do or "")]
            )
            raise BadRequest(message, field="access_token", check=check.name)
        if check.status == "warning":
            pasted.warnings.append(check)


async def _ask_of_secret(
    session: aiohttp.ClientSession,
    integration: Integration,
    settings: Settings,
    *,
    app_id: str,
    secret: str,
    pasted: Pasted,
) -> None:
    """Only told: during a rotation Meta may not know it yet."""
    graph = open_graph(session, integration, settings, token="")
    try:
        await graph.post(
            "oauth/access_token",
            {"grant_type": "client_credentials", "client_id": app_id, "client_secret": secret},
        )
    except GraphError as error:
        if error.code in _WRONG_SECRET:
            pasted.warnings.append(
                warning(
                    "app_secret",
                    Told("Meta says that this is not the secret of the app {app}.", app=app_id),
                    phrase("Copy it from App settings > Basic; deliveries signed with another secret are refused."),
                )
            )

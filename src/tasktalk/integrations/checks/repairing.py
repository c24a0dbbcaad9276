"""Putting right at Meta what one call can: registering the number, subscribing the account, callback URL, fields."""

import aiohttp

from tasktalk.errors import BadRequest, Conflict
from tasktalk.integrations.checks.accounts import FIELDS
from tasktalk.integrations.checks.asking import app_token, open_graph
from tasktalk.integrations.checks.check import Repair
from tasktalk.integrations.checks.watch import Place
from tasktalk.integrations.connections import Integration
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error

_LONGEST_URL = 200  # Meta's limit


async def repair(integration: Integration, kind: Repair, *, place: Place, pin: str | None = None) -> str:
    """Do it; what was done. Raises Conflict with what Meta said, BadRequest for what is missing here.

    `pin`: six digits, for `register`; they are in nothing that is said.
    """
    async with aiohttp.ClientSession() as session:
        try:
            return await _repair(session, integration, kind, place, pin)
        except GraphError as error:
            means = explain_error(error)
            message = f"{means.meaning} {means.what_to_do} WhatsApp said: {_without(pin, str(error))}"
            raise Conflict(message, code=error.code, details=_without(pin, error.details)) from None


async def _repair(
    session: aiohttp.ClientSession, integration: Integration, kind: Repair, place: Place, pin: str | None
) -> str:
    graph = open_graph(session, integration, place.settings, token=_need(integration.access_token, "access_token"))
    if kind == "register":
        body = {"messaging_product": "whatsapp", "pin": _need(pin, "pin")}
        await graph.post(f"{integration.phone_number_id}/register", body)
        return "The number is registered. What waits to be sent leaves now."
    if kind == "subscribe":
        await graph.post(f"{_need(integration.waba_id, 'business_account_id')}/subscribed_apps", {})
        return "The app is subscribed to the account's webhooks."
    url, verify_token = _callback(place), _need(next(iter(integration.verify_tokens), None), "verify_token")
    if kind == "callback":
        override = {"override_callback_uri": url, "verify_token": verify_token}
        await graph.post(integration.phone_number_id, {"webhook_configuration": override})
        return f"WhatsApp has verified {url} and delivers this number's messages there."
    for_app = open_graph(session, integration, place.settings, token=_need(app_token(integration), "app_secret"))
    await for_app.post(
        f"{integration.app_id}/subscriptions",
        {
            "object": "whatsapp_business_account",
            "callback_url": url,
            "verify_token": verify_token,
            "fields": ",".join(FIELDS),
        },
    )
    return f"The app is subscribed to all webhook fields, which are delivered to {url}."


def _without(pin: str | None, text: str | None) -> str | None:
    return text.replace(pin, "******") if pin and text else text


def _callback(place: Place) -> str:
    url = place.callback
    if not url:
        raise BadRequest("Set PUBLIC_URL first, so that WhatsApp can be told where to deliver.", field="kind")
    if not place.settings.sandbox and not url.startswith("https://"):
        raise BadRequest("WhatsApp delivers to https addresses alone: correct PUBLIC_URL.", field="kind")
    if len(url) > _LONGEST_URL:
        raise BadRequest(f"WhatsApp takes addresses of {_LONGEST_URL} characters at most.", field="kind")
    return url


def _need(value: str | None, name: str) -> str:
    if not value:
        raise BadRequest(f"Enter the {name.replace('_', ' ')} first.", field=name)
    return value

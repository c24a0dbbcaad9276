"""Putting right at Meta what one call can: registering the number, subscribing the account, callback URL, fields."""

import aiohttp

from tasktalk.errors import BadRequest, Conflict
from tasktalk.integrations.checks.accounts import FIELDS
from tasktalk.integrations.checks.asking import app_token, open_graph
from tasktalk.integrations.checks.check import Repair
from tasktalk.integrations.checks.watch import Place
from tasktalk.integrations.connections import Integration
from tasktalk.phrases import Told, join, phrase
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error

_LONGEST_URL = 200  # Meta's limit
_MISSING = {
    "access_token": phrase("Enter the access token first."),
    "verify_token": phrase("Enter the verify token first."),
    "app_secret": phrase("Enter the app secret first."),
    "business_account_id": phrase("Enter the business account id first."),
    "pin": phrase("Enter the pin first."),
}


async def repair(integration: Integration, kind: Repair, *, place: Place, pin: str | None = None) -> str:
    """Do it; what was done. Raises Conflict with what Meta said, BadRequest for what is missing here.

    `pin`: six digits, for `register`; they are in nothing that is said.
    """
    async with aiohttp.ClientSession() as session:
        try:
            return await _repair(session, integration, kind, place, pin)
        except GraphError as error:
            means = explain_error(error)
            said = Told("WhatsApp said: {words}", words=_without(pin, str(error)))
            message = join([Told(means.meaning), Told(means.what_to_do), said])
            raise Conflict(message, code=error.code, details=_without(pin, error.details)) from None


async def _repair(
    session: aiohttp.ClientSession, integration: Integration, kind: Repair, place: Place, pin: str | None
) -> str:
    graph = open_graph(session, integration, place.settings, token=_need(integration.access_token, "access_token"))
    if kind == "register":
        body = {"messaging_product": "whatsapp", "pin": _need(pin, "pin")}
        await graph.post(f"{integration.phone_number_id}/register", body)
        return phrase("The number is registered. What waits to be sent leaves now.")
    if kind == "subscribe":
        await graph.post(f"{_need(integration.waba_id, 'business_account_id')}/subscribed_apps", {})
        return phrase("The app is subscribed to the account's webhooks.")
    url, verify_token = _callback(place), _need(next(iter(integration.verify_tokens), None), "verify_token")
    if kind == "callback":
        override = {"override_callback_uri": url, "verify_token": verify_token}
        await graph.post(integration.phone_number_id, {"webhook_configuration": override})
        return Told("WhatsApp has verified {url} and delivers this number's messages there.", url=url)
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
    return Told("The app is subscribed to all webhook fields, which are delivered to {url}.", url=url)


def _without(pin: str | None, text: str | None) -> str | None:
    return text.replace(pin, "******") if pin and text else text


def _callback(place: Place) -> str:
    url = place.callback
    if not url:
        raise BadRequest(phrase("Set PUBLIC_URL first, so that WhatsApp can be told where to deliver."), field="kind")
    if not place.settings.sandbox and not url.startswith("https://"):
        raise BadRequest(phrase("WhatsApp delivers to https addresses alone: correct PUBLIC_URL."), field="kind")
    if len(url) > _LONGEST_URL:
        raise BadRequest(
            Told("WhatsApp takes addresses of {most} characters at most.", most=_LONGEST_URL), field="kind"
        )
    return url


def _need(value: str | None, name: str) -> str:
    if not value:
        raise BadRequest(_MISSING[name], field=name)
    return value

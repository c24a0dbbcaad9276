"""What is to be said of the account, its subscription and the address its webhooks go to (facts sheet 1.4 and 7.1)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from tasktalk.integrations.checks.asking import TOKEN_ERRORS, Asked, Json
from tasktalk.integrations.checks.check import Check, failed, ok, warning
from tasktalk.integrations.connections import Integration
from tasktalk.phrases import Told, phrase
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error
from tasktalk.whatsapp.fields import find_id, get_object, get_text, list_objects

PATH = "/api/webhooks/whatsapp"
FIELDS = (
    *("messages", "message_template_status_update", "message_template_quality_update"),
    *("message_template_components_update", "template_category_update", "phone_number_name_update"),
    *("phone_number_quality_update", "account_update", "account_review_update", "account_alerts"),
    *("business_capability_update", "security", "user_preferences"),
)
_NEEDED = ("messages", "message_template_status_update", "phone_number_name_update")
ENTER = phrase("Enter it: WhatsApp > API Setup, in the app.")
REVIEWS = {
    "REJECTED": phrase("Meta's review of the account: rejected."),
    "PENDING": phrase("Meta's review of the account: pending."),
}
_SUBSCRIBE = phrase("Subscribe to them: one click here.")
_SILENT = timedelta(days=7)
_MOST_SECONDS_APART = 60.0


def check_account(integration: Integration, asked: Asked) -> Iterator[Check]:
    """Whether the account can be read, is good, and has this number."""
    account = asked.account
    if not integration.waba_id:
        yield failed("account", phrase("The Business Account ID is missing."), ENTER)
    elif isinstance(account, GraphError):
        if account.code is not None and account.code not in TOKEN_ERRORS:
            means = explain_error(account)
            yield failed(
                "account",
                Told(
                    "The account {id} cannot be read: {why} ({said})",
                    id=integration.waba_id,
                    why=Told(means.meaning),
                    said=str(account),
                ),
                phrase(
                    "Check the Business Account ID (WhatsApp > API Setup), and that the system user has the account."
                ),
            )
    elif account is not None:
        ids = (
            [find_id(each, "id") for each in list_objects(asked.numbers, "data")]
            if isinstance(asked.numbers, dict)
            else []
        )
        review = get_text(account, "account_review_status")
        if ids and integration.phone_number_id not in ids:
            yield failed(
                "account",
                Told(
                    "The account {id} has other numbers than {number}.",
                    id=integration.waba_id,
                    number=integration.phone_number_id,
                ),
                phrase("Correct the Business Account ID or the Phone Number ID: they belong together."),
            )
        elif review in {"REJECTED", "PENDING"}:
            judge = failed if review == "REJECTED" else warning
            yield judge("account", REVIEWS[review], phrase("See Business Support Home at Meta."))
        else:
            yield ok("account", Told("The account is {name}.", name=get_text(account, "name") or integration.waba_id))


def check_subscription(integration: Integration, asked: Asked) -> Iterator[Check]:
    """Whether the app gets the account's webhooks at all, and the fields that we handle."""
    if isinstance(asked.subscribers, dict):
        ids = [
            find_id(get_object(each, "whatsapp_business_api_data"), "id")
            for each in list_objects(asked.subscribers, "data")
        ]
        if integration.app_id in ids or (ids and not integration.app_id):
            yield ok("subscription", phrase("The app is subscribed to the account's webhooks."))
        else:
            yield failed(
                "subscription",
                phrase("The app is not subscribed to this account: no message of its numbers arrives."),
                phrase("Subscribe it: one click here."),
                repair="subscribe",
            )
    if isinstance(asked.application, dict):
        subscribed = _fields(asked.application)
        missing = [name for name in FIELDS if name not in subscribed]
        if any(name in _NEEDED for name in missing):
            yield failed("webhook_fields", _lacks(missing), _SUBSCRIBE, repair="fields")
        elif missing:
            yield warning("webhook_fields", _lacks(missing), _SUBSCRIBE, repair="fields")
        else:
            yield ok("webhook_fields", phrase("All webhook fields that are handled here are subscribed."))


def check_callback(asked: Asked, *, expected: str, sandbox: bool) -> Iterator[Check]:
    """Whether Meta delivers to us: the address of the number before the account's before the app's."""
    if not isinstance(asked.number, dict):
        return
    known = get_object(asked.number, "webhook_configuration")
    levels = ("phone_number", "whatsapp_business_account", "application")
    actual = next((url for level in levels if (url := get_text(known, level))), "")
    if not actual:
        yield failed(
            "callback",
            phrase("No callback URL is set: WhatsApp has nowhere to deliver messages."),
            Told(
                "Set {url} under WhatsApp > Configuration in the app, or by a click.",
                url=expected or "https://YOUR-DOMAIN" + PATH,
            ),
            repair="callback",
        )
    elif not expected:
        message = Told("WhatsApp delivers to {url}.", url=actual)
        if sandbox:
            yield ok("callback", message)
        else:
            yield warning("callback", message, phrase("Set PUBLIC_URL, so that this can be checked."))
    elif actual.rstrip("/") != expected.rstrip("/"):
        yield failed(
            "callback",
            Told("WhatsApp delivers to {url}, but here is {expected}.", url=actual, expected=expected),
            phrase("Correct the callback URL in the app, or let this number deliver here by one click."),
            repair="callback",
        )
    elif not sandbox and not _is_public(actual):
        message = Told("WhatsApp cannot reach {url}.", url=actual)
        yield failed("callback", message, phrase("Set PUBLIC_URL to a public https address."))
    else:
        yield ok("callback", Told("WhatsApp delivers here: {url}.", url=actual))


def check_deliveries(delivered_at: datetime | None, now: datetime) -> Check:
    """Whether anything has come of late."""
    write = phrase("Send any message from a phone to the number, then test again.")
    if delivered_at is None:
        return warning("deliveries", phrase("Nothing has been delivered by WhatsApp yet."), write)
    if now - delivered_at > _SILENT:
        day = f"{delivered_at:%Y-%m-%d}"
        return warning("deliveries", Told("WhatsApp last delivered something on {day}.", day=day), write)
    when = f"{delivered_at:%Y-%m-%d %H:%M} UTC"
    return ok("deliveries", Told("WhatsApp last delivered something at {when}.", when=when))


def check_clock(asked: Asked) -> Iterator[Check]:
    """Whether our clock and Meta's agree: the 24-hour window is told by ours."""
    ahead = asked.ahead_seconds
    if ahead is None:
        return
    if abs(ahead) > _MOST_SECONDS_APART:
        seconds = f"{abs(ahead):.0f}"
        message = Told("This machine's clock is {seconds} s ahead of WhatsApp's.", seconds=seconds)
        if ahead > 0:
            message = Told("This machine's clock is {seconds} s behind WhatsApp's.", seconds=seconds)
        yield warning("clock", message, phrase("Keep it by NTP: reminders and the 24-hour window go by it."))
    else:
        yield ok("clock", phrase("This machine's clock is right."))


def _fields(application: Json) -> set[str]:
    of_ours = [each for each in list_objects(application, "data") if each.get("object") == "whatsapp_business_account"]
    return {get_text(field, "name") for each in of_ours for field in list_objects(each, "fields")}


def _lacks(missing: list[str]) -> str:
    return Told("The app is not subscribed to {fields}.", fields=", ".join(missing))


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or host == "localhost" or host.endswith((".local", ".internal", ".lan")):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return True  # a name

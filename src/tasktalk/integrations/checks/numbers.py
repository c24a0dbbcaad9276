"""What is to be said of the number itself: is it there, connected, named, trusted; may it send (facts sheet 7.1)."""

from collections.abc import Iterator
from typing import Any

from tasktalk.integrations.checks.asking import TOKEN_ERRORS, Asked, Json
from tasktalk.integrations.checks.check import Check, failed, ok, warning
from tasktalk.integrations.connections import Integration
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error
from tasktalk.whatsapp.fields import get_object, get_text, list_objects

_NOT_CONNECTED = {
    "PENDING": "It is not registered yet.",
    "UNVERIFIED": "It is not verified yet.",
    "DISCONNECTED": "It is not registered any more.",
    "OFFLINE": "It is offline.",
    "MIGRATED": "It moved to another account.",
    "DELETED": "It was deleted.",
    "BANNED": "It is banned.",
}
_UNREGISTERED = ("PENDING", "DISCONNECTED")
REGISTER = (
    "Register it: one click here, with the six-digit PIN of its two-step verification (the repair `register`). If it "
    "never had one, the PIN you enter becomes it."
)
_RESTRICTED = {
    "FLAGGED": "Its quality is low; its limits may fall.",
    "RESTRICTED": "It has used up what it may send outside conversations.",
    "RATE_LIMITED": "It is limited for a while.",
}
_MANAGER = "Open the number in WhatsApp Manager > Phone numbers; it says what is missing."
_NO_FIELD = "nonexisting field"  # of an object of another kind
_PAYMENT_CODES = (131042, 141006)
LOW = ("YELLOW", "RED")
PER_SECOND = {"STANDARD": 80, "HIGH": 1000}


def check_number(integration: Integration, asked: Asked, low: tuple[str, ...] = LOW) -> Iterator[Check]:
    """All that the number's own page says. `low`: the qualities to warn of."""
    number = asked.number
    if not integration.phone_number_id.isdecimal():
        yield failed("number", "The Phone Number ID is missing.", "Enter it: WhatsApp > API Setup, in the app.")
    elif isinstance(number, GraphError) and _NO_FIELD in number.message:
        yield failed(
            "number",
            f"{integration.phone_number_id} is the id of something else, not of a phone number.",
            "Enter the Phone Number ID; the Business Account ID has a field of its own.",
        )
    elif isinstance(number, GraphError):
        if number.code is not None and number.code not in TOKEN_ERRORS:
            means = explain_error(number)
            yield failed(
                "number",
                f"The number {integration.phone_number_id} cannot be read: {means.meaning} ({number})",
                "Check the Phone Number ID (WhatsApp > API Setup), and that the system user has the account.",
            )
    elif number is not None:
        yield _identity(integration, number)
        yield _status(number)
        yield _quality(number, low)
        yield _name(number)
        yield _limits(number)
        yield from check_sending(number)


def facts_of_number(number: Json) -> Json:
    """What is kept of it, under names of our own."""
    return {
        "display_phone_number": get_text(number, "display_phone_number"),
        "verified_name": get_text(number, "verified_name"),
        "name_status": get_text(number, "name_status"),
        "quality": get_text(number, "quality_rating"),
        "status": get_text(number, "status"),
        "mode": get_text(number, "account_mode"),
        "throughput": get_text(get_object(number, "throughput"), "level"),
        "limit": get_text(number, "whatsapp_business_manager_messaging_limit"),
        "can_send": get_text(get_object(number, "health_status"), "can_send_message"),
    }


def check_sending(described: Json) -> Iterator[Check]:
    """What `health_status` says: whether it may send, and whether payment stands in its way."""
    health = get_object(described, "health_status")
    errors = [
        (entity, error) for entity in list_objects(health, "entities") for error in list_objects(entity, "errors")
    ]
    paying = [error for _, error in errors if _is_payment(error)]
    if paying:
        message = get_text(paying[0], "error_description") or "Meta cannot charge for messages."
        solution = get_text(paying[0], "possible_solution") or "Add a payment method in WhatsApp Manager."
        yield failed("payment", message, solution)
    elif health:
        yield ok("payment", "Meta reports no problem with payment.")
    may = get_text(health, "can_send_message")
    others = [(entity, error) for entity, error in errors if not _is_payment(error)]
    if may in {"", "AVAILABLE"}:
        yield ok("sending", "Meta lets it send." if may else "Meta does not say whether it may send.")
        return
    told = [f"{_entity(entity)}: {get_text(error, 'error_description')}" for entity, error in others]
    solutions = [text for _, error in others if (text := get_text(error, "possible_solution"))]
    message = " ".join(told) or ("Meta does not let it send." if may == "BLOCKED" else "Meta lets it send with limits.")
    say = failed if may == "BLOCKED" and not paying else warning
    yield say("sending", message, " ".join(dict.fromkeys(solutions)) or _MANAGER)


def _identity(integration: Integration, number: Json) -> Check:
    shown, name = get_text(number, "display_phone_number"), get_text(number, "verified_name")
    entered = _digits(integration.display_phone_number)
    if entered and _digits(shown) and entered != _digits(shown):
        return warning(
            "number",
            f"This Phone Number ID is {shown}, but {integration.display_phone_number} was entered.",
            "Correct the Phone Number ID or the display phone number.",
        )
    return ok("number", f"The number is {shown or integration.phone_number_id}" + (f", {name}." if name else "."))


def _status(number: Json) -> Check:
    status = get_text(number, "status")
    if status in _UNREGISTERED:
        message = f"The number is {status}. {_NOT_CONNECTED[status]}"
        return failed("number_status", message, REGISTER, repair="register")
    if status in _NOT_CONNECTED:
        return failed("number_status", f"The number is {status}. {_NOT_CONNECTED[status]}", _MANAGER)
    if status in _RESTRICTED:
        return warning("number_status", f"The number is {status}. {_RESTRICTED[status]}", _MANAGER)
    return ok("number_status", f"The number is {status.lower() or 'there'}.")


def _quality(number: Json, low: tuple[str, ...]) -> Check:
    quality = get_text(number, "quality_rating")
    if quality in low:
        word = "medium" if quality == "YELLOW" else "low"
        return warning(
            "quality",
            f"The number's quality is {word}: people blocked or reported it.",
            "Send less that was not asked for; look at which templates people block in WhatsApp Manager.",
        )
    known = {"GREEN": "high", "YELLOW": "medium"}
    return ok("quality", f"The number's quality is {known.get(quality, 'not known yet')}.")


def _name(number: Json) -> Check:
    status, name = get_text(number, "name_status"), get_text(number, "verified_name")
    if status == "DECLINED":
        return failed("name", f"The display name {name!r} was declined.", "Choose another in WhatsApp Manager.")
    if status in {"EXPIRED", "PENDING_REVIEW"}:
        word = "has expired" if status == "EXPIRED" else "is being reviewed"
        return warning("name", f"The display name {name!r} {word}.", "Look at it in WhatsApp Manager > Phone numbers.")
    return ok("name", f"The display name is {name!r}.")


def _limits(number: Json) -> Check:
    facts = facts_of_number(number)
    per_second = PER_SECOND.get(facts["throughput"])
    tier = facts["limit"].removeprefix("TIER_").replace("_", " ").lower()
    parts = [
        f"{per_second} messages a second" if per_second else "",
        f"{tier} people outside conversations a day" if tier else "",
    ]
    return ok(
        "limits",
        "It may send " + " and to ".join(part for part in parts if part) + "."
        if any(parts)
        else "Meta names no limits.",
    )


def _is_payment(error: Json) -> bool:
    return error.get("error_code") in _PAYMENT_CODES or "payment" in get_text(error, "error_description").lower()


def _entity(entity: Json) -> str:
    return get_text(entity, "entity_type").replace("_", " ").capitalize() or "Meta"


def _digits(text: Any) -> str:
    return "".join(filter(str.isdecimal, text)) if isinstance(text, str) else ""

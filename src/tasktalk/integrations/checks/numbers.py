"""What is to be said of the number itself: is it there, connected, named, trusted; may it send (facts sheet 7.1)."""

from collections.abc import Iterator
from typing import Any

from tasktalk.integrations.checks.accounts import ENTER
from tasktalk.integrations.checks.asking import TOKEN_ERRORS, Asked, Json
from tasktalk.integrations.checks.check import Check, failed, ok, warning
from tasktalk.integrations.connections import Integration
from tasktalk.phrases import Told, phrase
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error
from tasktalk.whatsapp.fields import get_object, get_text, list_objects

_NOT_CONNECTED = {
    "PENDING": phrase("It is not registered yet."),
    "UNVERIFIED": phrase("It is not verified yet."),
    "DISCONNECTED": phrase("It is not registered any more."),
    "OFFLINE": phrase("It is offline."),
    "MIGRATED": phrase("It moved to another account."),
    "DELETED": phrase("It was deleted."),
    "BANNED": phrase("It is banned."),
}
_UNREGISTERED = ("PENDING", "DISCONNECTED")
REGISTER = phrase(
    "Register it: one click here, with the six-digit PIN of its two-step verification (the repair `register`). If it "
    "never had one, the PIN you enter becomes it."
)
_RESTRICTED = {
    "FLAGGED": phrase("Its quality is low; its limits may fall."),
    "RESTRICTED": phrase("It has used up what it may send outside conversations."),
    "RATE_LIMITED": phrase("It is limited for a while."),
}
_CONNECTED = {"CONNECTED": phrase("The number is connected."), "": phrase("The number is there.")}
_QUALITIES = {
    "GREEN": phrase("The number's quality is high."),
    "YELLOW": phrase("The number's quality is medium."),
}
_LOW = {
    "YELLOW": phrase("The number's quality is medium: people blocked or reported it."),
    "RED": phrase("The number's quality is low: people blocked or reported it."),
}
_MANAGER = phrase("Open the number in WhatsApp Manager > Phone numbers; it says what is missing.")
_NO_FIELD = "nonexisting field"  # of an object of another kind
_PAYMENT_CODES = (131042, 141006)
LOW = ("YELLOW", "RED")
PER_SECOND = {"STANDARD": 80, "HIGH": 1000}


def check_number(integration: Integration, asked: Asked, low: tuple[str, ...] = LOW) -> Iterator[Check]:
    """All that the number's own page says. `low`: the qualities to warn of."""
    number = asked.number
    if not integration.phone_number_id.isdecimal():
        yield failed("number", phrase("The Phone Number ID is missing."), ENTER)
    elif isinstance(number, GraphError) and _NO_FIELD in number.message:
        yield failed(
            "number",
            Told("{id} is the id of something else, not of a phone number.", id=integration.phone_number_id),
            phrase("Enter the Phone Number ID; the Business Account ID has a field of its own."),
        )
    elif isinstance(number, GraphError):
        if number.code is not None and number.code not in TOKEN_ERRORS:
            means = explain_error(number)
            yield failed(
                "number",
                Told(
                    "The number {id} cannot be read: {why} ({said})",
                    id=integration.phone_number_id,
                    why=Told(means.meaning),
                    said=str(number),
                ),
                phrase("Check the Phone Number ID (WhatsApp > API Setup), and that the system user has the account."),
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
        message = get_text(paying[0], "error_description") or phrase("Meta cannot charge for messages.")
        solution = get_text(paying[0], "possible_solution") or phrase("Add a payment method in WhatsApp Manager.")
        yield failed("payment", message, solution)
    elif health:
        yield ok("payment", phrase("Meta reports no problem with payment."))
    may = get_text(health, "can_send_message")
    others = [(entity, error) for entity, error in errors if not _is_payment(error)]
    if may in {"", "AVAILABLE"}:
        yield ok("sending", phrase("Meta lets it send.") if may else phrase("Meta does not say whether it may send."))
        return
    told = [f"{_entity(entity)}: {get_text(error, 'error_description')}" for entity, error in others]
    solutions = [text for _, error in others if (text := get_text(error, "possible_solution"))]
    message = " ".join(told) or (
        phrase("Meta does not let it send.") if may == "BLOCKED" else phrase("Meta lets it send with limits.")
    )
    judge = failed if may == "BLOCKED" and not paying else warning
    yield judge("sending", message, " ".join(dict.fromkeys(solutions)) or _MANAGER)


def _identity(integration: Integration, number: Json) -> Check:
    shown, name = get_text(number, "display_phone_number"), get_text(number, "verified_name")
    entered = _digits(integration.display_phone_number)
    if entered and _digits(shown) and entered != _digits(shown):
        return warning(
            "number",
            Told(
                "This Phone Number ID is {shown}, but {entered} was entered.",
                shown=shown,
                entered=integration.display_phone_number,
            ),
            phrase("Correct the Phone Number ID or the display phone number."),
        )
    known = shown or integration.phone_number_id
    if name:
        return ok("number", Told("The number is {number}, {name}.", number=known, name=name))
    return ok("number", Told("The number is {number}.", number=known))


def _status(number: Json) -> Check:
    status = get_text(number, "status")
    if status in _UNREGISTERED:
        return failed("number_status", _is(status, _NOT_CONNECTED[status]), REGISTER, repair="register")
    if status in _NOT_CONNECTED:
        return failed("number_status", _is(status, _NOT_CONNECTED[status]), _MANAGER)
    if status in _RESTRICTED:
        return warning("number_status", _is(status, _RESTRICTED[status]), _MANAGER)
    if status in _CONNECTED:
        return ok("number_status", _CONNECTED[status])
    return ok("number_status", Told("The number is {status}.", status=status.lower()))


def _is(status: str, why: str) -> Told:
    return Told("The number is {status}. {why}", status=status, why=Told(why))


def _quality(number: Json, low: tuple[str, ...]) -> Check:
    quality = get_text(number, "quality_rating")
    if quality in low:
        return warning(
            "quality",
            _LOW[quality],
            phrase("Send less that was not asked for; look at which templates people block in WhatsApp Manager."),
        )
    return ok("quality", _QUALITIES.get(quality, phrase("The number's quality is not known yet.")))


def _name(number: Json) -> Check:
    status, name = get_text(number, "name_status"), get_text(number, "verified_name")
    if status == "DECLINED":
        message = Told("The display name {name} was declined.", name=repr(name))
        return failed("name", message, phrase("Choose another in WhatsApp Manager."))
    if status in {"EXPIRED", "PENDING_REVIEW"}:
        message = Told("The display name {name} is being reviewed.", name=repr(name))
        if status == "EXPIRED":
            message = Told("The display name {name} has expired.", name=repr(name))
        return warning("name", message, phrase("Look at it in WhatsApp Manager > Phone numbers."))
    return ok("name", Told("The display name is {name}.", name=repr(name)))


def _limits(number: Json) -> Check:
    facts = facts_of_number(number)
    per_second = PER_SECOND.get(facts["throughput"])
    tier = facts["limit"].removeprefix("TIER_").replace("_", " ").lower()
    if per_second and tier:
        message = Told(
            "It may send {number} messages a second, and to {people} people outside conversations a day.",
            number=per_second,
            people=tier,
        )
        return ok("limits", message)
    if per_second:
        return ok("limits", Told("It may send {number} messages a second.", number=per_second))
    if tier:
        return ok("limits", Told("It may write to {people} people outside conversations a day.", people=tier))
    return ok("limits", phrase("Meta names no limits."))


def _is_payment(error: Json) -> bool:
    return error.get("error_code") in _PAYMENT_CODES or "payment" in get_text(error, "error_description").lower()


def _entity(entity: Json) -> str:
    return get_text(entity, "entity_type").replace("_", " ").capitalize() or "Meta"


def _digits(text: Any) -> str:
    return "".join(filter(str.isdecimal, text)) if isinstance(text, str) else ""

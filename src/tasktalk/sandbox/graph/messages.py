"""POST /{phone number id}/messages: sending, marking as read, typing (facts sheet section 4)."""

import asyncio
from typing import Any

import msgspec

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, decode_object, drop, encode
from tasktalk.sandbox.chats import Item, Person, extra_members
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.filling import fill, find_sendable
from tasktalk.sandbox.graph.rates import Rates
from tasktalk.sandbox.graph.registration import check_registered
from tasktalk.sandbox.limits import check_group, check_message
from tasktalk.sandbox.shapes import Json, need, refuse
from tasktalk.sandbox.webhooks import Delivery
from tasktalk.sandbox.world import World

_TYPING_SECONDS = 25
_REACTION_SECONDS = 30 * 86400
_FORM = "application/x-www-form-urlencoded"


async def post_message(world: World, rates: Rates, call: Call) -> Answer | None:
    """Answer a call to `messages`; None when the connection was dropped on purpose."""
    raw = await _read(call)
    message = decode_object(raw)
    if "status" in message:
        return await _mark_read(world, message)
    kind = check_message(message)
    check_registered(world)
    refused = world.faults.find_send_error(world.chance)
    if refused is not None:
        raise refused
    if message.get("recipient_type") == "group":
        check_group(kind)
        raise MetaError(100, "This number has no groups.")
    person, address, by_phone = _find_recipient(world, message)
    _check_recipient(world, rates, person, address)
    extra, pricing = _prepare(world, message, kind)
    failure = _find_failure(world, person, address, kind)
    if failure is not None:
        extra["errors"] = [failure.in_status()]
    seen = person or Person(wa_id=address, user_id="", name="")
    item = world.chats.new_item(
        seen,
        direction="out",
        at=int(world.now()),
        status="delivered" if failure is None else "failed",
        kind=kind,
        opaque=message.get("biz_opaque_callback_data"),
        message=raw,
        extra=extra_members(**extra) if extra else "",
    )
    statuses = _statuses(world, item, person, to=address if by_phone else "", pricing=pricing, failure=failure)
    await world.store.committed()
    if person is not None:
        world.chats.show(person, item)
    if statuses:
        world.deliveries.start(statuses)
    if world.faults.lost_response and world.faults.happens(world.faults.lost_response, world.chance):
        await drop(call)
        return None
    return _accepted(message, item, seen, kind=kind, by_phone=by_phone)


def _accepted(message: Json, item: Item, person: Person, *, kind: str, by_phone: bool) -> Answer:
    if by_phone:
        contact = {"input": message["to"], "wa_id": person.wa_id}
    else:
        contact = {"input": message["recipient"], "user_id": person.user_id}
    sent: dict[str, Any] = {"id": item.id}
    if kind == "template":
        sent["message_status"] = "accepted"
    return encode({"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]})


async def _read(call: Call) -> bytes:
    if call.header(b"content-type").startswith(_FORM):
        return msgspec.json.encode(_unpack(await call.params()))
    return await call.body()


def _prepare(world: World, message: Json, kind: str) -> tuple[Json, Json]:
    """What the phone shows beside the message, and the pricing that statuses tell; raises MetaError."""
    extra: Json = {}
    pricing: Json = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
    if kind == "template":
        template = find_sendable(world.templates, message["template"])
        extra["rendered"] = fill(template, message["template"])
        pricing = pricing | {"billable": True, "type": "regular", "category": template.category.lower()}
    elif kind == "reaction":
        _check_reaction(world, message["reaction"]["message_id"])
    else:
        _check_media(world, kind, message)
    return extra, pricing


def _statuses(
    world: World, item: Item, person: Person | None, *, to: str, pricing: Json, failure: MetaError | None
) -> list[Delivery]:
    if failure is not None:
        return world.new_status(item, person, status="failed", to=to, error=failure)
    told = world.new_status(item, person, status="sent", to=to, pricing=pricing)
    if item.kind != "reaction":  # reactions get no more than `sent` (section 3)
        told += world.new_status(item, person, status="delivered", to=to, pricing=pricing)
    return told


def _unpack(params: dict[str, Any]) -> dict[str, Any]:
    """A form's fields hold JSON where they are objects."""
    return {
        key: msgspec.json.decode(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
        for key, value in params.items()
        if key != "access_token"
    }


def _find_recipient(world: World, message: Json) -> tuple[Person | None, str, bool]:
    """(person or None, their number, whether they were addressed by it); `to` wins over `recipient`."""
    to, recipient = message.get("to"), message.get("recipient")
    if to is not None:
        if not isinstance(to, str):
            raise MetaError(100, "Param to must be a string.")
        digits = "".join(filter(str.isdigit, to))
        if not digits:
            raise refuse("Param to is not a phone number.")
        if digits == world.config.business_digits:
            raise MetaError(131021, "The business cannot write to itself.")
        return world.chats.find_person(wa_id=digits), digits, True
    if recipient is None:
        raise need("to")
    if not isinstance(recipient, str):
        raise MetaError(100, "Param recipient must be a string.")
    person = world.chats.find_person(user_id=recipient)
    if person is None:
        raise refuse(f"There is no user with the id {recipient}.")
    return person, person.wa_id, False


def _check_recipient(world: World, rates: Rates, person: Person | None, address: str) -> None:
    faults = world.faults
    if faults.allow_list is not None and address not in {number.lstrip("+") for number in faults.allow_list}:
        raise MetaError(131030, "Add the number to the list of recipients.")
    if faults.enforce_throughput:
        rates.check_throughput(now=world.now(), a_second=faults.enforce_throughput)
    if faults.enforce_pair and person is not None:
        rates.check_pair(person.wa_id, now=world.now())


def _check_reaction(world: World, target: str) -> None:
    item = world.chats.find_item(target)
    if item is not None and world.now() - item.at > _REACTION_SECONDS:
        raise refuse("The message is older than 30 days.")


def _check_media(world: World, kind: str, message: Json) -> None:
    """Uploaded media has to be there; links are not fetched."""
    media = message[kind]
    if kind == "interactive":
        header = media.get("header") or {}
        media = header.get(header.get("type"), {})
    medium_id = media.get("id") if isinstance(media, dict) else None
    if isinstance(medium_id, str) and world.media.find(medium_id, now=world.now()) is None:
        raise refuse(f"Media ID {medium_id} does not exist or has expired.")


def _find_failure(world: World, person: Person | None, address: str, kind: str) -> MetaError | None:
    """Why the message will not arrive, which the business learns from a status alone."""
    code = world.faults.async_error
    if code is not None and world.faults.happens(True, world.chance):  # noqa: FBT003  (a Rate)
        return MetaError(code, "Made to fail by /faults.")
    if person is None:
        return MetaError(131026, f"{address} cannot be reached on WhatsApp.")
    if kind != "template" and not world.is_window_open(person):
        return MetaError(
            131047, "More than 24 hours have passed since the recipient last replied to the sender number."
        )
    if person.wa_id in world.get_document("blocked", []):
        return MetaError(131026, "The recipient is blocked by the business.")
    return None


async def _mark_read(world: World, message: Json) -> Answer:
    """Mark a message and all before it read, and show that something is being typed; unknown ids are no error."""
    if message.get("messaging_product") != "whatsapp":
        raise MetaError(100, "The parameter messaging_product is required and has to be 'whatsapp'.")
    if message["status"] != "read":
        raise MetaError(100, "Param status must be one of {READ}.")
    message_id = message.get("message_id")
    if not isinstance(message_id, str) or not message_id:
        raise need("message_id")
    item = world.chats.find_item(message_id)
    if item is None:
        return SUCCESS
    person = world.chats.get_person(item.wa_id)
    for other in person.items:
        if other.direction == "in" and other.status != "read" and other.seq <= item.seq:
            world.chats.set_status(person, other, "read")
    if message.get("typing_indicator") is not None:
        if message["typing_indicator"] != {"type": "text"}:
            raise MetaError(100, "Param typing_indicator['type'] must be one of {TEXT}.")
        world.chats.tell(person, "typing", b'{"on":true}')
        loop = asyncio.get_running_loop()
        loop.call_later(_TYPING_SECONDS, world.chats.tell, person, "typing", b'{"on":false}')
    return SUCCESS

"""Reading the items that `delivery.cut` made: what a message says, what a status tells.

Nothing here raises, whatever the shape: a field of the wrong type reads as absent, a type we do not know as `other`.
(Facts sheet: 2 inbound messages, 3 statuses.)
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import msgspec

from tasktalk.whatsapp import fields

MessageKind = Literal[
    "text", "tap", "reaction", "media", "location", "contacts", "system", "edit", "revoke", "unsupported", "other"
]

_MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
_Json = dict[str, Any]


class Media(msgspec.Struct, frozen=True):
    """A file to fetch by `id`, within 7 days. `voice`: a voice note. `sha256` is base64, as Meta gives it here."""

    id: str
    type: str
    mime_type: str = ""
    filename: str = ""
    sha256: str = ""
    voice: bool = False


class Location(msgspec.Struct, frozen=True):
    """Degrees; `name` and `address` only of a place somebody chose."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Card(msgspec.Struct, frozen=True):
    """A contact card somebody sent: data, not the sender."""

    name: str
    phones: tuple[str, ...] = ()


class Inbound(msgspec.Struct, frozen=True):
    """A message as one value of each thing it may carry.

    Who: `bsuid` is the account, `wa_id` the phone (digits only); either may be None, for a broken message both.
    `type` is Meta's word, `kind` ours. `text`: the body, a caption, the title of what was tapped, an edit's new text.
    `tap_id`: the id we gave the button or row. `emoji`: None in a reaction means it was taken back. `target`: the wamid
    that a reaction, edit or revoke is about. `context_id`: the wamid it replies to. `error_code`: why Meta could not
    pass it on. `system`: the identity after and before a change.
    """

    wamid: str
    kind: MessageKind
    type: str
    phone_number_id: str | None = None
    wa_id: str | None = None
    bsuid: str | None = None
    profile_name: str = ""
    username: str | None = None
    sent_at: datetime | None = None
    text: str = ""
    tap_id: str | None = None
    emoji: str | None = None
    target: str | None = None
    media: Media | None = None
    location: Location | None = None
    cards: tuple[Card, ...] = ()
    context_id: str | None = None
    forwarded: bool = False
    group_id: str | None = None
    system: "IdentityChange | None" = None
    error_code: int | None = None


class IdentityChange(msgspec.Struct, frozen=True):
    """A person has a new phone or id. Re-point only what had `previous_bsuid`: a recycled number is somebody else."""

    type: str
    wa_id: str | None = None
    bsuid: str | None = None
    previous_bsuid: str | None = None


class Status(msgspec.Struct, frozen=True):
    """What became of a message we sent.

    `status`: `sent`, `delivered`, `read`, `played`, `failed` or a word we do not know yet. `opaque`: our own
    `biz_opaque_callback_data`. `recipient`: phone or BSUID. `error_*` only of a failed one; `pricing_*` once a message.
    """

    wamid: str
    status: str
    at: datetime | None = None
    phone_number_id: str | None = None
    opaque: str | None = None
    recipient: str | None = None
    error_code: int | None = None
    error_title: str = ""
    error_details: str = ""
    pricing_category: str | None = None
    pricing_type: str | None = None

    @property
    def error(self) -> str | None:
        """Code, title and details in one line."""
        if self.error_code is None and not self.error_title:
            return None
        words = [self.error_title, self.error_details if self.error_details != self.error_title else ""]
        return f"(#{self.error_code}) " + ": ".join(word for word in words if word)

    @property
    def pricing(self) -> str | None:
        """`category/type`, such as `utility/regular`."""
        return "/".join(word for word in (self.pricing_category, self.pricing_type) if word) or None


def read_message(payload: str) -> Inbound:
    """The message in the payload of an Item of kind `message`."""
    item = fields.read_object(payload)
    message, contact = fields.get_object(item, "message"), fields.get_object(item, "contact")
    profile, context = fields.get_object(contact, "profile"), fields.get_object(message, "context")
    wa_id, bsuid = fields.sort_identities(
        message.get("from_user_id"), contact.get("user_id"), message.get("from"), contact.get("wa_id")
    )
    type_ = fields.get_text(message, "type")
    content = _CONTENTS.get(type_, _read_other)(message)
    return Inbound(
        wamid=fields.get_text(message, "id"),
        type=type_,
        phone_number_id=fields.find_id(fields.get_object(item, "metadata"), "phone_number_id"),
        wa_id=wa_id,
        bsuid=bsuid,
        profile_name=fields.get_text(profile, "name"),
        username=fields.find_text(profile, "username"),
        sent_at=fields.find_instant(message, "timestamp"),
        context_id=fields.find_text(context, "id"),
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
        group_id=fields.find_id(message, "group_id"),
        error_code=fields.find_code(fields.get_first(message, "errors"), "code"),
        **({"kind": "other"} if content is None else content),
    )


def read_status(payload: str) -> Status:
    """The status in the payload of an Item of kind `status`."""
    item = fields.read_object(payload)
    status = fields.get_object(item, "status")
    error, pricing = fields.get_first(status, "errors"), fields.get_object(status, "pricing")
    return Status(
        wamid=fields.get_text(status, "id"),
        status=fields.get_text(status, "status"),
        at=fields.find_instant(status, "timestamp"),
        phone_number_id=fields.find_id(fields.get_object(item, "metadata"), "phone_number_id"),
        opaque=fields.find_text(status, "biz_opaque_callback_data"),
        recipient=fields.find_id(status, "recipient_id") or fields.find_id(status, "recipient_user_id"),
        error_code=fields.find_code(error, "code"),
        error_title=fields.get_text(error, "title") or fields.get_text(error, "message"),
        error_details=fields.get_text(fields.get_object(error, "error_data"), "details"),
        pricing_category=fields.find_text(pricing, "category"),
        pricing_type=fields.find_text(pricing, "type"),
    )


# One reader a type. Each gives the fields of Inbound that are its own, or None if what makes the type is missing.


def _read_text(message: _Json) -> _Json | None:
    body = fields.get_text(fields.get_object(message, "text"), "body")
    return {"kind": "text", "text": body} if body else None


def _read_media(message: _Json) -> _Json | None:
    type_ = message["type"]
    part = fields.get_object(message, type_)
    id_ = fields.find_id(part, "id")
    if id_ is None:
        return None
    media = Media(
        id=id_,
        type=type_,
        mime_type=fields.get_text(part, "mime_type"),
        filename=fields.get_text(part, "filename"),
        sha256=fields.get_text(part, "sha256"),
        voice=part.get("voice") is True,
    )
    return {"kind": "media", "text": fields.get_text(part, "caption"), "media": media}


def _read_button(message: _Json) -> _Json | None:
    """A template's quick reply."""
    button = fields.get_object(message, "button")
    title = fields.get_text(button, "text")
    tap_id = fields.find_text(button, "payload") or title
    return {"kind": "tap", "text": title, "tap_id": tap_id} if tap_id else None


def _read_interactive(message: _Json) -> _Json | None:
    interactive = fields.get_object(message, "interactive")
    for name in ("button_reply", "list_reply"):
        reply = fields.get_object(interactive, name)
        if tap_id := fields.find_text(reply, "id"):
            return {"kind": "tap", "text": fields.get_text(reply, "title"), "tap_id": tap_id}
    return None


def _read_reaction(message: _Json) -> _Json | None:
    reaction = fields.get_object(message, "reaction")
    target = fields.find_text(reaction, "message_id")
    return {"kind": "reaction", "target": target, "emoji": fields.find_text(reaction, "emoji")} if target else None


def _read_location(message: _Json) -> _Json | None:
    part = fields.get_object(message, "location")
    latitude, longitude = fields.find_degrees(part, "latitude", 90), fields.find_degrees(part, "longitude", 180)
    if latitude is None or longitude is None:
        return None
    place = Location(latitude, longitude, fields.get_text(part, "name"), fields.get_text(part, "address"))
    return {"kind": "location", "location": place}


def _read_contacts(message: _Json) -> _Json | None:
    cards = tuple(card for one in fields.list_objects(message, "contacts") if (card := _read_card(one)))
    return {"kind": "contacts", "cards": cards} if cards else None


def _read_card(contact: _Json) -> Card | None:
    name = fields.get_object(contact, "name")
    phones = tuple(
        number
        for phone in fields.list_objects(contact, "phones")
        if (number := fields.get_text(phone, "phone") or fields.get_text(phone, "wa_id"))
    )
    card = Card(fields.get_text(name, "formatted_name") or fields.get_text(name, "first_name"), phones)
    return card if card.name or card.phones else None


def _read_system(message: _Json) -> _Json | None:
    system = fields.get_object(message, "system")
    type_ = fields.get_text(system, "type")
    if not type_:
        return None
    wa_id, bsuid = fields.sort_identities(system.get("user_id"), system.get("wa_id"), system.get("new_wa_id"))
    change = IdentityChange(type_, wa_id, bsuid, fields.find_text(system, "previous_user_id"))
    return {"kind": "system", "text": fields.get_text(system, "body"), "system": change}


def _read_edit(message: _Json) -> _Json | None:
    edit = fields.get_object(message, "edit")
    edited = fields.get_object(edit, "message")
    part = fields.get_object(edited, fields.get_text(edited, "type"))
    target, text = fields.find_text(edit, "original_message_id"), fields.find_text(part, "body")
    return {"kind": "edit", "target": target, "text": text or fields.get_text(part, "caption")} if target else None


def _read_revoke(message: _Json) -> _Json | None:
    target = fields.find_text(fields.get_object(message, "revoke"), "original_message_id")
    return {"kind": "revoke", "target": target} if target else None


def _read_unsupported(message: _Json) -> _Json | None:
    """`text`: what it is in Meta's words, such as `poll_creation`."""
    return {"kind": "unsupported", "text": fields.get_text(fields.get_object(message, "unsupported"), "type")}


def _read_other(_: _Json) -> _Json | None:
    return None


_CONTENTS: dict[str, Callable[[_Json], _Json | None]] = {
    "text": _read_text,
    **dict.fromkeys(_MEDIA_TYPES, _read_media),
    "button": _read_button,
    "interactive": _read_interactive,
    "reaction": _read_reaction,
    "location": _read_location,
    "contacts": _read_contacts,
    "system": _read_system,
    "edit": _read_edit,
    "revoke": _read_revoke,
    "unsupported": _read_unsupported,
}

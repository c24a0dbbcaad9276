"""Cutting a webhook delivery into items: one a message, one a status, one a change we do not take apart.

Everything in a delivery ends in an item, whatever its shape, for what is acknowledged must be recorded; one bad item
never harms its neighbours. Nothing is interpreted here: `payloads.py` reads the cut items.
(Facts sheet: 1.3 duplicates and batches, 1.5 envelope, 2.1 value, 2.3 identities, 3 statuses.)
"""

from hashlib import blake2b
from typing import Any, Literal
from zlib import crc32

import msgspec

from tasktalk.errors import BadRequest
from tasktalk.whatsapp.tolerant import NotJson, read, read_shallow

__all__ = ["Item", "Kind", "NotAnObject", "NotJson", "cut"]

Kind = Literal["message", "status", "change", "unreadable"]
_Json = dict[str, Any]

_KEY_BYTES = 16
_STATUS_LANES = 16
_MAX_ID = 512  # Meta: 128; what is far longer is no id, and would not fit an index
_MAX_LANE_PART = 140  # a BSUID has at most 131 characters; an index entry at most 2,700 bytes

_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


class NotAnObject(BadRequest):
    """The body is JSON, but no object."""


class Item(msgspec.Struct, frozen=True, gc=False):
    """What is stored and worked on as one.

    `key`: equal keys are the same item delivered again. `lane`: items of one lane are worked on in order.
    `payload`: JSON text, the item with its context: `{"waba_id", "field", "metadata", "contact", "message"}`, or
    `"status"` or `"change"` instead of the last two; an unreadable one has `"why"` and `"unreadable"`.
    """

    kind: Kind
    key: bytes
    lane: str
    phone_number_id: str | None
    payload: str


def cut(body: bytes) -> list[Item]:
    """The items of a delivery, in its order; never none. Raises NotJson, NotAnObject (both 400)."""
    try:
        return _cut(read(body))
    except RecursionError:  # decoded near the limit; writing it with its context went beyond
        return _cut(read_shallow(body))


def _cut(delivery: Any) -> list[Item]:
    if type(delivery) is not dict:
        raise NotAnObject
    items: list[Item] = []
    entries = delivery.get("entry")
    if type(entries) is not list or not entries:
        return [_unreadable({"why": "no entries", "unreadable": delivery})]
    # Other products of Meta use the same envelope and field names; theirs are kept, not understood.
    ours = delivery.get("object") == "whatsapp_business_account"
    for entry in entries:
        if type(entry) is not dict:
            items.append(_unreadable({"why": "entry is no object", "unreadable": entry}))
            continue
        changes = entry.get("changes")
        if type(changes) is not list or not changes:
            items.append(_unreadable({"why": "entry without changes", "unreadable": entry}))
            continue
        for change in changes:
            if (
                ours
                and type(change) is dict
                and change.get("field") == "messages"
                and type(change.get("value")) is dict
            ):
                _cut_messages(entry, change, items)
            else:
                items.append(_change(entry, change))
    return items


def _cut_messages(entry: _Json, change: _Json, items: list[Item]) -> None:
    """One change of the field `messages`: its messages, its statuses, its errors."""
    value = change["value"]
    metadata = value.get("metadata")
    number = _text(metadata.get("phone_number_id")) if type(metadata) is dict else None
    context = {"waba_id": entry.get("id"), "field": "messages", "metadata": metadata}
    before = len(items)

    messages = value.get("messages")
    if type(messages) is list:
        contacts = _Contacts(value.get("contacts"), alone=len(messages) == 1)
        items += [_message(context, number, contacts, message) for message in messages]
    elif messages is not None:
        items.append(_unreadable(context | {"why": "messages is no list", "unreadable": messages}, number))

    statuses = value.get("statuses")
    if type(statuses) is list:
        items += [_status(context, number, status) for status in statuses]
    elif statuses is not None:
        items.append(_unreadable(context | {"why": "statuses is no list", "unreadable": statuses}, number))

    if len(items) == before:
        items.append(_change(entry, change))
    elif value.get("errors"):  # at the level of the account, beside the messages
        items.append(_change(entry, {"field": "messages", "value": {"metadata": metadata, "errors": value["errors"]}}))


class _Contacts:
    """Who the messages of one change are from, found by phone or business-scoped id, never by position."""

    __slots__ = ("_by_id", "_only")

    def __init__(self, contacts: Any, *, alone: bool) -> None:
        people = [one for one in contacts if type(one) is dict] if type(contacts) is list else []
        self._only: _Json | None = people[0] if alone and len(people) == 1 else None
        self._by_id = {
            identity: one
            for one in people
            for identity in (one.get("wa_id"), one.get("user_id"))
            if type(identity) is str and identity
        }

    def find(self, user_id: str | None, wa_id: str | None) -> _Json | None:
        """The contact with either id; or the only contact of an only message, unless their ids say otherwise."""
        found = self._by_id.get(user_id or "") or self._by_id.get(wa_id or "")
        only = self._only
        if found is not None or only is None:
            return found
        differs = (user_id and only.get("user_id")) or (wa_id and only.get("wa_id"))
        return None if differs else only


def _message(context: _Json, number: str | None, contacts: _Contacts, message: Any) -> Item:
    if type(message) is not dict:
        return _unreadable(context | {"why": "message is no object", "unreadable": message}, number)
    user_id, wa_id = _text(message.get("from_user_id")), _text(message.get("from"))
    contact = contacts.find(user_id, wa_id)
    wamid = message.get("id")
    if type(wamid) is not str or not 0 < len(wamid) <= _MAX_ID:
        why = {"contact": contact, "why": "message without id", "unreadable": message}
        return _unreadable(context | why, number)
    if user_id is None and contact is not None:
        user_id = _text(contact.get("user_id"))
    if user_id is None and type(system := message.get("system")) is dict:
        user_id = _text(system.get("previous_user_id"))  # a change of identity belongs behind what the old one said
    return Item(
        "message",
        message_key(wamid),
        f"c:{_bounded(number or '?')}:{_bounded(user_id or wa_id or '?')}",
        number,
        _encode({**context, "contact": contact, "message": message}).decode(),
    )


def _status(context: _Json, number: str | None, status: Any) -> Item:
    if type(status) is not dict:
        return _unreadable(context | {"why": "status is no object", "unreadable": status}, number)
    wamid, word = status.get("id"), status.get("status")
    if type(wamid) is not str or not 0 < len(wamid) <= _MAX_ID or type(word) is not str or not word:
        return _unreadable(context | {"why": "status without id or status", "unreadable": status}, number)
    recipient = _text(status.get("recipient_id")) or _text(status.get("recipient_user_id")) or ""
    participant = (
        _text(status.get("recipient_participant_id")) or _text(status.get("recipient_participant_user_id")) or ""
    )
    return Item(
        "status",
        _digest(f"s\0{wamid}\0{word}\0{recipient}\0{participant}"),
        f"s:{crc32(wamid.encode()) % _STATUS_LANES}",
        number,
        _encode({**context, "status": status}).decode(),
    )


def _change(entry: _Json, change: Any) -> Item:
    context = {"waba_id": entry.get("id"), "time": entry.get("time")}
    if type(change) is not dict or not (field := _text(change.get("field"))):
        return _unreadable(context | {"why": "change without field", "unreadable": change})
    value = change.get("value")
    metadata = value.get("metadata") if type(value) is dict else None
    payload = context | {"field": field, "metadata": metadata, "change": change}
    return Item(
        "change",
        _digest_of(payload),
        "f:" + _bounded(field),
        _text(metadata.get("phone_number_id")) if type(metadata) is dict else None,
        _encode(payload).decode(),
    )


def _unreadable(payload: _Json, number: str | None = None) -> Item:
    key = _digest_of(payload)
    return Item("unreadable", key, f"u:{key[0] % _STATUS_LANES}", number, _encode(payload).decode())


def _text(value: Any) -> str | None:
    """An id as text; one written as a number is the same id."""
    if type(value) is str:
        return value or None
    return str(value) if type(value) is int else None


def _bounded(part: str) -> str:
    return part if len(part) <= _MAX_LANE_PART else _digest(part).hex()


def message_key(wamid: str) -> bytes:
    """The key of the item that a message is, by its id."""
    return _digest("m\0" + wamid)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=_KEY_BYTES).digest()


def _digest_of(payload: _Json) -> bytes:
    return blake2b(_encode_sorted(payload), digest_size=_KEY_BYTES, person=b"content").digest()

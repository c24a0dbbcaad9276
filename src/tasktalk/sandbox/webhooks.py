"""The bytes Meta posts: envelopes, signature and escaping (facts sheet sections 1 to 3)."""

import hmac
import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec

from tasktalk.sandbox.chats import Person
from tasktalk.sandbox.config import Config

MESSAGES = "messages"
STATUSES = "statuses"
_TWO_ENTRIES = 4  # a batch of this many is spread over two entries, so that receivers learn to iterate


class Delivery(msgspec.Struct, gc=False):
    """One update on its way. `part` is the list of a `messages` value it goes into; empty: `content` is the value."""

    seq: int
    created_at: int
    lane: str
    field: str
    part: str
    contact: str
    content: str
    item_id: str | None = None


def escape(value: Any) -> str:
    """JSON as Meta writes it: ASCII alone, no blanks, and `/` escaped too."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("/", "\\/")


def sign(body: bytes, app_secret: bytes) -> str:
    """The X-Hub-Signature-256 header."""
    return "sha256=" + hmac.digest(app_secret, body, "sha256").hex()


def contact(person: Person, *, with_phone: bool) -> str:
    """An element of `contacts`; without a phone it is someone known by username alone (section 2.3)."""
    profile = {"name": person.name}
    if person.username:
        profile["username"] = person.username
    shown: dict[str, Any] = {"profile": profile}
    if with_phone:
        shown["wa_id"] = person.wa_id
    shown["user_id"] = person.user_id
    return escape(shown)


class Envelopes:
    """Puts updates of one account into bodies."""

    def __init__(self, config: Config) -> None:
        self._account = escape(config.waba_id)
        metadata = {
            "display_phone_number": config.business_digits,
            "phone_number_id": config.phone_number_id,
        }
        self._value = f'{{"messaging_product":"whatsapp","metadata":{escape(metadata)}'

    def body(self, batch: Sequence[Delivery]) -> bytes:
        """One POST with all of `batch`, in its order."""
        half = (len(batch) + 1) // 2
        mixed = len(batch) >= _TWO_ENTRIES and batch[0].part == MESSAGES
        entries = [self._entry(part) for part in ((batch[:half], batch[half:]) if mixed else (batch,))]
        return f'{{"object":"whatsapp_business_account","entry":[{",".join(entries)}]}}'.encode()

    def _entry(self, batch: Sequence[Delivery]) -> str:
        changes: list[str] = []
        for (field, part), group in groupby(batch, key=lambda delivery: (delivery.field, delivery.part)):
            updates = list(group)
            values = [self._values(part, updates)] if part else [update.content for update in updates]
            changes += [f'{{"value":{value},"field":"{field}"}}' for value in values]
        # Only account and template updates carry the time (section 1.5).
        time = f',"time":{batch[0].created_at}' if not batch[0].part else ""
        return f'{{"id":{self._account}{time},"changes":[{",".join(changes)}]}}'

    def _values(self, part: str, updates: list[Delivery]) -> str:
        contacts = ",".join(dict.fromkeys(update.contact for update in updates if update.contact))
        shown = f',"contacts":[{contacts}]' if contacts else ""
        return f'{self._value}{shown},"{part}":[{",".join(update.content for update in updates)}]}}'

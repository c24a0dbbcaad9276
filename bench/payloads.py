"""Deliveries as Meta posts them: one text message each, about 700 bytes, unique ids, signed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from bench.wire import build

_PEOPLE = 400
_TEXT = (
    "remind me to call the landlord about the broken heating and the water in the cellar tomorrow at 5pm, "
    "and to bring the pictures"
)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose webhook it is."""

    waba_id: str
    phone_number_id: str
    app_secret: str


def wamid(run: str, number: int) -> str:
    """The message id, of Meta's form and length; unique for a run and a number."""
    return "wamid." + base64.b64encode(b"HBgM" + hashlib.sha256(f"{run}/{number}".encode()).digest()).decode()


def make_requests(url: str, account: Account, *, run: str, count: int, now: int) -> Iterator[bytes]:
    """Whole requests, ready to be written to a socket."""
    secret = account.app_secret.encode()
    for number in range(count):
        body = make_body(account, run=run, number=number, now=now)
        signature = hmac.digest(secret, body, "sha256").hex()
        yield build("POST", url, body, headers=[("X-Hub-Signature-256", f"sha256={signature}")])


def make_body(account: Account, *, run: str, number: int, now: int) -> bytes:
    """One delivery with one message."""
    who = number * 7919 % _PEOPLE
    phone, bsuid = f"1555{2000001 + who:07d}", f"US.{who:016d}"
    message = {
        "from": phone,
        "from_user_id": bsuid,
        "id": wamid(run, number),
        "timestamp": str(now),
        "type": "text",
        "text": {"body": f"{_TEXT}; number {number}"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550109999", "phone_number_id": account.phone_number_id},
        "contacts": [{"profile": {"name": f"Person {who} Surname"}, "wa_id": phone, "user_id": bsuid}],
        "messages": [message],
    }
    entry = {"id": account.waba_id, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()

"""Rows of the inbox and the outbox, as whoever shows messages reads them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries

Q = queries(__file__)

Row = Mapping[str, Any]

_SHOWN_DIGITS = 3


async def list_writers(conn: Conn, inbound: Sequence[Row]) -> dict[int, Row | None]:
    """Who wrote each of the messages, by its `seq`."""
    sought = {row["seq"]: (row["phone_number_id"], *ids_of(payload_of(row))) for row in inbound}
    found = Q.list_writers(
        conn,
        numbers=list({number for number, _, _ in sought.values() if number}),
        bsuids=list({bsuid for _, bsuid, _ in sought.values() if bsuid}),
        wa_ids=list({wa_id for _, _, wa_id in sought.values() if wa_id}),
    )
    people: dict[tuple[str, str], Row] = {}
    async for row in found:
        for identity in (row["bsuid"], row["wa_id"]):
            if identity:
                people[row["phone_number_id"], identity] = row
    return {
        seq: people.get((number, bsuid or "")) or people.get((number, wa_id or ""))
        for seq, (number, bsuid, wa_id) in sought.items()
    }


def payload_of(row: Row) -> dict[str, Any]:
    """The stored item as an object; empty when it is none."""
    try:
        payload = msgspec.json.decode(row["payload"])
    except msgspec.DecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}


def message_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The message in a stored item; empty when it has none."""
    message = payload.get("message")
    return message if isinstance(message, dict) else {}


def sent_message(row: Row) -> dict[str, Any]:
    """The message in a row of the outbox."""
    message = msgspec.json.decode(row["message"])
    return message if isinstance(message, dict) else {}


def ids_of(payload: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Business-scoped user id and phone of who wrote a stored message."""
    message, contact = message_of(payload), payload.get("contact")
    contact = contact if isinstance(contact, dict) else {}
    bsuid, wa_id = message.get("from_user_id") or contact.get("user_id"), message.get("from") or contact.get("wa_id")
    return (bsuid if isinstance(bsuid, str) else None), (wa_id if isinstance(wa_id, str) else None)


def lanes_of(contact: Row) -> list[str]:
    """Where in the inbox the messages of a contact lie."""
    return [f"c:{contact['phone_number_id']}:{each}" for each in (contact["bsuid"], contact["wa_id"]) if each]


def is_own(contact: Row | None, at: datetime, viewer: Viewer) -> bool:
    """Whether the words were said in the viewer's own conversation, with their phone linked."""
    if contact is None or contact["user_id"] != viewer.user_id:
        return False
    return contact["linked_at"] is None or bool(contact["linked_at"] <= at)


def masked(wa_id: str | None) -> str | None:
    """A phone by its last digits."""
    return f"+•••{wa_id[-_SHOWN_DIGITS:]}" if wa_id else None

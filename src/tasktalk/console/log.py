"""The message log: what came in and what went out, newest first, with what became of it.

Who sees what: an administrator sees that a message was, whose it was and what became of it; its words are seen by the
person whose conversation it is, from the moment their phone was linked, and by nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.console import words
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest

Q = queries(__file__)

Show = Literal["all", "in", "out", "failed"]
Row = Mapping[str, Any]

_FIRST = 2**62
_SHOWN_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. `own`: of the viewer's own conversation; to nobody else does `text` say anything."""

    way: Literal["in", "out"]
    seq: int
    at: datetime
    who: str
    what: str
    fate: str
    tone: str
    own: bool
    text: str | None

    @property
    def address(self) -> str:
        """Its own page."""
        return f"/messages/{self.seq}" if self.way == "in" else f"/messages/out/{self.seq}"


@dataclass(frozen=True, slots=True)
class Page:
    """Entries and, where there are more, the cursor to ask for them with."""

    entries: list[Entry]
    next: str | None


async def list_entries(conn: Conn, *, viewer: Viewer, show: Show, cursor: str | None, limit: int = 50) -> Page:
    """A page of the log: all conversations for an administrator, else the viewer's own. Raises BadRequest (cursor)."""
    before_in, before_out = _read_cursor(cursor)
    lanes, contacts = None, None
    if not viewer.is_admin:
        own = [row async for row in Q.list_own_contacts(conn, viewer=viewer.user_id)]
        lanes, contacts = _lanes(own), [row["id"] for row in own]
    failed = show == "failed"
    inbound: list[Row] = []
    outbound: list[Row] = []
    if show != "out":
        found = Q.list_inbound(conn, before=before_in, lanes=lanes, failed=failed, limit=limit + 1)
        inbound = [row async for row in found]
    if show != "in":
        found = Q.list_outbound(conn, before=before_out, contacts=contacts, failed=failed, limit=limit + 1)
        outbound = [row async for row in found]
    writers = await list_writers(conn, inbound)
    entries = [_received(row, writers[row["seq"]], viewer) for row in inbound]
    entries += [_sent(row, viewer) for row in outbound]
    entries.sort(key=lambda entry: (entry.at, entry.way), reverse=True)
    page = entries[:limit]
    after = None
    if len(entries) > limit:
        last_in = min((e.seq for e in page if e.way == "in"), default=before_in)
        last_out = min((e.seq for e in page if e.way == "out"), default=before_out)
        after = f"{last_in}.{last_out}"
    if not viewer.is_admin:  # what was said before the phone was theirs is not theirs
        page = [entry for entry in page if entry.own]
    return Page(page, after)


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


def ids_of(payload: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Business-scoped user id and phone of who wrote a stored message."""
    message, contact = message_of(payload), payload.get("contact")
    contact = contact if isinstance(contact, dict) else {}
    bsuid, wa_id = message.get("from_user_id") or contact.get("user_id"), message.get("from") or contact.get("wa_id")
    return (bsuid if isinstance(bsuid, str) else None), (wa_id if isinstance(wa_id, str) else None)


def is_own(contact: Row | None, at: datetime, viewer: Viewer) -> bool:
    """Whether the words were said in the viewer's own conversation, with their phone linked."""
    if contact is None or contact["user_id"] != viewer.user_id:
        return False
    return contact["linked_at"] is None or bool(contact["linked_at"] <= at)


def who_of(contact: Row | None, *, own: bool) -> str:
    """A name for a contact; a stranger's phone shows its last digits alone."""
    if own:
        return "You"
    if contact is None:
        return "Somebody"
    if contact["name"] or contact["profile_name"]:
        return str(contact["name"] or contact["profile_name"])
    if contact["username"]:
        return f"@{contact['username']}"
    return f"+•••{contact['wa_id'][-_SHOWN_DIGITS:]}" if contact["wa_id"] else "Somebody"


def _received(row: Row, writer: Row | None, viewer: Viewer) -> Entry:
    payload = payload_of(row)
    message, own = message_of(payload), is_own(writer, row["received_at"], viewer)
    fate, tone = words.inbound_fate(row)
    if row["kind"] == "message":
        who, what = who_of(writer, own=own), words.kind_words(message)
    else:
        field = payload.get("field")
        who, what = "WhatsApp", f"Notice: {field}" if isinstance(field, str) else "A delivery that cannot be read"
    if row["note"] and row["note"] != what:
        what += f" · {row['note']}"
    text = words.plain_text_of(message) if own else None
    return Entry("in", row["seq"], row["received_at"], who, what, fate, tone, own, text)


def _sent(row: Row, viewer: Viewer) -> Entry:
    message, own = sent_message(row), is_own(row, row["created_at"], viewer)
    fate, tone = words.outbound_fate(row)
    what = f"{row['kind'].capitalize()} · {words.kind_words(message)}"
    who = "Tasktalk" if own else who_of(row, own=False)
    text = words.plain_text_of(message) if own else None
    return Entry("out", row["seq"], row["created_at"], who, what, fate, tone, own, text)


def sent_message(row: Row) -> dict[str, Any]:
    """The message in a row of the outbox."""
    message = msgspec.json.decode(row["message"])
    return message if isinstance(message, dict) else {}


def _lanes(contacts: Sequence[Row]) -> list[str]:
    return [
        f"c:{c['phone_number_id']}:{identity}" for c in contacts for identity in (c["bsuid"], c["wa_id"]) if identity
    ]


def _read_cursor(cursor: str | None) -> tuple[int, int]:
    if not cursor:
        return _FIRST, _FIRST
    left, _, right = cursor.partition(".")
    if not (left.isdecimal() and right.isdecimal() and len(cursor) < 2 * len(str(_FIRST)) + 2):
        raise BadRequest("This cursor is not one of ours.", field="cursor")
    return min(int(left), _FIRST), min(int(right), _FIRST)


def own_contact_ids(contact: Row | None) -> list[UUID]:
    """The contact as a list of ids, for queries that take several."""
    return [] if contact is None else [contact["id"]]

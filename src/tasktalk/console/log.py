"""The message log: what came in and what went out, newest first, with what became of it.

Who sees what: an administrator sees that a message was, whose it was and what became of it; its words are seen by the
person whose conversation it is, from the moment their phone was linked, and by nobody else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.rows import (
    Row,
    is_own,
    lanes_of,
    list_writers,
    masked,
    message_of,
    payload_of,
    sent_message,
)
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.notices import notice_words
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest

Q = queries(__file__)

Show = Literal["all", "in", "out", "failed"]
KINDS = {
    "reply": phrase("Reply"),
    "reaction": phrase("Reaction"),
    "notice": phrase("Notice"),
    "test": phrase("Test"),
    "document": phrase("Document"),
}
_FIRST = 2**62


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


async def list_entries(
    conn: Conn, *, viewer: Viewer, show: Show, cursor: str | None, speech: Speech, limit: int = 50
) -> Page:
    """A page of the log: all conversations for an administrator, else the viewer's own. Raises BadRequest (cursor)."""
    before_in, before_out = _read_cursor(cursor)
    lanes: list[str] | None = None
    contacts: list[UUID] = []
    if not viewer.is_admin:
        own = [row async for row in Q.list_own_contacts(conn, viewer=viewer.user_id)]
        lanes, contacts = [lane for row in own for lane in lanes_of(row)], [row["id"] for row in own]
    failed = show == "failed"
    inbound = await _list_inbound(conn, lanes, before_in, limit + 1, failed=failed) if show != "out" else []
    outbound: list[Row] = []
    if show != "in":
        outbound = await _list_outbound(
            conn, contacts if lanes is not None else None, before_out, limit + 1, failed=failed
        )
    writers = await list_writers(conn, inbound)
    entries = [_received(row, writers[row["seq"]], viewer, speech) for row in inbound]
    entries += [_sent(row, viewer, speech) for row in outbound]
    entries.sort(key=lambda entry: (entry.at, entry.way, entry.seq), reverse=True)
    page = entries[:limit]
    after = None
    if len(entries) > limit:
        seqs = [e.seq for e in page if e.way == "in"]
        # Those of one's own come as they arrived; all there are, and those given up, by number.
        last_in = before_in if not seqs else min(seqs) if lanes is None or failed else seqs[-1]
        last_out = min((e.seq for e in page if e.way == "out"), default=before_out)
        after = f"{last_in}.{last_out}"
    if not viewer.is_admin:  # what was said before the phone was theirs is not theirs
        page = [entry for entry in page if entry.own]
    return Page(page, after)


async def _list_inbound(conn: Conn, lanes: list[str] | None, before: int, limit: int, *, failed: bool) -> list[Row]:
    if failed:
        found = Q.list_dead(conn, before=before, lanes=lanes, limit=limit)
    elif lanes is None:
        found = Q.list_inbound(conn, before=before, limit=limit)
    else:
        found = Q.list_own_inbound(conn, before=before, lanes=lanes, limit=limit)
    return [row async for row in found]


async def _list_outbound(
    conn: Conn, contacts: list[UUID] | None, before: int, limit: int, *, failed: bool
) -> list[Row]:
    if contacts is not None:
        found = Q.list_own_outbound(conn, before=before, contacts=contacts, failed=failed, limit=limit)
    elif failed:
        found = Q.list_failed(conn, before=before, limit=limit)
    else:
        found = Q.list_outbound(conn, before=before, limit=limit)
    return [row async for row in found]


def who_of(contact: Row | None, speech: Speech, *, own: bool) -> str:
    """A name for a contact; a stranger's phone shows its last digits alone."""
    if own:
        return speech.say("You")
    if contact is None:
        return speech.say("Somebody")
    if contact["name"] or contact["profile_name"]:
        return str(contact["name"] or contact["profile_name"])
    if contact["username"]:
        return f"@{contact['username']}"
    return masked(contact["wa_id"]) or speech.say("Somebody")


def sent_words(kind: str, what: str, speech: Speech) -> str:
    """`Reply · Text`: for what we wrote it, and what it is."""
    return f"{speech.say(KINDS.get(kind, kind.capitalize()))} · {speech.say(what)}"


def _received(row: Row, writer: Row | None, viewer: Viewer, speech: Speech) -> Entry:
    payload = payload_of(row)
    message, own = message_of(payload), is_own(writer, row["received_at"], viewer)
    fate, tone = words.inbound_fate(row)
    if row["kind"] == "message":
        who, what = who_of(writer, speech, own=own), speech.say(words.kind_words(message))
    else:
        field, who = payload.get("field"), "WhatsApp"
        what = speech.say("A delivery that cannot be read")
        if isinstance(field, str):
            what = notice_words(field, speech)
    if row["note"] and row["note"] != what:
        what += f" · {speech.say(row['note'])}"
    text = _said(message, speech) if own else None
    return Entry("in", row["seq"], row["received_at"], who, what, speech.say(fate), tone, own, text)


def _sent(row: Row, viewer: Viewer, speech: Speech) -> Entry:
    message, own = sent_message(row), is_own(row, row["created_at"], viewer)
    fate, tone = words.outbound_fate(row)
    what = sent_words(row["kind"], words.kind_words(message), speech)
    who = "Tasktalk" if own else who_of(row, speech, own=False)
    text = _said(message, speech) if own else None
    return Entry("out", row["seq"], row["created_at"], who, what, speech.say(fate), tone, own, text)


def _said(message: Row, speech: Speech) -> str | None:
    """The words of a message, to whom they are for."""
    if message.get("not_kept") is True:
        return speech.say("(not kept)")
    return words.plain_text_of(message)


def _read_cursor(cursor: str | None) -> tuple[int, int]:
    if not cursor:
        return _FIRST, _FIRST
    left, _, right = cursor.partition(".")
    if not (left.isdecimal() and right.isdecimal() and len(cursor) < 2 * len(str(_FIRST)) + 2):
        raise BadRequest(phrase("This cursor is not one of ours."), field="cursor")
    return min(int(left), _FIRST), min(int(right), _FIRST)


def own_contact_ids(contact: Row | None) -> list[UUID]:
    """The contact as a list of ids, for queries that take several."""
    return [] if contact is None else [contact["id"]]

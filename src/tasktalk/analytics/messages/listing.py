"""The messages of a number, both ways together, the newest first; and one of them with its story."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tasktalk.analytics.messages import shapes, words
from tasktalk.analytics.messages.model import Attempt, Direction, Message, MessagePage, Status, StatusHeard, Story
from tasktalk.analytics.messages.redact import redact
from tasktalk.analytics.messages.rows import Q, Row, lanes_of, list_writers, payload_of, sent_message
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, NotFound
from tasktalk.phrases import phrase

LIMIT, MOST = 50, 500  # messages on a page

_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SEQ = 2**63 - 1
_STATES: dict[Status, str] = {"waiting": "waiting", "handled": "done", "failed": "dead"}
_OUTBOUND: Collection[Status] = ("waiting", "sending", "sent", "delivered", "read", "failed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages; None narrows nothing. `phone`: digits."""

    direction: Direction | None = None
    status: Status | None = None
    contact: UUID | None = None
    phone: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended. At the same moment, what is sent comes before what is received."""

    at: datetime
    way: Direction
    seq: int

    def before(self, way: Direction) -> dict[str, Any]:
        """What to look before, going one way."""
        if way == self.way:
            return {"at": self.at, "seq": self.seq}
        return {"at": self.at, "seq": _MOST_SEQ if way == "in" else 0}


async def list_messages(
    conn: Conn, *, integration_id: UUID, wanted: Wanted, cursor: str | None, limit: int, with_text: bool
) -> MessagePage:
    """A page. Raises NotFound for the number, BadRequest for the cursor."""
    number = await _get_number(conn, integration_id)
    place = _read_cursor(cursor)
    contacts: list[Row] | None = None
    if wanted.contact is not None or wanted.phone is not None:
        known = Q.list_known(conn, integration_id=integration_id, contact_id=wanted.contact, wa_id=wanted.phone)
        contacts = [row async for row in known]
    shared = {"since": wanted.since or _FIRST, "until": wanted.until or _LAST, "limit": limit + 1}
    found: list[tuple[tuple[datetime, Direction, int], Message]] = []
    if wanted.direction != "out" and (wanted.status is None or wanted.status in _STATES):
        asked = {"state": _STATES[wanted.status] if wanted.status else None, **shared, **place.before("in")}
        if contacts is not None:
            query = Q.list_said(conn, lanes=[lane for contact in contacts for lane in lanes_of(contact)], **asked)
        else:
            look = Q.list_stuck if wanted.status in {"waiting", "failed"} else Q.list_received
            query = look(conn, phone_number_id=number["phone_number_id"], **asked)
        rows = [row async for row in query]
        writers = await list_writers(conn, rows)
        found += [
            ((row["received_at"], "in", row["seq"]), shapes.received(row, writers[row["seq"]], with_text=with_text))
            for row in rows
        ]
    if wanted.direction != "in" and (wanted.status is None or wanted.status in _OUTBOUND):
        ids = None if contacts is None else [contact["id"] for contact in contacts]
        query = Q.list_sent(
            conn,
            integration_id=integration_id,
            contacts=ids,
            status=wanted.status,
            **shared,
            **place.before("out"),
        )
        found += [
            ((row["created_at"], "out", row["seq"]), shapes.sent(row, with_text=with_text)) async for row in query
        ]
    found.sort(key=lambda each: each[0], reverse=True)
    page = found[:limit]
    return MessagePage([message for _, message in page], _write_cursor(*page[-1][0]) if len(found) > limit else None)


async def get_story(conn: Conn, *, integration_id: UUID, message_id: str, with_text: bool) -> Story:
    """One message. Raises NotFound."""
    number = await _get_number(conn, integration_id)
    way, _, digits = message_id.partition("-")
    seq = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < len(str(_MOST_SEQ)) else 0
    if way == "in":
        row = await Q.find_inbound(conn, seq=seq)
        if row is not None and row["kind"] == "message" and row["phone_number_id"] == number["phone_number_id"]:
            return await _received(conn, row, with_text=with_text)
    elif way == "out":
        row = await Q.find_outbound(conn, seq=seq)
        if row is not None and row["integration_id"] == integration_id:
            return await _sent(conn, row, with_text=with_text)
    raise NotFound(phrase("There is no such message."))


async def _received(conn: Conn, row: Row, *, with_text: bool) -> Story:
    writer = (await list_writers(conn, [row]))[row["seq"]]
    contacts = [] if writer is None else [writer["id"]]
    replies = [f"out-{each['seq']}" async for each in Q.list_answers(conn, inbox_seq=row["seq"], contacts=contacts)]
    return Story(shapes.received(row, writer, with_text=with_text), replies, [], [], redact(payload_of(row)))


async def _sent(conn: Conn, row: Row, *, with_text: bool) -> Story:
    statuses = [
        StatusHeard(each["status"], each["at"], each["error"], each["pricing"])
        async for each in Q.list_statuses(conn, outbox_id=row["id"])
    ]
    attempts = [
        Attempt(
            each["number"],
            each["started_at"],
            each["finished_at"],
            each["outcome"],
            each["error_code"],
            words.error_words(each["error_code"], each["error"]) if each["outcome"] in {"refused", "retry"} else None,
        )
        async for each in Q.list_attempts(conn, outbox_id=row["id"])
    ]
    return Story(shapes.sent(row, with_text=with_text), [], attempts, statuses, redact(sent_message(row)))


async def _get_number(conn: Conn, integration_id: UUID) -> Row:
    number: Row | None = await Q.get_number(conn, id=integration_id)
    if number is None:
        raise NotFound(phrase("There is no such integration."))
    return number


def _write_cursor(at: datetime, way: Direction, seq: int) -> str:
    place = [(at - _EPOCH) // timedelta(microseconds=1), way, seq]
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> _Place:
    if not cursor:
        return _Place(_LAST, "out", _MOST_SEQ)
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        micros, way, seq = msgspec.json.decode(text, type=tuple[int, Direction, int])
        at = _EPOCH + timedelta(microseconds=micros)
    except (msgspec.MsgspecError, binascii.Error, ValueError, OverflowError) as error:
        raise BadRequest("This cursor is not ours.", field="cursor") from error
    if not 0 <= seq <= _MOST_SEQ:
        raise BadRequest("This cursor is not ours.", field="cursor")
    return _Place(at, way, seq)

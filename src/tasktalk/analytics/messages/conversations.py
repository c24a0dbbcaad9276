"""The conversations of a number, one a contact."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tasktalk.analytics.messages import shapes
from tasktalk.analytics.messages.model import Conversation, ConversationPage
from tasktalk.analytics.messages.rows import Q, Row
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, NotFound
from tasktalk.phrases import phrase

_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def list_conversations(
    conn: Conn, *, integration_id: UUID, cursor: str | None, limit: int, now: datetime
) -> ConversationPage:
    """A page, who wrote last first. Raises NotFound for the number, BadRequest for the cursor."""
    if await Q.get_number(conn, id=integration_id) is None:
        raise NotFound(phrase("There is no such integration."))
    at, id_ = _read_cursor(cursor)
    found = Q.list_conversations(conn, integration_id=integration_id, at=at, id=id_, limit=limit + 1)
    rows = [row async for row in found]
    page = rows[:limit]
    after = None
    if len(rows) > limit:
        after = f"{(page[-1]['at'] - _EPOCH) // timedelta(microseconds=1)}.{page[-1]['id'].hex}"
    return ConversationPage([_conversation(row, now) for row in page], after)


def _conversation(row: Row, now: datetime) -> Conversation:
    until: datetime | None = row["window_until"]
    return Conversation(
        contact=shapes.contact_of(row, row["id"]),
        last_received_at=row["last_received_at"],
        last_sent_at=row["last_sent_at"],
        received=row["messages"],
        sent=row["sent"],
        failed=row["failed"],
        window_until=until,
        window_open=until is not None and until > now,
        suspended=row["suspended_at"] is not None,
        unanswered=row["unanswered"],
    )


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID]:
    if not cursor:
        return _LAST, UUID(int=2**128 - 1)
    micros, _, id_ = cursor.partition(".")
    try:
        return _EPOCH + timedelta(microseconds=msgspec.json.decode(micros, type=int)), UUID(hex=id_)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise BadRequest("This cursor is not ours.", field="cursor") from error

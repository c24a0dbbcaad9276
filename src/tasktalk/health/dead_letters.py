"""Dead letters: what was given up after errors, for administrators to look at, try again or discard."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.analytics.messages.redact import redact
from tasktalk.analytics.messages.rows import Row, payload_of
from tasktalk.db import Conn, Pool
from tasktalk.errors import BadRequest, NotFound
from tasktalk.queue import control
from tasktalk.queue.claim import Q

LIMIT, MOST = 25, 100
_FIRST = 2**62


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`payload`: as it was stored, without phones, and without words where nobody but who wrote them may see those."""

    seq: int
    kind: str
    phone_number_id: str | None
    received_at: datetime
    given_up_at: datetime | None
    attempts: int
    error: str | None
    payload: dict[str, Any]

    @property
    def as_text(self) -> str:
        """The payload, laid out."""
        return msgspec.json.format(msgspec.json.encode(self.payload), indent=2).decode()


@dataclass(frozen=True, slots=True)
class DeadLetterPage:
    """The newest first; `next`: the cursor of the page after, null on the last."""

    items: list[DeadLetter]
    next: str | None


async def list_dead_letters(
    conn: Conn, *, viewer: Viewer, words: bool, cursor: str | None = None, limit: int = LIMIT
) -> DeadLetterPage:
    """A page. `words`: administrators may see what was said; then the look is audited. Raises BadRequest (cursor)."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < len(str(_FIRST))):
        raise BadRequest("This cursor is not ours.", field="cursor")
    before = int(cursor) if cursor else _FIRST
    rows = [row async for row in Q.list_dead(conn, before=before, limit=limit + 1)]
    found = [_letter(row, words=words) for row in rows[:limit]]
    if words and found:
        await _audit(conn, viewer, found)
    return DeadLetterPage(found, str(found[-1].seq) if len(rows) > limit else None)


async def get_dead_letter(conn: Conn, *, viewer: Viewer, words: bool, seq: int) -> DeadLetter:
    """One of them; `words` as above. Raises NotFound."""
    rows = [row async for row in Q.list_dead(conn, before=min(max(seq, 0), _FIRST) + 1, limit=1)]
    if not rows or rows[0]["seq"] != seq:
        raise NotFound("There is no such dead letter.")
    letter = _letter(rows[0], words=words)
    if words:
        await _audit(conn, viewer, [letter])
    return letter


async def carry_out_one(pool: Pool, seq: int, action: str, viewer: Viewer) -> None:
    """Retry or discard one. Raises NotFound, BadRequest."""
    async with pool.acquire() as conn, conn.transaction():
        await control.control_one(conn, seq=min(max(seq, 0), _FIRST), action=action)
        await record(conn, by=viewer, action=f"workers.{action}_one", subject="workers", detail={"seq": seq})


async def _audit(conn: Conn, viewer: Viewer, seen: list[DeadLetter]) -> None:
    """That an administrator read what people wrote."""
    detail = {"dead_letters": [each.seq for each in seen]}
    await record(conn, by=viewer, action="conversation.viewed", subject="workers", detail=detail)


def _letter(row: Row, *, words: bool) -> DeadLetter:
    return DeadLetter(
        row["seq"],
        row["kind"],
        row["phone_number_id"],
        row["received_at"],
        row["finished_at"],
        row["attempts"],
        row["error"],
        redact(payload_of(row) or {"unreadable": row["payload"]}, words=words),
    )

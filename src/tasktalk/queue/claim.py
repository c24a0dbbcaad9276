"""Taking rows: lock lanes, read in a second statement, handle, finish, commit. Killed workers' locks go with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.db.sql import queries

Q = queries(__file__)


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the queue. `payload` is JSON text; `lane` names whom it must not overtake.

    `needs`: what it was set aside for, and did not get in time. `prepared`: what it was set aside for and got.
    """

    seq: int
    kind: str
    lane: str
    phone_number_id: str | None
    payload: str
    attempts: int
    received_at: datetime
    needs: str | None = None
    prepared: Mapping[str, Any] = field(default_factory=dict)


async def claim(conn: Conn, *, rows: int) -> list[Item]:
    """Up to `rows` waiting items, oldest first, of lanes that are ours until the transaction ends."""
    locked = await Q.lock_lanes(conn, rows=rows)
    if not locked["lanes"]:
        return []
    return [to_item(row) async for row in Q.list_waiting(conn, lanes=locked["lanes"], last=locked["last"], rows=rows)]


async def claim_one(conn: Conn, *, seq: int) -> Item | None:
    """That item alone, unless it is finished or its lane is being handled elsewhere."""
    row = await Q.lock_row(conn, seq=seq)
    return to_item(row) if row else None


async def finish(conn: Conn, *, items: Sequence[Item], notes: Mapping[int, str], worker: UUID, busy_ms: int) -> None:
    """Mark `items` done, each with what became of it, in the transaction that holds their effects."""
    seqs = [item.seq for item in items]
    await Q.finish(conn, seqs=seqs, notes=[notes.get(seq) for seq in seqs], worker=worker, busy_ms=busy_ms)


async def fail(conn: Conn, *, seq: int, error: str, max_attempts: int, retry_seconds: float) -> str:
    """Record a failed attempt; answers the state it is in now: waiting (with backoff) or dead."""
    row = await Q.fail(conn, seq=seq, error=error[:2000], max_attempts=max_attempts, retry_seconds=retry_seconds)
    return str(row["state"]) if row else "gone"


def to_item(row: Record) -> Item:
    """The item of a row that holds all its columns."""
    return Item(
        row["seq"],
        row["kind"],
        row["lane"],
        row["phone_number_id"],
        row["payload"],
        row["attempts"],
        row["received_at"],
        row["needs"],
        row["prepared"] or {},
    )

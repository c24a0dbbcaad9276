"""Statuses of what we sent: each is kept, the message shows the furthest (facts sheet section 3)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import parse_id
from tasktalk.queue.claim import Item
from tasktalk.whatsapp.payloads import Status, read_status

Q = queries(__file__)


async def apply_statuses(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
    """Apply a batch of status items in a few statements; those of messages that are not ours are only noted."""
    heard = [(item, read_status(item.payload)) for item in items]
    ours: dict[str | None, UUID | None] = {
        status.opaque: parse_id(status.opaque) for _, status in heard if status.opaque
    }
    by_id: dict[UUID | None, UUID] = {}
    by_wamid: dict[str | None, UUID] = {}
    async for row in Q.list_sent(
        conn,
        ids=[each for each in ours.values() if each is not None],
        wamids=[status.wamid for _, status in heard if status.wamid],
    ):
        by_id[row["id"]] = by_wamid[row["wamid"]] = row["id"]
    found: list[tuple[UUID, Status, datetime]] = []
    for item, status in heard:
        outbox_id = by_id.get(ours.get(status.opaque)) or by_wamid.get(status.wamid)
        if outbox_id is None:
            notes[item.seq] = "status of a message that is not ours"
        else:
            found.append((outbox_id, status, status.at or item.received_at))
            notes[item.seq] = status.status or "status"
    if found:
        await Q.apply_statuses(
            conn,
            ids=[outbox_id for outbox_id, _, _ in found],
            statuses=[status.status for _, status, _ in found],
            ats=[at for _, _, at in found],
            wamids=[status.wamid for _, status, _ in found],
            codes=[status.error_code for _, status, _ in found],
            errors=[status.error for _, status, _ in found],
            pricings=[status.pricing for _, status, _ in found],
        )

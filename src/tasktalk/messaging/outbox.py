"""What is to be sent: rows written in the transaction that caused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id

Q = queries(__file__)

Kind = Literal["reply", "reaction", "notice", "test", "document"]

ASKED_FOR, NEWS, DIGEST = 0, 1, 2  # ranks: what goes first when a number cannot send everything at once


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one contact. `message` is the object for POST /messages without its address.

    `rank`: when there is a queue, lower ones go first; None: as its kind says.
    """

    integration_id: UUID
    contact_id: UUID
    kind: Kind
    message: dict[str, Any]
    inbox_seq: int | None = None
    task_ids: tuple[UUID, ...] = ()
    rank: int | None = None
    template_id: UUID | None = None

    @property
    def urgency(self) -> int:
        """The rank of its row."""
        if self.rank is not None:
            return self.rank
        return NEWS if self.kind == "notice" else ASKED_FOR


async def add_messages(conn: Conn, messages: Sequence[Outgoing]) -> list[UUID]:
    """Put `messages` into the outbox, in this order; the sender hears of it when the transaction commits."""
    if not messages:
        return []
    ids = [new_id() for _ in messages]
    await Q.add_messages(
        conn,
        ids=ids,
        integration_ids=[m.integration_id for m in messages],
        contact_ids=[m.contact_id for m in messages],
        kinds=[m.kind for m in messages],
        ranks=[m.urgency for m in messages],
        messages=[msgspec.json.encode(m.message).decode() for m in messages],
        inbox_seqs=[m.inbox_seq for m in messages],
        template_ids=[m.template_id for m in messages],
        # An array of arrays must be rectangular; each row's own array travels as its text form.
        shown=["{" + ",".join(str(task_id) for task_id in m.task_ids) + "}" for m in messages],
    )
    await Q.announce_messages(conn)
    return ids

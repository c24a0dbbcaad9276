"""What was tried to tell somebody something; and the next way, once it is learned that it did not arrive."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.logs import get_log
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.hear import Q
from tasktalk.messaging.notices.quiet import after_quiet
from tasktalk.messaging.notices.ways import BY_WHATSAPP, Kind
from tasktalk.messaging.templates.seen import note_refusals

log = get_log("messaging.notices")

ROWS = 500
MOST = 8  # refusals of one notice; whoever's phone refuses that often has been written to enough

# The recipient cannot be reached by this number, whatever is sent (facts sheet, section 9).
_OUT_OF_REACH = (130472, 130497, 131021, 131026, 131030)


@dataclass(frozen=True, slots=True)
class Past:
    """What was tried for one notice. `refused`: the ways to pass over; those of WhatsApp until the person writes again.

    `newly_refused`: the last thing that became of it.
    """

    tries: int = 0
    refusals: int = 0
    newly_refused: bool = False
    refused: frozenset[Kind] = frozenset()


NOTHING_TRIED = Past()


@dataclass(frozen=True, slots=True)
class Try:
    """A row of `notice_tries` to be; `why` only of what was passed over."""

    notice_id: UUID
    number: int
    way: Kind
    outbox_id: UUID | None = None
    letter_id: UUID | None = None
    why: str | None = None


async def read_pasts(conn: Conn, notice_ids: Sequence[UUID]) -> dict[UUID, Past]:
    """By notice; those that nothing was tried for are not in it."""
    pasts = {}
    async for row in Q.list_tries(conn, ids=list(notice_ids), out_of_reach=list(_OUT_OF_REACH)):
        refused = frozenset(row["refused"]) | (BY_WHATSAPP if row["out_of_reach"] else frozenset())
        pasts[row["notice_id"]] = Past(row["tries"], row["refusals"], row["newly_refused"], refused)
    return pasts


async def add_tries(conn: Conn, tries: Sequence[Try], *, now: dt.datetime) -> None:
    """Notes what is tried and what was passed over."""
    if tries:
        await Q.add_tries(
            conn,
            notice_ids=[each.notice_id for each in tries],
            numbers=[each.number for each in tries],
            ways=[each.way for each in tries],
            outbox_ids=[each.outbox_id for each in tries],
            letter_ids=[each.letter_id for each in tries],
            whys=[each.why for each in tries],
            at=now,
        )


async def fall_back(conn: Conn, *, now: dt.datetime, rows: int = ROWS) -> int:
    """Takes what is known not to have arrived: its notices are to be told again, another way; answers how much it was.

    Only after a definite refusal. What nobody answered for, and what a phone has shown, is never told twice.
    """
    taken = [row async for row in Q.take_undelivered(conn, rows=rows)]
    if not taken:
        return 0
    refused = [row for row in taken if row["definite"]]
    doubtful = [row["id"] for row in taken if not row["definite"] and not row["arrived"]]
    if doubtful:
        await Q.note_doubt(conn, ids=doubtful, why=sentences.MAYBE)
    if refused:
        await note_refusals(conn, outbox_ids=[row["id"] for row in refused], at=now)
        again = Q.note_refused(conn, ids=[row["id"] for row in refused], whys=[row["error"] for row in refused])
        notices = [row async for row in again]
        log.info("notices_refused", messages=len(refused), notices=len(notices))
        await Q.tell_again(
            conn,
            ids=[row["id"] for row in notices],
            not_befores=[
                now
                if row["event"] == "reminder"
                else after_quiet(now, quiet_from=row["quiet_from"], quiet_to=row["quiet_to"], zone=row["timezone"])
                for row in notices
            ],
        )
    return len(taken)

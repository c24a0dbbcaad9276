"""Sending again by hand: what is known to have failed, once, as a message of its own with an id of its own.

What may have arrived is not sent again, whoever asks: there is no taking back a second bubble.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict, NotFound
from tasktalk.messaging.outbox import Outgoing, add_messages
from tasktalk.phrases import phrase
from tasktalk.whatsapp.explanations import explain

Q = queries(__file__, "resending.sql")

_WINDOW_CLOSED = 131047


@dataclass(frozen=True, slots=True)
class Resending:
    """Whether a message can be sent again, and why not. `resent_as`, `resend_of`: their numbers in the outbox."""

    failed: bool
    can: bool
    why_not: str | None
    resent_as: int | None
    resend_of: int | None


async def find_resending(conn: Conn, *, seq: int, now: datetime) -> Resending:
    """Of the message with this number. Raises NotFound."""
    row = await Q.find_failed(conn, seq=seq)
    if row is None:
        raise NotFound(phrase("There is no such message."))
    why_not = _why_not(row, now)
    return Resending(row["failed"], why_not is None, why_not, row["resent_as"], row["resent_of"])


async def resend(conn: Conn, *, by: Viewer, seq: int, now: datetime) -> int:
    """Write it to the outbox again; its new number there. Raises NotFound, and Conflict saying why it cannot be."""
    await Q.lock(conn, seq=seq)
    row = await Q.find_failed(conn, seq=seq)
    if row is None:
        raise NotFound(phrase("There is no such message."))
    if why_not := _why_not(row, now):
        raise Conflict(why_not)
    outgoing = Outgoing(
        row["integration_id"],
        row["contact_id"],
        row["kind"],
        msgspec.json.decode(row["message"]),
        inbox_seq=row["inbox_seq"],
        task_ids=tuple(row["task_ids"]),
        rank=row["rank"],
        template_id=row["template_id"],
    )
    (new_id,) = await add_messages(conn, [outgoing])
    new_seq: int = await Q.link(conn, id=new_id, resend_of=row["id"])
    await record(
        conn,
        by=by,
        action="message.resent",
        subject="message",
        subject_id=row["id"],
        integration_id=row["integration_id"],
        detail={"number": seq, "resent_as": new_seq},
    )
    return new_seq


def _why_not(row: Record, now: datetime) -> str | None:
    """The first reason that there is, in English."""
    message = msgspec.json.decode(row["message"])
    is_template = message.get("type") == "template"
    window = row["window_until"]
    reasons = {
        phrase("It has not failed."): not row["failed"],
        phrase("It was sent again already."): row["resent_as"] is not None,
        phrase("It may have arrived: an answer of WhatsApp's was lost. What may have arrived is not sent again."): row[
            "doubtful"
        ],
        phrase("A test message is not sent again: send another one on the number's page."): row["kind"] == "test",
        phrase("A notice finds its next way by itself: it need not be sent again."): row["goes_on"],
        phrase("Its words were not kept."): message.get("not_kept") is True,
        phrase("The number is switched off."): row["switched_off"],
        phrase("Nobody can be reached there any more."): row["gone"],
        explain(_WINDOW_CLOSED).meaning: not is_template and (window is None or window <= now),
    }
    return next((why for why, holds in reasons.items() if holds), None)

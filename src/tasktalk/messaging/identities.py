"""People who change their phone or WhatsApp's id of theirs: the link follows who they are, never a phone alone."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from tasktalk.accounts.audit.audit import record
from tasktalk.db import Conn
from tasktalk.messaging.contacts import Book, Contact, Q, Sender, hold_link, lose_phone
from tasktalk.whatsapp.payloads import IdentityChange

_CHANGES = frozenset({"user_changed_number", "user_changed_user_id", "customer_changed_number"})


def list_concerned(sender: Sender, change: IdentityChange | None) -> Iterator[Sender]:
    """Whom a change may be about, beside the sender."""
    if change is not None:
        yield Sender(sender.integration_id, change.previous_bsuid, None)
        yield Sender(sender.integration_id, change.bsuid, change.wa_id)


async def follow(conn: Conn, book: Book, sender: Sender, change: IdentityChange, *, now: datetime) -> str:
    """Let the link go along with its person where the change names the id we knew; what became of it, as a note.

    Where it does not, nobody can tell who has that phone now: its link is suspended until they link it again.
    """
    if change.type not in _CHANGES:
        return change.type
    before = Sender(sender.integration_id, change.previous_bsuid, None)
    known = book.by_bsuid(before)
    if known is not None and change.bsuid is not None:
        return await _repoint(conn, book, known, change, now=now)
    left = book.by_wa_id(sender)
    if left is None or (change.previous_bsuid is not None and left.bsuid is not None):
        return "of somebody unknown"
    await hold_link(conn, left, why="number_changed", now=now)
    return "suspended: the phone may be somebody else's now"


async def _repoint(conn: Conn, book: Book, known: Contact, change: IdentityChange, *, now: datetime) -> str:
    after = Sender(known.integration_id, change.bsuid, change.wa_id)
    met, by_phone = book.by_bsuid(after), book.by_wa_id(after)
    if met is known:
        return "known already"
    if met is not None:  # they wrote before we heard of the change
        if met.person is None:
            await Q.take_over(conn, id=met.id, other=known.id)
            met.person, met.suspended = known.person, known.suspended
            known.link(None)
            book.forget_wa_id(known)
            await _note(conn, met, moved_from=known.id)
        else:
            await hold_link(conn, known, why="number_changed", now=now)
        return "followed to a new id"
    wa_id = change.wa_id or (None if change.type.endswith("number") else known.wa_id)
    if by_phone is not None and by_phone is not known:
        await lose_phone(conn, book, by_phone, now=now)
    book.move(known, bsuid=change.bsuid, wa_id=wa_id)
    await Q.learn_ids(conn, id=known.id, bsuid=known.bsuid, wa_id=known.wa_id)
    await _note(conn, known)
    return "followed to a new id"


async def _note(conn: Conn, contact: Contact, *, moved_from: UUID | None = None) -> None:
    if contact.person is None:
        return
    detail = {"user_id": str(contact.person.user_id)} | ({"moved_from": str(moved_from)} if moved_from else {})
    await record(
        conn,
        by=None,
        action="phone.followed",
        subject="phone",
        subject_id=contact.id,
        integration_id=contact.integration_id,
        detail=detail,
    )

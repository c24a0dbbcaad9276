"""Who writes to us: found by business-scoped user id first, by phone second, learnt as they show themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.accounts.linking.mappings import Why, resume, suspend
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id
from tasktalk.messaging.notices.hear import NewNotice, add_notices

Q = queries(__file__)


@dataclass(slots=True)
class Contact:
    """A WhatsApp user as one of our numbers sees them, and the person they are linked to.

    `suspended`: somebody else may have the phone, so that they are nobody's until they show who they are.
    """

    id: UUID
    integration_id: UUID
    bsuid: str | None
    wa_id: str | None
    person: Viewer | None = None
    registration_answered_at: datetime | None = None
    suspended: bool = False

    @property
    def viewer(self) -> Viewer | None:
        """Whom they are answered as."""
        return None if self.suspended else self.person

    def link(self, person: Viewer | None) -> None:
        """They are this person's, or nobody's."""
        self.person, self.suspended = person, False


@dataclass(frozen=True, slots=True)
class Sender:
    """What one message says of who sent it."""

    integration_id: UUID
    bsuid: str | None
    wa_id: str | None


@dataclass(slots=True)
class Seen:
    """What a batch learnt of a contact, from so many messages."""

    contact: Contact
    name: str
    username: str | None
    at: datetime
    answered: bool = False
    messages: int = 1


@dataclass(slots=True)
class Book:
    """The contacts of one batch, read once, and what the batch learnt of them, written once."""

    _by_bsuid: dict[tuple[UUID, str], Contact] = field(default_factory=dict)
    _by_wa_id: dict[tuple[UUID, str], Contact] = field(default_factory=dict)
    seen: dict[UUID, Seen] = field(default_factory=dict)

    def add(self, contact: Contact) -> None:
        """File a contact under its ids."""
        if contact.bsuid is not None:
            self._by_bsuid[contact.integration_id, contact.bsuid] = contact
        if contact.wa_id is not None:
            self._by_wa_id[contact.integration_id, contact.wa_id] = contact

    def by_bsuid(self, sender: Sender) -> Contact | None:
        """The contact with the sender's business-scoped user id."""
        return self._by_bsuid.get((sender.integration_id, sender.bsuid)) if sender.bsuid else None

    def by_wa_id(self, sender: Sender) -> Contact | None:
        """The contact with the sender's phone."""
        return self._by_wa_id.get((sender.integration_id, sender.wa_id)) if sender.wa_id else None

    def forget_wa_id(self, contact: Contact) -> None:
        """The phone is not this contact's any more."""
        self._by_wa_id.pop((contact.integration_id, contact.wa_id or ""), None)
        contact.wa_id = None

    def move(self, contact: Contact, *, bsuid: str | None, wa_id: str | None) -> None:
        """The contact is known by these ids from now on, and no more by those it had."""
        self._by_bsuid.pop((contact.integration_id, contact.bsuid or ""), None)
        self.forget_wa_id(contact)
        contact.bsuid, contact.wa_id = bsuid, wa_id
        self.add(contact)

    def see(self, contact: Contact, name: str, username: str | None, at: datetime) -> None:
        """Note that a contact wrote; the last message of a batch tells the name."""
        before = self.seen.get(contact.id)
        if before is None:
            self.seen[contact.id] = Seen(contact, name, username, at)
        else:
            before.name, before.username, before.at = name, username, max(at, before.at)
            before.messages += 1

    def everybody(self) -> list[Contact]:
        """Each contact once."""
        return list({c.id: c for c in (*self._by_bsuid.values(), *self._by_wa_id.values())}.values())


async def open_book(conn: Conn, senders: Sequence[Sender]) -> Book:
    """The known contacts among `senders`."""
    book = Book()
    async for row in Q.list_contacts(
        conn,
        integration_ids=list({s.integration_id for s in senders}),
        bsuids=[s.bsuid for s in senders if s.bsuid],
        wa_ids=[s.wa_id for s in senders if s.wa_id],
    ):
        book.add(_contact(row))
    return book


async def meet(conn: Conn, book: Book, sender: Sender, *, now: datetime) -> Contact:
    """The contact who sent this, created or completed as needed.

    A phone that comes with another business-scoped id than the one we knew is another person's now (numbers are
    recycled): the old contact loses the phone and its link is suspended, the new one starts unlinked. Who writes by the
    very id that is linked has shown who they are.
    """
    contact, by_phone = book.by_bsuid(sender), book.by_wa_id(sender)
    if by_phone is not None and contact is not by_phone:
        by_hand = by_phone.bsuid is None and not by_phone.suspended
        if contact is None and by_hand:
            contact = by_phone  # mapped by hand, now seen for the first time
        elif contact is not None and contact.person is None and by_hand:
            await Q.take_over(conn, id=contact.id, other=by_phone.id)
            contact.person = by_phone.person
            book.forget_wa_id(by_phone)
        elif sender.bsuid is not None:
            await lose_phone(conn, book, by_phone, now=now)
        else:
            contact = by_phone
    if contact is None:
        contact = Contact(new_id(), sender.integration_id, sender.bsuid, sender.wa_id)
        await Q.add_contact(
            conn, id=contact.id, integration_id=contact.integration_id, bsuid=contact.bsuid, wa_id=contact.wa_id
        )
    else:
        if contact.suspended and sender.bsuid is not None and sender.bsuid == contact.bsuid:
            await resume(conn, contact_id=contact.id)
            contact.suspended = False
        bsuid, wa_id = sender.bsuid or contact.bsuid, sender.wa_id or contact.wa_id
        if (bsuid, wa_id) != (contact.bsuid, contact.wa_id):
            contact.bsuid, contact.wa_id = bsuid, wa_id
            await Q.learn_ids(conn, id=contact.id, bsuid=bsuid, wa_id=wa_id)
    book.add(contact)
    return contact


async def lose_phone(conn: Conn, book: Book, contact: Contact, *, now: datetime) -> None:
    """The phone is somebody else's now; whoever was linked by it has to link again."""
    await Q.drop_wa_id(conn, id=contact.id)
    book.forget_wa_id(contact)
    await hold_link(conn, contact, why="phone_reused", now=now)


async def hold_link(conn: Conn, contact: Contact, *, why: Why, now: datetime) -> None:
    """Suspend the link, and ask its person, by whatever way is left, to link their phone again."""
    whose = await suspend(conn, contact_id=contact.id, why=why, now=now)
    contact.suspended = True
    if whose is not None:
        await add_notices(conn, [NewNotice(whose, "relink", now, facts={"contact_id": str(contact.id)})], now=now)


async def save_book(conn: Conn, book: Book) -> None:
    """Write what was learnt, in the order of ids, so that two batches cannot wait for each other in a circle."""
    seen = sorted(book.seen.values(), key=lambda s: s.contact.id)
    if not seen:
        return
    await Q.see_contacts(
        conn,
        ids=[s.contact.id for s in seen],
        names=[s.name for s in seen],
        usernames=[s.username for s in seen],
        seen_ats=[s.at for s in seen],
        answered=[s.answered for s in seen],
        messages=[s.messages for s in seen],
    )


def _contact(row: Record) -> Contact:
    return Contact(
        row["id"],
        row["integration_id"],
        row["bsuid"],
        row["wa_id"],
        viewer_of(row) if row["user_id"] is not None else None,
        row["registration_answered_at"],
        row["suspended"],
    )

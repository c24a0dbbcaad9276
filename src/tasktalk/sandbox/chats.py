"""Who has a phone and what was said: every chat's recent messages in memory, all of them in the store.

Directions are the product's: "in" is what the phone sent to the business, "out" what the business sent to the phone.
An item's status is the latest known: for "in" sent (we have it), delivered (the webhook got its 200), read (the
business marked it read); for "out" delivered, read, or failed, in which case it never reached the phone.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from tasktalk.sandbox.config import Phone
from tasktalk.sandbox.store import Store

Direction = Literal["in", "out"]
_KEPT = 400  # items of a chat in memory; older ones are read from the store
_QUEUED_EVENTS = 1000
_INSERT = "insert into item values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Item(msgspec.Struct, gc=False):
    """One message in a chat. `message` is JSON as it was posted; `extra` is JSON members beside it, from a comma on."""

    seq: int
    id: str
    wa_id: str
    direction: Direction
    at: int
    status: str
    kind: str
    opaque: str | None
    message: bytes
    extra: str = ""

    def as_json(self) -> bytes:
        """As the phone API lists it."""
        head = f'{{"id":"{self.id}","direction":"{self.direction}","timestamp":"{self.at}","status":"{self.status}"'
        return b"".join((head.encode(), b',"message":', self.message, self.extra.encode(), b"}"))


class Person:
    """Someone with a phone, and their chat with the business."""

    def __init__(self, *, wa_id: str, user_id: str, name: str, username: str | None = None) -> None:
        self.wa_id = wa_id
        self.user_id = user_id
        self.name = name
        self.username = username
        self.items: list[Item] = []
        self.complete = True  # whether `items` is all there is
        self.last_in_at = 0  # seconds, simulated clock: what the customer service window is counted from
        self.unread = 0
        self.waiters: set[asyncio.Future[None]] = set()
        self.listeners: set[asyncio.Queue[bytes]] = set()


class Chats:
    """Everybody."""

    def __init__(self, store: Store, *, waba_id: str) -> None:
        self._store = store
        self._waba_id = waba_id
        self.people: dict[str, Person] = {}
        self._by_user_id: dict[str, Person] = {}
        self._by_id: dict[str, Item] = {}
        self._seq = 0

    def load(self, phones: Iterable[Phone]) -> None:
        """Read what was left, and add the people of the configuration."""
        read = self._store.read
        self._seq = int((read("select value from document where key = 'last_seq'") or [(0,)])[0][0])
        for wa_id, user_id, name, username in read("select wa_id, user_id, name, username from person"):
            self._add(Person(wa_id=wa_id, user_id=user_id, name=name, username=username))
        for phone in phones:
            self._remember(Person(wa_id=phone.wa_id, user_id=phone.user_id, name=phone.name, username=phone.username))
        summary = (
            "select wa_id, count(*), max(case direction when 'in' then at else 0 end),"
            " sum(direction = 'out' and status = 'delivered' and kind <> 'reaction') from item group by wa_id"
        )
        counts: dict[str, int] = {}
        for wa_id, count, last_in_at, unread in read(summary):
            person = self.people.get(wa_id)
            if person is not None:  # what could not be delivered may be addressed to nobody
                person.last_in_at, person.unread, counts[wa_id] = last_in_at, unread, count
        recent = [Item(*row) for row in read("select * from item order by seq desc limit 50000")]
        for item in reversed(recent):
            self._seq = max(self._seq, item.seq)
            if item.wa_id in self.people:
                self._keep(self.people[item.wa_id], item)
        for wa_id, count in counts.items():
            self.people[wa_id].complete = len(self.people[wa_id].items) == count

    def find_person(self, *, wa_id: str = "", user_id: str = "") -> Person | None:
        """Whoever has this number or this business-scoped id."""
        return self.people.get(wa_id) if wa_id else self._by_user_id.get(user_id)

    def get_person(self, wa_id: str) -> Person:
        """Whoever has this number; an unknown number becomes a stranger with an id that is always the same."""
        person = self.people.get(wa_id)
        if person is None:
            digest = hashlib.sha256(f"{self._waba_id}/{wa_id}".encode()).digest()
            user_id = f"US.{int.from_bytes(digest[:8]) % 10**16:016}"
            person = Person(wa_id=wa_id, user_id=user_id, name=f"Guest {wa_id[-4:]}")
            self._remember(person)
        return person

    def new_item(
        self,
        person: Person,
        *,
        direction: Direction,
        at: int,
        status: str,
        kind: str,
        message: bytes,
        opaque: str | None = None,
        extra: str = "",
    ) -> Item:
        """A new item, written but not committed and not yet in the chat: wait for the commit, then `show` it."""
        self._seq += 1
        item = Item(self._seq, _wamid(self._seq), person.wa_id, direction, at, status, kind, opaque, message, extra)
        self._store.write(_INSERT, item.seq, item.id, item.wa_id, direction, at, status, kind, opaque, message, extra)
        return item

    def show(self, person: Person, item: Item) -> None:
        """Put a committed item into its chat and tell everyone who looks at it."""
        self._keep(person, item)
        if item.direction == "in":
            person.last_in_at = max(person.last_in_at, item.at)
        elif item.status == "delivered" and item.kind != "reaction":
            person.unread += 1
        if person.waiters:
            for waiter in person.waiters:
                if not waiter.done():
                    waiter.set_result(None)
            person.waiters.clear()
        if person.listeners:
            self.tell(person, "message", item.as_json(), event_id=item.id)

    def set_status(self, person: Person, item: Item, status: str) -> None:
        """Move an item's status on."""
        item.status = status
        self._store.write("update item set status = ? where seq = ?", status, item.seq)
        if person.listeners:
            self.tell(person, "status", msgspec.json.encode({"id": item.id, "status": status}))

    def tell(self, person: Person, event: str, data: bytes, *, event_id: str = "") -> None:
        """Send a server-sent event to every open view of this phone; one that does not keep up loses it."""
        chunk = event_chunk(event, data, event_id=event_id)
        for listener in person.listeners:
            if listener.qsize() < _QUEUED_EVENTS:
                listener.put_nowait(chunk)

    def find_item(self, item_id: str) -> Item | None:
        """The item with this id."""
        item = self._by_id.get(item_id)
        if item is None and (seq := _seq_of(item_id)):
            rows = self._store.read("select * from item where seq = ?", seq)
            item = Item(*rows[0]) if rows and rows[0][1] == item_id else None
        return item

    def list_items(self, person: Person, *, after: str = "") -> Sequence[Item]:
        """A chat's items, oldest first, those after the item `after` or all; an unknown `after` means all."""
        start = self.find_item(after) if after else None
        seq = start.seq if start is not None and start.wa_id == person.wa_id else 0
        items = person.items
        if person.complete or (items and seq >= items[0].seq):
            if not seq:
                return items
            index = len(items)
            while index and items[index - 1].seq > seq:
                index -= 1
            return items[index:]
        rows = self._store.read(
            "select * from item where wa_id = ? and seq > ? order by seq",
            person.wa_id,
            seq,
        )
        return [Item(*row) for row in rows]

    def clear(self) -> None:
        """Forget every message; people stay, and ids are never used again."""
        for person in self.people.values():
            person.items, person.complete, person.last_in_at, person.unread = [], True, 0, 0
            self.tell(person, "reset", b"{}")
        self._by_id.clear()
        self._store.write("delete from item")
        self._store.write("replace into document values ('last_seq', ?)", str(self._seq))

    def rename(self, person: Person, *, wa_id: str, user_id: str) -> None:
        """Give a person another number and therefore another business-scoped id; the chat moves along."""
        del self.people[person.wa_id], self._by_user_id[person.user_id]
        self._store.write("delete from person where wa_id = ?", person.wa_id)
        self._store.write("update item set wa_id = ? where wa_id = ?", wa_id, person.wa_id)
        for item in person.items:
            item.wa_id = wa_id
        person.wa_id, person.user_id = wa_id, user_id
        self._remember(person)

    def save(self, person: Person) -> None:
        """Write a changed name or username."""
        self._store.write(
            "replace into person values (?, ?, ?, ?)", person.wa_id, person.user_id, person.name, person.username
        )

    def _remember(self, person: Person) -> None:
        known = self.people.get(person.wa_id)
        if known is not None:
            self._by_user_id.pop(known.user_id, None)
            known.name, known.user_id, known.username = person.name, person.user_id, person.username
            person = known
        self._add(person)
        self.save(person)

    def _add(self, person: Person) -> None:
        self.people[person.wa_id] = person
        self._by_user_id[person.user_id] = person

    def _keep(self, person: Person, item: Item) -> None:
        person.items.append(item)
        self._by_id[item.id] = item
        if len(person.items) > 2 * _KEPT:
            for old in person.items[:_KEPT]:
                self._by_id.pop(old.id, None)
            del person.items[:_KEPT]
            person.complete = False


def event_chunk(event: str, data: bytes, *, event_id: str = "") -> bytes:
    """A server-sent event with JSON, which may be spread over lines where an event's data may not."""
    head = f"id: {event_id}\n" if event_id else ""
    line = data.replace(b"\r", b" ").replace(b"\n", b" ")
    return f"{head}event: {event}\ndata: ".encode() + line + b"\n\n"


def _wamid(seq: int) -> str:
    """An id that holds its row's number, so that no index of ids is needed; opaque to everyone else."""
    return "wamid.HBgN" + base64.urlsafe_b64encode(seq.to_bytes(6) + secrets.token_bytes(15)).decode()


def _seq_of(item_id: str) -> int:
    try:
        return int.from_bytes(base64.b64decode(item_id.removeprefix("wamid.HBgN"), altchars=b"-_", validate=True)[:6])
    except ValueError:
        return 0


def extra_members(**members: Any) -> str:
    """Members beside `message` in a listed item, as Item.extra wants them."""
    return "".join(f',"{name}":{msgspec.json.encode(value).decode()}' for name, value in members.items())

"""Taking turns: a batch of inbox items, each message with its sender's dialogue, replies into the outbox.

A message that needs something first is set aside, one that breaks off waits a moment for the rest of it; what comes
after it in its conversation waits too.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import structs

from tasktalk import metrics
from tasktalk.assistant.dialogue import Dialogue, load_dialogues, save_dialogues
from tasktalk.assistant.llm.budget import read_thought
from tasktalk.assistant.llm.question import Thought
from tasktalk.assistant.replies.of_files import say_trouble
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.reply import Need, Needs, Reply, Trouble
from tasktalk.assistant.respond import respond
from tasktalk.assistant.understand import breaks_off
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.integrations.connections import Directory
from tasktalk.messaging.changes import apply_changes
from tasktalk.messaging.contacts import Book, Contact, Q, Sender, meet, open_book, save_book
from tasktalk.messaging.documents.documents import NewDocument, add_documents
from tasktalk.messaging.identities import follow, list_concerned
from tasktalk.messaging.inbound import to_utterance
from tasktalk.messaging.links import welcome
from tasktalk.messaging.media import FOR, find_need
from tasktalk.messaging.outbox import Outgoing, add_messages
from tasktalk.messaging.statuses import apply_statuses
from tasktalk.queue.aside import MORE, Aside, set_aside
from tasktalk.queue.claim import Item
from tasktalk.whatsapp import render
from tasktalk.whatsapp.graphemes import count_units
from tasktalk.whatsapp.payloads import Inbound, read_message

_GATHER = timedelta(seconds=1.5)  # that the rest of a message has to come


@dataclass(slots=True)
class _Batch:
    """What one batch gathers before it writes it.

    `begun`: the first part of what is going on, by lane. `last`: the last text of each lane. `held`: the lanes that
    wait for one of their messages; `left`: what is not handled for that.
    """

    book: Book
    dialogues: dict[UUID, Dialogue] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)
    documents: list[NewDocument] = field(default_factory=list)
    begun: dict[str, str] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    asides: list[Aside] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Turns:
    """The handler of the inbox. `limits`: the needs that can be met here, and the seconds each may take.

    `longest_note`: seconds of a voice note that are listened to. `console`: its address, where it is known.
    """

    directory: Directory
    keyring: Keyring
    limits: Mapping[Need, float] = field(default_factory=dict)
    longest_note: float = 0
    console: str | None = None

    async def handle(self, conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> Collection[int]:
        """All effects of `items`, in the transaction of `conn`; `notes` say what became of each.

        Answers what was set aside, and what waits behind it.
        """
        statuses = [item for item in items if item.kind == "status"]
        if statuses:
            await apply_statuses(conn, statuses, notes)
        notes |= {item.seq: "stored" for item in items if item.kind == "unreadable"}
        changes = [item for item in items if item.kind == "change"]
        if changes:
            await apply_changes(conn, self.directory, changes, notes)
        messages = [item for item in items if item.kind == "message"]
        return await self._take(conn, messages, notes) if messages else ()

    async def _take(self, conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> Collection[int]:
        now = datetime.now(UTC)
        told = [entry async for entry in self._readable(items, notes)]
        told.sort(key=lambda entry: (entry[1].sent_at or entry[0].received_at).replace(microsecond=0))
        changed = [each for _, message, sender in told for each in list_concerned(sender, message.system)]
        batch = _Batch(await open_book(conn, [*(sender for _, _, sender in told), *changed]))
        viewers = [contact.person for contact in batch.book.everybody() if contact.person is not None]
        batch.dialogues = await load_dialogues(conn, viewers)
        batch.last = {item.lane: item.seq for item, message, _ in told if _is_plain(message)}
        for item, message, sender in told:
            if item.lane in batch.held:
                batch.left.add(item.seq)
                continue
            if message.system is not None:
                notes[item.seq] = await follow(conn, batch.book, sender, message.system, now=now)
                continue
            contact = await meet(conn, batch.book, sender, now=now)
            at = min(message.sent_at or item.received_at, now)
            batch.book.see(contact, message.profile_name, message.username, at)
            with metrics.TURN_SECONDS.time():
                became = await self._answer(conn, batch, item, message=message, contact=contact, now=now)
            if isinstance(became, Aside):
                batch.asides.append(became)
                batch.left.add(item.seq)
                batch.held.add(item.lane)
            else:
                notes[item.seq] = became
        await set_aside(conn, batch.asides)
        await add_messages(conn, batch.outgoing)
        await add_documents(conn, batch.documents)
        await save_dialogues(conn, batch.dialogues.values())
        await save_book(conn, batch.book)
        return batch.left

    async def _readable(
        self, items: Sequence[Item], notes: dict[int, str]
    ) -> AsyncIterator[tuple[Item, Inbound, Sender]]:
        """The messages that are for us, with who sent them."""
        for item in items:
            message = read_message(item.payload)
            integration = await self.directory.find(item.phone_number_id)
            if integration is None:
                notes[item.seq] = "for a number that is not connected here"
            elif message.group_id is not None:
                notes[item.seq] = "in a group"
            elif message.bsuid is None and message.wa_id is None and message.system is None:
                notes[item.seq] = "without a sender"
            else:
                yield item, message, Sender(integration.id, message.bsuid, message.wa_id)

    async def _answer(
        self, conn: Conn, batch: _Batch, item: Item, *, message: Inbound, contact: Contact, now: datetime
    ) -> str | Aside:
        if contact.viewer is None:
            return await self._welcome(conn, batch, item, message=message, contact=contact, now=now)
        dialogue = batch.dialogues[contact.viewer.user_id]
        need = find_need(message, self.limits)
        if need is not None and item.needs != need and not {need, "file"} & item.prepared.keys():
            return Aside(item.seq, need, self.limits[need], {FOR: str(contact.viewer.user_id)})
        if not _is_plain(message):
            return await self._respond(conn, batch, item, message=message, contact=contact, dialogue=dialogue, now=now)
        begun = batch.begun.pop(item.lane, None) or item.prepared.get("begun")
        if begun:
            message = structs.replace(message, text=_join(begun, message.text))
        open_end = breaks_off(message.text, dialogue.context(now))
        became = _wait_for_more(batch, item, message, now) if open_end else None
        if became is None:
            became = await self._respond(
                conn, batch, item, message=message, contact=contact, dialogue=dialogue, now=now
            )
        if begun and isinstance(became, Aside):
            return replace(became, carried={**became.carried, "begun": begun})
        return became

    async def _respond(
        self,
        conn: Conn,
        batch: _Batch,
        item: Item,
        *,
        message: Inbound,
        contact: Contact,
        dialogue: Dialogue,
        now: datetime,
    ) -> str | Aside:
        answered = message.target or message.context_id
        shown = await Q.find_shown(conn, contact_id=contact.id, wamid=answered) if answered else None
        said = to_utterance(
            message,
            shown=tuple(shown["task_ids"]) if shown else (),
            prepared=item.prepared,
            longest_note=self.longest_note,
        )
        if said is None:
            return message.type
        if isinstance(said, Trouble):
            reply: Reply | Needs | None = Reply(say_trouble(said, get_speech(dialogue.viewer.language)))
        else:
            late = Thought(failed="timeout") if item.needs == "thought" else None
            reply = await respond(
                conn,
                dialogue=dialogue,
                said=replace(said, thought=read_thought(item.prepared) or late, phone_id=contact.id),
                now=now,
                keyring=self.keyring,
                thinks="thought" in self.limits,
            )
        if isinstance(reply, Needs):
            return Aside(item.seq, reply.what, self.limits[reply.what], reply.carried)
        if reply is None:
            return "no answer needed"
        batch.documents += _documents(reply, item, contact)
        batch.outgoing += _outgoing(reply, item, contact, target=message.target)
        if contact.id in dialogue.parted:
            contact.link(None)
        return "answered"

    async def _welcome(
        self, conn: Conn, batch: _Batch, item: Item, *, message: Inbound, contact: Contact, now: datetime
    ) -> str:
        """A stranger links themselves by a code, or hears how to."""
        came = await welcome(
            conn, contact=contact, message=message, keyring=self.keyring, console=self.console, now=now
        )
        batch.book.seen[contact.id].answered |= came.how
        if contact.viewer is not None and contact.viewer.user_id not in batch.dialogues:
            batch.dialogues |= await load_dialogues(conn, [contact.viewer])
        if came.text:
            batch.outgoing += _outgoing(Reply(came.text), item, contact, target=None)
        return came.note


def _is_plain(message: Inbound) -> bool:
    """Whether it may be a part of what others near it say."""
    return message.kind == "text" and not message.forwarded and message.context_id is None


def _wait_for_more(batch: _Batch, item: Item, message: Inbound, now: datetime) -> str | Aside | None:
    """`message` breaks off: it goes on in the next one, or a moment is given it; None when that is over."""
    if batch.last[item.lane] != item.seq:
        batch.begun[item.lane] = message.text
        return "goes on in the next message"
    left = (_GATHER - (now - item.received_at)).total_seconds()
    waited = item.needs is not None or item.prepared.keys() - {"begun"}
    return Aside(item.seq, MORE, left) if left > 0 and not waited else None


def _join(begun: str, text: str) -> str:
    return f"{begun}\n{text}" if "\n" in text or begun.endswith(":") else f"{begun} {text}"


def _outgoing(reply: Reply, item: Item, contact: Contact, *, target: str | None) -> Iterator[Outgoing]:
    """The messages a reply becomes within Meta's limits: one, but for very long texts; none if a file bears it."""
    if _is_caption(reply):
        return
    if reply.reaction is not None:
        if target is not None:
            message = render.reaction(target, reply.reaction)
            yield Outgoing(contact.integration_id, contact.id, "reaction", message, item.seq, reply.task_ids)
        return
    if reply.rows:
        rows = [(row.id, row.title, row.description) for row in reply.rows]
        messages = [render.menu(reply.text, reply.list_label, rows)]
    elif reply.buttons:
        messages = [render.buttons(reply.text, [(button.id, button.title) for button in reply.buttons])]
    else:
        messages = render.text(reply.text)
    for message in messages:
        yield Outgoing(contact.integration_id, contact.id, "reply", message, item.seq, reply.task_ids)


def _documents(reply: Reply, item: Item, contact: Contact) -> Iterator[NewDocument]:
    """The files of a reply; below the first of them stands what the reply says, as far as that fits."""
    if contact.person is None:
        return
    caption = reply.text if _is_caption(reply) else ""
    for number, file in enumerate(reply.files):
        yield NewDocument(
            contact.integration_id,
            contact.id,
            contact.person.user_id,
            file,
            "" if number else caption,
            item.seq,
            reply.task_ids,
        )


def _is_caption(reply: Reply) -> bool:
    return bool(reply.files) and not (reply.rows or reply.buttons) and count_units(reply.text) <= render.MAX_BODY

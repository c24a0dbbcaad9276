"""Taking turns: a batch of inbox items, each message with its sender's dialogue, replies into the outbox."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tasktalk.assistant.dialogue import Dialogue, load_dialogues, save_dialogues
from tasktalk.assistant.replies.speech import get_speech, phrase
from tasktalk.assistant.reply import Reply
from tasktalk.assistant.respond import respond
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.integrations.connections import Directory
from tasktalk.messaging.contacts import Book, Contact, Q, Sender, meet, open_book, save_book
from tasktalk.messaging.inbound import to_utterance
from tasktalk.messaging.outbox import Outgoing, add_messages
from tasktalk.messaging.statuses import apply_statuses
from tasktalk.messaging.strangers import guess_language
from tasktalk.queue.claim import Item
from tasktalk.whatsapp import render
from tasktalk.whatsapp.payloads import Inbound, read_message

_REGISTRATION_EVERY = timedelta(days=1)
_REGISTRATION = phrase(
    "This number is not linked to anybody in Tasktalk yet. Ask the person who runs it to link you; "
    "then write to me again."
)


@dataclass(slots=True)
class _Batch:
    """What one batch gathers before it writes it."""

    book: Book
    dialogues: dict[UUID, Dialogue] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Turns:
    """The handler of the inbox."""

    directory: Directory
    keyring: Keyring

    async def handle(self, conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        """All effects of `items`, in the transaction of `conn`; `notes` say what became of each."""
        statuses = [item for item in items if item.kind == "status"]
        if statuses:
            await apply_statuses(conn, statuses, notes)
        messages = [item for item in items if item.kind == "message"]
        if messages:
            await self._take(conn, messages, notes)
        for item in items:
            if item.kind in {"change", "unreadable"}:
                notes[item.seq] = "stored"

    async def _take(self, conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        now = datetime.now(UTC)
        told = [entry async for entry in self._readable(items, notes)]
        told.sort(key=lambda entry: (entry[1].sent_at or entry[0].received_at).replace(microsecond=0))
        batch = _Batch(await open_book(conn, [sender for _, _, sender in told]))
        viewers = [contact.viewer for contact in batch.book.everybody() if contact.viewer is not None]
        batch.dialogues = await load_dialogues(conn, viewers)
        for item, message, sender in told:
            contact = await meet(conn, batch.book, sender)
            at = min(message.sent_at or item.received_at, now)
            batch.book.see(contact, message.profile_name, message.username, at)
            notes[item.seq] = await self._answer(conn, batch, item, message=message, contact=contact, now=now)
        await add_messages(conn, batch.outgoing)
        await save_dialogues(conn, batch.dialogues.values())
        await save_book(conn, batch.book)

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
            elif message.bsuid is None and message.wa_id is None:
                notes[item.seq] = "without a sender"
            else:
                yield item, message, Sender(integration.id, message.bsuid, message.wa_id)

    async def _answer(
        self, conn: Conn, batch: _Batch, item: Item, *, message: Inbound, contact: Contact, now: datetime
    ) -> str:
        if contact.viewer is None:
            return self._register(batch, item, message, contact, now)
        answered = message.target or message.context_id
        shown = await Q.find_shown(conn, contact_id=contact.id, wamid=answered) if answered else None
        said = to_utterance(message, shown=tuple(shown["task_ids"]) if shown else ())
        if said is None:
            return message.type
        if isinstance(said, str):
            reply: Reply | None = Reply(get_speech(contact.viewer.language).say(said))
        else:
            dialogue = batch.dialogues[contact.viewer.user_id]
            reply = await respond(conn, dialogue=dialogue, said=said, now=now, keyring=self.keyring)
        if reply is None:
            return "no answer needed"
        batch.outgoing += _outgoing(reply, item, contact, target=message.target)
        return "answered"

    def _register(self, batch: _Batch, item: Item, message: Inbound, contact: Contact, now: datetime) -> str:
        """A stranger hears how to be linked, once a day at the most."""
        last = contact.registration_answered_at
        if message.kind in {"reaction", "system"} or (last is not None and now - last < _REGISTRATION_EVERY):
            return "from a number that is not linked"
        contact.registration_answered_at = now
        batch.book.seen[contact.id].answered = True
        speech = get_speech(guess_language(contact.wa_id, message.text))
        batch.outgoing += _outgoing(Reply(speech.say(_REGISTRATION)), item, contact, target=None)
        return "from a number that is not linked; told how to link"


def _outgoing(reply: Reply, item: Item, contact: Contact, *, target: str | None) -> Iterator[Outgoing]:
    """The messages a reply becomes within Meta's limits: one, but for very long texts."""
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

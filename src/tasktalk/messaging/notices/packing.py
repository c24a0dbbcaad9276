"""Packing: some notices of one person as one message, in words or by a template, or as one letter."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from tasktalk.assistant.replies.pen import Pen
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.reply import Reply
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.ids import new_id
from tasktalk.messaging.letters.letters import NewLetter, Way
from tasktalk.messaging.letters.wording import write_letter
from tasktalk.messaging.notices.by_template import fill
from tasktalk.messaging.notices.digests import Digest
from tasktalk.messaging.notices.reading import Notice
from tasktalk.messaging.notices.tries import Try
from tasktalk.messaging.notices.ways import Kind, Means, Reach
from tasktalk.messaging.notices.wording import Writer
from tasktalk.messaging.outbox import DIGEST, NEWS, Outgoing
from tasktalk.messaging.templates.choosing import Purpose, Template, find_template
from tasktalk.whatsapp import render
from tasktalk.whatsapp.graphemes import shorten


@dataclass(frozen=True, slots=True)
class Parcel:
    """What leaves at once, and the notices it carries. `listed`: the tasks by the numbers that its lines have.

    `focus`: the one task it is about. `tries`: a row of `notice_tries` each, without what it leaves as.
    """

    notices: Sequence[Notice]
    outgoing: Outgoing | None = None
    letter: NewLetter | None = None
    listed: tuple[UUID, ...] = ()
    focus: UUID | None = None
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs for a batch of people; a template is looked for once."""

    conn: Conn
    keyring: Keyring
    now: dt.datetime
    means: Means
    _found: dict[tuple[UUID, Purpose, str], Template | None] = field(default_factory=dict)

    async def pack(
        self, kind: Kind, person: Record, reach: Reach, notices: Sequence[Notice], digests: Mapping[UUID, Digest]
    ) -> Parcel | None:
        """All that way `kind` can carry of them; None: nothing."""
        here, speech = self.now.astimezone(ZoneInfo(person["timezone"])), get_speech(person["language"])
        pen = Pen(self.keyring, person["user_id"], here, new_id(), speech)
        if kind == "template":
            return await self._by_template(pen, reach, notices, digests)
        message = Writer(pen).write(notices, digests)
        listed = message.reply.task_ids if message.numbered else ()
        focus = message.reply.task_ids[0] if message.reply.task_ids and not message.numbered else None
        if kind == "chat":
            return Parcel(notices, outgoing=_outgoing(message.reply, reach, notices), listed=listed, focus=focus)
        letter = self._letter(kind, pen, message.reply)
        return Parcel(notices, letter=letter, listed=listed, focus=focus)

    async def _by_template(
        self, pen: Pen, reach: Reach, notices: Sequence[Notice], digests: Mapping[UUID, Digest]
    ) -> Parcel | None:
        integration_id, contact_id = reach.integration_id, reach.contact_id
        if integration_id is None or contact_id is None:
            return None

        async def find(purpose: Purpose) -> Template | None:
            key = (integration_id, purpose, pen.speech.language)
            if key not in self._found:
                self._found[key] = await find_template(
                    self.conn, integration_id=integration_id, purpose=purpose, language=pen.speech.language
                )
            return self._found[key]

        filled = await fill(pen, notices, digests, find)
        if filled is None:
            return None
        shown = (filled.task_id,) if filled.task_id else ()
        outgoing = Outgoing(
            integration_id,
            contact_id,
            "notice",
            filled.message,
            task_ids=shown,
            rank=_rank(filled.notices),
            template_id=filled.template.id,
        )
        return Parcel(filled.notices, outgoing=outgoing, focus=filled.task_id)

    def _letter(self, way: Way, pen: Pen, reply: Reply) -> NewLetter:
        subject, body = write_letter(reply.text, speech=pen.speech, way=way, public_url=self.means.public_url)
        return NewLetter(pen.user_id, way, subject, body)


def _outgoing(reply: Reply, reach: Reach, notices: Sequence[Notice]) -> Outgoing:
    """One message, whatever its length."""
    if reach.integration_id is None or reach.contact_id is None:
        raise ValueError("there is no conversation")
    if reply.buttons:
        message = render.buttons(reply.text, [(button.id, button.title) for button in reply.buttons])
    else:
        [message] = render.text(shorten(reply.text, render.MAX_TEXT))
    rank = _rank(notices)
    return Outgoing(reach.integration_id, reach.contact_id, "notice", message, task_ids=reply.task_ids, rank=rank)


def _rank(notices: Sequence[Notice]) -> int:
    return DIGEST if all(notice.is_digest for notice in notices) else NEWS

"""Telling: what a person is to hear of by now leaves as one message, or is held, or dropped with the reason."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from tasktalk.accounts.access import viewer_of
from tasktalk.assistant.dialogue import note_shown
from tasktalk.assistant.replies.pen import Pen
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.reply import Reply
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.errors import AppError
from tasktalk.ids import new_id
from tasktalk.logs import get_log
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.digests import Digest, read_digest
from tasktalk.messaging.notices.hear import Q
from tasktalk.messaging.notices.reading import Notice, read_notices, too_late
from tasktalk.messaging.notices.ways import Hold, Way, choose_way
from tasktalk.messaging.notices.wording import Writer
from tasktalk.messaging.outbox import DIGEST, NEWS, Outgoing, add_messages
from tasktalk.whatsapp import render
from tasktalk.whatsapp.graphemes import shorten

log = get_log("messaging.notices")

ROWS = 500
_AGAIN = dt.timedelta(minutes=1)
_FOR = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of a notice."""

    state: str
    why: str | None = None


@dataclass(slots=True)
class _Outcome:
    """What a batch comes to, by notice and by person."""

    fates: dict[UUID, _Fate] = field(default_factory=dict)
    messages: dict[UUID, Outgoing] = field(default_factory=dict)
    lists: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    focuses: dict[UUID, UUID] = field(default_factory=dict)
    unsaid: list[UUID] = field(default_factory=list)


async def tell(conn: Conn, *, now: dt.datetime, gather: dt.timedelta, keyring: Keyring, rows: int = ROWS) -> int:
    """Settles the notices of up to `rows` people who have one that is due; answers how many people there were.

    What of theirs is due within `gather` goes along. All is told as it is now: what does not matter any more is
    dropped.
    """
    taken = [row async for row in Q.take_due(conn, now=now, until=now + gather, rows=rows)]
    if not taken:
        return 0
    people = {
        row["user_id"]: row async for row in Q.list_addressees(conn, user_ids=list({row["user_id"] for row in taken}))
    }
    outcome, notices = _Outcome(), await read_notices(conn, taken, now=now)
    for user_id, theirs in groupby(notices, key=lambda notice: notice.user_id):
        await _tell_one(conn, people[user_id], list(theirs), outcome, now=now, keyring=keyring)
    await _write(conn, outcome, notices, now=now)
    return len(people)


async def _tell_one(
    conn: Conn, person: Record, notices: Sequence[Notice], outcome: _Outcome, *, now: dt.datetime, keyring: Keyring
) -> None:
    way = choose_way(person, now=now)
    fates = {notice.id: _fate(notice, person, way) for notice in notices}
    live = [notice for notice in notices if fates[notice.id].state == "sent"]
    try:
        digests = await _read_digests(conn, person, live, now=now)
        for notice in live:
            if notice.is_digest and notice.id not in digests:
                fates[notice.id] = _Fate("dropped", sentences.NOTHING_DUE)
        live = [notice for notice in live if fates[notice.id].state == "sent"]
        if live and isinstance(way, Way):
            here, speech = now.astimezone(ZoneInfo(person["timezone"])), get_speech(person["language"])
            pen = Pen(keyring, person["user_id"], here, new_id(), speech)
            message = Writer(pen).write(live, digests)
            rank = DIGEST if all(notice.is_digest for notice in live) else NEWS
            outcome.messages[person["user_id"]] = _outgoing(message.reply, way, rank)
            if message.numbered:
                outcome.lists[person["user_id"]] = message.reply.task_ids
            elif message.reply.task_ids:
                [outcome.focuses[person["user_id"]]] = message.reply.task_ids
    except (
        AppError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
    ):  # a bug of ours must not silence everybody else
        log.exception("notices_unsaid", user_id=str(person["user_id"]))
        unsaid = {notice.id for notice in live}
        outcome.unsaid += unsaid
        fates = {id_: fate for id_, fate in fates.items() if id_ not in unsaid}
    outcome.fates |= {notice.id: fates[notice.id] for notice in notices if notice.id in fates}


def _fate(notice: Notice, person: Record, way: Way | Hold) -> _Fate:
    if person["disabled"]:
        return _Fate("dropped", sentences.SWITCHED_OFF)
    if person["muted"] and notice.event != "reminder":
        return _Fate("dropped", sentences.MUTED)
    if why := too_late(notice):
        return _Fate("dropped", why)
    return _Fate("held", way.why) if isinstance(way, Hold) else _Fate("sent")


async def _read_digests(
    conn: Conn, person: Record, notices: Sequence[Notice], *, now: dt.datetime
) -> dict[UUID, Digest]:
    found = {}
    for notice in notices:
        if notice.is_digest and (
            digest := await read_digest(conn, viewer=viewer_of(person), event=notice.event, now=now)
        ):
            found[notice.id] = digest
    return found


def _outgoing(reply: Reply, way: Way, rank: int) -> Outgoing:
    """One message, whatever its length."""
    if reply.buttons:
        message = render.buttons(reply.text, [(button.id, button.title) for button in reply.buttons])
    else:
        [message] = render.text(shorten(reply.text, render.MAX_TEXT))
    return Outgoing(way.integration_id, way.contact_id, "notice", message, task_ids=reply.task_ids, rank=rank)


async def _write(conn: Conn, outcome: _Outcome, notices: Sequence[Notice], *, now: dt.datetime) -> None:
    ids = await add_messages(conn, list(outcome.messages.values()))
    sent = dict(zip(outcome.messages, ids, strict=True))
    fates = [(notice, outcome.fates[notice.id]) for notice in notices if notice.id in outcome.fates]
    settled = [(notice, fate) for notice, fate in fates if fate.state != "held" or notice.state != "held"]
    await Q.settle(
        conn,
        ids=[notice.id for notice, _ in settled],
        states=[fate.state for _, fate in settled],
        whys=[fate.why for _, fate in settled],
        outbox_ids=[sent[notice.user_id] if fate.state == "sent" else None for notice, fate in settled],
        at=now,
    )
    if outcome.unsaid:
        await Q.put_off(conn, ids=outcome.unsaid, until=now + _AGAIN, before=now - _FOR, why=sentences.UNSAID, at=now)
    await note_shown(conn, lists=outcome.lists, focuses=outcome.focuses, now=now)

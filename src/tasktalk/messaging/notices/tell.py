"""Telling: what a person is to hear of by now leaves as one message, or is held, or dropped with the reason."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import viewer_of
from tasktalk.assistant.dialogue import note_shown
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.errors import AppError
from tasktalk.logs import get_log
from tasktalk.messaging.letters.letters import add_letters
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.choosing import Fate, Outcome, Person, choose
from tasktalk.messaging.notices.digests import Digest, read_digest
from tasktalk.messaging.notices.hear import Q
from tasktalk.messaging.notices.packing import Packer
from tasktalk.messaging.notices.reading import Notice, read_notices, too_late
from tasktalk.messaging.notices.tries import MOST, NOTHING_TRIED, add_tries, read_pasts
from tasktalk.messaging.notices.troubles import STILL_SENDS
from tasktalk.messaging.notices.ways import Means, find_reach
from tasktalk.messaging.outbox import add_messages

log = get_log("messaging.notices")

ROWS = 500
_AGAIN = dt.timedelta(minutes=1)
_FOR = dt.timedelta(days=1)
_LOOK_AGAIN = dt.timedelta(hours=1)  # whether what was held can leave another way by now


async def tell(
    conn: Conn,
    *,
    now: dt.datetime,
    gather: dt.timedelta,
    keyring: Keyring,
    means: Means | None = None,
    rows: int = ROWS,
) -> int:
    """Settles the notices of up to `rows` people who have one that is due; answers how many people there were.

    What of theirs is due within `gather` goes along. All is told as it is now: what does not matter any more is
    dropped.
    """
    taken = [row async for row in Q.take_due(conn, now=now, until=now + gather, rows=rows)]
    if not taken:
        return 0
    addressees = Q.list_addressees(
        conn, user_ids=list({row["user_id"] for row in taken}), now=now, still_sends=STILL_SENDS
    )
    people = {row["user_id"]: row async for row in addressees}
    pasts = await read_pasts(conn, [row["id"] for row in taken])
    outcome, notices = Outcome(), await read_notices(conn, taken, now=now)
    packer = Packer(conn, keyring, now, means or Means())
    for user_id, theirs in groupby(notices, key=lambda notice: notice.user_id):
        row = people[user_id]
        person = Person(row, find_reach(row, packer.means, now=now), pasts)
        await _tell_one(packer, person, list(theirs), outcome)
    await _write(conn, outcome, notices, now=now)
    return len(people)


async def _tell_one(packer: Packer, person: Person, notices: Sequence[Notice], outcome: Outcome) -> None:
    fates = {notice.id: Fate("dropped", why) for notice in notices if (why := _why_never(notice, person))}
    live = [notice for notice in notices if notice.id not in fates]
    try:
        digests = await _read_digests(packer.conn, person.row, live, now=packer.now)
        for notice in live:
            if notice.is_digest and notice.id not in digests:
                fates[notice.id] = Fate("dropped", sentences.NOTHING_DUE)
        live = [notice for notice in live if notice.id not in fates]
        chosen = await choose(packer, person, live, digests)
    except (
        AppError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
    ):  # a bug of ours must not silence everybody else
        log.exception("notices_unsaid", user_id=str(person.row["user_id"]))
        outcome.unsaid += [notice.id for notice in live]
    else:
        outcome.add(chosen)
    outcome.fates |= fates


def _why_never(notice: Notice, person: Person) -> str | None:
    """Why it is not told at all, whatever way is open."""
    if person.row["disabled"]:
        return sentences.SWITCHED_OFF
    if person.row["muted"] and notice.event not in {"reminder", "relink"}:
        return sentences.MUTED
    if person.pasts.get(notice.id, NOTHING_TRIED).refusals >= MOST:
        return sentences.GIVEN_UP
    return too_late(notice)


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


async def _write(conn: Conn, outcome: Outcome, notices: Sequence[Notice], *, now: dt.datetime) -> None:
    sent = await add_messages(conn, [parcel.outgoing for parcel in outcome.parcels if parcel.outgoing])
    letters = await add_letters(conn, [parcel.letter for parcel in outcome.parcels if parcel.letter], now=now)
    outcome.address(sent, letters)
    fates = [(notice, outcome.fates[notice.id]) for notice in notices if notice.id in outcome.fates]
    settled = [(notice, fate) for notice, fate in fates if fate.state != "held" or notice.state != "held"]
    await Q.settle(
        conn,
        ids=[notice.id for notice, _ in settled],
        states=[fate.state for _, fate in settled],
        whys=[fate.why for _, fate in settled],
        outbox_ids=[outcome.outbox_ids.get(notice.id) for notice, _ in settled],
        at=now,
        look_at=now + _LOOK_AGAIN,
    )
    await add_tries(conn, outcome.tries, now=now)
    if outcome.unsaid:
        await Q.put_off(conn, ids=outcome.unsaid, until=now + _AGAIN, before=now - _FOR, why=sentences.UNSAID, at=now)
    await note_shown(conn, lists=outcome.lists, focuses=outcome.focuses, now=now)

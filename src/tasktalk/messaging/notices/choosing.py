"""Which notices of a person leave by which way, and what becomes of those that no way is open for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from asyncpg import Record

from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.digests import Digest
from tasktalk.messaging.notices.packing import Packer, Parcel
from tasktalk.messaging.notices.reading import Notice
from tasktalk.messaging.notices.tries import NOTHING_TRIED, Past, Try
from tasktalk.messaging.notices.ways import BY_WHATSAPP, KINDS, Kind, Reach


@dataclass(frozen=True, slots=True)
class Person:
    """A row of `list_addressees`, how they can be reached, and what was tried by notice."""

    row: Record
    reach: Reach
    pasts: Mapping[UUID, Past]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a notice."""

    state: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What leaves, what waits and why, and what was passed over on the way: (notice, way, why)."""

    user_id: UUID
    parcels: Sequence[Parcel]
    held: Mapping[UUID, str]
    passed: Sequence[Try]


@dataclass(slots=True)
class Outcome:
    """What a batch comes to, by notice and by person."""

    fates: dict[UUID, Fate] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    outbox_ids: dict[UUID, UUID] = field(default_factory=dict)
    lists: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    focuses: dict[UUID, UUID] = field(default_factory=dict)
    unsaid: list[UUID] = field(default_factory=list)

    def add(self, chosen: Chosen) -> None:
        """One person's."""
        self.fates |= {id_: Fate("held", why) for id_, why in chosen.held.items()}
        self.parcels += chosen.parcels
        self.tries += chosen.passed
        for parcel in chosen.parcels:
            self.fates |= {each.notice_id: Fate("sent") for each in parcel.tries}
            if parcel.listed:
                self.lists[chosen.user_id] = parcel.listed
            elif parcel.focus is not None:
                self.focuses[chosen.user_id] = parcel.focus

    def address(self, sent: Sequence[UUID], letters: Sequence[UUID]) -> None:
        """The parcels are rows by now, with these ids in their order."""
        outbox_ids, letter_ids = iter(sent), iter(letters)
        for parcel in self.parcels:
            outbox_id = next(outbox_ids) if parcel.outgoing else None
            letter_id = next(letter_ids) if parcel.letter else None
            self.tries += [replace(each, outbox_id=outbox_id, letter_id=letter_id) for each in parcel.tries]
            if outbox_id is not None:
                self.outbox_ids |= {each.notice_id: outbox_id for each in parcel.tries}


async def choose(packer: Packer, person: Person, notices: Sequence[Notice], digests: Mapping[UUID, Digest]) -> Chosen:
    """Each notice by the first way that is open for it; those of the same way are one message."""
    reach, left = person.reach, list(notices)
    passed: dict[UUID, list[tuple[Kind, str]]] = {notice.id: [] for notice in notices}
    parcels: list[Parcel] = []
    for kind in KINDS:
        able = []
        for notice in left:
            why = _why_not(kind, notice, person)
            if why is None:
                able.append(notice)
            elif why:
                passed[notice.id].append((kind, why))
        packed = await packer.pack(kind, person.row, reach, able, digests) if able else None
        carried = set() if packed is None else {notice.id for notice in packed.notices}
        for notice in able:
            if notice.id not in carried:
                passed[notice.id].append((kind, sentences.NO_TEMPLATE))
        if packed is not None:
            tries = tuple(Try(each.id, _number(person, each, passed), kind) for each in packed.notices)
            parcels.append(replace(packed, tries=tries))
        left = [notice for notice in left if notice.id not in carried]
    held = {notice.id: reach.unasked.get("chat", reach.hold) if not _asked(notice) else reach.hold for notice in left}
    return Chosen(person.row["user_id"], parcels, held, _note_passed(person, notices, passed, held))


def _why_not(kind: Kind, notice: Notice, person: Person) -> str | None:
    """Why a way is passed over for a notice, empty if that goes without saying; None: it is to be tried."""
    if kind in person.pasts.get(notice.id, NOTHING_TRIED).refused:
        return sentences.REFUSED_BEFORE
    if notice.is_trouble and kind in BY_WHATSAPP and person.row["unfit"]:
        return sentences.STOPPED  # or it would wait there until it is over
    if notice.of_account and kind == "email" and person.reach.mail_of_account:
        return None
    return person.reach.why_not(kind, asked=_asked(notice))


def _asked(notice: Notice) -> bool:
    """Whether its person set it themselves: no budget keeps that from them."""
    return notice.event == "reminder"


def _number(person: Person, notice: Notice, passed: Mapping[UUID, Sequence[object]]) -> int:
    return person.pasts.get(notice.id, NOTHING_TRIED).tries + len(passed[notice.id]) + 1


def _note_passed(
    person: Person,
    notices: Sequence[Notice],
    passed: Mapping[UUID, Sequence[tuple[Kind, str]]],
    held: Mapping[UUID, str],
) -> list[Try]:
    """What was passed over, unless it is held again for want of anything new."""
    noted = []
    for notice in notices:
        past = person.pasts.get(notice.id, NOTHING_TRIED)
        if notice.id in held and past.tries and not past.newly_refused:
            continue
        first = past.tries + 1
        noted += [Try(notice.id, n, kind, why=why) for n, (kind, why) in enumerate(passed[notice.id], first)]
    return noted

"""The audit's chain: each entry's hash is SHA-256 over the hash before it and the entry itself (`audit_content`).

Whoever changes, takes out or slips in an entry breaks it there. Whoever can write the whole table anew can write the
chain anew, too: note the last hash somewhere else now and then, and ask whether it is still in it.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from tasktalk.accounts.audit.audit import Q
from tasktalk.db import Conn
from tasktalk.errors import BadRequest

_BATCH = 2000
_HASH_HEX = 64


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first entry that does not fit. `id` and `at` null: it is one that is missing."""

    place: int
    id: UUID | None
    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entries` were looked at, from the oldest on; `hash`: the last one's, in hexadecimal."""

    ok: bool
    entries: int
    hash: str
    misfit: Misfit | None


async def verify(conn: Conn, *, seen: str | None = None) -> Verdict:
    """Follows the chain from its beginning to the end it had when asked.

    `seen`: a last hash that was noted before, and must be in it still; BadRequest for what is none.
    """
    if seen is not None and (len(seen) != _HASH_HEX or not set(seen) <= set("0123456789abcdef")):
        raise BadRequest("A hash has 64 hexadecimal digits.", field="seen")
    end = await Q.read_chain(conn)
    place, before = end["base_place"], end["base_hash"]
    first, is_in_it = place, False
    while place < end["place"]:
        rows = [row async for row in Q.list_links(conn, after=place, upto=end["place"], limit=_BATCH)]
        for row in rows:
            if row["place"] != place + 1:
                return _broken(place - first, before, Misfit(place + 1, None, None, "it is missing"))
            if sha256(before + row["content"].encode()).digest() != row["hash"]:
                why = "it was changed, or what comes before it"
                return _broken(place - first, before, Misfit(row["place"], row["id"], row["at"], why))
            place, before = row["place"], row["hash"]
            is_in_it = is_in_it or before.hex() == seen
        if not rows:
            return _broken(place - first, before, Misfit(place + 1, None, None, "it is missing"))
    if before != end["hash"]:
        return _broken(place - first, before, Misfit(place, None, None, "the end of the chain is another"))
    if seen is not None and seen != before.hex() and not is_in_it:
        return _broken(place - first, before, Misfit(place, None, None, "the hash that was noted is not in it"))
    return Verdict(ok=True, entries=place - first, hash=before.hex(), misfit=None)


async def forget(conn: Conn, *, before: datetime, limit: int = _BATCH) -> int:
    """Takes the oldest entries from before that moment, at most so many; the chain begins after them."""
    gone: int = await Q.forget_audit(conn, before=before, limit=limit)
    return gone


def _broken(entries: int, last: bytes, misfit: Misfit) -> Verdict:
    return Verdict(ok=False, entries=entries, hash=last.hex(), misfit=misfit)

"""How a person can be reached right now."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from tasktalk.messaging.notices import sentences

# A message takes a moment to leave; so shortly before its end the window counts as closed.
MARGIN = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Way:
    """A conversation whose service window is open: anything may be written into it."""

    integration_id: UUID
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing can reach the person now; `why` is shown to them."""

    why: str


def choose_way(person: Record, *, now: dt.datetime) -> Way | Hold:
    """For a row of `list_addressees`. Further ways (a template, e-mail) belong here, after the open window."""
    if person["contact_id"] is None:
        return Hold(sentences.NO_PHONE)
    if person["window_until"] is not None and person["window_until"] > now + MARGIN:
        return Way(person["integration_id"], person["contact_id"])
    return Hold(sentences.WINDOW_CLOSED)

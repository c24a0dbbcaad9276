"""How a person can be reached right now, way by way: decided by our own clock, before anything is tried."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.messaging.notices import sentences

Kind = Literal["chat", "template", "email", "apprise"]

# In this order: free-form words, a template, e-mail, whatever Apprise reaches.
KINDS: tuple[Kind, ...] = ("chat", "template", "email", "apprise")
BY_WHATSAPP: frozenset[Kind] = frozenset({"chat", "template"})

# A message takes a moment to leave; so shortly before its end the window counts as closed.
MARGIN = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Means:
    """What this installation can send by, beside WhatsApp. `public_url`: where its console is.

    `prices`: what a WhatsApp message costs, by Meta's category.
    """

    email: bool = False
    apprise: bool = False
    public_url: str = ""
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """How one person can be reached. `shut`: why a way is closed; `unasked`: for what they did not ask for.

    An empty reason: it was never set up, which is not worth a word. `hold`: why what nothing is open for waits.
    `mail_of_account`: e-mail is open for what concerns their account or the numbers they look after.
    """

    integration_id: UUID | None
    contact_id: UUID | None
    shut: Mapping[Kind, str]
    unasked: Mapping[Kind, str]
    hold: str
    mail_of_account: bool = False

    def why_not(self, kind: Kind, *, asked: bool) -> str | None:
        """Why `kind` is closed for something; None: it is open."""
        return self.shut.get(kind, None if asked else self.unasked.get(kind))


def find_reach(person: Record, means: Means, *, now: dt.datetime) -> Reach:
    """For a row of `list_addressees`. That there is a template is not known yet."""
    shut: dict[Kind, str] = {}
    has_mail = bool(means.email and person["email"])
    if not (has_mail and person["by_email"]):
        shut["email"] = ""
    if not (means.apprise and person["apprise_url"] is not None):
        shut["apprise"] = ""
    hold = sentences.WINDOW_CLOSED
    if person["contact_id"] is None:
        shut["chat"] = shut["template"] = sentences.UNLINKED
        hold = sentences.NO_PHONE
    elif person["window_until"] is None or person["window_until"] <= now + MARGIN:
        shut["chat"] = sentences.CLOSED
    else:
        hold = sentences.UNREACHED
    if person["stopped"] and not {"email", "apprise"} <= shut.keys():
        shut["chat"] = shut["template"] = sentences.STOPPED
    unasked: dict[Kind, str] = {}
    if person["spent"]:
        unasked["chat"] = unasked["template"] = sentences.BUDGET_SPENT
    elif person["most"] is not None and person["used"] >= person["most"]:
        unasked["chat"] = unasked["template"] = sentences.MESSAGES_SPENT
    return Reach(
        person["integration_id"],
        person["contact_id"],
        shut,
        unasked,
        hold,
        has_mail and person["by_email"] is not False,
    )

"""Linked phones and unknown senders, as the API shows them. Phones are `+` and digits; null where Meta tells none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

LinkedBy = Literal["code", "admin", "sandbox"]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose phone it is; `disabled` people are not answered."""

    id: UUID
    name: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    """A linked phone. `has_bsuid`: WhatsApp's own id for the account is known, which the link hangs on.

    `name` and `username` are what the account calls itself. `window_until`: we may write freely until then.
    `suspended_at`: somebody else may have the phone by now, so nothing is told there until it is linked again.
    """

    id: UUID
    user: Person
    phone: str | None
    username: str | None
    name: str
    has_bsuid: bool
    first_seen_at: datetime
    last_seen_at: datetime | None
    window_until: datetime | None
    linked_at: datetime | None
    linked_by: LinkedBy | None
    suspended_at: datetime | None
    suspended_why: str | None


@dataclass(frozen=True, slots=True)
class Similar:
    """A form of a number that WhatsApp may know instead; `stranger_id`: who has written from it."""

    phone: str
    stranger_id: UUID | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping made by hand, and what else may have been meant."""

    mapping: Mapping
    suggestions: list[Similar]


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who wrote and is linked to nobody; `messages` of theirs."""

    id: UUID
    phone: str | None
    username: str | None
    name: str
    has_bsuid: bool
    first_seen_at: datetime
    last_seen_at: datetime
    messages: int
    ignored_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """A phone of one's own; `number` is ours, which it talks to."""

    id: UUID
    integration_id: UUID
    number: str
    phone: str | None
    username: str | None
    name: str
    last_seen_at: datetime | None
    linked_at: datetime | None
    suspended_at: datetime | None
    suspended_why: str | None


@dataclass(frozen=True, slots=True)
class MappingPage:
    """Linked phones, the oldest first."""

    items: list[Mapping]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class StrangerPage:
    """Unknown senders, the newest first."""

    items: list[Stranger]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class OwnPhones:
    """All of one's own, on one page."""

    items: list[OwnPhone]
    next: None = None


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """A code to send from the phone. `wa_me` opens WhatsApp with it written, `qr_svg` is the same for a camera.

    Both are null where our number is not known here.
    """

    code: str
    expires_at: datetime
    wa_me: str | None
    qr_svg: str | None

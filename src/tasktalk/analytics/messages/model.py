"""Messages and conversations as the API shows them: whose, when, and what came of them, never a whole phone number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Direction = Literal["in", "out"]
Status = Literal["waiting", "handled", "sending", "sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class ContactShown:
    """The other end. `name` is what the account calls itself; `phone` shows its last digits; `user_…`: whose it is."""

    id: UUID
    name: str
    phone: str | None
    username: str | None
    user_id: UUID | None
    user_name: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """When it came to what; null: not, or not yet. `reason`: why it failed, or did not go through so far."""

    received: datetime | None
    handled: datetime | None
    sent: datetime | None
    delivered: datetime | None
    read: datetime | None
    failed: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `at`: received, or written. `text` is null unless `TASKTALK_SHOW_CONVERSATIONS` is on.

    `type` is WhatsApp's, `kind` ours, of what we send (`reply`, `notice`, …). `note`: what came of a received one.
    """

    id: str
    direction: Direction
    at: datetime
    type: str
    kind: str | None
    status: Status
    timeline: Timeline
    contact: ContactShown | None
    attempts: int
    answers_to: str | None
    note: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages, the newest first."""

    items: list[Message]
    next: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to WhatsApp; `outcome` is `accepted`, `refused`, `retry`, `unknown`, or null while it lasts."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    error_code: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StatusHeard:
    """What WhatsApp said of it, and when that was; `pricing` is `category/type`."""

    status: str
    at: datetime
    reason: str | None
    pricing: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """One message with all that was done for it. `payload`: its shape, with words and numbers hidden."""

    message: Message
    replies: list[str]
    attempts: list[Attempt]
    statuses: list[StatusHeard]
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said with one contact. `received` counts all that they wrote, `sent` and `failed` what we did.

    `window_until`: free-form messages may go until then. `unanswered`: they wrote last, or a message of theirs waits.
    """

    contact: ContactShown
    last_received_at: datetime | None
    last_sent_at: datetime | None
    received: int
    sent: int
    failed: int
    window_until: datetime | None
    window_open: bool
    suspended: bool
    unanswered: bool


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """Conversations, who wrote last first."""

    items: list[Conversation]
    next: str | None

"""Figures as the API shows them. Times are in milliseconds, rates from 0 to 1; what never was is 0."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Totals(_Shown):
    """Of the whole time. `messagesSent`: taken by WhatsApp; `messagesFailed`: refused, or lost on the way.

    `uniqueUsers` wrote; `totalConversations` counts everybody who wrote or was written to. `errorCount`: messages that
    failed, and messages received that were given up.
    """

    messages_received: int = 0
    messages_sent: int = 0
    messages_delivered: int = 0
    messages_read: int = 0
    messages_failed: int = 0
    unique_users: int = 0
    total_conversations: int = 0
    error_count: int = 0


class Averages(_Shown):
    """`avgResponseTime`: from a message's arrival until WhatsApp took its reply. `avgConversationLength`: messages."""

    avg_response_time: float = 0
    avg_messages_per_user: float = 0
    avg_conversation_length: float = 0


class HourFigures(_Shown):
    """One hour of the wall clock; `errorRate`: errors of all messages received, sent or refused in it."""

    date: dt.date
    hour: int
    messages_received: int = 0
    messages_sent: int = 0
    messages_delivered: int = 0
    messages_read: int = 0
    messages_failed: int = 0
    unique_users: int = 0
    avg_response_time: float = 0
    max_response_time: float = 0
    error_rate: float = 0


class CategoryCost(_Shown):
    """Delivered messages of a category of Meta's; `charged`: those that are not free. `cost` null: no price is set."""

    category: str
    messages: int
    charged: int
    cost: float | None


class PersonCost(_Shown):
    """What one contact's messages cost; `userId`: who they are linked to."""

    contact_id: UUID
    user_id: UUID | None
    name: str | None
    messages: int
    charged: int
    cost: float | None


class Cost(_Shown):
    """What delivered messages cost by `TASKTALK_PRICES`; `total` null: no prices, or numbers in several currencies.

    `byPerson`: the hundred who cost most.
    """

    currency: str | None
    total: float | None
    by_category: list[CategoryCost]
    by_person: list[PersonCost]


class Analytics(_Shown):
    """Figures of one number. `since` and `until` are whole hours in `timezone`."""

    since: dt.datetime
    until: dt.datetime
    timezone: str
    totals: Totals
    averages: Averages
    hourly_data: list[HourFigures]
    cost: Cost


class NumberFigures(_Shown):
    """One number among all."""

    id: UUID
    name: str
    messages_received: int
    messages_sent: int
    messages_failed: int
    currency: str
    cost: float | None


class QueueFigures(_Shown):
    """The inbox and its workers at this moment; `averageTime` that an item takes."""

    status: str
    size: int
    processing: int
    completed: int
    failed: int
    oldest_seconds: float
    per_minute: float
    average_time: float
    error_rate: float
    workers: int
    memory_mib: float
    outbox_waiting: int


class SystemAnalytics(Analytics):
    """Figures of all numbers together, each of them, and the queue."""

    integrations: list[NumberFigures]
    queue: QueueFigures

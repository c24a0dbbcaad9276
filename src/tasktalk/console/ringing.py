"""Reminders of a task in words, and the choices of when one may ring."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.assistant.replies.when import say_recurrence
from tasktalk.console.when import moment_words
from tasktalk.tasks.reminders.reading import read_offset
from tasktalk.tasks.reminders.reminders import Reminder

OFFSETS = {
    "PT0S": phrase("When it is due"),
    "-PT10M": phrase("10 minutes before"),
    "-PT30M": phrase("30 minutes before"),
    "-PT1H": phrase("1 hour before"),
    "-PT2H": phrase("2 hours before"),
    "-P1D": phrase("1 day before"),
    "-P2D": phrase("2 days before"),
    "-P7D": phrase("1 week before"),
    "": phrase("At a day and time"),
}


@dataclass(frozen=True, slots=True)
class Ring:
    """A reminder: when it rings in words, and the moment that comes of it, where those do not say it.

    `rings`: whether it will at all; `usual`: by the person's settings.
    """

    id: UUID
    words: str
    next: str
    rings: bool
    usual: bool


def rings_of(reminders: Sequence[Reminder], *, now: dt.datetime, zone: ZoneInfo, speech: Speech) -> list[Ring]:
    """In the order given."""
    return [_ring(each, now, zone, speech) for each in reminders]


def _ring(reminder: Reminder, now: dt.datetime, zone: ZoneInfo, speech: Speech) -> Ring:
    rings = reminder.next_at is not None
    coming = moment_words(reminder.next_at, now, zone, speech) if reminder.next_at else ""
    if reminder.offset is not None:
        return Ring(reminder.id, _offset_words(reminder.offset, speech), coming, rings, reminder.default)
    at = reminder.at.datetime if reminder.at else None
    words = moment_words(at, now, zone, speech) if at else ""
    if reminder.recurrence:
        again = say_recurrence({"rrule": reminder.recurrence, "from": "schedule", "text": ""}, speech)
        return Ring(reminder.id, f"{words} · {again}", coming, rings, reminder.default)
    return Ring(reminder.id, words, "" if coming == words else coming, rings, reminder.default)


def _offset_words(text: str, speech: Speech) -> str:
    if text in OFFSETS:
        return speech.say(OFFSETS[text])
    offset = read_offset(text, field="offset")
    length = abs(offset)
    hours, minutes = divmod(length.seconds // 60, 60)
    parts = [
        speech.count("{number} day", "{number} days", length.days) if length.days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
    ]
    time = " ".join(filter(None, parts))
    if offset < dt.timedelta():
        return speech.say("{time} before it is due", time=time)
    return speech.say("{time} after it is due", time=time)

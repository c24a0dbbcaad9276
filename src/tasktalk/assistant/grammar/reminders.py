"""Reminders told beside a task: "… remind me 30 minutes before", "… and remind me at 5"."""

import datetime as dt
from typing import NamedTuple

from dateutil.rrule import rrulestr
from msgspec import structs

from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.quickadd import as_duration
from tasktalk.assistant.grammar.reading import read_minutes, read_slots
from tasktalk.assistant.grammar.resolve import as_when, local_now
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.grammar.values import Clock
from tasktalk.assistant.understanding import Context, Recurrence, Span, When

_ENDS = " \t\n.,;!?"
_DAY = 1440  # minutes
_NOON = 12
_DAWN = range(4, 7)
_HOUR_WORDS = 4  # "at half past nine"


class Told(NamedTuple):
    """A reminder asked for in `[start, end)`: so many minutes before the task is due, or then, or both."""

    start: int
    end: int
    minutes: int | None
    when: When | None
    open_hour: bool = False  # of `when`: nothing says in which half of the day it is


def find_told(plain: str, begin: int, context: Context, engine: Engine, book: Phrasebook) -> Told | None:
    """The words that ask for a reminder of what the rest of the message says; None where there are none."""
    folded = fold(plain)
    for pattern in book.before_due:
        found = pattern.search(folded, begin)
        minutes = read_minutes(found["amount"], context, engine, book.length) if found else None
        if found and minutes:
            end, when = found.end(), None
            if minutes % _DAY == 0:
                end, when = _read_hour(plain, end, context, engine)
            return Told(found.start(), end, minutes, when)
    if (alone := _find_alone(plain, begin, context, engine, book)) is not None:
        return alone
    for pattern in book.remind_also:
        found = pattern.search(folded, begin)
        if found and folded[begin : found.start()].strip(" ,;.-"):
            said = _read_whole(plain[found.start("when") : found.end("when")], context, engine)
            if said and said.due:
                return Told(found.start(), found.end(), None, said.due, said.open_hour)
    return None


def _find_alone(plain: str, begin: int, context: Context, engine: Engine, book: Phrasebook) -> Told | None:
    """Read "remind me to pay the rent on the 1st, 3 days before"; "3 days before christmas" is another day."""
    folded = fold(plain)
    for pattern in book.told_alone if book.may_remind.search(folded, begin) else ():
        for found in pattern.finditer(folded, begin):
            minutes = read_minutes(found["amount"], context, engine, book.length)
            if not minutes or not book.may_remind.search(folded[begin : found.start()]):
                continue
            end, when = _read_hour(plain, found.end(), context, engine) if minutes % _DAY == 0 else (found.end(), None)
            if not folded[end:].strip(_ENDS):
                return Told(found.start(), end, minutes, when)
    return None


def _read_hour(plain: str, at: int, context: Context, engine: Engine) -> tuple[int, When | None]:
    """The hour that comes next ("2 days before at 9"), and where it ends."""
    words = plain[at:].split()
    for size in range(min(_HOUR_WORDS, len(words)), 0, -1):
        said = _read_whole(" ".join(words[:size]), context, engine)
        if said and said.due and said.due.time and not said.due.date:
            return plain.index(words[size - 1], at) + len(words[size - 1]), said.due
    return at, None


def _read_whole(words: str, context: Context, engine: Engine) -> Slots | None:
    """The slots of `words` when all of them say when."""
    slots = read_slots(words, context, engine, keep_time_alone=True)
    covered = sum(span.end - span.start for span in slots.spans)
    return slots if not slots.recurrence and covered >= len(words.strip(" .,!")) - 1 else None


def add_told(slots: Slots, told: Told, context: Context) -> None:
    """Put the reminder in: an instant, or so long before; of a task without a time it is the time."""
    slots.spans.append(Span(start=told.start, end=told.end, kind="reminder"))
    if told.minutes:
        slots.reminders.append(_before(slots, told.minutes, told.when, context))
    elif told.when and slots.due is None:
        _make_due(slots, told.when, context)
    elif told.when:
        slots.reminders.append(_at(slots, _settle_half(slots.due, told), context))


def is_dawn(slots: Slots, context: Context) -> bool:
    """Whether an alarm of that hour rather rings in the morning: of another day than today, or again and again."""
    due = slots.due
    if due is None or due.on is None or due.clock is None or due.clock.hour - _NOON not in _DAWN:
        return False
    return slots.recurrence is not None or due.on > local_now(context).date()


def make_morning(slots: Slots, context: Context) -> None:
    """Put an hour that may be either into the morning, which is tomorrow's when it is past: "wake me at 6"."""
    due = slots.due
    if due is None or due.on is None or due.clock is None or due.clock.hour < _NOON:
        return
    clock = due.clock.replace(hour=due.clock.hour - _NOON)
    now, day = local_now(context), due.on
    if day == now.date() and clock <= now.time():
        day = _next_day(day, slots.recurrence)
    slots.due = as_when(day, Clock(clock.hour, clock.minute), context.tz)


def _next_day(day: dt.date, recurrence: Recurrence | None) -> dt.date:
    """The day after, or, of what repeats, the next of its days."""
    if recurrence is not None:
        midnight = dt.datetime.combine(day, dt.time())
        following = rrulestr(recurrence.rrule, dtstart=midnight, ignoretz=True).after(midnight)
        if following is not None:
            return following.date()
    return day + dt.timedelta(days=1)


def _before(slots: Slots, minutes: int, when: When | None, context: Context) -> str:
    if when and slots.due and slots.due.on and not slots.recurrence:
        moment = as_when(slots.due.on - dt.timedelta(minutes=minutes), _clock(when), context.tz)
        return moment.datetime or as_duration(minutes)
    return as_duration(minutes)


def _make_due(slots: Slots, when: When, context: Context) -> None:
    now = local_now(context)
    later = when.clock is not None and when.clock <= now.time()
    slots.due = as_when(when.on or now.date() + dt.timedelta(days=later), _clock(when), context.tz)
    slots.reminders.append("PT0S")


def _settle_half(due: When | None, told: Told) -> When:
    """The half of the day that makes the reminder come before the task: "at 7 and remind me at 6:30"."""
    when = told.when or When()
    if not told.open_hour or when.clock is None or due is None or due.clock is None:
        return when
    halves = [when.clock, when.clock.replace(hour=(when.clock.hour + _NOON) % 24)]
    clock = max((half for half in halves if half <= due.clock), default=when.clock)
    return structs.replace(when, time=f"{clock:%H:%M}", datetime=None)


def _at(slots: Slots, when: When, context: Context) -> str:
    due = slots.due or When()
    if slots.recurrence and when.clock and not when.on:
        slots.due = due = due if due.clock else as_when(due.on, _clock(when), context.tz)
        return as_duration((_minutes(due) - _minutes(when)) % _DAY)
    evening_before = when.on is None and due.clock is not None and when.clock is not None and when.clock > due.clock
    day = when.on or due.on
    day = day - dt.timedelta(days=1) if day and evening_before else day
    moment = as_when(day, _clock(when), context.tz)
    return moment.datetime or moment.date or "PT0S"


def _clock(when: When) -> Clock | None:
    return Clock(when.clock.hour, when.clock.minute) if when.clock else None


def _minutes(when: When) -> int:
    return when.clock.hour * 60 + when.clock.minute if when.clock else 0

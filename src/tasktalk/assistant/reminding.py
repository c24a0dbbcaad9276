"""Reminders in words: those of a new task, and those added to one that exists."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from tasktalk.assistant import understand
from tasktalk.assistant.outcomes import AskWhen, Missing, Outcome, Reminded, Said, Silenced
from tasktalk.assistant.targets import LEAD, SURE, Found, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Draft, Intent
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task
from tasktalk.tasks.names import match_by_name
from tasktalk.tasks.preferences.preferences import get_preferences
from tasktalk.tasks.reminders.model import Moment, NewReminder
from tasktalk.tasks.reminders.reading import read_offset, read_reminder, spell_offset
from tasktalk.tasks.reminders.reminders import Reminder, add_reminders, delete_reminder, list_task_reminders

_WHEN_DUE = NewReminder(offset=dt.timedelta(0))


async def remind(turn: Turn, intent: Intent) -> Outcome:
    """Adds what was asked for; without a moment, a task that will be due rings then, and of others we ask."""
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    new = await read_reminders(turn, intent.reminders)
    if not new and intent.due is not None:
        new = [NewReminder(at=await _moment(turn, intent.due.on, intent.due.clock))]
    return await remind_of(turn, list(found.ids), new, missing=found.missing)


async def remind_at(turn: Turn, task_id: UUID, moment: dt.datetime) -> Outcome:
    """At a moment that a button names, on the wall clock of the person."""
    return await remind_of(turn, [task_id], [NewReminder(at=Moment(moment.date(), moment.time()))])


async def remind_of(
    turn: Turn, task_ids: Sequence[UUID], new: Sequence[NewReminder], missing: tuple[int, ...] = ()
) -> Outcome:
    """Gives each task each of `new`."""
    seen = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=task_ids)
    tasks = [task for task in seen if task.status == "open"]
    if not tasks:
        return Said("not_open", seen[0].title) if seen else Missing("")
    turn.done(tasks)
    asked: dict[UUID, tuple[Reminder, ...]] = {}
    any_new = False
    for task in tasks:
        there = await list_task_reminders(turn.conn, viewer=turn.dialogue.viewer, task_id=task.id)
        ringing = [each for each in there if each.next_at is not None]
        if not new and not ringing and not _is_ahead(turn, task):
            turn.ask("when", ids=(task.id,))
            return AskWhen(task)
        wanted = new or ([] if ringing else [_WHEN_DUE])
        same = [each for each in ringing if not new or any(_is_same(each, one) for one in new)]
        fresh = [one for one in wanted if not any(_is_same(each, one) for each in ringing)]
        # One's own reminders take the place of the default one; who asks for another wants that too.
        kept = [
            NewReminder(offset=read_offset(each.offset, field="offset"))
            for each in ringing
            if each.default and each.offset
        ]
        made = await add_reminders(
            turn.conn,
            viewer=turn.dialogue.viewer,
            task_ids=[task.id],
            new=[*fresh, *kept] if fresh else [],
            by=turn.by,
        )
        asked[task.id] = (*same, *made[: len(fresh)])
        any_new = any_new or bool(made)
    return Reminded(tuple(tasks), asked, missing, new=any_new)


async def find_meant(turn: Turn, draft: Draft) -> UUID | None:
    """The open task that "remind me an hour before the meeting" speaks of; None: it is a new one."""
    timeless = draft.due is None and draft.recurrence is None
    if not timeless or not draft.title or not any(text.lstrip("+-").startswith("P") for text in draft.reminders):
        return None
    matches = await match_by_name(turn.conn, viewer=turn.dialogue.viewer, text=draft.title, limit=2)
    if not matches or matches[0].score < SURE or (len(matches) > 1 and matches[0].score - matches[1].score < LEAD):
        return None
    return matches[0].id


def asks_reminder(turn: Turn) -> bool:
    """Whether the words ask for a reminder, which a day without an hour does not show in the reading."""
    return understand.asks_reminder(turn.said.text, turn.dialogue.context(turn.said_at))


async def silence(turn: Turn, task_ids: Sequence[UUID]) -> Outcome:
    """Take away the person's reminders of these tasks, the default ones too."""
    viewer, gone = turn.dialogue.viewer, 0
    tasks = await list_tasks_by_ids(turn.conn, viewer=viewer, ids=task_ids)
    if not tasks:
        return Missing("")
    for task_id in (task.id for task in tasks):
        # Without those of their own the default one is back, which then goes for good.
        while there := await list_task_reminders(turn.conn, viewer=viewer, task_id=task_id):
            for each in there:
                await delete_reminder(turn.conn, viewer=viewer, reminder_id=each.id, by=turn.by)
                gone += each.next_at is not None
    turn.done(tasks)
    return Silenced(tuple(tasks), already=not gone)


async def reminders_of(turn: Turn, draft: Draft) -> list[NewReminder]:
    """Those of a new task: what was said, or for a whole day when that day begins."""
    if draft.reminders:
        return await read_reminders(turn, draft.reminders)
    if draft.due is None or draft.due.on is None or draft.due.clock or not asks_reminder(turn):
        return []
    moment = await _moment(turn, draft.due.on, None)
    return [_WHEN_DUE] if draft.due.on > turn.today else [NewReminder(at=moment)]


async def read_reminders(turn: Turn, texts: Iterable[str]) -> list[NewReminder]:
    """What a message says about reminders: durations from when it is due, moments, or days."""
    zone = turn.dialogue.viewer.timezone
    new = []
    for text in dict.fromkeys(texts):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            new.append(read_reminder(text, zone=zone, now=turn.now))
        else:
            new.append(NewReminder(at=await _moment(turn, day, None)))
    return new


async def list_asked(turn: Turn, task_id: UUID) -> tuple[Reminder, ...]:
    """The reminders that the person has on a task beside the default one."""
    found = await list_task_reminders(turn.conn, viewer=turn.dialogue.viewer, task_id=task_id)
    return tuple(each for each in found if not each.default)


async def _moment(turn: Turn, day: dt.date | None, clock: dt.time | None) -> Moment:
    """A day alone is meant for when the person's day begins; if that is past, for an hour from now."""
    if clock is None:
        clock = (await get_preferences(turn.conn, viewer=turn.dialogue.viewer)).day_starts
        if (day or turn.today) == turn.today and clock <= turn.now.time():
            later = turn.now + dt.timedelta(hours=1)
            return Moment(later.date(), later.time().replace(second=0, microsecond=0))
    return Moment(day or turn.today, clock)


def _is_ahead(turn: Turn, task: Task) -> bool:
    if task.due is None:
        return False
    return task.due.datetime > turn.now if task.due.datetime else task.due.date > turn.today


def _is_same(there: Reminder, new: NewReminder) -> bool:
    """Whether a reminder already rings when `new` would."""
    if new.offset is not None:
        return there.offset == spell_offset(new.offset)
    at, moment = there.at, new.at
    if at is None or moment is None or there.recurrence or new.rrule:
        return False
    return (at.date, at.time) == (moment.on, f"{moment.at:%H:%M}")

"""Planning a day: what is overdue and due today, laid between now and the evening."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from tasktalk.assistant import change
from tasktalk.assistant.movable import MINE, can_wait, code_of, list_movable, rank
from tasktalk.assistant.outcomes import Outcome, Said
from tasktalk.assistant.overviews import Placed, Plan
from tasktalk.assistant.slots import keep_time
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.counting import count_tasks
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.preferences.preferences import get_preferences

USUAL_MINUTES = 30
_LOOKED_AT = 40
_EVENING = dt.time(21)
_STEP = 5  # minutes that a plan is in
_OF_TODAY = f"(overdue | today) & {MINE}"
_OF_TOMORROW = f"tomorrow & {MINE}"


async def plan_today(turn: Turn, intent: Intent | None = None) -> Outcome:
    """The rest of today in order, or tomorrow where that was said; its numbers can be named."""
    if intent is not None and intent.action == "tomorrow":
        return await _plan_tomorrow(turn)
    viewer = turn.dialogue.viewer
    tasks = await _list(turn, _OF_TODAY, _LOOKED_AT)
    [total] = await count_tasks(turn.conn, viewer=viewer, now=turn.now, filters=[_OF_TODAY])
    hours = await get_preferences(turn.conn, viewer=viewer)
    begins, ends = _find_hours(turn.now, hours.day_starts, hours.quiet_hours)
    placed, left = lay_out(tasks, begins=begins, ends=ends, now=turn.now)
    ids = [*(each.task.id for each in placed), *(task.id for task in left)]
    if ids:
        turn.dialogue.remember_list(ids, turn.now)
        turn.dialogue.speak_of(ids)
    later = left or [each.task for each in placed if can_wait(each.task, turn.today)]
    coming = [] if tasks else await _list(turn, f"7 days & {MINE}", 1)
    return Plan(
        tuple(placed),
        tuple(left),
        ends,
        movable=await list_movable(turn, later),
        more=max(total - len(tasks), 0),
        coming=next(iter(coming), None),
    )


async def _plan_tomorrow(turn: Turn) -> Outcome:
    """The whole of tomorrow in order; what is overdue is of today."""
    viewer = turn.dialogue.viewer
    tasks = await _list(turn, _OF_TOMORROW, _LOOKED_AT)
    [total] = await count_tasks(turn.conn, viewer=viewer, now=turn.now, filters=[_OF_TOMORROW])
    hours = await get_preferences(turn.conn, viewer=viewer)
    day = turn.today + dt.timedelta(days=1)
    midnight = dt.datetime.combine(day, dt.time(), turn.now.tzinfo)
    begins, ends = _find_hours(midnight, hours.day_starts, hours.quiet_hours)
    placed, left = lay_out(tasks, begins=begins, ends=ends, now=midnight)
    ids = [*(each.task.id for each in placed), *(task.id for task in left)]
    if ids:
        turn.dialogue.remember_list(ids, turn.now)
        turn.dialogue.speak_of(ids)
    return Plan(tuple(placed), tuple(left), ends, more=max(total - len(tasks), 0), day=day)


def lay_out(
    tasks: Sequence[Task], *, begins: dt.datetime, ends: dt.datetime, now: dt.datetime
) -> tuple[list[Placed], list[Task]]:
    """What still has its hour before it keeps it, the rest fills the gaps by urgency; and what did not fit."""
    placed: list[Placed] = []
    free: list[Task] = []
    for task in tasks:
        at = task.due.datetime.astimezone(now.tzinfo) if task.due and task.due.datetime else None
        if at is not None and at >= now:
            placed.append(Placed(task, at, _minutes(task), fixed=True))
        else:
            free.append(task)
    left: list[Task] = []
    for task in sorted(free, key=_press):
        length = dt.timedelta(minutes=_minutes(task))
        at = _find_gap(placed, length, begins)
        if at + length <= ends:
            placed.append(Placed(task, at, _minutes(task), fixed=False))
        else:
            left.append(task)
    return sorted(placed, key=lambda each: (each.at, not each.fixed)), left


async def move_rest(turn: Turn, codes: str) -> Outcome:
    """Move to tomorrow what a button named and is still to be done today."""
    meant = {codes[at : at + 4] for at in range(0, len(codes), 4)}
    tasks = await _list(turn, _OF_TODAY, 500)
    ids = [task.id for task in tasks if code_of(task.id) in meant]
    if not ids:
        return Said("nothing_left")
    tomorrow = turn.today + dt.timedelta(days=1)
    return await change.apply(turn, ids, "rescheduled", lambda task: keep_time(task, tomorrow))


async def _list(turn: Turn, expression: str, limit: int) -> list[Task]:
    viewer = turn.dialogue.viewer
    return (await list_tasks(turn.conn, viewer=viewer, filter=expression, sort="due", limit=limit, now=turn.now)).items


def _find_hours(
    now: dt.datetime, starts: dt.time, quiet: tuple[dt.time, dt.time] | None
) -> tuple[dt.datetime, dt.datetime]:
    """From when on and until when something can be done today."""
    today = dt.datetime.combine(now.date(), dt.time(), now.tzinfo)
    rounded = now.replace(second=0, microsecond=0)
    if rounded.minute % _STEP or rounded < now:
        rounded += dt.timedelta(minutes=_STEP - rounded.minute % _STEP)
    begins = max(rounded, dt.datetime.combine(now.date(), starts, now.tzinfo))
    evening = quiet[0] if quiet is not None else _EVENING
    if evening <= starts:  # it is quiet from midnight on
        return begins, today + dt.timedelta(days=1)
    return begins, dt.datetime.combine(now.date(), evening, now.tzinfo)


def _find_gap(placed: Iterable[Placed], length: dt.timedelta, begins: dt.datetime) -> dt.datetime:
    at = begins
    for other in sorted(placed, key=lambda each: each.at):
        if other.at - at >= length:
            break
        at = max(at, other.at + dt.timedelta(minutes=other.minutes))
    return at


def _press(task: Task) -> tuple[int, dt.date, int, UUID]:
    day = task.due.date if task.due else dt.date.max
    return rank(task), day, _minutes(task), task.id


def _minutes(task: Task) -> int:
    return task.duration_minutes or USUAL_MINUTES

"""Summaries: today, this week, this month, and what was finished in any time."""

import datetime as dt
from typing import Literal
from uuid import UUID

from tasktalk.assistant.movable import MINE, can_wait, list_movable, rank
from tasktalk.assistant.outcomes import Outcome, Said
from tasktalk.assistant.overviews import Day, Finished, Report
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.counting import count_tasks
from tasktalk.tasks.filters import Dated, Named, parse
from tasktalk.tasks.filters.days import find_days
from tasktalk.tasks.filters.expressions import list_leaves
from tasktalk.tasks.finished import finished
from tasktalk.tasks.finished.finished import Span, span_of
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task

PAGE = 10  # rows that a WhatsApp list holds
_TODAY = f"today & !overdue & {MINE}"
_OVERDUE = f"overdue & {MINE}"
_AHEAD = f"7 days & !overdue & {MINE}"
_DAY = dt.timedelta(days=1)
_LOOKED_AT = 50


async def summarise(turn: Turn, intent: Intent) -> Outcome:
    """The day, or what else was asked for."""
    if intent.query is not None and intent.query.filter:
        return await show_finished(turn, intent.query.filter)
    if intent.action == "weekly":
        return await report(turn, "week")
    if intent.action == "monthly":
        return await report(turn, "month")
    return await show_day(turn)


async def show_day(turn: Turn) -> Outcome:
    """What was done today, and what is left of it."""
    conn, viewer, now, today = turn.conn, turn.dialogue.viewer, turn.now, turn.today
    filters = [_TODAY, _OVERDUE, f"tomorrow & {MINE}"]
    due, overdue, tomorrow = await count_tasks(conn, viewer=viewer, now=now, filters=filters)
    [done] = await finished.count_finished(conn, viewer=viewer, spans=[span_of(today, today, turn.dialogue.zone)])
    left = await _list(turn, _TODAY, sort="due", limit=_LOOKED_AT) if due else []
    late = await _list(turn, _OVERDUE, sort="priority", limit=_LOOKED_AT) if overdue else []
    timed = next((task for task in left if task.due and task.due.time), None)
    coming = timed or min([*late, *left], key=_press, default=None)
    turn.dialogue.speak_of([coming.id] if coming else [])
    rest = [task for task in left if task.due and not task.due.time]
    rest += [task for task in late if can_wait(task, today)]
    return Day(done, due, overdue, tomorrow, coming, rest=await list_movable(turn, rest))


async def report(turn: Turn, period: Literal["week", "month"]) -> Outcome:
    """The week since Monday or the month since its first, beside the one before."""
    conn, viewer, now, zone = turn.conn, turn.dialogue.viewer, turn.now, turn.dialogue.zone
    first = turn.today - _DAY * turn.today.weekday() if period == "week" else turn.today.replace(day=1)
    before = first - _DAY * 7 if period == "week" else (first - _DAY).replace(day=1)
    so_far = Span(span_of(first, turn.today, zone).since)
    spans = [so_far, span_of(before, first - _DAY, zone)]
    done, done_before = await finished.count_finished(conn, viewer=viewer, spans=spans)
    overdue, ahead = await count_tasks(conn, viewer=viewer, now=now, filters=[_OVERDUE, _AHEAD])
    coming = await _list(turn, _AHEAD, sort="due", limit=1) if ahead else []
    turn.dialogue.speak_of([task.id for task in coming])
    return Report(
        period,
        first,
        done,
        done_before,
        created=await finished.count_created(conn, viewer=viewer, since=so_far.since),
        overdue=overdue,
        running=await finished.count_days_running(conn, viewer=viewer, today=turn.today),
        ahead=ahead,
        busiest=await finished.find_busiest(conn, viewer=viewer, span=so_far),
        coming=next(iter(coming), None),
    )


async def show_finished(turn: Turn, expression: str) -> Outcome:
    """What the person finished in the time, and in the project, that a filter names."""
    days, project_id = None, None
    for leaf in list_leaves(parse(expression)):
        if isinstance(leaf, Dated):
            days = find_days(leaf.days, turn.today, past=True)
        elif isinstance(leaf, Named):
            name = "".join(part or "" for part in leaf.pattern)
            project_id = turn.dialogue.find_project(name)
            if project_id is None:
                return Said("no_project", name)
    return await list_finished(turn, f"{days.first}..{days.last}" if days else "", project_id)


async def list_finished(turn: Turn, days: str, project_id: UUID | None, offset: int = 0) -> Outcome:
    """One page of it, numbered from where the last one ended. `days`: `2026-10-01..2026-10-31`, or empty for ever."""
    first, _, last = days.partition("..")
    both = (dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if days else None
    span = span_of(*both, turn.dialogue.zone) if both else Span()
    viewer = turn.dialogue.viewer
    found = await finished.list_finished(
        turn.conn, viewer=viewer, span=span, project_id=project_id, limit=offset + PAGE
    )
    tasks = found.tasks[offset:]
    more = found.total > offset + len(tasks)
    tasks = tasks[: PAGE - 1] if more else tasks  # the last row says that there are more
    before = tuple(task.id for task, _ in found.tasks[:offset])
    ids = [*before, *(task.id for task, _ in tasks)]
    following = f"{offset + len(tasks)}:{days}:{project_id or ''}" if more else None
    if ids:
        turn.dialogue.remember_list(ids, turn.now)
        turn.dialogue.speak_of([task.id for task, _ in tasks])
        turn.dialogue.page = f"finished:{following}" if following else None
    names = {known: name for name, known in turn.dialogue.projects.items()}
    project = names.get(project_id) if project_id else None
    return Finished(both, project, found.total, tasks, before, following)


async def turn_page(turn: Turn, argument: str) -> Outcome:
    """The page that a button of the last one leads to."""
    offset, days, project = argument.split(":")
    return await list_finished(turn, days, UUID(project) if project else None, int(offset))


async def _list(turn: Turn, expression: str, *, sort: str, limit: int) -> list[Task]:
    viewer = turn.dialogue.viewer
    page = await list_tasks(turn.conn, viewer=viewer, filter=expression, sort=sort, limit=limit, now=turn.now)
    return page.items


def _press(task: Task) -> tuple[int, dt.date]:
    return rank(task), task.due.date if task.due else dt.date.max

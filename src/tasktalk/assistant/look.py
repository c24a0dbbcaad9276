"""Looking tasks up: lists that are numbered and remembered, searches, one task."""

import re
from dataclasses import replace
from uuid import UUID

from tasktalk.assistant import summaries
from tasktalk.assistant.actions import occurrence_of
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.grammar.queries import REMINDERS
from tasktalk.assistant.outcomes import SUBTASKS, Listed, Missing, Outcome, Said, Shown
from tasktalk.assistant.summaries import PAGE
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.comments.comments import list_comments
from tasktalk.tasks.filters import Search, parse
from tasktalk.tasks.filters.expressions import status_of
from tasktalk.tasks.listing import MOST, find_task, list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.reminders.reminders import Reminder, list_task_reminders

OFFERED = 4000  # characters that are kept to be a task
_SEARCH = "search: "
_COMPLETED = re.compile(r"\bcompleted(?: on)? ?:", re.IGNORECASE)


async def list_by_query(turn: Turn, intent: Intent) -> Outcome:
    """What a filter finds; without one, everything open."""
    if intent.action == "more":
        return await turn_page(turn)
    query = intent.query
    if query is not None and query.text and not query.filter:
        return await search(turn, intent)
    expression = (query.filter if query else None) or (f"#{quoted(intent.project)}" if intent.project else "all")
    if words := _find_searched(expression):
        return await _show_found(turn, words)
    return await list_page(turn, expression)


async def search(turn: Turn, intent: Intent) -> Outcome:
    """What holds certain words."""
    words = (intent.query.text if intent.query else None) or ""
    if intent.action == "show":
        return await _show_found(turn, words)
    found = await _find(turn, words)
    return found if found.tasks else replace(found, question=turn.ask("add", text=turn.said.text.strip()[:OFFERED]))


async def _show_found(turn: Turn, words: str) -> Outcome:
    """What a question about a thing is answered with: its card where there is one such, else those there are."""
    found = await _find(turn, words)
    return await show(turn, found.tasks[0].id) if len(found.tasks) == 1 and not found.more else found


async def _find(turn: Turn, words: str) -> Listed:
    """The open tasks with these words; where there are none, those that are done."""
    found = await list_page(turn, f"{_SEARCH}{quoted(words)}")
    if found.tasks:
        return found
    done = await list_page(turn, f"done & {_SEARCH}{quoted(words)}")
    return done if done.tasks else found


async def turn_page(turn: Turn) -> Outcome:
    """The page after the one that was shown last, asked for in words."""
    kind, _, argument = (turn.dialogue.page or "").partition(":")
    if kind == "finished":
        return await summaries.turn_page(turn, argument)
    if kind != "list":
        return Said("no_more" if turn.dialogue.listed else "no_list")
    offset, _, expression = argument.partition(":")
    return await list_page(turn, expression, offset=int(offset))


async def list_page(turn: Turn, expression: str, *, offset: int = 0) -> Listed:
    """One page, numbered from where the last one ended; its numbers hold until the next list.

    What was shown before keeps its numbers, done or not, and is not shown again.
    """
    goes_on = offset and turn.dialogue.page == f"list:{offset}:{expression}"
    shown = turn.dialogue.listed[:offset] if goes_on else []
    tasks = await list_first(turn, expression, offset + PAGE + 1)
    before, rest = (
        (shown, [task for task in tasks if task.id not in shown])
        if goes_on
        else (
            [task.id for task in tasks[:offset]],
            tasks[offset:],
        )
    )
    more = len(rest) > PAGE
    page = rest[: PAGE - 1] if more else rest[:PAGE]  # the last row says that there are more
    ids = [*before, *(task.id for task in page)]
    turn.dialogue.remember_list(ids, turn.now)
    turn.dialogue.speak_of([task.id for task in page])
    if more:
        turn.dialogue.page = f"list:{len(ids)}:{expression}"
    reminders = {each.id: await _list_rings(turn, each.id) for each in page if expression == REMINDERS}
    searched = _find_searched(expression)
    return Listed(expression, tuple(page), before=tuple(before), more=more, searched=searched, reminders=reminders)


async def _list_rings(turn: Turn, task_id: UUID) -> tuple[Reminder, ...]:
    reminders = await list_task_reminders(turn.conn, viewer=turn.dialogue.viewer, task_id=task_id)
    return tuple(each for each in reminders if each.next_at)


async def list_first(turn: Turn, expression: str, limit: int) -> list[Task]:
    """The first tasks of a list; what is done stands with the newest first."""
    tasks: list[Task] = []
    cursor: str | None = None
    while len(tasks) < limit and (cursor or not tasks):
        page = await list_tasks(
            turn.conn,
            viewer=turn.dialogue.viewer,
            filter=expression,
            sort="-completed" if status_of(parse(expression)) == "done" or _COMPLETED.search(expression) else "due",
            limit=min(limit - len(tasks), MOST),
            cursor=cursor,
            now=turn.now,
        )
        tasks += page.items
        cursor = page.next
        if cursor is None:
            break
    return tasks


async def show(turn: Turn, task_id: UUID) -> Outcome:
    """One task with what hangs on it; it is in focus from now on."""
    viewer = turn.dialogue.viewer
    task = await find_task(turn.conn, viewer=viewer, task_id=task_id)
    if task is None:
        return Missing("")
    turn.dialogue.speak_of([task.id])
    comment = None
    if task.comments_count:
        page = await list_comments(turn.conn, viewer=viewer, task_id=task_id, sort="-id", limit=1)
        comment = next(iter(page.items), None)
    subtasks: list[Task] = []
    if task.subtasks_count:
        ids = [row["id"] async for row in Q.list_open_subtasks(turn.conn, task_id=task_id, limit=SUBTASKS + 1)]
        subtasks = await list_tasks_by_ids(turn.conn, viewer=viewer, ids=ids)
    return Shown(task, comment, await _list_rings(turn, task_id), tuple(subtasks))


async def is_open(turn: Turn, task_id: UUID, occurrence: str) -> bool:
    """Whether the occurrence that a button spoke of is still the one to be done, in the trash or out of it."""
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=[task_id], trashed=True)
    return [occurrence_of(task) for task in tasks] == [occurrence]


def quoted(text: str | None) -> str:
    """As the filter language takes it literally."""
    return '"' + (text or "").replace('"', " ") + '"'


def _find_searched(expression: str) -> str | None:
    """The words of a filter that only looks for some."""
    expr = parse(expression) if expression.lower().startswith(_SEARCH.strip()) else None
    return " ".join(expr.words) if isinstance(expr, Search) else None

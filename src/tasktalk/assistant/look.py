"""Looking tasks up: lists that are numbered and remembered, searches, one task."""

from uuid import UUID

from tasktalk.assistant.actions import occurrence_of
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.outcomes import SUBTASKS, Listed, Missing, Outcome, Shown
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.comments.comments import list_comments
from tasktalk.tasks.listing import find_task, list_tasks
from tasktalk.tasks.model import Task
from tasktalk.tasks.reminders.reminders import list_task_reminders

PAGE = 10  # rows that a WhatsApp list holds


async def list_by_query(turn: Turn, intent: Intent) -> Outcome:
    """What a filter finds; without one, everything open."""
    query = intent.query
    if query is not None and query.text and not query.filter:
        return await search(turn, intent)
    expression = (query.filter if query else None) or (f"#{quoted(intent.project)}" if intent.project else "all")
    return await list_page(turn, expression)


async def search(turn: Turn, intent: Intent) -> Outcome:
    """What holds certain words."""
    words = (intent.query.text if intent.query else None) or ""
    return await list_page(turn, f"search: {quoted(words)}", searched=words)


async def plan(turn: Turn, _intent: Intent) -> Outcome:
    """What is overdue and what is due today."""
    return await list_page(turn, "overdue | today")


async def list_page(turn: Turn, expression: str, *, offset: int = 0, searched: str | None = None) -> Outcome:
    """One page, numbered from where the last one ended; its numbers hold until the next list."""
    page = await list_tasks(
        turn.conn,
        viewer=turn.dialogue.viewer,
        filter=expression,
        sort="due",
        limit=offset + PAGE + 1,
        now=turn.now,
        zone=turn.dialogue.viewer.timezone,
    )
    before = [task.id for task in page.items[:offset]]
    tasks = page.items[offset : offset + PAGE + 1]
    more = len(tasks) > PAGE
    tasks = tasks[: PAGE - 1] if more else tasks  # the last row says that there are more
    turn.dialogue.remember_list([*before, *(task.id for task in tasks)], turn.now)
    turn.dialogue.speak_of([task.id for task in tasks])
    return Listed(expression, tuple(tasks), first=offset + 1, more=more, searched=searched)


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
    reminders = await list_task_reminders(turn.conn, viewer=viewer, task_id=task_id)
    return Shown(task, comment, tuple(each for each in reminders if each.next_at), tuple(subtasks))


async def is_open(turn: Turn, task_id: UUID, occurrence: str) -> bool:
    """Whether the occurrence that a button spoke of is still the one to be done, in the trash or out of it."""
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=[task_id], trashed=True)
    return [occurrence_of(task) for task in tasks] == [occurrence]


def quoted(text: str | None) -> str:
    """As the filter language takes it literally."""
    return '"' + (text or "").replace('"', " ") + '"'

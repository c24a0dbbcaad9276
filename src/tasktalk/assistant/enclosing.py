"""A file that came with a message goes to the task that the message made, changed or answers; else it makes one."""

from collections.abc import Sequence
from uuid import UUID

from tasktalk.assistant import outcomes as came
from tasktalk.assistant.act import capture
from tasktalk.assistant.outcomes import Outcome, Said
from tasktalk.assistant.replies.of_files import FULL, Filed, name_of
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.turn import Turn
from tasktalk.errors import AppError, TooLarge
from tasktalk.tasks.attachments.attachments import add_attachment
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task

# Remarks on words that were no order: beside a file they are what it is about.
_NO_ORDER = frozenset({"unknown", "greeting", "thanks", "no_question"})


async def enclose(turn: Turn, outcomes: Sequence[Outcome]) -> tuple[list[Outcome], Filed | None]:
    """The outcomes of a turn with what the file of it adds to them: a task to lie with, where they touch none."""
    file = turn.said.file
    if file is None:
        return list(outcomes), None
    kept, viewer = file.kept, turn.dialogue.viewer
    words = turn.said.text.strip()
    left = [each for each in outcomes if not (isinstance(each, Said) and (each.remark in _NO_ORDER or not words))]
    task_id, answered = _find_touched(left), False
    if task_id is None and len(turn.about) == 1:
        task_id, answered = turn.about[0], True
    if task_id is None:
        no_order = len(left) < len(outcomes)
        title = words if words and no_order else name_of(file, turn.said_at, get_speech(viewer.language))
        made = await capture(turn, *_first_line(title))
        left.append(made)
        task_id = made.tasks[0].id
    try:
        async with turn.conn.transaction():  # what was done to the task stays done
            await add_attachment(
                turn.conn, viewer=viewer, task_id=task_id, kept=kept, most_bytes=file.most_bytes, by=turn.by
            )
    except AppError as error:
        full = isinstance(error, TooLarge) and "most" in error.data
        return left, Filed(kept.name, refused=FULL if full else error.message)
    if not answered:
        return left, Filed(kept.name)
    tasks = await list_tasks_by_ids(turn.conn, viewer=viewer, ids=[task_id])
    turn.done(tasks)
    return left, Filed(kept.name, task=next(iter(tasks), None))


def _find_touched(outcomes: Sequence[Outcome]) -> UUID | None:
    """The first task that was made, changed or spoken of, and is still there."""
    tasks: tuple[Task, ...]
    for outcome in outcomes:
        match outcome:
            case came.Created() | came.Reminded() | came.Silenced() | came.Commented():
                tasks = outcome.tasks
            case came.Changed(change=change):
                tasks = () if change == "dropped" else outcome.tasks + outcome.already
            case came.AskWhen() | came.Shown():
                tasks = (outcome.task,)
            case _:
                tasks = ()
        if tasks:
            return tasks[0].id
    return None


def _first_line(text: str) -> tuple[str, str]:
    title, _, notes = text.partition("\n")
    return title.strip() or text.strip(), notes.strip()

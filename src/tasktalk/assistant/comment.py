"""What people say about a task, kept as comments."""

from tasktalk.assistant.outcomes import Commented, Missing, Outcome, Said
from tasktalk.assistant.targets import Found, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.comments.comments import create_comment


async def comment(turn: Turn, intent: Intent) -> Outcome:
    """Words on one task or several, each once."""
    words = (intent.comment or intent.notes or "").strip()
    if not words:
        return Said("no_words")
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    viewer = turn.dialogue.viewer
    tasks = await list_tasks_by_ids(turn.conn, viewer=viewer, ids=found.ids)
    if not tasks:
        return Missing("")
    made = [
        await create_comment(
            turn.conn,
            viewer=viewer,
            task_id=task.id,
            text=words,
            by=turn.by,
            source_message_id=turn.said.message_id,
        )
        for task in tasks
    ]
    turn.done(tasks)
    return Commented(tuple(tasks), made[0].text, found.missing)

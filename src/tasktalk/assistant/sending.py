"""Files that are asked for: all tasks as a document, or what lies with one of them."""

from tasktalk.assistant.exporting.model import SENT, Export, Format
from tasktalk.assistant.outcomes import Exported, Fetched, Outcome, Said
from tasktalk.assistant.reply import Sending
from tasktalk.assistant.targets import Found, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.attachments.attachments import list_attachments
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.counting import count_tasks

_ALL = "open | done | cancelled"
_AT_ONCE = 5
_KINDS = {"photo": "image/", "voice": "audio/", "video": "video/"}


async def export(turn: Turn, intent: Intent) -> Outcome:
    """A document of all there is, or of one project; a table unless another format was named."""
    named = (intent.query.text if intent.query else None) or ""
    format_: Format = next((each for each in SENT if each == named), "csv")
    project = None
    if intent.project is not None:
        project_id = turn.dialogue.find_project(intent.project)
        if project_id is None:
            return Said("no_project", intent.project)
        project = next(name for name, id_ in turn.dialogue.projects.items() if id_ == project_id)
    asked, viewer = Export(format_, project), turn.dialogue.viewer
    [number] = await count_tasks(turn.conn, viewer=viewer, now=turn.now, filters=[asked.expression or _ALL])
    if not number:
        return Said("nothing_to_export")
    return Exported(Sending(asked.name(turn.today), asked.path, export=asked), number, project)


async def fetch(turn: Turn, intent: Intent) -> Outcome:
    """What lies with a task, the newest first; of the kind that was named."""
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    viewer = turn.dialogue.viewer
    tasks = await list_tasks_by_ids(turn.conn, viewer=viewer, ids=found.ids[:1])
    if not tasks:
        return Said("which_task")
    kind = _KINDS.get((intent.query.text if intent.query else None) or "", "")
    files = [
        file
        for file in reversed(await list_attachments(turn.conn, viewer=viewer, task_id=tasks[0].id))
        if file.mime_type.startswith(kind)
    ]
    turn.dialogue.speak_of([tasks[0].id])
    if not files:
        return Said("no_file", tasks[0].title)
    sent = tuple(
        Sending(file.name, f"/api/attachments/{file.id}/content", attachment_id=file.id) for file in files[:_AT_ONCE]
    )
    return Fetched(tasks[0], sent, left=len(files) - len(sent))

"""The page of one task: everything on it, for the routes that change a part of it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi import Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.assistant.replies.when import say_recurrence
from tasktalk.console.frame import load_frame
from tasktalk.console.lists import PAGE, read_offset
from tasktalk.console.log import Q
from tasktalk.console.nesting import load_parents
from tasktalk.console.origin import tell_origin
from tasktalk.console.page import Wrong, draw, now_of
from tasktalk.console.prose import prose, says_more
from tasktalk.console.ringing import OFFSETS, rings_of
from tasktalk.console.words import speech_of
from tasktalk.errors import NotFound
from tasktalk.tasks.attachments.uploads import limits_of
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.comments.comments import list_comments
from tasktalk.tasks.journal.history import Entry, list_history
from tasktalk.tasks.model import Attachment, Task
from tasktalk.tasks.names import fold
from tasktalk.tasks.projects.projects import Place, Project, get_project
from tasktalk.tasks.relations.relations import Kind, list_relations
from tasktalk.tasks.reminders.reminders import list_task_reminders

PRIORITIES = (("", phrase("None")), ("1", "p1"), ("2", "p2"), ("3", "p3"), ("4", "p4"))
REPEATS = {
    "": phrase("Does not repeat"),
    "FREQ=DAILY": phrase("Every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": phrase("Every workday"),
    "FREQ=WEEKLY": phrase("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": phrase("Every two weeks"),
    "FREQ=MONTHLY": phrase("Every month"),
    "FREQ=YEARLY": phrase("Every year"),
}
_VERBS = {
    "created": phrase("Added"),
    "changed": phrase("Changed"),
    "completed": phrase("Done"),
    "reopened": phrase("Opened again"),
    "cancelled": phrase("Dropped"),
    "deleted": phrase("Deleted"),
    "restored": phrase("Restored"),
}
_COLUMNS = {
    "title": phrase("Title"),
    "notes": phrase("Notes"),
    "due": phrase("Due"),
    "due_time": phrase("At"),
    "priority": phrase("Priority"),
    "recurrence": phrase("Repeats"),
    "project": phrase("Project"),
    "section": phrase("Section"),
    "labels": phrase("Labels"),
    "start": phrase("Start"),
    "deadline": phrase("Deadline"),
    "assignees": phrase("Assigned to"),
}
_SUBJECTS = {
    "comment": phrase("Comment"),
    "attachment": phrase("File"),
    "reminder": phrase("Reminder"),
    "relation": phrase("Relation"),
}
RELATIONS: dict[Kind, str] = {
    "blocked_by": phrase("Waits for"),
    "blocks": phrase("Holds up"),
    "related": phrase("Goes with"),
    "duplicates": phrase("Is the same as"),
    "duplicated_by": phrase("Has a double"),
}
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
_LABELS = 40
_HEAVIEST = 4 * 1024 * 1024


async def draw_task(
    request: Request,
    visit: Visit,
    task_id: UUID,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
    kept: Mapping[str, str] | None = None,
) -> Response:
    """The page. `given`: the task's own form as it was sent; `kept`: what another form of the page was sent with."""
    viewer, speech, now = visit.viewer, speech_of(visit.viewer.language), now_of(request)
    start = read_offset(request.query_params.get("steps"))
    async with request.app.state.pool.acquire() as conn:
        found = await list_tasks_by_ids(conn, viewer=viewer, ids=[task_id])
        if not found:
            raise NotFound(phrase("There is no such task."))
        task = found[0]
        here = str(task.project.id) if task.project else "inbox"
        frame = await load_frame(conn, visit, here=here, title=task.title, now=now)
        comments = (await list_comments(conn, viewer=viewer, task_id=task_id, limit=100)).items
        history = (await list_history(conn, viewer=viewer, task_id=task_id, limit=30)).items
        ids = [row["id"] async for row in Q.list_steps(conn, parent_id=task_id, offset=start, limit=PAGE + 1)]
        steps = await list_tasks_by_ids(conn, viewer=viewer, ids=ids[:PAGE])
        project = await get_project(conn, viewer=viewer, project_id=task.project.id) if task.project else None
        reminders = await list_task_reminders(conn, viewer=viewer, task_id=task_id)
        relations = await list_relations(conn, viewer=viewer, task_id=task_id)
        names = {each.id: each.name for each in frame["projects"]}
        own = [row["name"] async for row in Q.list_label_names(conn, viewer=viewer.user_id, limit=_LABELS)]
        parents = await load_parents(conn, viewer, found)
        origin = await tell_origin(conn, task=task, viewer=viewer, speech=speech, projects=names, now=now)
    return draw(
        request,
        "task.html",
        status=wrong.status if wrong else 200,
        task=task,
        given=given or _given(task),
        labels=_labels(task.labels if given is None else given["label"].splitlines(), own),
        wrong=wrong,
        kept=dict.fromkeys(("step", "text", "on", "clock", "kind", "other"), "") | dict(kept or {}),
        prose=prose,
        notes=notes if says_more(notes := prose(task.notes)) else "",
        may_write=project is None or project.role != "viewer",
        comments=comments,
        steps=steps,
        next_steps=f"/tasks/{task_id}?steps={start + PAGE}#steps" if len(ids) > PAGE else None,
        parent=parents.get(task.parent_id) if task.parent_id else None,
        history=[(entry, tell(entry, speech)) for entry in history],
        people=_people(task, project),
        sections=[each.name for each in project.sections] if project else [],
        priorities=[(key, speech.say(words)) for key, words in PRIORITIES],
        places=[("", speech.say("Inbox")), *_places(project, frame["projects"])],
        repeats=_repeats(task, speech),
        rings=rings_of(reminders, now=now, zone=frame["zone"], speech=speech),
        offsets=[(key, speech.say(words)) for key, words in OFFSETS.items()],
        relations=[(speech.say(RELATIONS[each.kind]), each) for each in relations],
        kinds=[(key, speech.say(words)) for key, words in RELATIONS.items()],
        files=[(each, _is_picture(each)) for each in task.attachments],
        most_bytes=_most_bytes(request),
        origin=origin,
        **frame | {"live": "tasks"},
    )


def _given(task: Task) -> dict[str, str]:
    due = task.due
    return {
        "title": task.title,
        "notes": task.notes,
        "due": due.date.isoformat() if due else "",
        "time": due.time or "" if due else "",
        "priority": str(task.priority or ""),
        "project": str(task.project.id) if task.project else "",
        "section": task.section or "",
        "labels": "",
        "start": task.start.isoformat() if task.start else "",
        "deadline": task.deadline.isoformat() if task.deadline else "",
        "repeat": "as it is" if task.recurrence else "",
        "version": str(task.version),
    }


def _labels(on: Sequence[str], own: Sequence[str]) -> list[tuple[str, bool]]:
    """Those on the task, in their order, then the person's others; whatever the case and accents."""
    known = {fold(name) for name in on}
    return [*((name, True) for name in on), *((name, False) for name in own if fold(name) not in known)]


def _places(own: Project | None, projects: Sequence[Place]) -> list[tuple[str, str]]:
    """The projects it may lie in; the one that it lies in too, if that is archived."""
    found = {str(each.id): each.name for each in projects}
    return list((found | ({str(own.id): own.name} if own else {})).items())


def _people(task: Task, project: Project | None) -> list[tuple[UUID, str]]:
    """Who may be given it, and who has been."""
    found = {each.id: each.name for each in project.members} if project else {}
    return list((found | {each.id: each.name for each in task.assignees}).items())


def _repeats(task: Task, speech: Speech) -> list[tuple[str, str]]:
    choices = [(key, speech.say(words)) for key, words in REPEATS.items()]
    return [("as it is", say_recurrence(task.recurrence, speech)), *choices] if task.recurrence else choices


def tell(entry: Entry, speech: Speech) -> str:
    """What an entry of the history says of itself: `Changed: title, priority`."""
    verb = speech.say(_VERBS.get(entry.verb, entry.verb))
    if entry.subject != "task":
        return f"{verb}: {speech.say(_SUBJECTS.get(entry.subject, entry.subject))}"
    columns = [_column(each, speech) for each in entry.changes if each not in {"position", "source"}]
    return f"{verb}: {', '.join(dict.fromkeys(columns))}" if entry.verb == "changed" and columns else verb


def _column(name: str, speech: Speech) -> str:
    plain = name.removesuffix("_on").removesuffix("_id")
    return speech.say(_COLUMNS[plain]).lower() if plain in _COLUMNS else plain.replace("_", " ")


def _is_picture(file: Attachment) -> bool:
    """Whether it is shown small: a kind that every browser draws, and not too heavy for a page."""
    return file.mime_type in _PICTURES and file.size <= _HEAVIEST


def _most_bytes(request: Request) -> int | None:
    settings = getattr(request.app.state, "settings", None)
    return limits_of(settings).file if settings is not None else None

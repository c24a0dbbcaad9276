"""Tasks on paper: by project, what is open first, each with a box to tick and what there is to know of it."""

import datetime as dt
from collections.abc import Sequence

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.exporting.paper import Paper
from tasktalk.assistant.replies.sentences import tasks as count_tasks
from tasktalk.assistant.replies.speech import Speech, get_speech
from tasktalk.assistant.replies.when import chips
from tasktalk.tasks.model import Task

MOST_PRINTED = 5000
_INDENT = 16.0
_NOTE_LINES = 12
_LAST = dt.date.max


def print_tasks(tasks: Sequence[Task], *, viewer: Viewer, project: str | None, now: dt.datetime) -> bytes:
    """A PDF; `now` is in the viewer's zone. The first MOST_PRINTED tasks, and a remark if there are more."""
    speech = get_speech(viewer.language)
    day = speech.day(now.date(), year=True)
    title = f"#{project}" if project else speech.say("Tasks of {name}", name=viewer.name)
    paper = Paper(f"{title}, {day}", f"{title} · {day}")
    paper.write(title, size=18, bold=True)
    paper.write(f"{day}, {now:%H:%M} · {count_tasks(min(len(tasks), MOST_PRINTED), speech)}", grey=True)
    shown = sorted(tasks[:MOST_PRINTED], key=_place)
    place: str | None = None
    for task in shown:
        if project is None and place != (where := f"#{task.project.name}" if task.project else speech.say("Inbox")):
            place = where
            paper.gap(14, keep=60)
            paper.write(where, size=13, bold=True)
        _print_one(paper, task, now.date(), speech)
    if len(tasks) > MOST_PRINTED:
        paper.gap(14)
        paper.write(speech.say("There are more; a file of comma-separated values (csv) has all of them."), grey=True)
    return paper.finish()


def _print_one(paper: Paper, task: Task, today: dt.date, speech: Speech) -> None:
    ended = task.status != "open"
    paper.gap(5, keep=30)
    paper.box(ticked=ended)
    paper.write(task.title, bold=not ended, grey=ended, indent=_INDENT, lines=6)
    if details := chips(task, today, speech):
        paper.write(details, size=8.5, grey=True, indent=_INDENT)
    for line in task.notes.splitlines()[:_NOTE_LINES]:
        paper.write(line, size=9, grey=ended, indent=_INDENT, lines=_NOTE_LINES)


def _place(task: Task) -> tuple[object, ...]:
    project = (task.project is not None, task.project.name.casefold() if task.project else "", str(task.project))
    due = task.due
    return (*project, task.status != "open", due.date if due else _LAST, (due.time if due else None) or "24", task.id)

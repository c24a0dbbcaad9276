"""Replies about projects."""

from collections.abc import Sequence

from tasktalk.assistant.actions import Action
from tasktalk.assistant.look import quoted
from tasktalk.assistant.outcomes import ProjectChanged, Standing
from tasktalk.assistant.replies import sentences
from tasktalk.assistant.replies.pen import Pen, short
from tasktalk.assistant.reply import Button, Reply

_MANY = 20


def changed(outcome: ProjectChanged, pen: Pen) -> Reply:
    """Renamed, archived, deleted."""
    project = outcome.project
    if outcome.already:
        return Reply(sentences.project_already(outcome.change, project.name))
    return Reply(
        sentences.project_changed(outcome.change, outcome.was, project.name, tasks=project.open_count), (pen.undo(),)
    )


def standing(project: Standing, pen: Pen) -> Reply:
    """The figures of one project, what comes next there, and where to go from here."""
    text = f"*#{project.name}*\n{sentences.figures(project.open, project.done, project.overdue)}"
    coming = project.coming
    if coming is not None:
        text += f"\n➡️ Next: {short(coming.title)} — {pen.due(coming)}"
    if not project.open:
        text += f"\n{sentences.ALL_DONE}"
    buttons = []
    if coming is not None:
        buttons.append(pen.done(coming))
    if project.overdue:
        buttons.append(_list("Overdue", f"#{quoted(project.name)} & overdue", pen))
    if project.open:
        buttons.append(_list("All open", f"#{quoted(project.name)}", pen))
    return Reply(text, tuple(buttons), task_ids=(coming.id,) if coming else ())


def standings(projects: Sequence[Standing], pen: Pen) -> Reply:
    """A line a project."""
    if not projects:
        return Reply(sentences.projects(()))
    lines = [f"• #{short(each.name)} — {sentences.figures(each.open, each.done, each.overdue)}" for each in projects]
    more = ["…"] if len(lines) > _MANY else []
    buttons = (_list("Overdue", "overdue", pen),) if any(each.overdue for each in projects) else ()
    text = "\n".join(["*Projects*", *lines[:_MANY], *more, sentences.ASK_ONE.format(projects[0].name)])
    return Reply(text, buttons)


def _list(title: str, expression: str, pen: Pen) -> Button:
    return pen.button(title, Action("list", argument=f"0:{expression}"))

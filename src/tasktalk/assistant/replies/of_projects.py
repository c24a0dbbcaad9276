"""Replies about projects."""

from collections.abc import Sequence

from tasktalk.assistant.actions import Action
from tasktalk.assistant.look import quoted
from tasktalk.assistant.outcomes import ProjectChanged, ProjectMade, Shared, Standing
from tasktalk.assistant.replies.pen import Pen, short
from tasktalk.assistant.replies.speech import Speech
from tasktalk.assistant.reply import Button, Reply

_MANY = 20


def made(outcome: ProjectMade, pen: Pen) -> Reply:
    """A project is there."""
    if outcome.existed:
        return Reply(pen.speech.say("There is a project #{about} already.", about=outcome.name))
    return Reply(pen.speech.say("📁 New project #{project}", project=outcome.name), (pen.undo(),))


def changed(outcome: ProjectChanged, pen: Pen) -> Reply:
    """Renamed, archived, deleted."""
    if outcome.already:
        return Reply(_already(outcome, pen.speech))
    return Reply(_changed(outcome, pen.speech), (pen.undo(),))


def named(names: Sequence[str], pen: Pen) -> Reply:
    """The projects by name."""
    if not names:
        return Reply(pen.speech.say("You have no projects yet. _buy paint #Home_ makes one."))
    return Reply("\n".join([pen.speech.say("*Projects*"), *(f"• #{name}" for name in names)]))


def shared(outcome: Shared, pen: Pen) -> Reply:
    """Who is in a project from now on."""
    speech, parts = pen.speech, []
    if people := outcome.people:
        parts.append(
            speech.count(
                "👥 {people} can now see and change the tasks of #{project}, and will be told.",
                "👥 {people} can now see and change the tasks of #{project}, and will be told.",
                len(people),
                people=speech.join(people),
                project=outcome.project,
            )
        )
    if already := outcome.already:
        parts.append(
            speech.count(
                "{people} was in #{project} already.",
                "{people} were in #{project} already.",
                len(already),
                people=speech.join(already),
                project=outcome.project,
            )
        )
    return Reply("\n".join(parts), (pen.undo(),) if outcome.people else ())


def standing(project: Standing, pen: Pen) -> Reply:
    """The figures of one project, what comes next there, and where to go from here."""
    speech = pen.speech
    text = f"*#{project.name}*\n{_figures(project, speech)}"
    if project.all_done:
        text += "\n✔️ " + speech.count("{number} done in all", "{number} done in all", project.all_done)
    if any(name for name, _ in project.people):
        nobody = speech.say("nobody")
        shares = [f"{name or nobody} {number}" for name, number in project.people]
        text += "\n👤 " + ", ".join(shares)
    coming = project.coming
    if coming is not None:
        text += "\n" + speech.say("➡️ Next: {task} — {due}", task=short(coming.title), due=pen.due(coming))
    if not project.open:
        text += "\n" + speech.say("Nothing is open. 🎉")
    buttons = []
    if coming is not None:
        buttons.append(pen.done(coming))
    if project.overdue:
        buttons.append(_list(speech.label("Overdue"), f"#{quoted(project.name)} & overdue", pen))
    if project.open:
        buttons.append(_list(speech.label("All open"), f"#{quoted(project.name)}", pen))
    return Reply(text, tuple(buttons), task_ids=(coming.id,) if coming else ())


def standings(projects: Sequence[Standing], pen: Pen) -> Reply:
    """A line a project."""
    if not projects:
        return named((), pen)
    speech = pen.speech
    lines = [f"• #{short(each.name)} — {_figures(each, speech)}" for each in projects]
    more = ["…"] if len(lines) > _MANY else []
    buttons = (_list(speech.label("Overdue"), "overdue", pen),) if any(each.overdue for each in projects) else ()
    ask_one = speech.say("Say _#{project} status_ for more of one.", project=projects[0].name)
    return Reply("\n".join([speech.say("*Projects*"), *lines[:_MANY], *more, ask_one]), buttons)


def _changed(outcome: ProjectChanged, speech: Speech) -> str:
    was, project = outcome.was, outcome.project
    if outcome.change == "rename":
        return speech.say("✏️ #{was} is called #{project} now.", was=was, project=project.name)
    if outcome.change == "archive":
        return speech.say(
            "📦 Archived #{project}. Its tasks stay as they are, and its reminders are silent.", project=was
        )
    if not project.open_count:
        return speech.say("🗑️ Deleted #{project}. _undo_ brings it back, for ten minutes.", project=was)
    return speech.count(
        "🗑️ Deleted #{project} with {number} open task. _undo_ brings it back, for ten minutes.",
        "🗑️ Deleted #{project} with {number} open tasks. _undo_ brings it back, for ten minutes.",
        project.open_count,
        project=was,
    )


def _already(outcome: ProjectChanged, speech: Speech) -> str:
    name = outcome.project.name
    if outcome.change == "archive":
        return speech.say("#{project} is archived already.", project=name)
    return speech.say("#{project} is called that already.", project=name)


def _figures(project: Standing, speech: Speech) -> str:
    parts = [speech.count("{number} open", "{number} open", project.open)]
    if project.overdue:
        parts.append(speech.count("{number} overdue", "{number} overdue", project.overdue))
    parts.append(speech.count("{number} done this week", "{number} done this week", project.done))
    return ", ".join(parts)


def _list(title: str, expression: str, pen: Pen) -> Button:
    return pen.button(title, Action("list", argument=f"0:{expression}"))

"""Replies about tasks: made, changed, listed, looked at."""

import datetime as dt

from tasktalk.assistant.actions import MAX_ARGUMENT, Action
from tasktalk.assistant.outcomes import (
    SUBTASKS,
    Change,
    Changed,
    Choose,
    Commented,
    Created,
    Listed,
    Reminded,
    Shown,
    Silenced,
)
from tasktalk.assistant.replies import sentences
from tasktalk.assistant.replies.of_overviews import describe, more_row
from tasktalk.assistant.replies.pen import TITLE_ALONE, Pen, bold, fit, short
from tasktalk.assistant.replies.when import chips, say_moment
from tasktalk.assistant.reply import Button, Reply, Row
from tasktalk.tasks.model import Task

_MAX_BUTTONS = 3
_COMMENT = 200
_MORNING, _EVENING = dt.time(9), dt.time(18)


def created(made: Created, pen: Pen) -> Reply:
    """New tasks, with what was understood of each."""
    speech, ids = pen.speech, tuple(task.id for task in made.tasks)
    if len(made.tasks) > 1:
        head = speech.say("📝 Added {what}", what=sentences.tasks(len(made.tasks), speech))
        text = f"{head}\n{pen.lines(made.tasks, reminders=made.reminders)}"
        return Reply(text + _told(made.told, pen), (pen.undo(),), task_ids=ids)
    task = made.tasks[0]
    text = speech.say("📝 Added {what}", what=bold(task.title))
    if made.parent:
        text += f"\n{short(made.parent)} → {short(task.title)}"
    asked = made.reminders.get(task.id, ())
    if details := " · ".join(
        part for part in (chips(task, pen.today, pen.speech), pen.rings(asked, beside=task)) if part
    ):
        text += f"\n{details}"
    if made.subtasks:
        text += f"\n{sentences.subtasks(made.subtasks, speech)}"
    if asked and not pen.rings(asked):
        text += f"\n{sentences.no_ring(has_date=task.due is not None, speech=speech)}"
    text += _told(made.told, pen)
    if made.ask_when:
        first, *_, last = _moments(task, pen)
        text += "\n" + speech.say("⏰ When shall I remind you?")
        return Reply(text, (first, last, pen.undo()), task_ids=ids)
    return Reply(text, (pen.done(task), pen.other_day(task, made.others), pen.undo()), task_ids=ids)


def changed(outcome: Changed, pen: Pen) -> Reply:
    """What became of tasks, and of those that were so already."""
    tasks, speech = outcome.tasks, pen.speech
    ids = tuple(task.id for task in (*tasks, *outcome.already))
    parts = []
    if len(tasks) == 1:
        parts.append(_changed_one(outcome.change, tasks[0], pen))
    elif tasks:
        parts.append(sentences.changed(outcome.change, sentences.tasks(len(tasks), speech), speech))
        parts += [f"• {short(task.title)}" for task in tasks]
    if outcome.along:
        parts.append(sentences.along(outcome.along, speech))
    if outcome.told:
        parts.append(sentences.told(outcome.told, speech))
    parts += [sentences.already(outcome.change, short(task.title), speech) for task in outcome.already]
    if outcome.missing:
        parts.append(sentences.no_such_numbers(outcome.missing, pen.speech))
    return Reply("\n".join(parts), _buttons(outcome, pen), task_ids=ids)


def _changed_one(change: Change, task: Task, pen: Pen) -> str:
    speech = pen.speech
    text = sentences.changed(change, bold(task.title), speech)
    if change == "skipped" or (change == "completed" and task.status == "open" and task.due is not None):
        return text + "\n" + speech.say("🔁 Next: {due}", due=pen.due(task))
    if change == "dropped" and task.recurrence:
        return text + "\n" + speech.say("🔁 And all that was to come of it.")
    if change == "rescheduled":
        if task.due is None:
            return text + "\n" + speech.say("No date any more.")
        once = " · " + speech.say("only this time") if task.moved else ""
        return f"{text}\n📅 {pen.due(task)}{once}"
    if change in {"updated", "reopened", "accepted"} and (details := chips(task, pen.today, pen.speech)):
        return f"{text}\n{details}"
    return text


def _buttons(outcome: Changed, pen: Pen) -> tuple[Button, ...]:
    tasks, already = outcome.tasks, outcome.already
    if not tasks:
        if len(already) == 1 and outcome.change == "completed":
            return (pen.button(pen.speech.label("Reopen"), Action("reopen", already[0].id)),)
        return ()
    if len(tasks) > 1:
        return (pen.undo(),)
    if outcome.change == "dropped" and tasks[0].recurrence and tasks[0].status == "open":
        return (pen.skip(tasks[0], pen.speech.label("Skip only this one")), pen.undo())
    if outcome.change in {"completed", "dropped", "skipped", "declined"} or tasks[0].status != "open":
        return (pen.undo(),)
    other = (pen.other_day(tasks[0], outcome.others),) if outcome.others else ()
    return (pen.done(tasks[0]), *other, pen.undo())


def reminded(outcome: Reminded, pen: Pen) -> Reply:
    """When each task rings."""
    speech, ids = pen.speech, tuple(task.id for task in outcome.tasks)
    lines = []
    for task in outcome.tasks:
        rings = pen.rings(outcome.reminders[task.id])
        name = bold(task.title) if len(ids) == 1 else f"• {short(task.title)}"
        lines.append(f"{name}\n{rings}" if len(ids) == 1 and rings else f"{name} — {rings}" if rings else name)
        if not rings:
            lines.append(sentences.no_ring(has_date=task.due is not None, speech=speech))
    if outcome.missing:
        lines.append(sentences.no_such_numbers(outcome.missing, pen.speech))
    what = lines.pop(0) if len(ids) == 1 else sentences.tasks(len(ids), speech)
    if outcome.new:
        head = speech.say("I will remind you of {what}", what=what)
    else:
        head = speech.say("I remind you already of {what}", what=what)
    return Reply("\n".join([head, *lines]), (pen.undo(),) if outcome.new else (), task_ids=ids)


def silenced(outcome: Silenced, pen: Pen) -> Reply:
    """Which tasks ring no more; they stay."""
    tasks, speech = outcome.tasks, pen.speech
    what = bold(tasks[0].title) if len(tasks) == 1 else sentences.tasks(len(tasks), speech)
    if outcome.already:
        head = speech.say("🔕 There is no reminder of {what}.", what=what)
    else:
        head = speech.say("🔕 I will not remind you of {what} any more.", what=what)
    lines = [f"• {short(task.title)}" for task in tasks] if len(tasks) > 1 else []
    if len(tasks) == 1 and (details := chips(tasks[0], pen.today, speech)):
        lines.append(details)
    buttons = () if outcome.already else (pen.undo(),)
    return Reply("\n".join([head, *lines]), buttons, task_ids=tuple(task.id for task in tasks))


def ask_when(task: Task, pen: Pen) -> Reply:
    """Moments to choose from for a reminder."""
    return Reply(sentences.ask_when(bold(task.title), pen.speech), _moments(task, pen), task_ids=(task.id,))


def _moments(task: Task, pen: Pen) -> tuple[Button, ...]:
    hour = (pen.now + dt.timedelta(hours=1)).replace(second=0, microsecond=0)
    evening = dt.datetime.combine(pen.today, _EVENING, pen.now.tzinfo)
    morning = dt.datetime.combine(pen.today + dt.timedelta(days=1), _MORNING, pen.now.tzinfo)
    label = pen.speech.label
    moments = [
        (label("In 1 hour"), hour),
        (label("Today {time}", time=f"{_EVENING:%H:%M}"), evening),
        (label("Tomorrow {time}", time=f"{_MORNING:%H:%M}"), morning),
    ]
    if hour >= evening:
        del moments[1]
    return tuple(pen.button(title, Action("remind", task.id, f"{at:%Y-%m-%dT%H:%M}")) for title, at in moments)


def commented(outcome: Commented, pen: Pen) -> Reply:
    """The words, and where they stand."""
    tasks = outcome.tasks
    where = bold(tasks[0].title) if len(tasks) == 1 else ", ".join(short(task.title) for task in tasks)
    text = pen.speech.say("💬 On {where}:", where=where) + "\n" + short(outcome.text, _COMMENT)
    if outcome.missing:
        text += f"\n{sentences.no_such_numbers(outcome.missing, pen.speech)}"
    return Reply(text, (pen.undo(),), task_ids=tuple(task.id for task in tasks))


def listed(page: Listed, pen: Pen) -> Reply:
    """A numbered page with a row for each task and one for what follows."""
    speech, first = pen.speech, len(page.before) + 1
    title = sentences.list_title(page.filter, page.searched, pen.today, speech)
    if not page.tasks:
        add = Action("add", argument=page.question or "")
        offer = (pen.button(speech.label("Add as a task"), add),) if page.question else ()
        return Reply(sentences.nothing_listed(page.filter, page.searched, pen.today, speech), offer)
    titles = [f"{number}. {task.title}" for number, task in enumerate(page.tasks, first)]
    times = [_times(task, page, pen) for task in page.tasks]
    lines = [f"{{}} — {time}" if time else "{}" for time in times]
    text = "\n".join([f"*{title}*", *fit(titles, lines)])
    rows = [
        Row(name, pen.encode(Action("show", task.id)), describe(name, time, task))
        for name, task, time in zip(titles, page.tasks, times, strict=True)
    ]
    after = len(page.before) + len(page.tasks)
    argument = f"{after}:{page.filter}"
    if page.more:
        text += "\n" + speech.say("… Say _more_ for the next ones.")
        if len(argument) <= MAX_ARGUMENT:
            rows.append(more_row(Action("list", argument=argument), after + 1, pen))
    ids = (*page.before, *(task.id for task in page.tasks))
    return Reply(text, list_label=speech.label("Open a task"), rows=tuple(rows), task_ids=ids)


def _times(task: Task, page: Listed, pen: Pen) -> str:
    """When it is due and when it rings, where that was asked for."""
    rings = pen.rings(page.reminders.get(task.id, ()), beside=task)
    return " ".join(part for part in (pen.due(task), rings) if part)


def choose(outcome: Choose, pen: Pen) -> Reply:
    """Which one is meant, by buttons or in a list."""
    question = pen.speech.say("Which one?")
    if len(outcome.candidates) <= _MAX_BUTTONS:
        lines = "\n".join(f"{n}. {short(title)}" for n, (_, title) in enumerate(outcome.candidates, 1))
        buttons = tuple(
            pen.button(f"{n}. {title}", Action("pick", task_id, outcome.question))
            for n, (task_id, title) in enumerate(outcome.candidates, 1)
        )
        return Reply(f"{question}\n{lines}", buttons)
    rows = tuple(
        Row(title, pen.encode(Action("pick", task_id, outcome.question)), short(title))
        for task_id, title in outcome.candidates
    )
    return Reply(question, list_label=pen.speech.label("Choose"), rows=rows)


def card(shown: Shown, pen: Pen) -> Reply:
    """One task with what hangs on it."""
    task = shown.task
    text = bold(task.title) if task.status == "open" else f"✔️ {bold(task.title)}"
    details = " · ".join(
        part for part in (chips(task, pen.today, pen.speech), pen.rings(shown.reminders, beside=task)) if part
    )
    parts = [f"{text}\n{details}" if details else text]
    if task.notes:
        parts.append(short(task.notes, TITLE_ALONE))
    if shown.subtasks:
        lines = [f"☐ {short(subtask.title)}" for subtask in shown.subtasks[:SUBTASKS]]
        parts.append("\n".join(lines + (["…"] if len(shown.subtasks) > SUBTASKS else [])))
    if hangs := _hangs(shown, pen):
        parts.append(hangs)
    return Reply("\n\n".join(parts), _card_buttons(task, pen), task_ids=(task.id,))


def _hangs(shown: Shown, pen: Pen) -> str:
    """How many files and comments, and the newest comment."""
    task, comment, speech = shown.task, shown.comment, pen.speech
    counts = []
    if task.attachments:
        counts.append(speech.count("📎 {number} file", "📎 {number} files", len(task.attachments)))
    if task.comments_count:
        counts.append(speech.count("💬 {number} comment", "💬 {number} comments", task.comments_count))
    text = " · ".join(counts)
    if comment is not None:
        author = comment.author.name if comment.author else speech.say("Somebody")
        at = say_moment(comment.created_at.astimezone(pen.now.tzinfo), pen.today, speech)
        text += f"\n{author}, {at}: {short(comment.text, _COMMENT)}"
    return text


def _card_buttons(task: Task, pen: Pen) -> tuple[Button, ...]:
    if task.status != "open":
        return (pen.button(pen.speech.label("Reopen"), Action("reopen", task.id)),)
    if task.recurrence:
        return (pen.done(task), pen.other_day(task), pen.skip(task, pen.speech.label("Skip")))
    return (pen.done(task), pen.other_day(task), pen.button(pen.speech.label("Delete"), Action("drop", task.id)))


def _told(names: tuple[str, ...], pen: Pen) -> str:
    return f"\n{sentences.told(names, pen.speech)}" if names else ""

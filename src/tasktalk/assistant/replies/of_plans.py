"""The reply that plans a day."""

import datetime as dt

from tasktalk.assistant.actions import Action
from tasktalk.assistant.overviews import Placed, Plan
from tasktalk.assistant.replies import sentences
from tasktalk.assistant.replies.of_overviews import rest_button
from tasktalk.assistant.replies.pen import Pen, fit, short
from tasktalk.assistant.reply import Button, Reply
from tasktalk.tasks.model import Task

_LINES = 12  # that a message with buttons holds
_HOUR = 60


def planned(plan: Plan, pen: Pen) -> Reply:
    """The day in order, numbered; what does not fit comes after it."""
    speech = pen.speech
    tasks = (*(each.task for each in plan.placed), *plan.left)
    if not tasks:
        return Reply(sentences.nothing_listed("tomorrow", None, pen.today, speech)) if plan.day else _nothing(plan, pen)
    ids = tuple(task.id for task in tasks)
    minutes = sum(each.minutes for each in plan.placed)
    head = f"🗓️ *{speech.day(plan.day or pen.today)}* — {sentences.tasks(len(tasks) + plan.more, speech)}"
    if minutes:
        head += ", " + speech.say("about {time}", time=say_minutes(minutes))
    titles: list[str] = []
    tails: list[str] = []
    for each in plan.placed:
        titles.append(f"{each.at:%H:%M} · {len(titles) + 1}. {each.task.title}")
        tails.append("{}" + _tail(each, pen))
    for task in plan.left:
        titles.append(f"{len(titles) + 1}. {task.title}")
        tails.append("{}")
    lines = fit(titles[:_LINES], tails[:_LINES])
    hidden = max(len(tasks) - _LINES, 0) + plan.more
    if plan.left and len(plan.placed) < _LINES:
        lines.insert(len(plan.placed), _too_much(plan, pen))
    elif plan.left:
        lines.append(_too_much(plan, pen))
    if hidden:
        lines.append(sentences.more(hidden, speech))
    return Reply("\n".join([head, *lines]), _buttons(plan, pen), task_ids=ids)


def say_minutes(minutes: int) -> str:
    """`45 min`, `1 h`, `2 h 30 min`: so in all our languages."""
    hours, rest = divmod(minutes, _HOUR)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def _too_much(plan: Plan, pen: Pen) -> str:
    ends = plan.ends
    if not plan.placed and ends <= pen.now:
        return pen.speech.say("🌙 The day is over; this can wait:")
    until = "24:00" if ends.date() > (plan.day or pen.today) else f"{ends:%H:%M}"
    return pen.speech.say("⚠️ More than fits before {time}:", time=until)


def _tail(each: Placed, pen: Pen) -> str:
    """How long it takes where that was said, and whether it is late."""
    parts = []
    if each.task.duration_minutes:
        parts.append(f"({say_minutes(each.minutes)})")
    if _is_late(each.task, pen.now):
        parts.append("⚠️")
    return "".join(f" {part}" for part in parts)


def _is_late(task: Task, now: dt.datetime) -> bool:
    if task.due is None:
        return False
    return task.due.datetime < now if task.due.datetime else task.due.date < now.date()


def _buttons(plan: Plan, pen: Pen) -> tuple[Button, ...]:
    label, buttons = pen.speech.label, []
    if plan.movable:
        title = label("Rest to tomorrow") if plan.left else label("Overdue to tomorrow")
        buttons.append(rest_button(title, plan.movable, pen))
    if plan.placed and plan.day is None:
        buttons.insert(0, pen.done(plan.placed[0].task))
    buttons.append(pen.button(label("Coming days"), Action("list", argument="0:7 days")))
    return tuple(buttons)


def _nothing(plan: Plan, pen: Pen) -> Reply:
    """A free day, and what comes after it."""
    speech, coming = pen.speech, plan.coming
    text = speech.say("Nothing is left for today. 🎉")
    if coming is None:
        return Reply(text + "\n" + speech.say("Tell me a task, like _buy milk tomorrow 5pm_."))
    text += "\n" + speech.say("➡️ Next: {task} — {due}", task=short(coming.title), due=pen.due(coming))
    today = pen.button(speech.label("Do it today"), Action("due", coming.id, pen.today.isoformat()))
    return Reply(text, (pen.done(coming), today), task_ids=(coming.id,))

"""Dates and times as people read them: the day always by name and number, for a relative word can be misread."""

import datetime as dt

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.tasks.model import Due, Recurrence, Task

_NEAR = {-1: phrase("yesterday"), 0: phrase("today"), 1: phrase("tomorrow")}


def say_day(day: dt.date, today: dt.date, speech: Speech) -> str:
    """`Tue 24 Nov`, with the year where it is another, and `(tomorrow)` where it is near."""
    text = speech.day(day, year=day.year != today.year)
    near = _NEAR.get((day - today).days)
    return f"{text} ({speech.say(near)})" if near else text


def say_due(due: Due, today: dt.date, speech: Speech) -> str:
    """The day, and the time if there is one."""
    day = say_day(due.date, today, speech)
    return f"{day}, {due.time}" if due.time else day


def say_moment(moment: dt.datetime, today: dt.date, speech: Speech) -> str:
    """The day and the time of a moment in the reader's zone."""
    return f"{say_day(moment.date(), today, speech)}, {moment:%H:%M}"


def say_recurrence(recurrence: Recurrence, speech: Speech) -> str:  # noqa: PLR0911  (one a unit)
    """As the person said it; where nobody did, how often at most: `every 2 weeks`."""
    if recurrence["text"]:
        return recurrence["text"]
    parts = dict(part.split("=") for part in recurrence["rrule"].partition("\n")[0].split(";"))
    every = int(parts.get("INTERVAL", "1"))
    match parts["FREQ"]:
        case "MINUTELY":
            return speech.count("every minute", "every {number} minutes", every)
        case "HOURLY":
            return speech.count("every hour", "every {number} hours", every)
        case "DAILY":
            return speech.count("every day", "every {number} days", every)
        case "WEEKLY":
            return speech.count("every week", "every {number} weeks", every)
        case "MONTHLY":
            return speech.count("every month", "every {number} months", every)
        case _:
            return speech.count("every year", "every {number} years", every)


def chips(task: Task, today: dt.date, speech: Speech) -> str:
    """What was understood, on one line: `📅 Tue 24 Nov (tomorrow), 17:00 · #Home · p1`."""
    parts = []
    if task.due is not None:
        parts.append(f"📅 {say_due(task.due, today, speech)}")
    if task.recurrence is not None:
        parts.append(f"🔁 {say_recurrence(task.recurrence, speech)}")
    if task.start is not None:
        parts.append(f"▶️ {say_day(task.start, today, speech)}")
    if task.deadline is not None:
        parts.append(f"🏁 {say_day(task.deadline, today, speech)}")
    if task.duration_minutes is not None:
        parts.append(f"⏱ {task.duration_minutes} min")
    if task.project is not None:
        parts.append(f"#{task.project.name}")
    if task.section is not None:
        parts.append(f"/{task.section}")
    parts += [f"@{label}" for label in task.labels]
    parts += [f"👤 {person.name}" for person in task.assignees]
    if task.priority is not None:
        parts.append(f"p{task.priority}")
    return " · ".join(parts)

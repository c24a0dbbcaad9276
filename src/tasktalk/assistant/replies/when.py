"""Dates and times as people read them: the day always by name and number, for a relative word can be misread."""

import datetime as dt

from tasktalk.tasks.model import Due, Recurrence, Task

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = {"MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def say_day(day: dt.date, today: dt.date) -> str:
    """`Tue 24 Nov`, with the year where it is another, and `(tomorrow)` where it is near."""
    text = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    if day.year != today.year:
        text += f" {day.year}"
    near = _NEAR.get((day - today).days)
    return f"{text} ({near})" if near else text


def say_due(due: Due, today: dt.date) -> str:
    """The day, and the time if there is one."""
    day = say_day(due.date, today)
    return f"{day}, {due.time}" if due.time else day


def say_moment(moment: dt.datetime, today: dt.date) -> str:
    """The day and the time of a moment in the reader's zone."""
    return f"{say_day(moment.date(), today)}, {moment:%H:%M}"


def say_recurrence(recurrence: Recurrence) -> str:
    """As the person said it; where nobody did, how often at most: `every 2 weeks`."""
    if recurrence["text"]:
        return recurrence["text"]
    parts = dict(part.split("=") for part in recurrence["rrule"].partition("\n")[0].split(";"))
    unit, number = _UNITS[parts["FREQ"]], parts.get("INTERVAL", "1")
    return f"every {unit}" if number == "1" else f"every {number} {unit}s"


def chips(task: Task, today: dt.date) -> str:
    """What was understood, on one line: `📅 Tue 24 Nov (tomorrow), 17:00 · #Home · p1`."""
    parts = []
    if task.due is not None:
        parts.append(f"📅 {say_due(task.due, today)}")
    if task.recurrence is not None:
        parts.append(f"🔁 {say_recurrence(task.recurrence)}")
    if task.start is not None:
        parts.append(f"▶️ {say_day(task.start, today)}")
    if task.deadline is not None:
        parts.append(f"🏁 {say_day(task.deadline, today)}")
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

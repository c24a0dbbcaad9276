"""What a daily digest and a weekly review say: the figures, the tasks, and whether there is anything to say."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.replies.when import say_day
from tasktalk.db import Conn
from tasktalk.messaging.notices import sentences
from tasktalk.tasks.finished.finished import Span, count_finished
from tasktalk.tasks.listing import list_tasks
from tasktalk.tasks.model import Task

_MOST = 200  # counted; whoever has more knows it
_WEEK = dt.timedelta(days=7)

# What others were given is theirs; what nobody was given is everybody's.
DAY = "(overdue | today) & !assigned to: others"
REVIEW = "(overdue | 7 days) & !assigned to: others"


@dataclass(frozen=True, slots=True)
class Digest:
    """`heading` alone, where there are no tasks."""

    heading: str
    tasks: tuple[Task, ...]


async def read_digest(conn: Conn, *, viewer: Viewer, event: str, now: dt.datetime) -> Digest | None:
    """The digest ("digest") or review ("review") of this moment; None for a day on which nothing is due."""
    expression = DAY if event == "digest" else REVIEW
    page = await list_tasks(conn, viewer=viewer, now=now, filter=expression, sort="due", limit=_MOST)
    today = now.astimezone(ZoneInfo(viewer.timezone)).date()
    overdue = sum(is_overdue(task, today=today, now=now) for task in page.items)
    due, speech = len(page.items) - overdue, get_speech(viewer.language)
    if event == "review":
        [done] = await count_finished(conn, viewer=viewer, spans=[Span(now - _WEEK)])
        return Digest(sentences.week_heading(done=done, overdue=overdue, coming=due, speech=speech), tuple(page.items))
    if not page.items:
        return None
    day = say_day(today, today, speech)
    return Digest(sentences.day_heading(day, due=due, overdue=overdue, speech=speech), tuple(page.items))


def is_overdue(task: Task, *, today: dt.date, now: dt.datetime) -> bool:
    """`today`: of who reads it."""
    if task.due is None:
        return False
    return task.due.date < today if task.due.datetime is None else task.due.datetime < now

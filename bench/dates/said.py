"""What our reader is told beside the text."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from tasktalk.assistant.understanding import Context

PEOPLE, PROJECTS, LABELS = ("Ana", "Ben"), ("Home", "Work", "House Move"), ("money",)


def context_of(now: str, language: str, tz: str, *, open_titles: Iterable[str] = ()) -> Context:
    """`now` is a wall clock in `tz`, or an instant with its own offset."""
    moment = dt.datetime.fromisoformat(now)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(tz))
    return Context(
        now=moment,
        tz=tz,
        language=language,
        people=PEOPLE,
        projects=PROJECTS,
        labels=LABELS,
        open_titles=tuple(open_titles),
    )

"""Questions that wait for an answer: what was asked, and what an answer does. One of each kind is open at a time."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec

from tasktalk.assistant.understanding import Intent
from tasktalk.ids import new_id

# sure: before something is done that asks first. which: several tasks fit. when: a moment for a reminder. add: words
# that were not understood, kept as a task. days: other readings of a date. settings: what they were before; again:
# what they were before that was undone.
Kind = Literal["sure", "which", "when", "add", "days", "settings", "again"]

LIFE = dt.timedelta(minutes=10)  # as long as words answer it
_TAPPED = dt.timedelta(days=1)  # as long as its buttons do, where nothing is lost by it
_DIGITS = 1 << 48


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is what its buttons carry. `at`: when it was asked, aware.

    `text` are the words that wait and `part` which intent of theirs; `intent` what a yes does to `ids`: tasks, or one
    project; or what is done to the one that is picked. `days`: those a date could also have meant. `before`:
    preferences as they were.
    """

    kind: Kind
    id: str
    at: dt.datetime
    text: str = ""
    part: int = 0
    ids: tuple[UUID, ...] = ()
    intent: Intent | None = None
    days: tuple[dt.date, ...] = ()
    message_id: str | None = None
    before: dict[str, Any] | None = None

    def is_open(self, now: dt.datetime, *, tapped: bool = False) -> bool:
        """Whether an answer comes in time: a yes to something destructive never counts later than in words."""
        return now - self.at <= (_TAPPED if tapped and self.kind != "sure" else LIFE)


def new_question_id() -> str:
    """Short, for buttons have little room."""
    return f"{new_id().int % _DIGITS:x}"


def read_questions(asked: Mapping[str, Any]) -> dict[Kind, Question]:
    """As the database keeps them, by kind."""
    return msgspec.convert(asked, dict[Kind, Question])


def read_question(asked: Mapping[str, Any]) -> Question:
    """One of them."""
    return msgspec.convert(asked, Question)


def write_questions(questions: Iterable[Question]) -> str:
    """JSON of an object by kind."""
    return msgspec.json.encode({question.kind: question for question in questions}).decode()

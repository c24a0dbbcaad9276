"""What a model is asked, and what it made of it. Both are JSON, for they wait outside of any transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from tasktalk.assistant.understanding import Context, Intent

# Why there is no reading: it is switched off, spent, at rest, or what came was of no use.
Failure = Literal["budget", "breaker", "timeout", "unreachable", "refused", "unfit", "error"]
Reason = Literal["not_about_tasks", "unclear", "unsupported"]


class Exchange(msgspec.Struct, frozen=True):
    """Something said a short while ago and what we answered, both cut short."""

    said: str
    replied: str


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A task that may be meant; the model knows it by `ref` alone."""

    ref: str
    id: UUID
    title: str
    done: bool = False
    due: str | None = None
    repeats: str | None = None
    project: str | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One message that the grammar does not take. `listed`, `focus` and `about` are refs among `tasks`.

    `context.now` is when it was said. Nothing here was forwarded; titles and names are still other people's words.
    """

    user_id: UUID
    text: str
    context: Context
    tasks: Sequence[Offered] = ()
    listed: Sequence[str] = ()
    focus: str | None = None
    about: Sequence[str] = ()
    recent: Sequence[Exchange] = ()

    @property
    def on_day(self) -> dt.date:
        """The person's day, which the budget is for."""
        return self.context.now.date()


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the person wants, and the tasks it is about; `which`: they must say first which of these."""

    intent: Intent
    task_ids: Sequence[UUID] = ()
    which: bool = False


class Thought(msgspec.Struct, frozen=True, kw_only=True):
    """A model's reading: what is meant, or why it declined, or why there is none. Tokens and requests are its cost."""

    meant: Sequence[Meant] = ()
    declined: Reason | None = None
    failed: Failure | None = None
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

"""From a model's words to ours: refs become ids, the grammar reads dates, and text must be what the person said."""

import datetime as dt
import re
from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from tasktalk.assistant.llm.question import Question
from tasktalk.assistant.understand import understand_answer
from tasktalk.assistant.understanding import Draft, Intent, When
from tasktalk.errors import BadRequest
from tasktalk.tasks.filters import parse
from tasktalk.tasks.names import fold

_WORD = re.compile(r"[^\W_]+")
_STEM = 4  # characters: "comprar" and "compra" are the same word said
_LEAST_SAID = 0.5  # of a text's words
_MAX_WHEN = 200
_ENGLISH = "en"


class Unfit(Exception):
    """What the model handed over cannot be used; the message tells it why, once."""


class Reader:
    """Reads what a model said about one question."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._ids = {task.ref: task.id for task in question.tasks}
        self._heard = fold(" ".join([question.text, *(each.said for each in question.recent)]))
        self._stems = {word[:_STEM] for word in _WORD.findall(self._heard)}

    def ids(self, refs: Sequence[str]) -> tuple[UUID, ...]:
        """The tasks of these refs, each once. Only those that were offered exist."""
        unknown = [ref for ref in refs if ref not in self._ids]
        if unknown:
            raise Unfit(f"There is no task {', '.join(unknown)}. Use only the refs in `tasks`.")
        return tuple(dict.fromkeys(self._ids[ref] for ref in refs))

    def said(self, text: str) -> str:
        """`text`, if it is made of the person's own words: nothing is invented, or taken from a title."""
        folded = fold(text)
        words = _WORD.findall(folded)
        known = sum(word[:_STEM] in self._stems for word in words)
        if not words or (folded not in self._heard and known < len(words) * _LEAST_SAID):
            raise Unfit(f"{text[:60]!r} is not in the person's words. Write only what they said, in their language.")
        return text

    def when(self, words: str, *, new: bool = False) -> Intent:
        """The times that `words` name, in the slots of an intent. `new`: a time alone is the next such time."""
        context = self._question.context
        found = None
        if len(words) <= _MAX_WHEN:
            found = understand_answer(words, context) or understand_answer(
                words, structs.replace(context, language=_ENGLISH)
            )
        if found is None or found.labels or found.project or found.priority or found.assignees:
            raise Unfit(
                f"{words[:60]!r} cannot be read as a time. Write for example: friday 5pm, every monday, 2026-12-01"
            )
        if new and found.due is not None and found.due.on is None and found.due.clock is not None:
            return structs.replace(found, due=self._next(found.due.clock))
        return found

    def times(self, words: str | None) -> dict[str, object]:
        """The slots that `words` fill in a new task."""
        if not words:
            return {}
        found = self.when(words, new=True)
        slots = ("due", "start", "deadline", "end", "duration_minutes", "recurrence", "alternatives")
        return {slot: getattr(found, slot) for slot in slots}

    def filter(self, expression: str) -> str:
        """An expression of the filter language."""
        try:
            parse(expression)
        except BadRequest as error:
            raise Unfit(f"The filter cannot be read: {error.message}") from None
        return expression

    def project(self, name: str, *, new: bool = False) -> str:
        """A project of the person by its own name; `new`: or one that they named."""
        known = _find(name.removeprefix("#"), self._question.context.projects)
        if known is None and not new:
            raise Unfit(f"There is no project {name[:60]!r}. Use only the names in `projects`.")
        return known or self.said(name.removeprefix("#"))

    def people(self, names: Sequence[str]) -> tuple[str, ...]:
        """People that the person shares something with."""
        found = [_find(name.removeprefix("@"), self._question.context.people) for name in names]
        if None in found:
            raise Unfit("Somebody there is not known. Use only the names in `people`.")
        return tuple(name for name in found if name is not None)

    def draft(self, title: str, **slots: object) -> Draft:
        """A new task."""
        return Draft(**{"confidence": 1.0, "title": self.said(title), **slots})  # type: ignore[arg-type]

    def _next(self, clock: dt.time) -> When:
        zone = ZoneInfo(self._question.context.tz)  # what comes as JSON has lost it
        now = self._question.context.now.astimezone(zone)
        moment = dt.datetime.combine(now.date(), clock, zone)
        if moment <= now:
            moment = dt.datetime.combine(now.date() + dt.timedelta(days=1), clock, zone)
        return When(date=moment.date().isoformat(), time=f"{clock:%H:%M}", datetime=moment.isoformat())


def _find(name: str, names: Sequence[str]) -> str | None:
    folded = fold(name.strip())
    return next((each for each in names if fold(each) == folded), None)

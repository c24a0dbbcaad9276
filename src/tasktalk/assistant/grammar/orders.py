"""A command that matched and its words; the registry of those who read commands."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import read_slots
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.targets import find_open, find_people, read_target
from tasktalk.assistant.understanding import Context, Intent, Target


@dataclass(frozen=True, slots=True)
class Order:
    """A command template that matched: its slots as the person spelled them, and what to read them with."""

    text: str
    match: re.Match[str]
    context: Context
    engine: Engine
    book: Phrasebook

    def __getitem__(self, name: str) -> str | None:
        """The words of a slot as they were written, or None."""
        if name not in self.match.re.groupindex or self.match.start(name) < 0:
            return None
        return self.text[self.match.start(name) : self.match.end(name)].strip()

    def target(self) -> Target:
        """The task it speaks of."""
        return read_target(self["numbers"] or self["target"], self.book)

    def known_target(self) -> Target | None:
        """The same; None where it is told in words and no open task is called so."""
        target = self.target()
        known = target.text is None or find_open(target.text, self.context.open_titles, self.book) is not None
        return target if known else None

    def people(self) -> tuple[str, ...] | None:
        """The people it names; None where somebody is named that is not known."""
        if self["people"] is None:
            return ()
        return tuple(find_people(self["people"], self.context.people, self.book)) or None

    def when(self) -> Slots | None:
        """The slots of its {when}, or None when the words there are no time, or more than a time."""
        words = self["when"]
        if words is None:
            return None
        return self.only_time(words)

    def is_dated(self, words: str) -> bool:
        """Whether it is rather a task with a time ("call Ana tomorrow: done", "water them 3 days after it is done")."""
        if read_slots(words, self.context, self.engine).due is not None:
            return True
        return read_slots(self.text, self.context, self.engine).recurrence is not None

    def only_time(self, words: str) -> Slots | None:
        """The slots of `words`, or None when they are no time, or more than a time."""
        slots = read_slots(words, self.context, self.engine, keep_time_alone=True)
        covered = sum(span.end - span.start for span in slots.spans)
        return slots if slots.has_time and covered >= len(words.strip(" .,!")) - 1 else None


Reader = Callable[[Order], Intent | None]
READERS: dict[str, Reader] = {}
SURE, LIKELY, PERHAPS = 0.97, 0.9, 0.6


def reads(*names: str) -> Callable[[Reader], Reader]:
    """Register the reader of these commands of the lexicon."""

    def register(reader: Reader) -> Reader:
        for name in names:
            READERS[name] = reader
        return reader

    return register

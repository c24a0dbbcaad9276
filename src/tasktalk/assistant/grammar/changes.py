"""Changes of tasks told freely: "make it high priority and due next friday", "2 p1 #home", "set 3 to urgent"."""

import re

from tasktalk.assistant.grammar.commands import LIKELY, PERHAPS, change
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import Slots, read_slots
from tasktalk.assistant.grammar.targets import find_open, read_numbers, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Span, Target

_FILLERS = re.compile(r"[\s,.;:!]+")


def read_change(plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The change that `plain` asks for, when it begins by naming a task and everything after is slots; else None."""
    folded = fold(plain)
    for pattern in book.changes:
        found = pattern.match(folded)
        if found is None:
            continue
        said = found["target"] if "target" in pattern.groupindex else None
        for cut in _cuts(folded, found, said):
            target = _target(plain[found.start("target") : cut] if said is not None else None, context, book)
            if target is None:
                continue
            slots = _read_rest(plain[cut:], context, engine, book)
            if slots is not None:
                return change(plain, slots, target, LIKELY if target.numbers or target.last else PERHAPS + 0.2)
    return None


def _cuts(folded: str, found: re.Match[str], said: str | None) -> list[int]:
    """Where the target may end: after each word, the longest target first."""
    if said is None:
        return [found.end()]
    begin = found.start("target")
    ends = [begin + each.end() for each in re.finditer(r"\S+", folded[begin:])]
    return ends[:-1][::-1]


def _target(words: str | None, context: Context, book: Phrasebook) -> Target | None:
    if words is None:
        return Target(last=True)
    target = read_target(words, book)
    if target.numbers or target.last or target.all:
        return target
    return target if target.text and find_open(target.text, context.open_titles) else None


def _read_rest(rest: str, context: Context, engine: Engine, book: Phrasebook) -> Slots | None:
    """The slots of the words after the target, when they are nothing but slots and small words."""
    slots = read_slots(rest, context, engine, keep_time_alone=True)
    folded = fold(rest)
    for span in slots.spans:
        folded = folded[: span.start] + " " * (span.end - span.start) + folded[span.end :]
    if slots.priority is None:
        word = book.priorities.search(folded)
        if word:
            slots.priority = book.slots["priorities"][word.group()]
            slots.spans.append(Span(start=word.start(), end=word.end(), kind="priority"))
            folded = folded[: word.start()] + " " * len(word.group()) + folded[word.end() :]
    left = [word for word in _FILLERS.split(folded) if word and word not in book.change_fillers]
    return slots if not left and (slots.has_time or slots.has_marks or slots.reminders) else None


__all__ = ["read_change", "read_numbers"]

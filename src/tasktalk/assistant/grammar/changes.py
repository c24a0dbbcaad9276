"""Changes of tasks told freely: "make it high priority and due next friday", "2 p1 #home", "set 3 to urgent"."""

import re

from tasktalk.assistant.grammar.assigning import read_slots_and_people
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.intents import change
from tasktalk.assistant.grammar.orders import LIKELY, PERHAPS
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import is_inside_time
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.targets import find_open, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Span, Target

MAX_TARGET_WORDS = 12
_LONGEST = 500  # characters: who changes a task says it in fewer
_PRESSING = 2  # a priority that a word alone says of a thing
_FILLERS = re.compile(r"[\s,.;:!]+")
_WORD = re.compile(r"\S+")


def read_change(plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The change that `plain` asks for, when it names a task first and everything after is slots; else None."""
    if len(plain) > _LONGEST:
        return None
    folded = fold(plain)
    if (told := _read_before(plain, folded, context, engine, book)) is not None:
        return told
    if (told := _read_state(plain, folded, context, engine, book)) is not None:
        return told
    for pattern in book.changes:
        found = pattern.match(folded)
        if found is None:
            continue
        for begin, end in _list_targets(folded, found):
            target = _find_target(plain[begin:end], context, book)
            if target is None:
                continue
            if target.numbers and is_inside_time(plain, begin, end, context, engine):
                continue
            slots = _read_rest(plain[end:], context, engine, book)
            if slots is not None:
                return change(slots, target, PERHAPS + 0.2 if target.text else LIKELY, offset=end)
    return None


def _read_before(plain: str, folded: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """Read "set high priority on 2": what changes comes before its task."""
    for pattern in book.changes_before:
        before = pattern.fullmatch(folded)
        target = _find_target(plain[slice(*before.span("target"))], context, book) if before else None
        slots = _read_rest(plain[slice(*before.span("slots"))], context, engine, book) if before and target else None
        if before and target and slots is not None:
            return change(slots, target, LIKELY, offset=before.start("slots"))
    return None


def _read_state(plain: str, folded: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """Read "taxes is urgent", where such a task is open; that "milk is low" is no priority."""
    for pattern in book.states:
        found = pattern.fullmatch(folded)
        target = _find_target(plain[slice(*found.span("target"))], context, book) if found else None
        if found is None or target is None or not (target.text or target.numbers):
            continue
        slots = _read_rest(plain[slice(*found.span("slots"))], context, engine, book)
        if slots is None or (slots.priority and slots.priority > _PRESSING and " " not in found["slots"].strip()):
            continue
        return change(slots, target, LIKELY, offset=found.start("slots"))
    return None


def read_answer(plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The change of the task in focus by a message that is nothing but slots: "tomorrow", "p1", "friday 5pm"."""
    slots = _read_rest(plain, context, engine, book)
    if slots is None or not (slots.has_time or slots.has_marks):
        return None
    return change(slots, Target(last=True), LIKELY)


def _list_targets(folded: str, found: re.Match[str]) -> list[tuple[int, int]]:
    """Where the target may stand: the words of its slot and any that follow, the longest choice first."""
    slots = [name for name in ("target", "numbers") if name in found.re.groupindex and found.start(name) >= 0]
    if not slots:
        return [(found.end(), found.end())]
    begin = found.start(slots[0])
    ends = [word.end() for word, _ in zip(_WORD.finditer(folded, begin), range(MAX_TARGET_WORDS), strict=False)]
    return [(begin, end) for end in reversed(ends) if end < len(folded)]


def _find_target(words: str, context: Context, book: Phrasebook) -> Target | None:
    target = read_target(words, book)
    if target.text is None:
        return target
    folded = fold(words.strip())
    if folded.split()[-1] in book.change_fillers and folded not in map(fold, context.open_titles):
        return None  # "buy milk to" would do for "buy milk"
    return target if find_open(target.text, context.open_titles, book) else None


def _read_rest(rest: str, context: Context, engine: Engine, book: Phrasebook) -> Slots | None:
    """The slots of the words after the target, when they are nothing but slots and small words."""
    slots = read_slots_and_people(rest, context, engine, book, keep_time_alone=True)
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

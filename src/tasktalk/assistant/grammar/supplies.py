"""What has run out in the house, "we're out of eggs", which is to be bought; and what is there, which is bought."""

import re
from collections.abc import Iterable
from functools import cache

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.targets import find_open
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent

_LONGEST = 120  # characters
_BUYING = 2  # words that a task to buy something has beside it
_OF_THINGS = frozenset({"complete_task", "list_tasks", "search", "delete_task"})


def read_used_up(
    command: Intent | None, readings: Iterable[str], context: Context, engine: Engine, book: Phrasebook
) -> Intent | None:
    """A task of the first of `readings` that fits, where `command`, what they are otherwise, is of no open task."""
    if command is not None and command.intent not in _OF_THINGS:
        return None
    for text in readings:
        title = text.strip(" \n.!")
        said = fold(title)
        for pattern in _patterns(book.language) if len(title) <= _LONGEST else ():
            found = pattern.fullmatch(said)
            if found and find_open(found["thing"], context.open_titles, book) is None:
                draft = structs.asdict(capture(text, context, engine, book).draft)
                told = {"intent": "create_task", "confidence": LIKELY, "title": (draft["title"] or title).rstrip("!")}
                return Intent(**draft | told)
    return None


@reads("have_if_open")
def _have(order: Order) -> Intent | None:
    """Read "I already have the milk", where such a task is open; who has "a meeting" tells of no shopping."""
    target, words = order.target(), fold(order["target"] or "").split()
    title = find_open(target.text or "", order.context.open_titles, order.book)
    if title is None or not target.text or order.text.rstrip().endswith("?"):
        return None
    is_about_it = len(title.split()) > len(target.text.split()) + _BUYING  # "call Ana about the milk"
    if is_about_it or words[0] in map(fold, get_source(order.book.language)["A"]):
        return None
    return Intent(intent="complete_task", confidence=LIKELY, target=target)


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each) for each in get_source(language)["capture"]["used_up"])

"""What has run out in the house: "we're out of eggs", which is to be bought, and no news of a task."""

import re
from collections.abc import Iterable
from functools import cache

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.targets import find_open
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent

_LONGEST = 120  # characters
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


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each) for each in get_source(language)["capture"]["used_up"])

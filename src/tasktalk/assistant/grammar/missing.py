"""What is to be added where it is missing: "is bacon on my shopping list? If not, add it"."""

import re
from functools import cache

from tasktalk.assistant.grammar.commands import read_command
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import SEARCH
from tasktalk.assistant.grammar.targets import find_open, spell_list
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent


def read_missing(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The new task; where one is open that is called so, the question for it."""
    tail = _if_missing(book.language).search(fold(text))
    if tail is None:
        return None
    question = text[: tail.start()].strip(" ,;.?") + "?"
    asked = read_command(question, context, engine, book)
    filter_ = asked.query.filter if asked and asked.query else None
    if filter_ is None or not filter_.startswith(SEARCH):
        return None
    name = filter_.removeprefix(SEARCH)
    if find_open(name, context.open_titles, book):
        return asked
    place = fold(question).partition(fold(name))[2].rstrip("?")
    lists = (
        found["list"].strip() for each in book.into_list if (found := each.match(place)) and "list" in each.groupindex
    )
    listed = next((each for each in lists if each and each not in book.plain_lists), None)
    project = spell_list(listed, context.projects) if listed else None
    return Intent(intent="create_task", confidence=LIKELY, title=name, project=project)


@cache
def _if_missing(language: str) -> re.Pattern[str]:
    said = "|".join(get_source(language)["capture"]["if_missing"])
    return re.compile(rf"[\s,;.?]+(?:{said})[\s.!?]*$")

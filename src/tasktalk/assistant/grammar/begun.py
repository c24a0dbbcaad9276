"""Whether a message breaks off, so that what follows at once belongs to it: people send a thought in pieces."""

import re

from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.tokens import fold

_LAST_WORD = re.compile(r"(?:^|(?<=\s))[^\W\d_]+'?$")
_OPEN_MARK = re.compile(r"\w.*(?:[,:;&]|\s[+-]|\s?(?:\u2013|\u2026|\.\.\.))$")
_LONGEST = 400  # characters: who writes more than that has said it


def is_begun(text: str, book: Phrasebook) -> bool:
    """Whether `text` cannot be all of it: it ends with "and", "to", a comma, is "buy", or only leads in to a task."""
    text = text.strip()
    if not text or len(text) > _LONGEST or "\n" in text:
        return False
    if _OPEN_MARK.search(text):
        return True
    folded = fold(text)
    last = _LAST_WORD.search(folded)
    if last is None:
        return False
    if " " not in folded and book.task_verb.fullmatch(folded):
        return all(found.groupdict() for _, found in book.find_commands(folded))
    goes_on = last.group() in book.open_ends or book.is_lead_in(folded)
    return goes_on and not any(book.find_commands(folded))

"""A slip of the finger in the word that a message begins with: "remnd me to call", "delte 3".

Only where the slip keeps it from being read: the word is no word that is known here, and one letter makes it one that
asks for something. What comes of it must be what nobody says by chance, or it stays as it was written.
"""

import re
from dataclasses import dataclass

from msgspec import structs
from rapidfuzz.distance import OSA

from tasktalk.assistant.grammar.orders import LIKELY, SURE
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.scope import get_model
from tasktalk.assistant.grammar.targets import find_open
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent

_FIRST = re.compile(r"[\s¿¡]*([^\W\d_]+)")
_NEVER = frozenset({"unknown", "settings", "link_account"})  # "step" is not "stop"
_MOST = 3
_SHORTEST = 4  # letters as written: of a shorter word one letter is too much of it


@dataclass(frozen=True, slots=True)
class Mended:
    """The message with its first word put right. `end`: where that ends as written; `longer`: by so many letters.

    `known`: the scope model has met the word as it was written, which may be for being a slip.
    """

    text: str
    end: int
    longer: int
    known: bool


def mend_first(text: str, book: Phrasebook) -> list[Mended]:
    """What it may be instead, the likeliest first; none where the first word is too short to tell."""
    found = _FIRST.match(text)
    if found is None or len(found[1]) < _SHORTEST:
        return []
    word, model = fold(found[1]), get_model(book.language)
    if word in book.heads:
        return []
    near = [head for head in book.heads if head[0] == word[0] and OSA.distance(word, head, score_cutoff=1) == 1]
    meant = sorted((head for head in near if len(head) >= _SHORTEST), key=lambda head: (-len(head), head))
    if len(meant) > 1 and not text[found.end() :].strip(" .!?"):  # "helo": hello, or help
        return []
    known = word in model
    return [
        Mended(text[: found.start(1)] + head + text[found.end(1) :], found.end(1), len(head) - len(found[1]), known)
        for head in meant[:_MOST]
    ]


def read_mended(intent: Intent, before: Intent, mended: Mended, context: Context, book: Phrasebook) -> Intent | None:
    """What the mended message says, with its spans where the words stand as written; None where that is too little.

    `before`: what it says as it was written.
    """
    target = intent.target
    if mended.known and before.intent != "unknown":
        return None
    if intent.intent == "create_task":
        taken = before.intent == "create_task" and before.confidence < SURE <= intent.confidence
    elif target is not None and target.text is not None:
        taken = find_open(target.text, context.open_titles, book) is not None
    else:
        taken = intent.intent not in _NEVER and intent.confidence >= LIKELY
    if not taken:
        return None
    spans = tuple(
        structs.replace(span, start=span.start - mended.longer, end=span.end - mended.longer)
        for span in intent.spans
        if span.start >= mended.end + mended.longer
    )
    return structs.replace(intent, spans=spans)

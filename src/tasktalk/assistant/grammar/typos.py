"""A slip of the finger: in the word that a message begins with ("remnd me to call"), or in the words of a question.

Only where the slip keeps it from being read: the word is no word that is known here, and one letter makes it one that
asks for something. What comes of it must be what nobody says by chance, or it stays as it was written.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from msgspec import structs
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.named import list_small_words, names_open
from tasktalk.assistant.grammar.orders import LIKELY, PERHAPS, SURE
from tasktalk.assistant.grammar.phrasebook import Phrasebook, get_phrasebook
from tasktalk.assistant.grammar.queries import SEARCH
from tasktalk.assistant.grammar.scope import get_model
from tasktalk.assistant.grammar.targets import find_open
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent

_FIRST = re.compile(r"[\s¿¡]*([^\W\d_]+)")
_NEVER = frozenset({"unknown", "settings", "link_account"})  # "step" is not "stop"
_MOST = 3
_SHORTEST = 4  # letters as written: of a shorter word one letter is too much of it
_WORD = re.compile(r"[^\W\d_]{3,}")
_LONGEST = 12  # words: what is longer is told, not asked
_OURS = frozenset({"settings", "undo"})
_ASKED = frozenset({"list_tasks", "list_projects", "project_status", "summary", "plan_day"})
_CHANGES = frozenset(
    {"complete_task", "reopen_task", "delete_task", "reschedule_task", "update_task", "assign_task", "snooze", "remind"}
)
_PLACE = re.compile(r"\{.*?\}|<.*?>|\\.")  # of a template: what is no word of it


@dataclass(frozen=True, slots=True)
class Mended:
    """The message with its first word put right. `end`: where that ends as written; `longer`: by so many letters."""

    text: str
    end: int
    longer: int


def mend_first(text: str, before: Intent, book: Phrasebook) -> list[Mended]:
    """What it may be instead, the likeliest first; none where the first word is too short to tell.

    `before`: what it says as it was written. The scope model may know a word for being a slip, but not of a task.
    """
    found = _FIRST.match(text)
    if found is None or len(found[1]) < _SHORTEST:
        return []
    word, model = fold(found[1]), get_model(book.language)
    if word in book.heads or (word in model and before.intent != "unknown"):
        return []
    near = [head for head in book.heads if head[0] == word[0] and OSA.distance(word, head, score_cutoff=1) == 1]
    meant = sorted((head for head in near if len(head) >= _SHORTEST), key=lambda head: (-len(head), head))
    if len(meant) > 1 and not text[found.end() :].strip(" .!?"):  # "helo": hello, or help
        return []
    return [
        Mended(text[: found.start(1)] + head + text[found.end(1) :], found.end(1), len(head) - len(found[1]))
        for head in meant[:_MOST]
    ]


def read_mended(intent: Intent, before: Intent, mended: Mended, context: Context, book: Phrasebook) -> Intent | None:
    """What the mended message says, with its spans where the words stand as written; None where that is too little.

    `before`: what it says as it was written.
    """
    target = intent.target
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


def mend_words(text: str, before: Intent, context: Context, book: Phrasebook) -> str | None:
    """The message with those words put right that are a slip away from one that asks, or names a thing of theirs.

    `before`: what it says as it was written. None where no word is, or where what is left is no question or order.
    """
    if not 1 < len(text.split()) <= _LONGEST or before.recurrence:
        return None
    asking, model = _list_asking(book.language), get_model(book.language)
    is_task = before.intent == "create_task"  # for one, nobody's open tasks are looked up
    names = () if is_task else chain(context.projects, context.open_titles)
    own = {word for name in names for word in _WORD.findall(fold(name))}

    def mend(found: re.Match[str]) -> str:
        word = fold(found.group())
        if word in asking or word in own or word in model:
            return found.group()
        return _find_nearest(word, asking) or (own and _find_nearest(word, own)) or found.group()

    mended = _WORD.sub(mend, text)
    if mended == text or (before.due and not _is_order(fold(mended).strip(), book)):
        return None
    return mended


def says_more(intent: Intent, before: Intent, context: Context, book: Phrasebook) -> bool:
    """Whether the mended message asks for what nobody asks for by chance, and names nothing that is not theirs.

    `before`: what it says as it was written.
    """
    named = _find_name(intent)
    known = named is not None and _is_open(named, context, book)
    if intent.confidence < (LIKELY if before.intent == "create_task" and not known else PERHAPS):
        return False
    if intent.intent in _ASKED:
        return named is None or known or (searches(before) and intent.query != before.query)
    if intent.intent in _CHANGES:
        return named is None or known
    return intent.intent in _OURS


def names_nothing(intent: Intent, context: Context, book: Phrasebook) -> bool:
    """Whether it looks for a task that nobody sees by that name."""
    named = _find_name(intent)
    return named is not None and not _is_open(named, context, book)


def _find_name(intent: Intent) -> str | None:
    """What the task is called that it looks for; None where it looks for none by name."""
    if intent.target is not None:
        return intent.target.text
    if intent.query is None or not searches(intent):
        return None
    return intent.query.text or (intent.query.filter or "").removeprefix(SEARCH)


def _is_open(named: str, context: Context, book: Phrasebook) -> bool:
    titles = context.open_titles
    return find_open(named, titles, book) is not None or names_open(named.split(), titles)


def searches(intent: Intent) -> bool:
    """Whether it looks for tasks by their words."""
    query = intent.query
    return query is not None and (query.text is not None or (query.filter or "").startswith(SEARCH))


@cache
def _list_asking(language: str) -> frozenset[str]:
    source = get_source(language)
    said = chain(_list_texts(source["commands"]), _list_texts(source["slots"]))
    words = frozenset(word for text in said for word in _WORD.findall(fold(_PLACE.sub(" ", text))))
    return words | list_small_words(language) | get_phrasebook(language).heads


def _is_order(folded: str, book: Phrasebook) -> bool:
    """Whether it may be read as a question or an order, for which alone it is worth being read again."""
    return book.question.match(folded) is not None or any(True for _ in book.find_commands(folded))


def _list_texts(table: Any) -> Iterator[str]:
    """All that stands in it, however deep."""
    if isinstance(table, str):
        yield table
    elif isinstance(table, Mapping):
        for each in chain(table, table.values()):
            yield from _list_texts(each)
    elif isinstance(table, Sequence):
        for each in table:
            yield from _list_texts(each)


def _find_nearest(word: str, words: Collection[str]) -> str | None:
    """What is one slip away and begins alike: with the same letters rather than others, and the longest."""
    near = extract(word, words, scorer=OSA.distance, score_cutoff=1, limit=None)
    alike = [each for each, _, _ in near if each[0] == word[0] and len(each) >= _SHORTEST]
    return max(alike, key=lambda each: (sorted(each) == sorted(word), len(each), each), default=None)

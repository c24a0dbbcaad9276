"""In which language a message is written: the one whose own words it has, and in doubt the person's.

Days and months of a second language are read too ("call mama mañana"), behind the words of the first.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from typing import Any

from tasktalk.assistant.grammar.lexicon import get_source, list_languages
from tasktalk.assistant.grammar.scope import get_model
from tasktalk.assistant.grammar.tokens import fold

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_PATTERN_WORD = re.compile(r"\\.|\(\?[^)]*|[^\W\d_]+(?:'[^\W\d_]+)*")
_NAMES = re.compile(r"[#@+]\S+")
# Commands that everybody may know in English, whatever they speak; whole messages, and titles in no language.
_EVERYWHERE = re.compile(
    r"undo|today|tomorrow|this week|daily summary|weekly report|project status|export|forget me|done(?:[ ,]+\d{1,3})+"
)
_LONGEST = 400  # characters looked at
_LEAD = 1.0  # by so much another language must be ahead of the person's own,
_SHARE = 2.0  # and so many times as likely
_WORDS = 3  # or it has so many words more, however many languages share them
_LEARNT = 0.5  # what a word of a language counts that is only in the sentences its scope model learnt from

# The kinds of words that hardly any title has by chance.
_OF_TIME = ("WEEKDAY", "WEEKDAYS", "MONTH", "DAYREL", "TONIGHT", "CLOCKWORD", "FREQWORD")
_FEW = 3  # words
_SHORTEST = 4  # letters of a word of a second language: shorter ones are other things as well


@lru_cache(maxsize=16)  # a turn asks four times
def choose_languages(text: str, own: str, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The language to read `text` in, and perhaps a second one that some of its days or months are in.

    `own` is read first unless the words say clearly that they are of another language we speak. `names`: people's,
    which are of no language.
    """
    if own != "en" and _EVERYWHERE.fullmatch(fold(text[:_LONGEST]).strip(" \n.!?")):
        return ("en",)
    spoken = {fold(part) for name in names for part in name.split()}
    words = set(_WORD.findall(_NAMES.sub(" ", fold(text[:_LONGEST])))) - spoken
    first = _choose(words, own)
    second = _choose_second(words, first, own)
    return (first,) if second is None else (first, second)


@cache
def _list_greetings() -> dict[str, str]:
    return {fold(word): language for language in list_languages() for word in get_source(language)["slots"]["hello"]}


def language_of_greeting(text: str) -> str | None:
    """The language of a greeting that is all that `text` says: "hola", "salut !"."""
    return _list_greetings().get(fold(text).strip(" \n.!?,¡"))


def _choose(words: Collection[str], own: str) -> str:
    votes = _votes()
    scores: dict[str, float] = {}
    for word in words:
        for language, weight in votes.get(word, ()):
            scores[language] = scores.get(language, 0.0) + weight
    if not scores:
        return own
    learnt = _count_learnt(words, own)
    mine = scores.get(own, 0.0) + learnt * _LEARNT
    best = max(scores, key=lambda language: (scores[language], language == own))
    said = [word for word in words if _is_word(word, best)]
    if len(said) == 1 and best not in _telling_words().get(said[0], ()):
        return own  # "sushi bar": one word may be anything
    known = sum(_is_word(word, own) for word in words) + learnt
    is_best = scores[best] >= max(mine + _LEAD, mine * _SHARE) or len(said) >= known + _WORDS
    return best if is_best or _names_language(words) else own


def _is_word(word: str, language: str) -> bool:
    return any(each == language for each, _ in _votes().get(word, ()))


def _names_language(words: Collection[str]) -> bool:
    """Whether it is a word or two and the name of a language: "idioma español", which asks for that one."""
    return 1 < len(words) <= _FEW and not _language_names().isdisjoint(words)


@cache
def _language_names() -> frozenset[str]:
    """What languages are called in any of them; codes are words of others, too ("de")."""
    tables = (get_source(language)["slots"]["languages"] for language in list_languages())
    return frozenset(fold(name) for table in tables for name in table) - set(list_languages())


def _count_learnt(words: Collection[str], own: str) -> int:
    """The words that the person's own language has in none of its lists, but in what its scope model learnt from."""
    model = get_model(own)
    return sum(len(word) > 1 and word in model and not _is_word(word, own) for word in words)


def _choose_second(words: Collection[str], first: str, own: str) -> str | None:
    """The person's own language before others, then whichever has the most of what the first does not know."""
    votes = _votes()
    found: dict[str, int] = {}
    for word in words:
        if len(word) < _SHORTEST or any(language == first for language, _ in votes.get(word, ())):
            continue
        for language in _time_words().get(word, ()):
            found[language] = found.get(language, 0) + 1
    return max(found, key=lambda language: (found[language], language == own, language), default=None)


@cache
def _votes() -> dict[str, tuple[tuple[str, float], ...]]:
    """Each word with the languages that have it; the more languages, the less it says."""
    owners: dict[str, set[str]] = {}
    for language in list_languages():
        for word in _list_words(get_source(language)):
            owners.setdefault(word, set()).add(language)
    return {
        word: tuple((language, 1 / len(languages) ** 2) for language in sorted(languages))
        for word, languages in owners.items()
    }


@cache
def _time_words() -> dict[str, tuple[str, ...]]:
    """The words for days and months, each with the languages that have it."""
    owners: dict[str, list[str]] = {}
    for language in list_languages():
        source = get_source(language)
        weak = set(source["weak"]["words"])
        for word in {word for kind in _OF_TIME for word in source.get(kind, ()) if word.isalpha()} - weak:
            owners.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in owners.items()}


@cache
def _telling_words() -> dict[str, frozenset[str]]:
    """The words that say by themselves which language it is, with those that have them: times, lists, orders."""
    owners: dict[str, set[str]] = {}
    for language in list_languages():
        source = get_source(language)
        weak = set(source["weak"]["words"])
        phrases = [word for kind, table in source.items() if kind.isupper() for word in table if word not in weak]
        orders = (*source["macros"].values(), *(each for command in source["commands"].values() for each in command))
        for text in (*phrases, *orders, *source["capture"]["lead_ins"], *source["slots"]["list_words"]):
            for word in _split(text):
                owners.setdefault(word, set()).add(language)
    return {word: frozenset(languages) for word, languages in owners.items()}


def _list_words(source: dict[str, Any]) -> Iterator[str]:
    """The words of a lexicon wherever they stand: entries of its kinds, phrases, templates; not the names of tables."""
    for name, table in source.items():
        if name.isupper():
            yield from _split(" ".join(table))
        elif isinstance(table, dict):
            for entry in table.values():
                # A table within a table maps what people say to what it means.
                yield from _split(" ".join(entry) if isinstance(entry, list | dict) else entry)


def _split(text: object) -> Iterator[str]:
    if isinstance(text, str):
        for word in _PATTERN_WORD.findall(fold(text)):
            if len(word) > 1 and word.replace("'", "").isalpha():
                yield word

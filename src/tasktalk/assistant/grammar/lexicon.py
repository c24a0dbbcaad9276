"""Loads a language: its words by kind, ready to be looked up a token (or several) at a time."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tasktalk.assistant.grammar.spellings import spell_out
from tasktalk.assistant.grammar.tokens import Token, tokenise

FOLDER = Path(__file__).parent / "lexicons"
TYPO_LENGTH = 6  # shorter words are too often a typo away from each other
SWAP_LENGTH = 5  # of these only two letters may have changed places
TYPO_KINDS = frozenset({"WEEKDAY", "MONTH", "DAYREL", "FREQWORD", "WEEKDAYS", "FOLLOWING"})
MIDDLE = -0.25
COMPOUND_HEADS = frozenset({"WEEKDAY", "DAYREL"})
SHORTEST_HEAD = 4  # characters: shorter words begin too many others

Senses = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one or more languages, the first given going before the others.

    `phrases` maps a first word to phrases that begin with it, longest first; `typos` maps a word with one letter
    taken out to the words it may have been. `compounds` are days and parts of the day written as one word
    ("maandagochtend"): how long the day is, and the senses of both.
    """

    languages: tuple[str, ...]
    date_order: str
    hours: int
    words: dict[str, Senses]
    suffixes: dict[str, Senses]
    phrases: dict[str, list[tuple[tuple[str, ...], Senses]]]
    typos: dict[str, list[str]]
    weak: frozenset[str]
    not_typos: frozenset[str]
    amounts: frozenset[str]
    elisions: frozenset[str]
    dotted: bool  # ordinals and dates are written with dots
    compounds: dict[str, tuple[int, Senses, Senses]]
    middle: float  # what a time in the middle of a message counts less

    def find_typo(self, word: str) -> Senses | None:
        """The senses of the one word that `word` misspells by a letter, if it is long enough to tell."""
        if len(word) < SWAP_LENGTH or word in self.not_typos:
            return None
        for key in (word, *_deletions(word)):
            for meant in self.typos.get(key, ()):
                long = min(len(word), len(meant)) >= TYPO_LENGTH or self._is_short_day(word, meant)
                if (long or sorted(word) == sorted(meant)) and _is_one_slip(word, meant):
                    return self.words[meant]
        return None

    def _is_short_day(self, word: str, meant: str) -> bool:
        """Whether it may be a weekday of which a letter is missing, and not at its end: "fridy"; "frida" is a name."""
        return len(meant) == TYPO_LENGTH and word[-1] == meant[-1] and "WEEKDAY" in self.words[meant]


def _deletions(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_one_slip(word: str, meant: str) -> bool:
    """One letter too many inside, one too few, one wrong, or two swapped; a longer ending makes another word."""
    if word[0] != meant[0]:
        return False
    if len(word) > len(meant):
        return any(shorter == meant for shorter in _deletions(word)) and (
            not word.startswith(meant) or word[-1] == meant[-1]
        )
    if len(word) < len(meant):
        return any(shorter == word for shorter in _deletions(meant))
    first, *others = [at for at in range(len(word)) if word[at] != meant[at]] or [len(word)]
    if not others:
        return first < len(word) - 1  # another last letter makes another word, too
    return others == [first + 1] and word[first] == meant[first + 1] and word[first + 1] == meant[first]


@cache
def get_source(language: str) -> dict[str, Any]:
    """The data file of a language. Raises FileNotFoundError for one that we do not speak."""
    return spell_out(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))


@cache
def list_languages() -> tuple[str, ...]:
    """The languages that have a lexicon."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load(languages: Sequence[str]) -> Lexicon:
    """The words of `languages`; where two differ about a word, the earlier language is right."""
    words: dict[str, Senses] = {}
    suffixes: dict[str, Senses] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], Senses]]] = {}
    sources = [get_source(language) for language in languages]
    elisions = frozenset(word for source in sources for word in source.get("elisions", ()))
    for source in sources:
        own: dict[str, Senses] = {}
        for kind, entries in source.items():
            if kind.isupper():
                for phrase, value in entries.items():
                    own.setdefault(phrase, {})[kind] = value
        for phrase, senses in own.items():
            if phrase.startswith("~"):
                suffixes.setdefault(phrase[1:], senses)
                continue
            pieces = tuple(token.text for token in tokenise(phrase, [], elisions))
            if len(pieces) == 1:
                words.setdefault(pieces[0], senses)
            else:
                phrases.setdefault(pieces[0], []).append((pieces, senses))
    for choices in phrases.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return Lexicon(
        languages=tuple(languages),
        date_order=sources[0]["date_order"],
        hours=sources[0].get("hours", 12),
        words=words,
        suffixes=suffixes,
        phrases=phrases,
        typos=_index_typos(words),
        weak=_gather(sources, "weak", "words"),
        not_typos=_gather(sources, "weak", "not_typos"),
        amounts=_gather(sources, "weak", "amounts"),
        elisions=elisions,
        dotted=any("ORDDOT" in source for source in sources),
        middle=sources[0].get("middle", MIDDLE),
        compounds=_join_compounds(words, _gather(sources, "weak", "words")),
    )


def _join_compounds(words: dict[str, Senses], weak: frozenset[str]) -> dict[str, tuple[int, Senses, Senses]]:
    heads = [word for word, senses in words.items() if COMPOUND_HEADS & senses.keys() and word not in weak]
    tails = [(word, part) for word, senses in words.items() if (part := as_part(senses))]
    return {
        head + tail: (len(head), _as_habit(words[head]) if "PARTADV" in words[tail] else words[head], part)
        for head in heads
        for tail, part in tails
        if len(head) >= SHORTEST_HEAD and head + tail not in words
    }


def _as_habit(day: Senses) -> Senses:
    """A weekday before an adverb is every one of them ("montagabends")."""
    return {"WEEKDAYS": day["WEEKDAY"]} if "WEEKDAY" in day else day


def as_part(senses: Senses) -> Senses | None:
    """What a word means as the part of a day named before it; None when it is no such word.

    PARTBEHIND is for the words that mean something else where no day stands before them ("morgen").
    """
    value = senses.get("PARTBEHIND", senses.get("PART"))
    return None if value is None else {"PART": value}


def _gather(sources: list[dict[str, Any]], table: str, key: str) -> frozenset[str]:
    return frozenset(word for source in sources for word in source[table][key])


def _index_typos(words: dict[str, Senses]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for word, senses in words.items():
        if len(word) >= SWAP_LENGTH and TYPO_KINDS & senses.keys():
            for key in {word, *_deletions(word)}:
                index.setdefault(key, []).append(word)
    return index


def find_phrase(lexicon: Lexicon, tokens: Sequence[Token], at: int) -> tuple[int, Senses] | None:
    """The longest phrase of several tokens that begins at token `at`, as its length and senses."""
    for pieces, senses in lexicon.phrases.get(tokens[at].text, ()):
        size = len(pieces)
        if at + size <= len(tokens) and all(tokens[at + i].text == pieces[i] for i in range(1, size)):
            return size, senses
    return None

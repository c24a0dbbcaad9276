"""Whom a text mentions: `@Ana`, `@Ana Maria` or `@"Ana Maria"`, case and accents aside.

Nobody is meant inside a word, an e-mail address or a link, after a backslash, or in the code of Markdown.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tasktalk.tasks.model import Ref
from tasktalk.tasks.names import fold

_WORDS = 5  # of a name that stands without quotes
_NAME = 200  # characters

# Where an @ says nothing: a block of code, a span of code, a link.
_SILENT = re.compile(
    r"""
      ^[ ]{0,3} (?: (?P<ticks>`{3,}) (?=[^`\n]*$) | (?P<waves>~{3,}) ) [^\n]*
          (?: \n [\s\S]*? (?: ^[ ]{0,3} (?: (?P=ticks)`* | (?P=waves)~* ) [ \t]*$ | \Z ) | \Z )
    | (?<![`\\]) (?P<span>`+) (?!`) (?: (?!\n[ \t]*\n) [\s\S] )+? (?<!`) (?P=span) (?!`)
    | (?: \b\w{1,20}:// | \bwww\. ) \S+
    """,
    re.MULTILINE | re.VERBOSE,
)
_QUOTED = re.compile(rf'"([^"\n]{{1,{_NAME}}})"|“([^”\n]{{1,{_NAME}}})”')
_BEFORE = frozenset("@_+-%\\")  # an @ behind one of these, or behind a letter, begins no name
_WITHIN = frozenset("'\u2019.-_")  # may stand between two letters of one word
_GENITIVE = ("'s", "\u2019s")


@dataclass(frozen=True, slots=True)
class Span:
    """A mention in a text: from its @ to behind the name, and who is meant."""

    start: int
    end: int
    person: UUID


def list_mentioned(text: str, people: Sequence[Ref]) -> list[UUID]:
    """Those of `people` whom the text mentions, each once, in its order."""
    return list(dict.fromkeys(span.person for span in find_mentions(text, people)))


def find_mentions(text: str, people: Sequence[Ref]) -> Iterator[Span]:
    """Every mention of one of `people` by their whole or first name. A name that several have means none of them."""
    names = _by_name(people)
    text = _SILENT.sub(lambda silent: "\n" * len(silent[0]), text)
    at = text.find("@")
    while at >= 0:
        behind = at + 1
        if not at or not (_is_letter(text[at - 1]) or text[at - 1] in _BEFORE):
            for name, end in _readings(text, behind):
                person = names.get(_key(name))
                if person is not None and not _goes_on(text, end):
                    yield Span(at, end, person)
                    behind = end
                    break
        at = text.find("@", behind)


def _readings(text: str, start: int) -> list[tuple[str, int]]:
    """The names that may begin at `start` and where each ends, the longest first."""
    if quoted := _QUOTED.match(text, start):
        return [(quoted[1] or quoted[2], quoted.end())]
    readings: list[tuple[str, int]] = []
    end, last = start - 1, min(start + _NAME, len(text))
    for _ in range(_WORDS):
        word = end + 1
        end = _end_of_word(text, word, last)
        if end == word:
            break
        if text[word:end].endswith(_GENITIVE):
            readings.append((text[start : end - 2], end - 2))
        readings.append((text[start:end], end))
        if text[end : end + 1] != " ":
            break
    return readings[::-1]


def _end_of_word(text: str, at: int, last: int) -> int:
    while at < last and (_is_letter(text[at]) or (text[at] in _WITHIN and _is_letter(text[at + 1 : at + 2]))):
        at += 1
    return at


def _goes_on(text: str, end: int) -> bool:
    """Whether what was read as a name is only the beginning of something else, such as an address."""
    return text[end : end + 1] == "@" or (_is_letter(text[end : end + 1]) and text[end - 1] not in '"”')


def _is_letter(character: str) -> bool:
    """A letter, a digit, or a mark on one, which in many scripts is a vowel."""
    return character.isalnum() or (character > "\x7f" and unicodedata.category(character)[0] == "M")


def _by_name(people: Sequence[Ref]) -> Mapping[str, UUID | None]:
    """Who is meant by a whole name, else by a first one; None: more than one is."""
    whole: dict[str, UUID | None] = {}
    first: dict[str, UUID | None] = {}
    for person in people:
        name = _key(person.name)
        for names, key in ((whole, name), (first, name.partition(" ")[0])):
            names[key] = person.id if names.get(key, person.id) == person.id else None
    return first | whole


def _key(name: str) -> str:
    return " ".join(fold(name).split())

"""Compiles the templates of a lexicon: whole messages with slots, written by people who know the language."""

import re
from collections.abc import Iterable
from functools import cache, cached_property

from tasktalk.assistant.grammar.tokens import fold

# What a slot may take. A {code} is short and has a figure or capital in it; the caller checks what words cannot say.
_SLOTS = {
    "code": r"[\w-]{4,12}",
    "count": r"\d{1,6}",
    "format": r"(?:pdf|csv|json|excel)(?!\w)",
    "from": r"[\w:. ]{1,24}?",
    "to": r"[\w:. ]{1,24}?",
}
# What ends a message may be long; of what stands within one, two open ends would take time by the square.
_ENDLESS = frozenset({"text", "comment", "rest"})
_ANY, _SOME = r".+?", r".{1,240}?"
# Options one after the other must not share out the spaces before them in every way there is: what was cut out of a
# message leaves many. A slot may take them all, and be empty.
_SPACES = r"(?:\s*+|(?=\s))"
_APART = r"(?:(?<!\w)|(?!\w))"  # never in the middle of a word; "mets-le" is two
_PIECE = re.compile(
    r"(?P<slot>\{\w+\})|(?P<macro><\w+>)|(?P<mark>[\[\]()|])|(?P<glue>~(?=\w))|(?P<word>[^\s\[\](){}|<>]+)|(?P<space>\s+)"
)


class Template:
    """A regular expression over folded text, its slots in named groups.

    It is compiled when it is first asked: a language has hundreds, of which one message asks a few.
    """

    def __init__(self, regex: str) -> None:
        self._source = rf"[\s¿¡]*(?:{regex})\s*[.!?…]*\s*"

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self._source)

    def match(self, folded: str) -> re.Match[str] | None:
        """The match when the whole of `folded` fits."""
        return self._regex.fullmatch(folded)

    def lead(self, folded: str) -> int:
        """How much of the beginning fits, whole words only; 0 for nothing."""
        found = self._regex.match(folded)
        return found.end() if found else 0


def list_numbers(leads: Iterable[str], joins: Iterable[str]) -> str:
    """What {numbers} takes as a regular expression: "tasks 1, 3 and #5" in the words of a language."""
    lead, join = (
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) for words in (leads, joins)
    )
    return rf"(?:(?:{lead})\.?\s+)*#?\d{{1,3}}(?:(?:\s*(?:{join}|\u2013)\s*|\s+)(?:(?:{join})\s+)?#?\d{{1,3}})*(?!\w)"


def list_amounts(counts: Iterable[str]) -> str:
    """What {amount} takes as a regular expression: a figure or a word that counts, and a few words behind it."""
    folded = sorted({fold(word) for word in counts if word[0] != "~"}, key=len, reverse=True)
    words = "|".join(re.escape(word) + (r"\w+" if word[-1] == "'" else r"(?!\w)") for word in folded)
    return rf"(?:\d[\w.,]*(?!\s+(?:\d|{words}))|{words})(?:\s+[\w.,'-]+){{0,4}}?"


def as_regex(template: str, macros: dict[str, str], *, slots: bool = True) -> str:
    """The template as a regular expression; each word brings its space along, so that options vanish cleanly.

    A word behind "~" is written onto what stands before it: "{list}~lijst". A macro named like a slot, "{numbers}", is
    the regular expression of what that slot takes in this language.
    """
    out: list[str] = []
    glued = False
    for found in _PIECE.finditer(template):
        piece = found.group()
        if found["slot"]:
            name = piece[1:-1]
            inside = macros.get(piece) or _SLOTS.get(name, _ANY if name in _ENDLESS else _SOME)
            out.append(rf"{_SPACES}{_APART}(?P<{name}>{inside})" if slots else rf"{_SPACES}{_APART}(?:{inside})")
        elif found["macro"]:
            out.append(as_regex(macros[piece[1:-1]], macros, slots=slots))
        elif piece in {"[", "("}:
            out.append("(?:")
        elif piece == "]":
            out.append(")?")
        elif found["mark"]:
            out.append(piece)
        elif piece == "~":  # what follows is written onto what stands before
            glued = True
            continue
        elif found["word"]:
            word = re.escape(fold(piece))
            edges = (r"(?<!\w)" if piece[0].isalnum() else ""), (r"(?!\w)" if piece[-1].isalnum() else "")
            out.append(f"{word}{edges[1]}" if glued else rf"\s*+{edges[0]}{word}{edges[1]}")
            glued = False
    return "".join(out)


@cache
def compile_template(template: str, macros: tuple[tuple[str, str], ...] = ()) -> Template:
    """The template, compiled once."""
    return Template(as_regex(template, dict(macros)))

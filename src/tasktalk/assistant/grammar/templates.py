"""Compiles the templates of a lexicon: whole messages with slots, written by people who know the language."""

import re
from functools import cache

from tasktalk.assistant.grammar.tokens import fold

# What a slot may take. A {code} is short and has a figure or capital in it; the caller checks what words cannot say.
_SLOTS = {
    "numbers": r"(?:(?:numbers?|nos?|nr|tasks?|items?|the)\.?\s+)*#?\d{1,3}"
    r"(?:(?:\s*(?:,|&|\+|-|\u2013|and|to|y|e|et|und|en)\s*|\s+)(?:and\s+)?#?\d{1,3})*(?!\w)",
    "code": r"[\w-]{4,12}",
    "amount": r"(?:[\w.,]+\s+){0,3}[\w.]+",
    "from": r"[\w:. ]{1,10}?",
    "to": r"[\w:. ]{1,10}?",
}
_ANY = r".+?"
_PIECE = re.compile(
    r"(?P<slot>\{\w+\})|(?P<macro><\w+>)|(?P<mark>[\[\]()|])|(?P<word>[^\s\[\](){}|<>]+)|(?P<space>\s+)"
)


class Template:
    """A regular expression over folded text, its slots in named groups."""

    __slots__ = ("_regex",)

    def __init__(self, regex: str) -> None:
        self._regex = re.compile(rf"\s*(?:{regex})\s*[.!?…]*\s*")

    def match(self, folded: str) -> re.Match[str] | None:
        """The match when the whole of `folded` fits."""
        return self._regex.fullmatch(folded)

    def lead(self, folded: str) -> int:
        """How much of the beginning fits, whole words only; 0 for nothing."""
        found = self._regex.match(folded)
        return found.end() if found else 0


def as_regex(template: str, macros: dict[str, str], *, slots: bool = True) -> str:
    """The template as a regular expression; each word brings its space along, so that options vanish cleanly."""
    out: list[str] = []
    for found in _PIECE.finditer(template):
        piece = found.group()
        if found["slot"]:
            name = piece[1:-1]
            inside = _SLOTS.get(name, _ANY)
            out.append(rf"\s*(?P<{name}>{inside})" if slots else rf"\s*(?:{inside})")
        elif found["macro"]:
            out.append(as_regex(macros[piece[1:-1]], macros, slots=slots))
        elif piece in {"[", "("}:
            out.append("(?:")
        elif piece == "]":
            out.append(")?")
        elif found["mark"]:
            out.append(piece)
        elif found["word"]:
            word = re.escape(fold(piece))
            edges = (r"(?<!\w)" if piece[0].isalnum() else ""), (r"(?!\w)" if piece[-1].isalnum() else "")
            out.append(rf"\s*{edges[0]}{word}{edges[1]}")
    return "".join(out)


@cache
def compile_template(template: str, macros: tuple[tuple[str, str], ...] = ()) -> Template:
    """The template, compiled once."""
    return Template(as_regex(template, dict(macros)))

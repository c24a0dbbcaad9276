"""Cuts a message into tokens that keep their place in it; what must be taken literally becomes one token."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

WORD, DIGITS, SYMBOL, LITERAL = "word", "digits", "symbol", "literal"

_PATTERN = r"""
    (?P<literal>
        (?:https?://|www\.)\S+
      | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                             # e-mail
      | "[^"\n]+" | “[^”\n]+” | „[^“”\n]+[“”] | «[^»\n]+»
      | (?<![\w'\u2019])['\u2018][^'\u2019\u2018\n]+['\u2019](?![\w])
      | [$€£¥₹]\s?\d[\d.,]*[kKmM]?\b | \d[\d.,]*\s?[$€£¥₹%]     # prices, shares
      | (?!(?<!\d)1°(?!\s?[cf]\b))\d+(?:[.,]\d+)?(?:°\s?\w?|º\s?[cf]\b)  # temperatures; "1º", "1°" are ordinals
      | 0\d(?:[.\ -]\d\d){4}(?!\d)                               # a telephone in pairs
      | \+\d[\d\s().-]{6,}\d | \d{3,4}[-.\ ]\d{3}[-.\ ]\d{3,4}(?!\d) | \d{7,}    # telephones, long numbers
      | [vV]\d+(?:\.\d+)*\b
      | (?!\d{1,2}\.\d{1,2}\.(?:YEAR)(?![.\d]))(?!\d{4}\.\d{1,2}\.\d{1,2}(?![.\d]))\d+(?:\.\d+){2,}   # versions
      | \d{1,3}(?:,\d{3})+(?![\d,])
      | \d{1,2}:\d{1,2}:\d{1,2}:[\d:]+
      | (?<![\w.])\.\d+
      | \S*%[0-9a-f]{2}\S*                                      # percent-encoded
    )
  | (?P<word> [^\W\d_]\.[^\W\d_]\.(?!\w) | [^\W\d_]+ (?: ['\u2019] [^\W\d_]+ )* )
  | (?P<digits> \d+ )
  | (?P<symbol> \S )
    """
_TOKEN = re.compile(_PATTERN.replace("YEAR", r"\d{4}"), re.VERBOSE)
_TOKEN_DOTTED = re.compile(_PATTERN.replace("YEAR", r"\d{4}|\d{2}"), re.VERBOSE)


class Token(NamedTuple):
    """A piece `text[start:end]`; `glued` means nothing stands between it and the token before."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


def fold(text: str) -> str:
    """Lower case without accents, character for character: places in it are places in `text`."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_char, text)).replace("\u2019", "'")


def tokenise(
    text: str, taken: list[tuple[int, int]], elisions: Collection[str] = (), *, dotted: bool = False
) -> list[Token]:
    """The tokens of `text`, folded. Each span in `taken` (in order, already understood) becomes one literal token.

    `elisions` are the small words that lose their vowel before another word ("l'", "dell'"): tokens of their own.
    `dotted`: 24.12.26 is a date and no version.
    """
    folded = fold(text)
    pattern = _TOKEN_DOTTED if dotted else _TOKEN
    tokens: list[Token] = []
    at = 0
    for start, end in [*taken, (len(text), len(text))]:
        for found in pattern.finditer(folded, at, start):
            kind = found.lastgroup or SYMBOL
            glued = bool(tokens) and tokens[-1].end == found.start() and tokens[-1].text not in elisions
            token = Token(kind, found.group(), found.start(), found.end(), glued)
            if elisions and (kind == WORD or token.text == "'"):
                _put_elided(tokens, token, elisions)
            else:
                tokens.append(token)
        if end > start:
            tokens.append(Token(LITERAL, "", start, end, glued=False))
        at = end
    return tokens


def _put_elided(tokens: list[Token], token: Token, elisions: Collection[str]) -> None:
    """Append a word cut behind each elided one that it begins with, or the apostrophe that ends one ("l'8")."""
    if token.kind != WORD:
        if token.glued and f"{tokens[-1].text}'" in elisions:
            before = tokens.pop()
            token = Token(WORD, f"{before.text}'", before.start, token.end, before.glued)
        tokens.append(token)
        return
    text, start, glued = token.text, token.start, token.glued
    while (cut := text.find("'") + 1) and text[:cut] in elisions:
        tokens.append(Token(WORD, text[:cut], start, start + cut, glued))
        text, start, glued = text[cut:], start + cut, False
    tokens.append(Token(WORD, text, start, token.end, glued))

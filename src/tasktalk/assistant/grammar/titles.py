"""Titles: the person's own words without the times, the lead-ins, the bullets and WhatsApp's formatting."""

import re
from collections.abc import Collection, Iterable

from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Span

_PAIRS = re.compile(r"(?<![\w*_~`])(?P<mark>\*|_|~|```|`)(?=\S)(?P<inside>[^\n]*?\S)(?P=mark)(?![\w*_~`])")
_BULLET = re.compile(r"^\s*(?:[-*+•·\u2013—▪◦‣☐☑✅✔]\s+|\[[ xX]?\]\s*|[-*+]\s*\[[ xX]?\]\s*|\(?\d{1,3}[.)]\s+|[>]\s*)+")
_EDGES = " \t\n,;:&|\u2013—-.…"
_OPENING = " \t\n,;:&|\u2013—-.!…)"


def strip_formatting(text: str) -> str:
    """Without paired `*bold*`, `_italic_`, `~struck~` and code marks; a single star stays (it may lead a label)."""
    previous = None
    while previous != text:
        previous = text
        text = _PAIRS.sub(lambda found: found["inside"], text)
    return text


def blank_formatting(text: str) -> str:
    """The same, but with every mark turned into a space, so that places in the text stay where they are."""
    previous = None
    while previous != text:
        previous = text
        text = _PAIRS.sub(lambda found: " " * len(found["mark"]) + found["inside"] + " " * len(found["mark"]), text)
    return text


def bullet_length(line: str) -> int:
    """How much of the line's beginning is a bullet, a number or a check box."""
    found = _BULLET.match(line)
    return found.end() if found else 0


def make_title(
    text: str, spans: Iterable[Span], begin: int, loose_ends: Collection[str], loose_starts: Collection[str]
) -> str:
    """What is left of `text[begin:]` outside `spans`, without the small words that the taken times left hanging."""
    pieces: list[str] = []
    at = begin
    for span in spans:
        if text[at : span.start].strip():
            piece = text[at : span.start]
            pieces.append(_loosen(piece if pieces or at == begin else _unlead(piece, loose_starts), loose_ends))
        at = max(at, span.end)
    tail = text[at:]
    if at > begin and not pieces:
        tail = _unlead(tail, loose_starts)
    pieces.append(tail)
    whole = len(pieces) == 1
    said = [piece.strip() for piece in pieces if whole or piece.strip(_OPENING + "?(")]
    title = "".join(piece if piece[:1] in ",;:.!?" else f" {piece}" for piece in said if piece)
    title = re.sub(r"\s+", " ", title).lstrip(_OPENING).rstrip(_EDGES)
    if text.count("(") == text.count(")"):  # of what stands in brackets a time was taken: "(expires 3 jan)"
        title = _close(title)
    return strip_formatting(title).strip()


def _close(title: str) -> str:
    """With as many brackets closed as are open."""
    if (more := title.count("(") - title.count(")")) > 0:
        return title + ")" * more
    return re.sub(r"\s*\)\s*", " ", title, count=-more).strip() if more < 0 else title


def _loosen(piece: str, words: Collection[str]) -> str:
    """Without the small words at its end that led in what followed."""
    while True:
        stripped = piece.rstrip(" ,;\u2013—-(")
        last = fold(stripped.rsplit(None, 1)[-1]) if stripped.split() else ""
        if last not in words or last == fold(stripped.strip()):
            return stripped
        piece = stripped[: -len(last)]


def _unlead(piece: str, words: Collection[str]) -> str:
    """Without the small words at its beginning that tied it to what went before."""
    while True:
        stripped = piece.lstrip(_OPENING)
        head = stripped.split(None, 1)
        elided = fold(stripped[: stripped[:8].replace("\u2019", "'").find("'") + 1])  # "d'appeler"
        if elided in words:
            piece = stripped[len(elided) :]
            continue
        if len(head) < 2 or fold(head[0]) not in words:  # noqa: PLR2004  (the word and what follows)
            return stripped
        piece = head[1]

"""Where a text may be cut: between what readers see as characters, never inside one.

The rules of UAX 29 that matter in messages: combining marks, joined and coloured emoji, flags, keycaps, Indic
conjuncts, Hangul. Lengths are counted in UTF-16 units, the most that Meta may mean by "characters" (it does not say).
"""

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"

_ZWJ = "\u200d"
_VIRAMA_CLASS = 9
_LAST_LATIN = "\u02ff"  # nothing up to here joins what comes before it
_BMP_END = "\uffff"


def count_units(text: str) -> int:
    """The length in UTF-16 units; of lone surrogates too."""
    return len(text) if text.isascii() else len(text) + sum(char > _BMP_END for char in text)


def find_cut(text: str, limit: int) -> int:
    """The index behind the last whole grapheme that fits `limit` units; a first one longer than that is split."""
    used = fits = 0
    for start, end in _spans(text):
        used += count_units(text[start:end])
        if used > limit:
            break
        fits = end
    if fits:
        return fits
    used = 0
    for index, char in enumerate(text):
        used += count_units(char)
        if used > limit:
            return index
    return len(text)


def shorten(text: str, limit: int) -> str:
    """`text` within `limit` units; an ellipsis shows that something is missing."""
    if count_units(text) <= limit:
        return text
    return text[: find_cut(text, limit - 1)].rstrip() + ELLIPSIS


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    flag_half = False
    for index in range(1, len(text)):
        previous, char = text[index - 1], text[index]
        flag_half = _is_regional(previous) and not flag_half
        if not (_joins(previous, char) or (flag_half and _is_regional(char))):
            yield start, index
            start = index
    if text:
        yield start, len(text)


def _joins(previous: str, char: str) -> bool:
    """Whether `char` belongs to the same grapheme as what is before it."""
    if char <= _LAST_LATIN:
        return (previous, char) == ("\r", "\n")
    return (
        _ZWJ in {previous, char}
        or unicodedata.category(char) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # the tags of regional flags
        or "\u1160" <= char <= "\u11ff"  # Hangul vowels and finals
        or unicodedata.combining(previous) == _VIRAMA_CLASS
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"

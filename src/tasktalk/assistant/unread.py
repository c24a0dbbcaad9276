"""Words of a message that are not to be read: they stay in the title as they were written."""

import json
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from tasktalk.assistant.understanding import Context, Intent, Understanding

Read = TypeVar("Read", Understanding, Intent)

_FIRST, _MOST = 0xA500, 100  # letters of the Vai script: words to the tokens, of no language that we read


def find_unread(text: str, wanted: Sequence[tuple[int, str]]) -> tuple[tuple[int, int], ...]:
    """Where in `text` each of these words is, nearest to the place named with it; those that are gone are left out."""
    found: list[tuple[int, int]] = []
    for near, words in wanted[:_MOST]:
        places = [at for at in _places(text, words) if all(at + len(words) <= a or at >= b for a, b in found)]
        if places:
            at = min(places, key=lambda place: abs(place - near))
            found.append((at, at + len(words)))
    return tuple(sorted(found))


def read_around(
    read: Callable[[str, Context], Read], text: str, context: Context, unread: Sequence[tuple[int, int]] = ()
) -> Read:
    """What `read` makes of the text when what is between these places means nothing and is kept to the letter."""
    standing: dict[str, str] = {}
    hidden = text
    free = (chr(code) for code in range(_FIRST, _FIRST + 2 * _MOST) if chr(code) not in text)
    for (start, end), letter in zip(unread, free, strict=False):
        standing[letter] = text[start:end]
        hidden = hidden[:start] + letter * (end - start) + hidden[end:]
    understood = read(hidden, context)
    return _put_back(understood, standing) if standing else understood


def _put_back(understood: Read, standing: dict[str, str]) -> Read:
    written = msgspec.json.encode(understood).decode()
    for letter, words in standing.items():
        spelt = json.dumps(words)[1:-1]
        written = re.sub(f"{letter}+", spelt.replace("\\", r"\\"), written)
    return msgspec.json.decode(written, type=type(understood))


def _places(text: str, words: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(words), text)] if words else []

"""The colours of projects as the console draws them: one of the named ones, or the nearest to what was chosen."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tasktalk.assistant.replies.speech import phrase

# As people know them, in full light; static/projects.css has them for both themes.
_NAMED: Mapping[str, str] = {
    "charcoal": "#5f5f68",
    "grey": "#8d8d94",
    "red": "#c24c3f",
    "salmon": "#e0796b",
    "orange": "#d9822b",
    "yellow": "#c9a227",
    "olive": "#8f8b2f",
    "lime": "#7cab2c",
    "green": "#3f8f4f",
    "mint": "#3fb58a",
    "teal": "#0f9488",
    "sky": "#3a9fd1",
    "blue": "#4a7fd1",
    "indigo": "#5a62c9",
    "violet": "#8c62c9",
    "lavender": "#a78fd6",
    "magenta": "#c9508a",
    "pink": "#e07eac",
    "brown": "#8a6a4c",
    "taupe": "#8a7a6c",
}

# Those without a colour of their own take these (static/tasks.css) in turn.
_IN_TURN = ("teal", "orange", "blue", "violet", "magenta", "green", "red", "taupe")
ARCHIVED = _IN_TURN.index("taupe")

NAMES: Mapping[str, str] = {
    "charcoal": phrase("Charcoal"),
    "grey": phrase("Grey"),
    "red": phrase("Red"),
    "salmon": phrase("Salmon"),
    "orange": phrase("Orange"),
    "yellow": phrase("Yellow"),
    "olive": phrase("Olive"),
    "lime": phrase("Lime"),
    "green": phrase("Green"),
    "mint": phrase("Mint"),
    "teal": phrase("Teal"),
    "sky": phrase("Sky"),
    "blue": phrase("Blue"),
    "indigo": phrase("Indigo"),
    "violet": phrase("Violet"),
    "lavender": phrase("Lavender"),
    "magenta": phrase("Magenta"),
    "pink": phrase("Pink"),
    "brown": phrase("Brown"),
    "taupe": phrase("Taupe"),
}


def hue_of(colour: str | None) -> str | None:
    """A class of ours for a colour of a project; None where it has none."""
    if colour is None or colour in _NAMED:
        return colour
    red, green, blue = _parts(colour)
    return min(
        _NAMED,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(_parts(_NAMED[name]), (red, green, blue), strict=True)),
    )


def hues_of(colours: Sequence[str | None]) -> list[str | int]:
    """A class for each project's dot: its colour's, else one of ours in turn.

    Where somebody has chosen the one whose turn it is, that which is used least; the others keep theirs.
    """
    named = [hue_of(colour) for colour in colours]
    turns = [number % len(_IN_TURN) for number in range(len(named))]
    free = [number for number, name in enumerate(_IN_TURN) if name not in named] or list(range(len(_IN_TURN)))
    used = Counter(turn for turn, name in zip(turns, named, strict=True) if name is None and turn in free)

    def take(turn: int) -> int:
        if turn not in free:
            turn = min(free, key=used.__getitem__)
            used[turn] += 1
        return turn

    return [name or take(turn) for turn, name in zip(turns, named, strict=True)]


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

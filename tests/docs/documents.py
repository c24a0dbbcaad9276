"""The project's documents, as the tests beside this file read them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


def read(name: str) -> str:
    """The text of the page at this path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without fenced blocks and code spans."""
    return _SPAN.sub("", _FENCE.sub("", text))


def code(text: str) -> Iterator[str]:
    """Every line of its fenced blocks, then every code span outside them."""
    for block in _FENCE.findall(text):
        yield from block.splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def first_cells(text: str) -> list[list[str]]:
    """The code spans in the first cell of every table row that begins with one."""
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [_SPAN.findall(re.split(r"(?<!\\)\|", row)[1]) for row in rows]


def anchors(text: str) -> set[str]:
    """What `#…` may name: its headings, as Git hosts spell them."""
    headings = re.findall(r"^#+ +(.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}

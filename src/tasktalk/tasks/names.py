"""Finding things by what people call them: case and accents aside, and forgiving a slip of the finger."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from rapidfuzz import fuzz, process

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries

Q = queries(__file__)

CANDIDATES = 2000  # titles looked at, the most recently touched ones
_LEAST = 75.0  # of 100: how alike two words must be to be taken for one
_WORD = re.compile(r"[^\W_]+")

# Articles and the like, which people add to a title when they speak of it.
_LITTLE = frozenset(
    "the a an my our el la los las un una mi o os as um uma meu minha le les l une mon ma mes "  # noqa: SIM905  (a table)
    "der die das den dem ein eine einen mein meine il lo i gli mio mia de het een mijn".split()
)


class Match(NamedTuple):
    """A task whose title may be meant. `score` 100: the very words; from 80: all of them; below: alike."""

    id: UUID
    title: str
    score: float


def fold(text: str) -> str:
    """Case and accents away; the same as `fold()` in the database."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f").lower()


async def match_by_name(
    conn: Conn, *, viewer: Viewer, text: str, status: Literal["open", "done"] = "open", limit: int = 10
) -> list[Match]:
    """The viewer's tasks that `text` may mean, best first, newest first among equals."""
    titles = await list_titles(conn, viewer=viewer, status=status, limit=CANDIDATES)
    return best_matches(text, titles, limit=limit)


async def list_titles(
    conn: Conn, *, viewer: Viewer, status: Literal["open", "done"] = "open", limit: int = CANDIDATES
) -> list[tuple[UUID, str]]:
    """Ids and titles of the viewer's tasks, the most recently touched first."""
    return [
        (row["id"], row["title"])
        async for row in Q.list_titles(conn, viewer=viewer.user_id, status=status, limit=limit)
    ]


def best_matches(text: str, titles: Sequence[tuple[UUID, str]], *, limit: int) -> list[Match]:
    """Those of `titles` that `text` may mean, best first: exact, beginning, all words, words begun.

    Only where there is none are words taken for others that look alike.
    """
    wanted = " ".join(fold(text).split())
    words = _words(wanted)
    words = [word for word in words if word not in _LITTLE] or words
    if not words:
        return []
    folded = [(id_, title, fold(title)) for id_, title in titles]
    found = [
        Match(id_, title, score)
        for id_, title, plain in folded
        if all(word in plain for word in words) and (score := _containment(wanted, words, plain))
    ] or [Match(id_, title, score) for id_, title, plain in folded if (score := _likeness(words, _words(plain)))]
    return sorted(found, key=lambda match: -match.score)[:limit]


def _containment(wanted: str, words: list[str], title: str) -> float:
    title = " ".join(title.split())
    if title == wanted:
        return 100
    own = _words(title)
    if own == words:
        return 98
    if own[: len(words)] == words:
        return 95
    if set(words) <= set(own):
        return 90
    if all(any(has.startswith(word) for has in own) for word in words):
        return 85
    return 80 if wanted in title else 0


def _likeness(words: list[str], own: list[str]) -> float:
    """Each word may be misspelled, none may be missing: the mean of the best likeness of each, under 80."""
    total = 0.0
    for word in words:
        best = process.extractOne(word, own, scorer=fuzz.ratio, score_cutoff=_LEAST)
        if best is None:
            return 0
        total += best[1]
    return total / len(words) * 0.79


def _words(folded: str) -> list[str]:
    return _WORD.findall(folded)

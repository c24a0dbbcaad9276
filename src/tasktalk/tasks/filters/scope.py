"""What a viewer's lists are about: the projects they see, and what the names in a filter stand for.

This is found before the tasks are looked for, so that PostgreSQL plans with the very ids: it then knows how much each
of them will find, which of a subquery it could only guess.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.filters.expressions import TRASH, Expr, Leaf, Named, Word, list_leaves
from tasktalk.tasks.names import fold

Q = queries(__file__)

_SHARED = Word("shared")
_PEOPLE = frozenset({"assignee", "assigner", "adder"})

Pattern = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """`places`: the projects looked into, besides the viewer's Inbox; `ids`: what a leaf of the filter names."""

    viewer: Viewer
    places: Sequence[UUID]
    trashed: bool = False
    ids: dict[Leaf, list[UUID]] = field(default_factory=dict)


async def read_scope(conn: Conn, *, viewer: Viewer, expr: Expr | None, places: Sequence[UUID] | None = None) -> Scope:
    """The scope of a list. Archived projects and templates are in it where the filter names a project.

    `places`: the viewer's other projects, where the caller has read them.
    """
    leaves = set(list_leaves(expr)) if expr else set()
    named = [leaf for leaf in leaves if isinstance(leaf, Named)]
    projects = [leaf for leaf in named if leaf.kind == "project"]
    ids: dict[Leaf, list[UUID]] = {}
    if projects or places is None:
        rows = [row async for row in Q.list_places(conn, viewer=viewer.user_id)]
        places = [row["id"] for row in rows if projects or not row["put_away"]]
        for leaf in projects:
            matches = _matcher(leaf.pattern)
            ids[leaf] = [row["id"] for row in rows if matches(fold(row["name"]))]
    for leaf in named:
        if leaf.kind == "section":
            found = Q.list_sections(conn, viewer=viewer.user_id, places=places, pattern=like(leaf.pattern))
            ids[leaf] = [row["id"] async for row in found]
    if any(leaf.kind in _PEOPLE for leaf in named):
        people = [(row["id"], fold(row["name"])) async for row in Q.list_people(conn, viewer=viewer.user_id)]
        for leaf in named:
            if leaf.kind in _PEOPLE:
                matches = _matcher((*leaf.pattern, *([] if leaf.pattern[-1] is None else [" ", None])))
                ids[leaf] = [id_ for id_, name in people if matches(f"{name} ")]
    if _SHARED in leaves:
        ids[_SHARED] = [row["project_id"] async for row in Q.list_shared(conn, places=places)]
    return Scope(viewer, places, TRASH in leaves, ids)


def like(pattern: Pattern) -> str:
    """A name's pattern for SQL's `like`, folded."""
    return "".join("%" if part is None else escape(fold(part)) for part in pattern)


def escape(text: str) -> str:
    """`text` as `like` takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _matcher(pattern: Pattern) -> Callable[[str], object]:
    return re.compile("".join(".*" if part is None else re.escape(fold(part)) for part in pattern), re.DOTALL).fullmatch

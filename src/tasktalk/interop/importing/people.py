"""Whom a file means by a name or an e-mail address: somebody who shares the project, if that is one person alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.names import fold

Q = queries(__file__)


@dataclass(slots=True)
class Insiders:
    """Who can be given a task, by place and by folded name or address; None: the viewer's Inbox."""

    by_place: dict[UUID | None, dict[str, set[UUID]]] = field(default_factory=dict)

    def find(self, place: UUID | None, names: Sequence[str]) -> tuple[tuple[UUID, ...], list[str]]:
        """Those who are meant, and the names that mean nobody there, or several."""
        known, found, unknown = self.by_place.get(place, {}), dict[UUID, None](), list[str]()
        for name in names:
            people = known.get(fold(name.strip()), set())
            if len(people) == 1:
                found[next(iter(people))] = None
            else:
                unknown.append(name)
        return tuple(found), unknown


async def read_insiders(conn: Conn, *, viewer: Viewer, places: Collection[UUID]) -> Insiders:
    """Of these projects and of the viewer's Inbox."""
    insiders = Insiders()
    own = await Q.find_self(conn, viewer=viewer.user_id)
    _add(insiders, None, own)
    async for row in Q.list_insiders(conn, viewer=viewer.user_id, project_ids=list(places)):
        _add(insiders, row["project_id"], row)
    return insiders


def _add(insiders: Insiders, place: UUID | None, row: Any) -> None:
    known = insiders.by_place.setdefault(place, {})
    for text in (row["name"], row["email"]):
        if text:
            known.setdefault(fold(text), set()).add(row["id"])

"""The columns of a board: sections, which belong to a project or to a person's Inbox."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import NotFound
from tasktalk.ids import new_id
from tasktalk.phrases import phrase
from tasktalk.tasks.checks import NAME_CHARACTERS, clean_line
from tasktalk.tasks.names import fold

Q = queries(__file__)

Place = UUID | None  # a project, or the viewer's Inbox


async def find_or_make_sections(
    conn: Conn, *, viewer: Viewer, names: Collection[tuple[Place, str]], at: datetime
) -> dict[tuple[Place, str], UUID]:
    """The id of each named section, made where it is missing: naming one is how most are made.

    Raises BadRequest for an unusable name, NotFound where the viewer may not write.
    """
    clean = {
        (place, name): clean_line(name.strip().removeprefix("/"), field=phrase("section"), longest=NAME_CHARACTERS)
        for place, name in names
    }
    wanted = sorted(clean.items(), key=lambda entry: (str(entry[0][0]), entry[1]))
    found: dict[tuple[Place, str], UUID] = {}
    for _ in range(2):  # somebody else may make one of them in the same moment; then it is there
        found = {
            (row["project_id"], row["folded"]): row["id"]
            async for row in Q.find_or_make_sections(
                conn,
                ids=[new_id() for _ in wanted],
                viewer=viewer.user_id,
                projects=[place for (place, _), _ in wanted],
                names=[name for _, name in wanted],
                at=at,
            )
        }
        if all((place, fold(name)) in found for (place, _), name in wanted):
            return {key: found[key[0], fold(name)] for key, name in wanted}
    raise NotFound(phrase("There is no such project."), field="project")

"""What the bar of selected tasks has to choose from, wherever a list stands."""

from typing import Any

from tasktalk.accounts.access import Viewer
from tasktalk.console.log import Q
from tasktalk.db import Conn
from tasktalk.tasks.projects.projects import list_people

_LABELS = 100


async def load_choices(conn: Conn, viewer: Viewer) -> dict[str, Any]:
    """The context of `bulk.html` beyond the frame's."""
    return {
        "people": await list_people(conn, viewer=viewer),
        "own_labels": [row["name"] async for row in Q.list_label_names(conn, viewer=viewer.user_id, limit=_LABELS)],
    }

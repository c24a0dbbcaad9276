"""A label is made by being used."""

from collections.abc import Collection
from datetime import datetime

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id
from tasktalk.tasks.checks import clean_labels

Q = queries(__file__)


async def keep_labels(conn: Conn, *, viewer: Viewer, names: Collection[str], at: datetime) -> None:
    """Each of `names` is among the viewer's labels from now on."""
    if names:
        clean = sorted({label for name in names for label in clean_labels([name])})
        await Q.keep_labels(conn, ids=[new_id() for _ in clean], viewer=viewer.user_id, names=clean, at=at)

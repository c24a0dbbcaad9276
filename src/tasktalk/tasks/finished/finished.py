"""What a person finished in some time: how often, which tasks, in which projects, on how many days running."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task

Q = queries(__file__)

LONGEST_RUN = 366  # days
_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `since` on, before `until`; None: without end."""

    since: dt.datetime = _EVER
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Some of `total` finished tasks, each with when, the newest first; a repeating one stands there each time."""

    total: int
    tasks: tuple[tuple[Task, dt.datetime], ...]


def span_of(first: dt.date, last: dt.date, zone: dt.tzinfo) -> Span:
    """The days from `first` to `last` on the clock of `zone`, however long they are."""
    after = last + dt.timedelta(days=1)
    return Span(dt.datetime.combine(first, dt.time(), zone), dt.datetime.combine(after, dt.time(), zone))


async def count_finished(conn: Conn, *, viewer: Viewer, spans: Sequence[Span]) -> list[int]:
    """How much the viewer finished in each of `spans`."""
    since, until = [span.since for span in spans], [span.until for span in spans]
    return [row["done"] async for row in Q.count_finished(conn, viewer=viewer.user_id, since=since, until=until)]


async def list_finished(
    conn: Conn, *, viewer: Viewer, span: Span, project_id: UUID | None = None, limit: int = 50
) -> Finished:
    """What the viewer finished themself in `span`, and still sees; `project_id`: there alone."""
    found = [
        row
        async for row in Q.list_finished(
            conn,
            viewer=viewer.user_id,
            since=span.since,
            until=span.until,
            project_id=project_id,
            rows=limit,
        )
    ]
    total = found[0]["total"] if found else 0
    cards = {task.id: task for task in await list_tasks_by_ids(conn, viewer=viewer, ids=[row["id"] for row in found])}
    return Finished(total, tuple((cards[row["id"]], row["at"]) for row in found if row["id"] in cards))


async def find_busiest(conn: Conn, *, viewer: Viewer, span: Span) -> tuple[str, int] | None:
    """The project in which the viewer finished most in `span`, and how much; None: nothing in any."""
    row = await Q.find_busiest(conn, viewer=viewer.user_id, since=span.since, until=span.until)
    return (row["name"], row["done"]) if row else None


async def count_days_running(conn: Conn, *, viewer: Viewer, today: dt.date) -> int:
    """On how many days up to today (or to yesterday, while nothing is done yet) the viewer finished something."""
    gaps = Q.list_idle_days(
        conn, viewer=viewer.user_id, today=today, zone=viewer.timezone, days=LONGEST_RUN
    )  # 0: today, 1: yesterday, …
    idle = [row["ago"] async for row in gaps]
    if 0 in idle:
        return min((ago for ago in idle if ago), default=LONGEST_RUN) - 1
    return min(idle, default=LONGEST_RUN)


async def count_created(conn: Conn, *, viewer: Viewer, since: dt.datetime) -> int:
    """How many tasks the viewer made from `since` on."""
    count: int = await Q.count_created(conn, viewer=viewer.user_id, since=since)
    return count

"""Pages of the console in a large database: of somebody who has much of it, and of somebody who has little."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from bench import dataset
from bench.figures import percentile
from bench.system import Running
from bench.wire import Client
from tasktalk.accounts.request import COOKIE
from tasktalk.accounts.sessions import open_session
from tasktalk.db import Conn
from tasktalk.db.embedded import running as running_database
from tasktalk.db.pool import connect

PEOPLE = 500
_WARM = 6  # PostgreSQL plans a statement anew five times
PAGES = {
    "today": "/",
    "upcoming": "/tasks?view=upcoming",
    "upcoming as a calendar": "/tasks?view=upcoming&as=calendar",
    "inbox": "/tasks?view=inbox",
    "all open": "/tasks?view=all",
    "done": "/tasks?view=done",
    "find by words": "/find?q=report",
    "find by a filter": "/find?q=%28today+%7C+overdue%29+%26+p1",
    "projects": "/projects",
    "a project": "/projects/{project}",
    "a board": "/projects/{project}?view=board",
    "a calendar": "/projects/{project}?view=calendar",
    "settings of a project": "/projects/{project}/settings",
    "a task": "/tasks/{task}",
    "account": "/account",
    "notifications": "/account/notifications",
    "export": "/account/data",
    "messages": "/messages",
    "conversations": "/conversations",
    "analytics": "/analytics",
    "integrations": "/integrations",
    "an integration": "/integrations/{integration}",
    "phone mappings": "/integrations/{integration}/phone-mappings",
    "templates": "/integrations/{integration}/templates",
    "system": "/system",
    "workers": "/workers",
    "alerts": "/alerts",
    "people": "/people",
    "audit log": "/audit",
    "settings": "/settings",
}
_IDS = """
select u.id,
       (select m.project_id from project_members m join projects p on p.id = m.project_id
        where m.user_id = u.id order by p.position limit 1) as project,
       (select t.id from tasks t where t.owner_id = u.id and t.status = 'open' order by t.id desc limit 1) as task,
       (select i.id from integrations i order by i.id limit 1) as integration
from users u where u.role = 'member' order by u.id limit 2
"""  # the first has half of everything


@dataclass(slots=True)
class Pages:
    """Milliseconds an answer, by page and whether it is of who has much."""

    tasks: int
    took: dict[tuple[str, bool], list[float]] = field(default_factory=dict)

    def own(self, *, much: bool) -> int:
        """How many tasks each has."""
        return self.tasks // 2 // (1 if much else PEOPLE)

    def ms(self, name: str, percent: float, *, much: bool) -> float:
        """A percentile."""
        return percentile(self.took[name, much], percent)


def measure(running: Running, *, quick: bool) -> Pages:
    """Fill the database, then ask."""
    return asyncio.run(_measure(running, quick=quick))


async def _measure(running: Running, *, quick: bool) -> Pages:
    found = Pages(20_000 if quick else 200_000)
    with running_database(running.folder / "data") as dsn:
        conn = await connect(dsn, application_name="bench")
        try:
            await dataset.fill(conn, tasks=found.tasks)
            await ask(conn, running.facts["web"], found, rounds=5 if quick else 40)
        finally:
            await conn.close()
    return found


async def ask(conn: Conn, web: str, found: Pages, *, rounds: int) -> None:
    """Each page so often, as both; they are made administrators, who have the most pages."""
    rows = await conn.fetch(_IDS)
    await conn.execute("update users set role = 'admin' where id = any($1)", [row["id"] for row in rows])
    cookies = [await _sign_in(conn, row["id"]) for row in rows]
    async with Client(web) as client:
        for name, path in PAGES.items():
            for much, row, cookie in zip((True, False), rows, cookies, strict=True):
                address, headers = path.format(**row), [("Cookie", cookie), ("Accept-Encoding", "gzip")]
                took = []
                for _ in range(_WARM + rounds):
                    began = time.perf_counter()
                    await client.fetch("GET", address, headers=headers)
                    took.append((time.perf_counter() - began) * 1000)
                found.took[name, much] = took[_WARM:]


async def _sign_in(conn: Conn, user_id: UUID) -> str:
    session = await open_session(conn, user_id=user_id, now=datetime.now(UTC))
    return f"{COOKIE}={session.token}"

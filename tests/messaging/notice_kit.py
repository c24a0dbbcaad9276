"""Ana and Ben, who share a project, their phones, and a clock in hand."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from product_kit import Product, Someone
from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.ids import new_id
from tasktalk.messaging.notices.loop import Teller
from tasktalk.tasks import Act, NewTask, Task, TaskChanges, change_task, create_project, create_tasks
from tasktalk.tasks.projects.sharing.members import add_member

GATHER = dt.timedelta(seconds=5)
LATER = dt.timedelta(seconds=10)  # whatever was gathered is due by then


@dataclass
class Pair:
    """`now` is what the clock says; both are on UTC unless a test moves them."""

    product: Product
    now: dt.datetime
    ana: Viewer
    ben: Viewer
    home: UUID

    def act(self) -> Act:
        return Act(new_id(), "test", self.now)

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Conn]:
        async with self.product.pool.acquire() as conn, conn.transaction():
            yield conn

    async def add(self, viewer: Viewer, title: str, *, by: Act | None = None, **more: Any) -> Task:
        """A task, in the project they share unless it says otherwise."""
        new = NewTask(title=title, **({"project_id": self.home} | more))
        async with self.tx() as conn:
            [task] = await create_tasks(conn, viewer=viewer, new=[new], by=by or self.act())
        return task

    async def change(self, viewer: Viewer, task: Task, *, by: Act | None = None, **changes: Any) -> Task:
        known: TaskChanges = changes  # type: ignore[assignment]
        async with self.tx() as conn:
            return await change_task(conn, viewer=viewer, task_id=task.id, changes=known, by=by or self.act())

    async def tell(self, *, after: dt.timedelta = LATER) -> None:
        """Hear all there is now; then the clock goes on, and what is due leaves."""
        teller = Teller(self.product.pool, self.product.keyring, GATHER, clock=lambda: self.now)
        async with self.product.pool.acquire() as conn:
            await teller.tell_all(conn)
            self.now += after
            await teller.tell_all(conn)

    async def open_window(self, person: Someone, *, until: dt.datetime | None = None) -> None:
        await self.product.pool.execute(
            "update contacts set window_until = $2 where id = $1",
            person.contact_id,
            until or self.now + dt.timedelta(days=365),
        )

    async def prefer(self, viewer: Viewer, **columns: Any) -> None:
        """How somebody wants to be told: by e-mail too, unless it says otherwise."""
        columns = {"by_email": True} | columns
        names, places = ", ".join(columns), ", ".join(f"${n}" for n in range(2, len(columns) + 2))
        async with self.product.pool.acquire() as conn:
            await conn.execute("delete from preferences where user_id = $1", viewer.user_id)
            await conn.execute(
                f"insert into preferences (user_id, {names}) values ($1, {places})", viewer.user_id, *columns.values()
            )

    async def heard(self, person: Someone) -> list[str]:
        """The texts that wait for a person's phone, in order."""
        rows = await self.product.pool.fetch(
            "select message from outbox where contact_id = $1 and kind = 'notice' order by seq", person.contact_id
        )
        return [text_of(row["message"]) for row in rows]

    async def states(self, viewer: Viewer) -> list[tuple[str, str, str | None]]:
        """(event, state, why) of somebody's notices, in order."""
        rows = await self.product.pool.fetch(
            "select event, state, why from notices where user_id = $1 order by id", viewer.user_id
        )
        return [tuple(row) for row in rows]


def text_of(message: str) -> str:
    body: dict[str, Any] = json.loads(message)
    return str(body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"])


def buttons_of(message: str) -> dict[str, str]:
    """Title to id."""
    body: dict[str, Any] = json.loads(message)
    return {each["reply"]["title"]: each["reply"]["id"] for each in body["interactive"]["action"]["buttons"]}


async def open_pair(product: Product, now: dt.datetime) -> Pair:
    """Ana's project Home, with Ben as an editor; their windows are open, and what happened so far is old news."""
    ana, ben = [Viewer(each.id, each.name, "member", "en", "UTC") for each in (product.ana, product.ben)]
    async with product.pool.acquire() as conn, conn.transaction():
        home = await create_project(conn, viewer=ana, name="Home", by=Act(new_id(), "test", now))
        await add_member(conn, viewer=ana, project_id=home.id, user_id=ben.user_id, role="editor", now=now)
        await conn.execute("delete from news")
        await conn.execute(
            "insert into preferences (user_id, by_email) values ($1, true), ($2, true)", ana.user_id, ben.user_id
        )
    pair = Pair(product, now, ana, ben, home.id)
    for person in (product.ana, product.ben):
        await pair.open_window(person)
    return pair

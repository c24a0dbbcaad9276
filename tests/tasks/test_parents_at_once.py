"""A subtask is added while what it goes under is deleted or moved: whoever is first, the tree stays whole.

One transaction is left open until the other one waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from itertools import product
from uuid import UUID

import pytest
from race import waits_or_ended
from task_people import ActMaker, People

from product_kit import until
from tasktalk.db import Conn, Pool
from tasktalk.errors import NotFound
from tasktalk.tasks import NewTask, TaskChanges, add_member, change_task, create_project, create_tasks, get_task

Step = Callable[[Conn], Awaitable[object]]
DELETE: TaskChanges = {"deleted": True}


async def one_waits(conn: Conn, pool: Pool, first: Step, second: Step) -> BaseException | None:
    """What `second` ends with, begun while `first` was done and not yet committed."""

    async def begin() -> None:
        async with pool.acquire() as other, other.transaction():
            await second(other)

    async with pool.acquire() as watch:
        async with conn.transaction():
            await first(conn)
            doing = asyncio.create_task(begin())
            await until(partial(waits_or_ended, watch, doing))
            assert not doing.done(), "the second did not wait"
        return (await asyncio.gather(doing, return_exceptions=True))[0]


async def list_torn(conn: Conn) -> list[str]:
    rows = await conn.fetch(
        "select c.title from tasks c join tasks p on p.id = c.parent_id where c.deleted_at is null "
        "and (p.deleted_at is not null or p.project_id is distinct from c.project_id)"
    )
    return [row["title"] for row in rows]


@pytest.fixture
async def work(conn: Conn, people: People, act: ActMaker, now: datetime) -> UUID:
    """Another project that Ana and Ben share."""
    project = await create_project(conn, viewer=people.ana, name="Work", by=act())
    await add_member(conn, viewer=people.ana, project_id=project.id, user_id=people.ben.user_id, role="editor", now=now)
    return project.id


async def plant(conn: Conn, people: People, act: ActMaker, depth: int) -> tuple[NewTask, NewTask, Step]:
    """A task of Ana's in what she and Ben share, one that goes `depth` steps under it, and Ben's adding that."""
    tree = [NewTask(title=f"top {depth}", project_id=people.home)]
    for step in range(1, depth + 1):
        tree.append(NewTask(title=f"step {step}", parent_id=tree[-1].id))
    *grown, new = tree
    await create_tasks(conn, viewer=people.ana, new=grown, by=act())

    async def add(by: Conn) -> None:
        await create_tasks(by, viewer=people.ben, new=[new], by=act())

    return tree[0], new, add


async def test_the_tree_is_whole_whoever_is_first(
    conn: Conn, pool: Pool, people: People, act: ActMaker, work: UUID
) -> None:
    changes: tuple[TaskChanges, ...] = (DELETE, {"project_id": work})
    for change, depth in product(changes, (1, 2)):
        top, new, add = await plant(conn, people, act, depth)
        turn = partial(change_task, viewer=people.ana, task_id=top.id, changes=change, by=act())
        ended = await one_waits(conn, pool, add, turn)
        assert ended is None
        state = await conn.fetchrow("select deleted_at is not null, project_id from tasks where id = $1", new.id)
        assert tuple(state) == ((True, people.home) if change is DELETE else (False, work))
        assert await list_torn(conn) == []

        top, new, add = await plant(conn, people, act, depth)
        turn = partial(change_task, viewer=people.ana, task_id=top.id, changes=change, by=act())
        ended = await one_waits(conn, pool, turn, add)
        assert await list_torn(conn) == []
        if change is DELETE:
            assert isinstance(ended, NotFound)
            continue
        assert ended is None
        place = (await get_task(conn, viewer=people.ben, task_id=new.id)).project
        assert place is not None
        assert place.id == work


async def test_what_moved_out_of_sight_meanwhile_is_not_there(
    conn: Conn, pool: Pool, people: People, act: ActMaker
) -> None:
    own = await create_project(conn, viewer=people.ana, name="Own", by=act())
    for place in (own.id, None):
        top, new, add = await plant(conn, people, act, 1)
        turn = partial(change_task, viewer=people.ana, task_id=top.id, changes={"project_id": place}, by=act())
        assert isinstance(await one_waits(conn, pool, turn, add), NotFound)
        assert await conn.fetchval("select count(*) from tasks where id = $1", new.id) == 0


async def test_who_changes_a_task_that_just_moved_changes_it_there(
    conn: Conn, pool: Pool, people: People, act: ActMaker, work: UUID
) -> None:
    top, _, _ = await plant(conn, people, act, 1)
    turn = partial(change_task, viewer=people.ana, task_id=top.id, changes={"project_id": work}, by=act())
    tick = partial(change_task, viewer=people.ben, task_id=top.id, changes={"status": "done"}, by=act())
    assert await one_waits(conn, pool, turn, tick) is None
    task = await get_task(conn, viewer=people.ana, task_id=top.id)
    assert task.project is not None
    assert (task.status, task.project.id) == ("done", work)

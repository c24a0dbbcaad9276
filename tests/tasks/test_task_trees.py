"""Trees of tasks stay whole: whatever is batched, taken back or done at once, no task hangs under one that is gone."""

import asyncio
from functools import partial
from uuid import UUID

import pytest
from race import waits_or_ended
from task_people import ActMaker, People

from product_kit import until
from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn, Pool
from tasktalk.errors import AppError, BadRequest, Conflict, NotFound
from tasktalk.tasks import Act, NewTask, Task, change_task, create_project, create_tasks, get_task, undo
from tasktalk.tasks.batch import carry_out


async def _make(conn: Conn, viewer: Viewer, by: Act, *new: NewTask) -> list[Task]:
    return await create_tasks(conn, viewer=viewer, new=new, by=by)


async def _batch(conn: Conn, viewer: Viewer, by: Act, *operations: tuple[str, UUID, dict[str, object]]) -> list[int]:
    said = [
        {"op": op, "id": str(task_id), **({"changes": changes} if op == "change" else {})}
        for op, task_id, changes in operations
    ]
    async with conn.transaction():
        return [result.status for result in await carry_out(conn, viewer=viewer, operations=said, by=by)]


async def test_what_got_something_under_it_is_not_unmade_or_moved_back(
    conn: Conn, people: People, act: ActMaker
) -> None:
    made, moved = act(), act()
    new = [NewTask(title="Party", project_id=people.home), NewTask(title="Trip")]
    await _make(conn, people.ana, made, new[0])
    await _make(conn, people.ana, act(), new[1])
    await change_task(conn, viewer=people.ana, task_id=new[1].id, changes={"project_id": people.home}, by=moved)
    under = [NewTask(title=f"Bens {parent.title}", parent_id=parent.id) for parent in new]
    await _make(conn, people.ben, act(), *under)
    for by, title in ((made, "Bens Party"), (moved, "Bens Trip")):
        with pytest.raises(Conflict) as refused:
            await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
        assert refused.value.data["titles"] == [title]


async def test_nothing_comes_back_under_what_is_gone(conn: Conn, people: People, act: ActMaker) -> None:
    top = NewTask(title="Party")
    cake = NewTask(title="Cake", parent_id=top.id)
    await _make(conn, people.ana, act(), top, cake)
    first, last = act(), act()
    await change_task(conn, viewer=people.ana, task_id=cake.id, changes={"deleted": True}, by=first)
    await change_task(conn, viewer=people.ana, task_id=top.id, changes={"deleted": True}, by=last)
    with pytest.raises(Conflict):
        await undo(conn, viewer=people.ana, change_set=first.change_set, by=act())
    for by in (last, first):
        await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
    assert (await get_task(conn, viewer=people.ana, task_id=cake.id)).parent_id == top.id


async def test_taking_back_closes_no_circle(conn: Conn, people: People, act: ActMaker) -> None:
    top = NewTask(title="Party")
    cake = NewTask(title="Cake", parent_id=top.id)
    await _make(conn, people.ana, act(), top, cake)
    out = act()
    await change_task(conn, viewer=people.ana, task_id=cake.id, changes={"parent_id": None}, by=out)
    await change_task(conn, viewer=people.ana, task_id=top.id, changes={"parent_id": cake.id}, by=act())
    with pytest.raises(Conflict):
        await undo(conn, viewer=people.ana, change_set=out.change_set, by=act())


async def test_a_batch_is_carried_out_in_its_order(conn: Conn, people: People, act: ActMaker) -> None:
    work = await create_project(conn, viewer=people.ana, name="Work", by=act())
    tops = [NewTask(title=title) for title in "ABCD"]
    under = [NewTask(title=f"under {top.title}", parent_id=top.id) for top in tops[:2]]
    await _make(conn, people.ana, act(), *tops, *under)
    # Out from under a task before that is deleted; elsewhere before it moves; under it before it is deleted.
    statuses = await _batch(
        conn,
        people.ana,
        act(),
        ("change", under[0].id, {"parent_id": None}),
        ("delete", tops[0].id, {}),
        ("change", under[1].id, {"project_id": str(work.id)}),
        ("change", tops[1].id, {"project_id": str(people.home)}),
        ("change", tops[3].id, {"parent_id": str(tops[2].id)}),
        ("delete", tops[2].id, {}),
    )
    assert statuses == [200, 204, 200, 200, 200, 204]
    assert (await get_task(conn, viewer=people.ana, task_id=under[0].id)).parent_id is None
    elsewhere = (await get_task(conn, viewer=people.ana, task_id=under[1].id)).project
    assert elsewhere is not None
    assert elsewhere.id == work.id
    with pytest.raises(NotFound):
        await get_task(conn, viewer=people.ana, task_id=tops[3].id)


async def test_a_batch_closes_no_circle(conn: Conn, people: People, act: ActMaker) -> None:
    one, two = NewTask(title="one"), NewTask(title="two")
    await _make(conn, people.ana, act(), one, two)
    circle: list[tuple[str, UUID, dict[str, object]]] = [
        ("change", one.id, {"parent_id": str(two.id)}),
        ("change", two.id, {"parent_id": str(one.id)}),
    ]
    assert await _batch(conn, people.ana, act(), *circle) == [200, 400]


async def test_nobody_puts_a_task_under_one_that_is_just_deleted(
    conn: Conn, pool: Pool, people: People, act: ActMaker
) -> None:
    top = NewTask(title="Party", project_id=people.home)
    await _make(conn, people.ana, act(), top)

    async def add() -> None:
        async with pool.acquire() as other, other.transaction():
            await _make(other, people.ben, act(), NewTask(title="Cake", parent_id=top.id))

    async with pool.acquire() as watch:
        async with conn.transaction():
            await change_task(conn, viewer=people.ana, task_id=top.id, changes={"deleted": True}, by=act())
            adding = asyncio.create_task(add())
            await until(partial(waits_or_ended, watch, adding))
        with pytest.raises(NotFound):
            await adding


async def test_two_at_once_close_no_circle(conn: Conn, pool: Pool, people: People, act: ActMaker) -> None:
    one, two = NewTask(title="one"), NewTask(title="two")
    below = [NewTask(title=f"under {top.title}", parent_id=top.id) for top in (one, two)]
    await _make(conn, people.ana, act(), one, two, *below)

    async def the_other_way() -> None:
        async with pool.acquire() as other, other.transaction():
            await change_task(other, viewer=people.ana, task_id=two.id, changes={"parent_id": below[0].id}, by=act())

    async with pool.acquire() as watch:
        async with conn.transaction():
            await change_task(conn, viewer=people.ana, task_id=one.id, changes={"parent_id": below[1].id}, by=act())
            turning = asyncio.create_task(the_other_way())
            await until(partial(waits_or_ended, watch, turning))
        with pytest.raises(AppError):
            await turning


async def test_two_who_put_a_task_under_each_others_do_not_wait_in_a_circle(
    conn: Conn, pool: Pool, people: People, act: ActMaker
) -> None:
    one, two = NewTask(title="one"), NewTask(title="two")
    await _make(conn, people.ana, act(), one, two)

    async def put(task: NewTask, under: NewTask) -> None:
        async with pool.acquire() as other, other.transaction():
            await change_task(other, viewer=people.ana, task_id=task.id, changes={"parent_id": under.id}, by=act())

    async with pool.acquire() as watch:
        async with conn.transaction():
            await conn.execute("select from tasks for update")  # both begin at the same moment
            putting = [asyncio.create_task(put(one, two)), asyncio.create_task(put(two, one))]
            await until(partial(_both_wait, watch))
        ended = await asyncio.gather(*putting, return_exceptions=True)
    assert [type(each) for each in ended if each is not None] == [BadRequest]


async def _both_wait(conn: Conn) -> bool:
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return bool(await conn.fetchval(waiting) == 2)

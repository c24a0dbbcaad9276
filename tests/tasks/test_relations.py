import asyncio
from itertools import pairwise
from uuid import UUID

import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.db import Conn, Pool
from tasktalk.errors import Conflict
from tasktalk.tasks import NewTask, add_member, change_task, create_project, create_tasks, undo
from tasktalk.tasks.relations.relations import RELATIONS, create_relation, delete_relation

SIDES = [
    ("blocks", "blocked_by"),
    ("blocked_by", "blocks"),
    ("related", "related"),
    ("duplicates", "duplicated_by"),
    ("duplicated_by", "duplicates"),
]


@pytest.fixture
async def tasks(conn: Conn, people: People, act: ActMaker) -> list[UUID]:
    new = [NewTask(title=title, project_id=people.home) for title in ("Paint", "Buy paint", "Earn", "Rest")]
    return [task.id for task in await create_tasks(conn, viewer=people.ana, new=new, by=act())]


@pytest.fixture
async def private(conn: Conn, people: People, act: ActMaker) -> UUID:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Secret")], by=act())
    return task.id


async def relate(api: httpx.AsyncClient, task: UUID, kind: str, other: UUID, **headers: str) -> httpx.Response:
    body = {"kind": kind, "task_id": str(other)}
    return await api.post(f"/api/tasks/{task}/relations", json=body, headers=headers)


async def shown(api: httpx.AsyncClient, task: UUID, **headers: str) -> list[tuple[str, str]]:
    page = (await api.get(f"/api/tasks/{task}/relations", headers=headers)).json()
    assert page["next"] is None
    return [(relation["kind"], relation["task"]["id"]) for relation in page["items"]]


@pytest.mark.parametrize("sides", SIDES)
async def test_a_relation_has_two_sides(
    api: httpx.AsyncClient, conn: Conn, people: People, tasks: list[UUID], sides: tuple[str, str]
) -> None:
    kind, other_side = sides
    first, second, *_ = tasks
    made = await relate(api, second, kind, first)
    assert made.status_code == 201
    relation = made.json()
    assert list(relation) == ["id", "kind", "task", "created_at"]
    assert (relation["kind"], relation["task"]) == (kind, {"id": str(first), "title": "Paint", "status": "open"})
    assert await shown(api, second) == [(kind, str(first))]
    assert await shown(api, first, **BEN) == [(other_side, str(second))]
    for again in (await relate(api, second, kind, first), await relate(api, first, other_side, second)):
        assert failure(again) == (409, "CONFLICT", "task_id")

    gone = await api.delete(f"/api/tasks/{first}/relations/{relation['id']}", headers=BEN)
    assert gone.status_code == 204
    assert await shown(api, second) == []
    rows = await conn.fetch("select * from journal where subject = 'relation' order by seq")
    assert [(row["verb"], row["task_id"]) for row in rows] == [("created", second), ("deleted", first)]
    assert {(row["project_id"], str(row["subject_id"])) for row in rows} == {(people.home, relation["id"])}
    assert rows[0]["after"] == rows[1]["before"]
    assert (rows[0]["before"], rows[1]["after"]) == (None, None)


async def test_nothing_waits_for_itself(api: httpx.AsyncClient, conn: Conn, tasks: list[UUID]) -> None:
    for earlier, later in pairwise(tasks):
        assert (await relate(api, earlier, "blocks", later)).status_code == 201
    first, *_, last = tasks
    circles = [(last, "blocks", first), (first, "blocked_by", last), (tasks[1], "blocks", first)]
    for task, kind, other in [*circles, (first, "blocks", first), (first, "related", first)]:
        assert failure(await relate(api, task, kind, other)) == (409, "CONFLICT", "task_id")
    assert await conn.fetchval("select count(*) from task_relations") == len(tasks) - 1
    assert (await relate(api, first, "blocks", last)).status_code == 201  # two ways there are no circle
    assert (await relate(api, last, "related", first)).status_code == 201


async def test_a_circle_is_not_closed_from_both_ends_at_once(
    pool: Pool, conn: Conn, people: People, tasks: list[UUID], act: ActMaker
) -> None:
    one, two, three, four = tasks

    async def block(own: Conn, first: UUID, second: UUID) -> None:
        await create_relation(own, viewer=people.ana, task_id=first, kind="blocks", other_id=second, by=act())

    async def close() -> None:
        async with pool.acquire() as own, own.transaction():
            await block(own, four, one)

    await block(conn, one, two)
    await block(conn, three, four)
    async with pool.acquire() as own, own.transaction():
        await block(own, two, three)
        closing = asyncio.create_task(close())
        waiting = 0
        while not waiting and not closing.done():
            waiting = await conn.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    with pytest.raises(Conflict):
        await closing
    assert await conn.fetchval("select count(*) from task_relations") == 3


async def test_the_fence(api: httpx.AsyncClient, conn: Conn, tasks: list[UUID], private: UUID) -> None:
    task = tasks[0]
    hidden = (await relate(api, task, "blocked_by", private)).json()
    assert await shown(api, task) == [("blocked_by", str(private))]
    assert await shown(api, task, **BEN) == []
    path = f"/api/tasks/{task}/relations"
    for answer in (
        await api.delete(f"{path}/{hidden['id']}", headers=BEN),
        await relate(api, task, "related", private, **BEN),
        await relate(api, private, "related", task, **BEN),
        await api.get(f"/api/tasks/{private}/relations", headers=BEN),
        await api.get(path, headers=ZOE),
        await relate(api, task, "related", tasks[1], **ZOE),
        await api.delete(f"{path}/{hidden['id']}", headers=ZOE),
        await api.delete(f"/api/tasks/{tasks[1]}/relations/{hidden['id']}"),
        await api.get("/api/tasks/nonsense/relations"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert await conn.fetchval("select count(*) from task_relations") == 1


async def test_the_other_end_may_be_in_a_project_that_is_not_ones_own(
    api: httpx.AsyncClient, conn: Conn, people: People, tasks: list[UUID], act: ActMaker
) -> None:
    studio = await create_project(conn, viewer=people.ana, name="Studio", by=act())
    [theirs] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Sing", project_id=studio.id)], by=act())
    await relate(api, tasks[0], "related", theirs.id)
    assert await shown(api, tasks[0]) == [("related", str(theirs.id))]
    assert await shown(api, tasks[0], **BEN) == []
    await conn.execute("update projects set deleted_at = now() where id = $1", studio.id)
    assert await shown(api, tasks[0]) == []


async def test_viewers_only_look(
    api: httpx.AsyncClient, conn: Conn, people: People, tasks: list[UUID], act: ActMaker
) -> None:
    relation = (await relate(api, tasks[0], "blocks", tasks[1])).json()
    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, role="viewer", now=act().at
    )
    assert await shown(api, tasks[0], **BEN) == [("blocks", str(tasks[1]))]
    assert (await relate(api, tasks[0], "related", tasks[2], **BEN)).status_code == 403
    path = f"/api/tasks/{tasks[0]}/relations/{relation['id']}"
    assert (await api.delete(path, headers=BEN)).status_code == 403
    [own] = await create_tasks(conn, viewer=people.ben, new=[NewTask(title="Own")], by=act())
    assert (await relate(api, own.id, "blocked_by", tasks[0], **BEN)).status_code == 201
    assert await shown(api, tasks[0]) == [("blocks", str(tasks[1]))]


async def test_what_is_in_the_trash_is_not_shown(
    api: httpx.AsyncClient, conn: Conn, people: People, tasks: list[UUID], act: ActMaker
) -> None:
    await relate(api, tasks[0], "blocks", tasks[1])
    await change_task(conn, viewer=people.ana, task_id=tasks[1], changes={"deleted": True}, by=act())
    assert await shown(api, tasks[0]) == []
    assert failure(await relate(api, tasks[0], "related", tasks[1])) == (404, "NOT_FOUND", "task_id")


async def test_not_more_than_can_be_read(
    api: httpx.AsyncClient, conn: Conn, people: People, tasks: list[UUID], act: ActMaker
) -> None:
    new = [NewTask(title=f"{n}") for n in range(RELATIONS)]
    others = await create_tasks(conn, viewer=people.ana, new=new, by=act())
    for other in others:
        await create_relation(conn, viewer=people.ana, task_id=tasks[0], kind="blocks", other_id=other.id, by=act())
    assert failure(await relate(api, tasks[0], "blocks", tasks[1])) == (400, "BAD_REQUEST", "task_id")
    assert failure(await relate(api, tasks[1], "blocks", tasks[0])) == (400, "BAD_REQUEST", "task_id")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "hates"}, "kind"),
        ({"kind": "blocks", "task_id": 5}, "task_id"),
        ({"kind": "blocks", "task_id": "nonsense"}, "task_id"),
        ({"kind": "blocks", "task_id": "018f0000-0000-7000-8000-000000000000", "x": 1}, "x"),
    ],
)
async def test_relations_that_cannot_be(
    api: httpx.AsyncClient, tasks: list[UUID], body: dict[str, object], field: str
) -> None:
    answer = await api.post(f"/api/tasks/{tasks[0]}/relations", json=body)
    assert failure(answer) == (400, "BAD_REQUEST", field)


async def test_taken_back(conn: Conn, people: People, tasks: list[UUID], act: ActMaker) -> None:
    by = act()
    await create_relation(conn, viewer=people.ana, task_id=tasks[0], kind="blocks", other_id=tasks[1], by=by)
    await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
    assert await conn.fetchval("select count(*) from task_relations") == 0


async def test_taking_back_closes_no_circle(conn: Conn, people: People, tasks: list[UUID], act: ActMaker) -> None:
    one, two, off = tasks[0], tasks[1], act()
    made = await create_relation(conn, viewer=people.ana, task_id=one, kind="blocks", other_id=two, by=act())
    await delete_relation(conn, viewer=people.ana, task_id=one, relation_id=made.id, by=off)
    other = await create_relation(conn, viewer=people.ana, task_id=two, kind="blocks", other_id=one, by=act())
    with pytest.raises(Conflict):
        await undo(conn, viewer=people.ana, change_set=off.change_set, by=act())
    await delete_relation(conn, viewer=people.ana, task_id=two, relation_id=other.id, by=act())
    assert await undo(conn, viewer=people.ana, change_set=off.change_set, by=act())

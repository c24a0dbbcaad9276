import asyncio
from datetime import datetime
from functools import partial
from uuid import UUID

import httpx
import pytest
from race import waits_or_ended
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from product_kit import until
from tasktalk.db import Conn, Pool
from tasktalk.errors import Conflict
from tasktalk.tasks import NewTask, add_member, change_task, create_tasks, get_task, undo
from tasktalk.tasks.projects import sections
from tasktalk.tasks.projects.sections import create_section, delete_section, list_sections

KEYS = ["id", "name", "position", "project_id", "version", "created_at", "updated_at"]


async def names_in(api: httpx.AsyncClient, path: str, **headers: str) -> list[str]:
    page = (await api.get(path, headers=headers)).json()
    assert page["next"] is None
    return [section["name"] for section in page["items"]]


async def test_a_column_from_birth_to_end(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    path = f"/api/projects/{people.home}/sections"
    made = await api.post(path, json={"name": " /To  do "}, headers=BEN)
    section = made.json()
    assert (made.status_code, list(section), made.headers["etag"]) == (201, KEYS, '"1"')
    assert (section["name"], section["project_id"]) == ("To do", str(people.home))
    await api.post(path, json={"name": "Doing", "position": 7})
    assert await names_in(api, path) == ["Doing", "To do"]

    one = f"/api/sections/{section['id']}"
    moved = await api.patch(one, json={"position": 3.5}, headers={"if-match": '"1"'})
    assert (moved.json()["position"], moved.json()["name"], moved.headers["etag"]) == (3.5, "To do", '"2"')
    assert (await api.patch(one, json={"name": "To do"})).headers["etag"] == '"2"'  # nothing differs
    assert failure(await api.patch(one, json={"name": "X"}, headers={"if-match": '"1"'}))[0] == 409
    assert failure(await api.delete(one, headers={"if-match": '"1"'}))[0] == 409
    assert (await api.patch(one, json={"name": "to DO"})).json()["name"] == "to DO"
    shown = (await api.get(f"/api/projects/{people.home}")).json()["sections"]
    assert [(each["name"], each["position"]) for each in shown] == [("to DO", 3.5), ("Doing", 7)]

    assert (await api.delete(one, headers=BEN)).status_code == 204
    assert (await api.delete(one)).status_code == 404
    assert await names_in(api, path) == ["Doing"]
    rows = await conn.fetch("select * from journal where subject_id = $1 order by seq", UUID(section["id"]))
    assert [(row["subject"], row["verb"]) for row in rows] == [
        ("section", "created"),
        ("section", "changed"),
        ("section", "changed"),
        ("section", "deleted"),
    ]
    assert {row["project_id"] for row in rows} == {people.home}
    assert (rows[0]["before"], rows[-1]["before"]["name"], rows[-1]["after"]) == (None, "to DO", None)


async def test_names_are_there_once_in_a_place_whatever_their_case(api: httpx.AsyncClient, people: People) -> None:
    home = f"/api/projects/{people.home}/sections"
    for path, headers in ((home, {}), ("/api/sections", {}), ("/api/sections", BEN)):
        assert (await api.post(path, json={"name": "Été"}, headers=headers)).status_code == 201
        taken = await api.post(path, json={"name": "ETE"}, headers=headers)
        assert failure(taken) == (409, "CONFLICT", "name")
    other = (await api.post(home, json={"name": "Winter"})).json()
    assert failure(await api.patch(f"/api/sections/{other['id']}", json={"name": "été"})) == (409, "CONFLICT", "name")
    assert await names_in(api, home) == ["Été", "Winter"]


async def test_the_columns_of_an_inbox_are_its_owners(api: httpx.AsyncClient) -> None:
    section = (await api.post("/api/sections", json={"name": "Soon"})).json()
    assert section["project_id"] is None
    assert await names_in(api, "/api/sections") == ["Soon"]
    assert await names_in(api, "/api/sections", **BEN) == []
    one = f"/api/sections/{section['id']}"
    for headers in (BEN, ZOE):
        assert failure(await api.patch(one, json={"name": "X"}, headers=headers))[:2] == (404, "NOT_FOUND")
        assert failure(await api.delete(one, headers=headers))[:2] == (404, "NOT_FOUND")
    assert (await api.delete(one)).status_code == 204


async def test_the_fence_of_columns(api: httpx.AsyncClient, conn: Conn, people: People, now: datetime) -> None:
    home = f"/api/projects/{people.home}/sections"
    section = (await api.post(home, json={"name": "Soon"})).json()
    one = f"/api/sections/{section['id']}"

    async def all_of(headers: dict[str, str]) -> list[int]:
        return [
            (await api.get(home, headers=headers)).status_code,
            (await api.post(home, json={"name": "X"}, headers=headers)).status_code,
            (await api.patch(one, json={"name": "X"}, headers=headers)).status_code,
            (await api.delete(one, headers=headers)).status_code,
        ]

    assert await all_of(ZOE) == [404] * 4
    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.zoe.user_id, role="viewer", now=now
    )
    assert await all_of(ZOE) == [200, 403, 403, 403]
    assert await names_in(api, home) == ["Soon"]
    await api.delete(f"/api/projects/{people.home}")
    assert await all_of({}) == [404] * 4


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "position": "end"}, "position"),
        ({"name": "x", "project_id": None}, "project_id"),
    ],
)
async def test_columns_that_cannot_be(
    api: httpx.AsyncClient, conn: Conn, people: People, body: dict[str, object], field: str
) -> None:
    made = (await api.post("/api/sections", json={"name": "Soon"})).json()
    for path in (f"/api/projects/{people.home}/sections", "/api/sections"):
        assert failure(await api.post(path, json=body)) == (400, "BAD_REQUEST", field)
    if body:
        assert failure(await api.patch(f"/api/sections/{made['id']}", json=body)) == (400, "BAD_REQUEST", field)
    assert await conn.fetchval("select count(*) from sections") == 1
    infinite = b'{"name": "x", "position": 1e999}'
    answer = await api.post("/api/sections", content=infinite, headers={"content-type": "application/json"})
    assert failure(answer)[0] == 400


async def test_tasks_stay_when_their_column_goes_and_undo_brings_it_back(
    conn: Conn, people: People, act: ActMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "BATCH", 2)
    section = await create_section(conn, viewer=people.ana, place=people.home, name="Soon", by=act())
    new = [NewTask(title=str(n), project_id=people.home, section="soon") for n in range(3)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    going = act()
    await delete_section(conn, viewer=people.ben, section_id=section.id, by=going)
    for task in new:
        shown = await get_task(conn, viewer=people.ana, task_id=task.id)
        assert (shown.section, shown.version) == (None, 2)
    noted = await conn.fetch("select subject from journal where change_set = $1 order by seq", going.change_set)
    assert [row["subject"] for row in noted] == ["task"] * 3 + ["section"]

    await undo(conn, viewer=people.ben, change_set=going.change_set, by=act())
    assert [each.id for each in await list_sections(conn, viewer=people.ana, place=people.home)] == [section.id]
    assert {(await get_task(conn, viewer=people.ana, task_id=task.id)).section for task in new} == {"Soon"}


async def test_columns_made_by_naming_them_are_not_news(conn: Conn, people: People, act: ActMaker) -> None:
    await create_tasks(conn, viewer=people.ana, new=[NewTask(title="x", section="Later")], by=act())
    assert [each.name for each in await list_sections(conn, viewer=people.ana, place=None)] == ["Later"]
    assert await conn.fetchval("select count(*) from journal where subject = 'section'") == 0


async def test_no_task_goes_back_into_a_column_that_is_gone(conn: Conn, people: People, act: ActMaker) -> None:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Mow", section="Soon")], by=act())
    out = act()
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"section": None}, by=out)
    [section] = await list_sections(conn, viewer=people.ana, place=None)
    await delete_section(conn, viewer=people.ana, section_id=section.id, by=act())
    with pytest.raises(Conflict) as refused:
        await undo(conn, viewer=people.ana, change_set=out.change_set, by=act())
    assert refused.value.data["titles"] == ["Mow"]


async def test_a_task_put_into_a_column_while_that_goes_makes_it_anew(
    conn: Conn, pool: Pool, people: People, act: ActMaker
) -> None:
    new = [NewTask(title="Mow", section="Soon"), NewTask(title="Rake")]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    [section] = await list_sections(conn, viewer=people.ana, place=None)

    async def put(task: NewTask) -> None:
        async with pool.acquire() as other, other.transaction():
            await change_task(other, viewer=people.ana, task_id=task.id, changes={"section": "Soon"}, by=act())

    async with pool.acquire() as watch:
        async with conn.transaction():
            await delete_section(conn, viewer=people.ana, section_id=section.id, by=act())
            putting = [asyncio.create_task(put(task)) for task in new]
            for each in putting:
                await until(partial(waits_or_ended, watch, each))
        await asyncio.gather(*putting)
    tasks = [await get_task(conn, viewer=people.ana, task_id=task.id) for task in new]
    assert [task.section for task in tasks] == ["Soon", "Soon"]

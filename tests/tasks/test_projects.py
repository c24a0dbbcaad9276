from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.errors import Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.tasks import (
    Act,
    NewTask,
    add_member,
    change_project,
    change_task,
    create_project,
    create_tasks,
    find_task,
    get_project,
    list_project_names,
    undo,
)
from tasktalk.tasks.journal.trash import purge_trash

KEYS = [
    *("id", "name", "colour", "role", "members", "open_count", "position", "created_at", "updated_at", "archived_at"),
    *("version", "icon", "description", "is_template", "progress", "sections"),
]
UNKNOWN = "/api/projects/00000000-0000-0000-0000-000000000000"


async def journal_of(conn: Conn, subject_id: object) -> list[tuple[str, str, Any, Any]]:
    rows = await conn.fetch("select * from journal where subject_id = $1 order by seq", UUID(str(subject_id)))
    return [(row["subject"], row["verb"], row["before"], row["after"]) for row in rows]


async def test_a_project_from_birth_to_trash_and_back(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    sent = {"name": " #Garden ", "colour": "Green", "icon": "🌱", "description": "# Plan\r\nsow", "position": 5.5}
    made = await api.post("/api/projects", json=sent)
    project = made.json()
    assert (made.status_code, list(project)) == (201, KEYS)
    assert (project["name"], project["colour"], project["icon"]) == ("Garden", "green", "🌱")
    assert (project["description"], project["position"], project["is_template"]) == ("# Plan\nsow", 5.5, False)
    assert (project["progress"], project["sections"], project["role"]) == ({"open": 0, "done": 0}, [], "owner")
    assert project["members"] == [{"id": str(people.ana.user_id), "name": "Ana", "role": "owner"}]
    path = made.headers["location"]
    shown = await api.get(path)
    assert (shown.json(), shown.headers["etag"], made.headers["etag"]) == (project, '"1"', '"1"')

    changed = await api.patch(path, json={"icon": None, "archived": True}, headers={"if-match": '"1"'})
    now = changed.json()
    assert {key for key in KEYS if now[key] != project[key]} == {"icon", "archived_at", "updated_at", "version"}
    assert (changed.headers["etag"], now["icon"]) == ('"2"', None)
    stale = await api.patch(path, json={"name": "X"}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["error"]["data"]) == (409, {"version": 2})
    assert (await api.patch(path, json={"archived": True})).headers["etag"] == '"2"'  # nothing differs
    back = await api.patch(path, json={"archived": False})
    assert (back.json()["archived_at"], back.headers["etag"]) == (None, '"3"')

    assert failure(await api.delete(path, headers={"if-match": '"2"'}))[0] == 409
    assert (await api.delete(path)).status_code == 204
    for gone in (await api.get(path), await api.patch(path, json={"name": "X"}), await api.delete(path)):
        assert failure(gone)[:2] == (404, "NOT_FOUND")
    for query, wanted in (({}, ["Home"]), ({"trashed": "true"}, ["Garden"])):
        found = (await api.get("/api/projects", params=query)).json()["items"]
        assert [each["name"] for each in found] == wanted
    restored = await api.post(f"{path}/restore")
    assert (restored.status_code, restored.headers["etag"]) == (200, '"5"')

    rows = await journal_of(conn, project["id"])
    assert [verb for _, verb, _, _ in rows] == ["created", "changed", "changed", "deleted", "restored"]
    assert (rows[0][2], rows[0][3]["name"], rows[1][2]["icon"], rows[1][3]["icon"]) == (None, "Garden", "🌱", None)


async def test_progress_counts_what_is_open_and_done(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    new = [NewTask(title=str(n), project_id=people.home) for n in range(5)]
    await create_tasks(conn, viewer=people.ben, new=new, by=act())
    for task, change in zip(new, ({"status": "done"}, {"status": "cancelled"}, {"deleted": True}), strict=False):
        await change_task(conn, viewer=people.ben, task_id=task.id, changes=change, by=act())  # type: ignore[arg-type]
    shown = (await api.get(f"/api/projects/{people.home}")).json()
    assert (shown["open_count"], shown["progress"]) == (2, {"open": 2, "done": 1})


async def test_lists_go_by_position_in_pages(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    for number, position in enumerate((3.0, 1.0, 2.0, 2.0, float(1 << 60))):
        await create_project(conn, viewer=people.ana, name=f"P{number}", by=act(), position=position)
    names: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        page = (await api.get("/api/projects", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        names += [project["name"] for project in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert names == ["P1", "P2", "P3", "P0", "Home", "P4"]

    await api.patch(f"/api/projects/{people.home}", json={"archived": True})
    await api.post("/api/projects", json={"name": "Pattern", "is_template": True})
    for query, wanted in (
        ({"archived": "true"}, {"Home"}),
        ({"templates": "true"}, {"Pattern"}),
        ({"archived": "false", "templates": "false"}, {"P0", "P1", "P2", "P3", "P4"}),
    ):
        found = (await api.get("/api/projects", params=query)).json()["items"]
        assert {project["name"] for project in found} == wanted
    ordered = [each.name for each in await list_project_names(conn, viewer=people.ana)]
    assert ordered[-2:] == ["Pattern", "Home"]


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "501"}, {"cursor": "?"}, {"cursor": "WyJhIl0"}, {"archived": "perhaps"}]
)
async def test_lists_of_projects_that_cannot_be(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert failure(await api.get("/api/projects", params=query))[:2] == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "owner_id": "me"}, "owner_id"),
        ({"name": "x", "colour": "purplish"}, "colour"),
        ({"name": "x", "icon": ""}, "icon"),
        ({"name": "x", "icon": "y" * 51}, "icon"),
        ({"name": "x", "description": "d" * 100_001}, "description"),
        ({"name": "x", "position": "here"}, "position"),
        ({"name": "x", "is_template": "perhaps"}, "is_template"),
    ],
)
async def test_projects_that_cannot_be(
    api: httpx.AsyncClient, conn: Conn, people: People, body: dict[str, object], field: str
) -> None:
    before = await conn.fetchval("select count(*) from journal")
    assert failure(await api.post("/api/projects", json=body)) == (400, "BAD_REQUEST", field)
    if body:
        changed = await api.patch(f"/api/projects/{people.home}", json={**body, "archived": True})
        assert failure(changed) == (400, "BAD_REQUEST", field)
    assert await conn.fetchval("select count(*) from journal") == before


async def test_what_is_written_is_clean(api: httpx.AsyncClient) -> None:
    sent = rb'{"name": "a\u0000b\ud800\n c", "description": "one\u0007\ntwo", "icon": "\ud83c\udfe0"}'
    made = await api.post("/api/projects", content=sent, headers={"content-type": "application/json"})
    project = made.json()
    assert (project["name"], project["description"], project["icon"]) == ("ab c", "one\ntwo", "🏠")


async def test_who_may_change_a_project(api: httpx.AsyncClient, conn: Conn, people: People, now: datetime) -> None:
    path = f"/api/projects/{people.home}"
    for change in ({"name": "X"}, {"description": "X"}, {"archived": True}, {"is_template": True}):
        assert failure(await api.patch(path, json=change, headers=BEN))[:2] == (403, "FORBIDDEN")
        assert failure(await api.patch(path, json=change, headers=ZOE))[:2] == (404, "NOT_FOUND")
    assert (await api.patch(path, json={"colour": "red", "icon": "🏠", "position": 1}, headers=BEN)).status_code == 200
    assert (await api.delete(path, headers=BEN)).status_code == 403
    assert (await api.delete(path, headers=ZOE)).status_code == 404
    assert (await api.get(path, headers=ZOE)).status_code == 404

    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.zoe.user_id, role="viewer", now=now
    )
    assert (await api.get(path, headers=ZOE)).json()["role"] == "viewer"
    assert (await api.patch(path, json={"colour": "blue"}, headers=ZOE)).status_code == 403
    assert (await api.delete(path)).status_code == 204
    for headers, status in ((BEN, 403), (ZOE, 403)):
        assert (await api.post(f"{path}/restore", headers=headers)).status_code == status
    assert (await api.post(f"/api/projects/{people.lair}/restore")).status_code == 404
    shown = await get_project(conn, viewer=people.zoe, project_id=people.lair)
    assert (shown.version, shown.name) == (1, "Lair")


async def test_ids_that_do_not_exist(api: httpx.AsyncClient) -> None:
    for path in (UNKNOWN, "/api/projects/none"):
        for answer in (
            await api.get(path),
            await api.patch(path, json={"name": "X"}),
            await api.delete(path),
            await api.post(f"{path}/restore"),
            await api.post(f"{path}/copy", json={"name": "X"}),
        ):
            assert failure(answer)[:2] == (404, "NOT_FOUND")


async def test_what_lies_in_a_project_goes_and_comes_back_with_it(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    [task] = await create_tasks(conn, viewer=people.ben, new=[NewTask(title="Paint", project_id=people.home)], by=act())
    await api.delete(f"/api/projects/{people.home}")
    for viewer in (people.ana, people.ben):
        assert await find_task(conn, viewer=viewer, task_id=task.id) is None
    await api.post(f"/api/projects/{people.home}/restore")
    assert await find_task(conn, viewer=people.ben, task_id=task.id) == task


async def test_a_project_comes_back_as_long_as_the_trash_keeps_it(conn: Conn, people: People, act: ActMaker) -> None:
    gone, home = act(), people.home
    await change_project(conn, viewer=people.ana, project_id=home, changes={"deleted": True}, by=gone)
    with pytest.raises(NotFound):
        await change_project(conn, viewer=people.ana, project_id=home, changes={"name": "Hut"}, by=act())
    late = Act(new_id(), "test", gone.at + timedelta(days=50))  # how long that is, is a setting
    back = await change_project(conn, viewer=people.ana, project_id=home, changes={"deleted": False}, by=late)
    assert back.name == "Home"
    await change_project(conn, viewer=people.ana, project_id=home, changes={"deleted": True}, by=gone)
    while await purge_trash(conn, before=gone.at + timedelta(seconds=1)):
        pass
    with pytest.raises(NotFound):
        await change_project(conn, viewer=people.ana, project_id=home, changes={"deleted": False}, by=late)


async def test_changes_by_name_for_those_who_talk(conn: Conn, people: People, act: ActMaker) -> None:
    renaming = act()
    changed = await change_project(
        conn, viewer=people.ana, project_id=people.home, changes={"name": "#House"}, by=renaming, version=1
    )
    assert (changed.name, changed.version, changed.role) == ("House", 2, "owner")
    with pytest.raises(Conflict):
        await change_project(conn, viewer=people.ana, project_id=people.home, changes={}, by=act(), version=1)
    with pytest.raises(Forbidden):
        await change_project(conn, viewer=people.ben, project_id=people.home, changes={"archived": True}, by=act())
    [change] = await undo(conn, viewer=people.ana, change_set=renaming.change_set, by=act())
    assert (change.subject, change.title) == ("project", "Home")


async def test_a_project_in_the_trash_rings_no_more(conn: Conn, people: People, act: ActMaker) -> None:
    by, soon = act(), datetime(2026, 11, 24, 9, tzinfo=UTC)
    new = NewTask(title="Call", project_id=people.home, due_on=soon.date(), due_time=soon.time())
    await create_tasks(conn, viewer=people.ana, new=[new], by=by)
    ringing = "select count(*) from reminders where task_id = $1 and ring_at is not null"
    assert await conn.fetchval(ringing, new.id) == 1
    for deleted in (True, False):
        await change_project(conn, viewer=people.ana, project_id=people.home, changes={"deleted": deleted}, by=by)
        assert await conn.fetchval(ringing, new.id) == (0 if deleted else 1)


async def test_who_owns_a_project_no_more_cannot_undo_what_they_did_as_its_owner(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    named, painted = act(), act()
    await change_project(conn, viewer=people.ana, project_id=people.home, changes={"name": "House"}, by=named)
    await change_project(conn, viewer=people.ana, project_id=people.home, changes={"colour": "red"}, by=painted)
    await add_member(conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, role="owner", now=now)
    await add_member(
        conn, viewer=people.ben, project_id=people.home, user_id=people.ana.user_id, role="editor", now=now
    )
    await undo(conn, viewer=people.ana, change_set=painted.change_set, by=act())
    with pytest.raises(Conflict):
        await undo(conn, viewer=people.ana, change_set=named.change_set, by=act())
    assert (await get_project(conn, viewer=people.ana, project_id=people.home)).name == "House"

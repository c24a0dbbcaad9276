from uuid import UUID

import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.errors import Conflict
from tasktalk.tasks import Act, NewTask, add_member, change_task, create_tasks, undo
from tasktalk.tasks.labels.labels import LabelChanges, change_label, delete_label

KEYS = ["id", "name", "colour", "position", "open_count", "created_at", "updated_at", "version"]


async def make(conn: Conn, people: People, by: Act, *labels: str, project: UUID | None = None) -> UUID:
    [task] = await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="Task", labels=labels, project_id=project)], by=by
    )
    return task.id


async def labels_of(conn: Conn, task_id: UUID) -> list[str]:
    labels: list[str] = await conn.fetchval("select labels from tasks where id = $1", task_id)
    return labels


async def listed(api: httpx.AsyncClient, **headers: str) -> dict[str, int]:
    items = (await api.get("/api/labels", headers=headers)).json()["items"]
    return {label["name"]: label["open_count"] for label in items}


async def path_of(api: httpx.AsyncClient, name: str) -> str:
    [path] = [
        f"/api/labels/{label['id']}"
        for label in (await api.get("/api/labels")).json()["items"]
        if label["name"] == name
    ]
    return path


async def test_a_label_from_birth_to_end(api: httpx.AsyncClient, conn: Conn) -> None:
    made = await api.post("/api/labels", json={"name": " @Calls ", "colour": "#A1B2C3"})
    assert made.status_code == 201
    label = made.json()
    assert list(label) == KEYS
    assert (label["name"], label["colour"], label["open_count"]) == ("Calls", "#a1b2c3", 0)
    path = made.headers["location"]
    shown = await api.get(path)
    assert (shown.json(), shown.headers["etag"]) == (label, '"1"')

    changed = await api.patch(path, json={"colour": "Teal", "position": 1.5}, headers={"if-match": '"1"'})
    assert (changed.headers["etag"], changed.json()["colour"], changed.json()["position"]) == ('"2"', "teal", 1.5)
    assert failure(await api.patch(path, json={"name": "X"}, headers={"if-match": '"1"'}))[:2] == (409, "CONFLICT")
    assert (await api.patch(path, json={})).json() == changed.json()
    assert (await api.patch(path, json={"colour": None})).json()["colour"] is None

    assert (await api.delete(path, headers={"if-match": '"1"'})).status_code == 409
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    rows = await conn.fetch("select * from journal where subject = 'label' order by seq")
    assert [row["verb"] for row in rows] == ["created", "changed", "changed", "deleted"]
    assert {(row["task_id"], row["project_id"]) for row in rows} == {(None, None)}


async def test_open_tasks_that_are_seen_are_counted(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    await make(conn, people, act(), "Café", "calls")
    await make(conn, people, act(), "cafe", project=people.home)
    await make(conn, people, act())
    for change in ({"status": "done"}, {"deleted": True}):
        gone = await make(conn, people, act(), "calls")
        await change_task(conn, viewer=people.ana, task_id=gone, changes=change, by=act())  # type: ignore[arg-type]
    await create_tasks(conn, viewer=people.zoe, new=[NewTask(title="Hers", labels=("calls",))], by=act())
    await create_tasks(
        conn, viewer=people.ben, new=[NewTask(title="His", labels=("cafe",), project_id=people.home)], by=act()
    )
    assert await listed(api) == {"Café": 3, "calls": 1}
    assert await listed(api, **BEN) == {"cafe": 2}
    assert await listed(api, **ZOE) == {"calls": 1}


async def test_pages(api: httpx.AsyncClient) -> None:
    for n in range(5):
        await api.post("/api/labels", json={"name": f"label {n}", "position": n // 2})
    names, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/api/labels", params=query)).json()
        names += [label["name"] for label in page["items"]]
        cursor, pages = page["next"], pages + 1
    assert (names, pages) == ([f"label {n}" for n in range(5)], 3)
    for query in (
        {"limit": "0"},
        {"cursor": "?"},
        {"cursor": "WyIwMThmMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ"},
    ):
        assert failure(await api.get("/api/labels", params=query))[:2] == (400, "BAD_REQUEST")


async def test_names_are_once_each(api: httpx.AsyncClient) -> None:
    first = (await api.post("/api/labels", json={"name": "Café"})).headers["location"]
    assert failure(await api.post("/api/labels", json={"name": "CAFE"})) == (409, "CONFLICT", "name")
    other = (await api.post("/api/labels", json={"name": "tea"})).headers["location"]
    assert failure(await api.patch(other, json={"name": "cafe"})) == (409, "CONFLICT", "name")
    assert (await api.patch(first, json={"name": "cafe"})).json()["name"] == "cafe"
    assert (await api.post("/api/labels", json={"name": "Café"}, headers=BEN)).status_code == 201


async def test_a_new_name_is_written_wherever_the_old_one_was(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    mine = await make(conn, people, act(), "home", "Calls", "phone")
    ours = await make(conn, people, act(), "CALLS", project=people.home)
    done = await make(conn, people, act(), "calls")
    await change_task(conn, viewer=people.ana, task_id=done, changes={"status": "done"}, by=act())
    [hers] = await create_tasks(conn, viewer=people.zoe, new=[NewTask(title="Hers", labels=("calls",))], by=act())

    renamed = await api.patch(await path_of(api, "Calls"), json={"name": "ring"})
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["open_count"]) == (200, "ring", 2)
    assert await labels_of(conn, mine) == ["home", "ring", "phone"]
    assert (await labels_of(conn, ours), await labels_of(conn, done)) == (["ring"], ["ring"])
    assert await labels_of(conn, hers.id) == ["calls"]
    assert set(await listed(api)) == {"home", "ring", "phone"}
    assert await conn.fetchval("select count(distinct change_set) from journal where verb = 'changed'") == 1


async def test_tasks_that_are_only_looked_at_keep_theirs(
    conn: Conn, people: People, act: ActMaker, api: httpx.AsyncClient
) -> None:
    ours = await make(conn, people, act(), "calls", project=people.home)
    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, role="viewer", now=act().at
    )
    label = (await api.post("/api/labels", json={"name": "calls"}, headers=BEN)).headers["location"]
    assert (await api.get(label, headers=BEN)).json()["open_count"] == 1
    assert (await api.patch(label, json={"name": "ring"}, headers=BEN)).status_code == 200
    assert (await api.delete(label, headers=BEN)).status_code == 204
    assert await labels_of(conn, ours) == ["calls"]


async def test_two_labels_become_one_when_asked(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    both = await make(conn, people, act(), "calls", "Phone")
    one = await make(conn, people, act(), "Calls")
    accented = await make(conn, people, act(), "calls", "Phóne")
    path = await path_of(api, "calls")
    phone = await path_of(api, "Phone")
    assert failure(await api.patch(path, json={"name": "phone"})) == (409, "CONFLICT", "name")
    assert await labels_of(conn, one) == ["Calls"]
    merged = await api.patch(path, json={"name": "phone", "merge": True, "colour": "red"})
    assert (merged.json()["name"], merged.json()["colour"], merged.json()["open_count"]) == ("Phone", "red", 3)
    assert phone.endswith(merged.json()["id"])
    for task in (both, one, accented):
        assert await labels_of(conn, task) == ["Phone"]
    assert (await api.get(path)).status_code == 404


async def test_a_rename_and_a_deletion_are_taken_back_whole(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act(), "calls", "home")
    label_id = await conn.fetchval("select id from labels where name = 'calls'")
    renaming = act()
    await change_label(conn, viewer=people.ana, label_id=label_id, changes={"name": "ring"}, by=renaming)
    await undo(conn, viewer=people.ana, change_set=renaming.change_set, by=act())
    assert await labels_of(conn, task) == ["calls", "home"]
    assert await conn.fetchval("select name from labels where id = $1", label_id) == "calls"

    deleting = act()
    await delete_label(conn, viewer=people.ana, label_id=label_id, by=deleting)
    assert await labels_of(conn, task) == ["home"]
    await undo(conn, viewer=people.ana, change_set=deleting.change_set, by=act())
    assert await labels_of(conn, task) == ["calls", "home"]
    assert await conn.fetchval("select array_agg(name order by name) from labels") == ["calls", "home"]


async def test_a_merger_is_taken_back_whole(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act(), "calls", "phone")
    label_id = await conn.fetchval("select id from labels where name = 'calls'")
    merging, changes = act(), LabelChanges(name="Phone", colour="red")
    merged = await change_label(conn, viewer=people.ana, label_id=label_id, changes=changes, by=merging, merge=True)
    assert (merged.name, await labels_of(conn, task)) == ("phone", ["phone"])
    await undo(conn, viewer=people.ana, change_set=merging.change_set, by=act())
    assert await labels_of(conn, task) == ["calls", "phone"]
    rows = await conn.fetch("select name, colour from labels order by name")
    assert [tuple(row) for row in rows] == [("calls", None), ("phone", None)]


async def test_a_name_that_was_taken_since_is_not_given_back(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act(), "calls")
    label_id = await conn.fetchval("select id from labels")
    deleting = act()
    await delete_label(conn, viewer=people.ana, label_id=label_id, by=deleting)
    await make(conn, people, act(), "Calls")
    async with conn.transaction():
        with pytest.raises(Conflict) as refused:
            await undo(conn, viewer=people.ana, change_set=deleting.change_set, by=act())
        assert refused.value.data == {"titles": ["calls"]}
        assert await labels_of(conn, task) == []
    assert await conn.fetchval("select array_agg(name) from labels") == ["Calls"]


async def test_more_tasks_than_go_into_one_batch(
    conn: Conn, people: People, act: ActMaker, api: httpx.AsyncClient
) -> None:
    for _ in range(2):
        new = [NewTask(title=f"{n}", labels=("calls",)) for n in range(600)]
        await create_tasks(conn, viewer=people.ana, new=new, by=act())
    assert (await api.patch(await path_of(api, "calls"), json={"name": "ring"})).json()["open_count"] == 1200


async def test_labels_are_a_persons_own(api: httpx.AsyncClient) -> None:
    path = (await api.post("/api/labels", json={"name": "secret"})).headers["location"]
    for who in (BEN, ZOE):
        assert await listed(api, **who) == {}
        for answer in (
            await api.get(path, headers=who),
            await api.patch(path, json={"name": "x"}, headers=who),
            await api.delete(path, headers=who),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert await listed(api) == {"secret": 0}
    assert (await api.get("/api/labels/nonsense")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "@"}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": None}, "name"),
        ({"name": "x", "colour": "reddish"}, "colour"),
        ({"name": "x", "colour": "#12345"}, "colour"),
        ({"name": "x", "colour": 7}, "colour"),
        ({"name": "x", "position": "first"}, "position"),
        ({"name": "x", "merge": True}, "merge"),
    ],
)
async def test_labels_that_cannot_be(api: httpx.AsyncClient, conn: Conn, body: dict[str, object], field: str) -> None:
    assert failure(await api.post("/api/labels", json=body)) == (400, "BAD_REQUEST", field)
    assert await conn.fetchval("select count(*) from labels") == 0
    path = (await api.post("/api/labels", json={"name": "fine"})).headers["location"]
    if body and field != "merge":
        assert failure(await api.patch(path, json=body)) == (400, "BAD_REQUEST", field)
    assert (await api.get(path)).json()["version"] == 1

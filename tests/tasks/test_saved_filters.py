import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.tasks import NewTask, create_tasks, undo
from tasktalk.tasks.saved.saved import FILTERS, create_filter

KEYS = ["id", "name", "query", "colour", "position", "created_at", "updated_at", "version"]


async def keep(api: httpx.AsyncClient, query: str, name: str = "Mine") -> httpx.Response:
    return await api.post("/api/filters", json={"name": name, "query": query})


async def test_a_filter_from_birth_to_end(api: httpx.AsyncClient, conn: Conn) -> None:
    made = await api.post("/api/filters", json={"name": " Urgent\t", "query": " today  & p1 ", "colour": "red"})
    assert made.status_code == 201
    saved = made.json()
    assert list(saved) == KEYS
    assert (saved["name"], saved["query"], saved["colour"]) == ("Urgent", "today & p1", "red")
    path = made.headers["location"]
    shown = await api.get(path)
    assert (shown.json(), shown.headers["etag"]) == (saved, '"1"')
    changed = await api.patch(path, json={"query": "overdue", "position": 2}, headers={"if-match": '"1"'})
    assert (changed.headers["etag"], changed.json()["query"], changed.json()["name"]) == ('"2"', "overdue", "Urgent")
    assert failure(await api.patch(path, json={"name": "X"}, headers={"if-match": '"1"'}))[:2] == (409, "CONFLICT")
    assert (await api.patch(path, json={})).json() == changed.json()
    assert (await api.delete(path, headers={"if-match": '"1"'})).status_code == 409
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404
    rows = await conn.fetch("select * from journal where subject = 'filter' order by seq")
    assert [(row["verb"], row["project_id"]) for row in rows] == [(v, None) for v in ("created", "changed", "deleted")]


async def test_it_finds_its_tasks_as_the_list_does(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    new = [NewTask(title=f"Task {n}", priority=1 + n % 2) for n in range(6)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    path = (await keep(api, "p1")).headers["location"] + "/tasks"
    first = (await api.get(path, params={"limit": 2, "sort": "-title"})).json()
    rest = (await api.get(path, params={"limit": 2, "sort": "-title", "cursor": first["next"]})).json()
    assert [task["title"] for task in first["items"] + rest["items"]] == ["Task 4", "Task 2", "Task 0"]
    assert rest["next"] is None
    for query in ({"limit": "501"}, {"sort": "x"}, {"cursor": "?"}):
        assert failure(await api.get(path, params=query))[:2] == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "position"),
    [("today & bananas", 8), ("", 0), ("(p1", 0), ("p1)", 2), ("x" * 1001, 1000), ("search: \x01", 0), (" today &", 8)],
)
async def test_queries_that_cannot_be_read(api: httpx.AsyncClient, conn: Conn, query: str, position: int) -> None:
    path = (await keep(api, "p1")).headers["location"]
    for answer in (await keep(api, query), await api.patch(path, json={"query": query})):
        assert failure(answer) == (400, "BAD_REQUEST", "query")
        assert answer.json()["error"]["data"]["position"] == position
    assert await conn.fetchval("select array_agg(query) from saved_filters") == ["p1"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": "p1"}, "name"),
        ({"name": "x"}, "query"),
        ({"name": "\x00", "query": "p1"}, "name"),
        ({"name": "x" * 201, "query": "p1"}, "name"),
        ({"name": "x", "query": 1}, "query"),
        ({"name": "x", "query": "p1", "colour": "reddish"}, "colour"),
        ({"name": "x", "query": "p1", "position": []}, "position"),
        ({"name": "x", "query": "p1", "filter": "p1"}, "filter"),
    ],
)
async def test_filters_that_cannot_be(api: httpx.AsyncClient, conn: Conn, body: dict[str, object], field: str) -> None:
    assert failure(await api.post("/api/filters", json=body)) == (400, "BAD_REQUEST", field)
    assert await conn.fetchval("select count(*) from saved_filters") == 0


async def test_filters_are_a_persons_own(api: httpx.AsyncClient) -> None:
    path = (await keep(api, "p1")).headers["location"]
    for who in (BEN, ZOE):
        assert (await api.get("/api/filters", headers=who)).json() == {"items": [], "next": None}
        for answer in (
            await api.get(path, headers=who),
            await api.get(f"{path}/tasks", headers=who),
            await api.patch(path, json={"name": "x"}, headers=who),
            await api.delete(path, headers=who),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert (await api.get(path)).json()["version"] == 1
    assert (await api.get("/api/filters/nonsense/tasks")).status_code == 404


async def test_not_more_than_a_person_can_use(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    by = act()
    for n in range(FILTERS):
        await create_filter(conn, viewer=people.ana, name=f"{n}", query="p1", position=n // 2, by=by)
    assert failure(await keep(api, "p1")) == (400, "BAD_REQUEST", "name")
    names: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await api.get("/api/filters", params={"limit": "77"} | ({"cursor": cursor} if cursor else {}))).json()
        names += [saved["name"] for saved in page["items"]]
        cursor = page["next"]
    assert names == [f"{n}" for n in range(FILTERS)]
    await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
    assert (await keep(api, "p1")).status_code == 201

"""Reminders over HTTP. The clock of these routes is the real one, so all moments lie far ahead."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import People

from tasktalk.db import Conn

KEYS = ["id", "task_id", "offset", "at", "recurrence", "default", "next_at", "last_at", "version"]
DUE = {"date": "2031-12-01", "time": "09:00"}
URL = "/api/reminders"
FAR = (  # a cursor at 9999-12-31T23:59:59-14:00
    "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAwIiwgIjAxYTIxYTNlLTRkZGItNzAwMC04MDAwLWYwZmQ2YTZjODRiMyJd"
)


async def task(api: httpx.AsyncClient, **values: Any) -> str:
    made = await api.post("/api/tasks", json={"title": "Call", "due": DUE} | values)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def of_task(api: httpx.AsyncClient, task_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await api.get(URL, params={"task_id": task_id})).json()["items"]
    return items


async def test_a_reminder_from_birth_to_end(api: httpx.AsyncClient) -> None:
    task_id = await task(api)
    made = await api.post(URL, json={"task_id": task_id, "offset": "-PT90M"})
    assert made.status_code == 201
    reminder = made.json()
    assert list(reminder) == KEYS
    assert reminder | {"id": ""} == {
        "id": "",
        "task_id": task_id,
        "offset": "-PT1H30M",
        "at": None,
        "recurrence": None,
        "default": False,
        "next_at": "2031-12-01T06:30:00Z",
        "last_at": None,
        "version": 1,
    }
    path = made.headers["location"]
    assert path == f"{URL}/{reminder['id']}"
    shown = await api.get(path)
    assert (shown.json(), shown.headers["etag"]) == (reminder, '"1"')

    at = {"date": "2031-12-02", "time": "08:15", "datetime": "2031-12-02T08:15:00+01:00"}
    changed = await api.patch(path, json={"at": at, "recurrence": "freq=daily"}, headers={"if-match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert changed.json() == reminder | {
        "offset": None,
        "at": at,
        "recurrence": "FREQ=DAILY",
        "next_at": "2031-12-02T07:15:00Z",
        "version": 2,
    }
    assert failure(await api.patch(path, json={"offset": "PT0S"}, headers={"if-match": '"1"'}))[:2] == (409, "CONFLICT")
    assert failure(await api.delete(path, headers={"if-match": '"1"'}))[:2] == (409, "CONFLICT")
    same = await api.patch(path, json={"recurrence": "FREQ=DAILY"})
    assert same.json() == changed.json()
    once = await api.patch(path, json={"recurrence": None})
    assert (once.json()["recurrence"], once.json()["at"], once.json()["version"]) == (None, at, 3)
    text = await api.patch(path, json={"at": "2031-12-03T07:00:00Z"})  # an instant, as new tasks take them
    assert text.json()["at"]["datetime"] == "2031-12-03T08:00:00+01:00"
    back = await api.patch(path, json={"offset": "PT0S"})
    assert (back.json()["offset"], back.json()["at"]) == ("PT0S", None)
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_new_task_brings_its_reminders(api: httpx.AsyncClient, conn: Conn) -> None:
    task_id = await task(api, reminders=["-PT30M", "-P1D", "2031-11-30T20:00"])
    rings = [(each["offset"], each["at"], each["next_at"]) for each in await of_task(api, task_id)]
    at = {"date": "2031-11-30", "time": "20:00", "datetime": "2031-11-30T20:00:00+01:00"}
    assert rings == [
        ("-PT30M", None, "2031-12-01T07:30:00Z"),
        ("-P1D", None, "2031-11-30T08:00:00Z"),
        (None, at, "2031-11-30T19:00:00Z"),
    ]
    sets = await conn.fetch(
        "select distinct change_set from journal where task_id = $1", await conn.fetchval("select id from tasks")
    )
    assert len(sets) == 1
    wrong = await api.post("/api/tasks", json={"title": "X", "reminders": ["soon"]})
    assert failure(wrong) == (400, "BAD_REQUEST", "reminders")
    past = await api.post("/api/tasks", json={"title": "X", "reminders": ["2020-01-01T09:00"]})
    assert failure(past) == (400, "BAD_REQUEST", "at")
    assert await conn.fetchval("select count(*) from tasks") == 1


async def test_a_default_becomes_one_s_own_or_goes(api: httpx.AsyncClient) -> None:
    task_id = await task(api)
    [default] = await of_task(api, task_id)
    assert (default["default"], default["offset"]) == (True, "PT0S")
    own = await api.patch(f"{URL}/{default['id']}", json={"offset": "-PT5M"})
    assert (own.json()["default"], own.json()["offset"]) == (False, "-PT5M")
    assert await of_task(api, task_id) == [own.json()]
    assert (await api.delete(f"{URL}/{default['id']}")).status_code == 204
    [again] = await of_task(api, task_id)
    assert again["default"]
    assert (await api.delete(f"{URL}/{again['id']}")).status_code == 204
    assert await of_task(api, task_id) == []
    for answer in (
        await api.get(f"{URL}/{again['id']}"),
        await api.patch(f"{URL}/{again['id']}", json={"offset": "PT0S"}),
        await api.delete(f"{URL}/{again['id']}"),
    ):
        assert failure(answer)[:2] == (404, "NOT_FOUND")
    await api.patch(f"/api/tasks/{task_id}", json={"due": {"date": "2031-12-03", "time": "09:00"}})
    assert await of_task(api, task_id) == []


async def test_upcoming_page_by_page(api: httpx.AsyncClient) -> None:
    for minute in (3, 1, 2, 2, 5, 4):
        await task(api, due={"date": "2031-12-01", "time": f"09:0{minute}"})
    seen, cursor = [], None
    while True:
        page = (await api.get(URL, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        assert len(page["items"]) == 2
        seen += [each["next_at"][14:16] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["01", "02", "02", "03", "04", "05"]
    assert (await api.get(URL, headers=BEN)).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "at"),
        ({"offset": "PT0S", "at": DUE}, "at"),
        ({"offset": "30 minutes"}, "offset"),
        ({"offset": "-P999D"}, "offset"),
        ({"offset": "\x00"}, "offset"),
        ({"offset": "P" + "9" * 100_000 + "D"}, "offset"),
        ({"offset": "PT0S", "recurrence": "FREQ=DAILY"}, "recurrence"),
        ({"at": {"date": "2031-12-01"}}, "at"),
        ({"at": {"time": "09:00"}}, "at"),
        ({"at": {"datetime": "9999-12-31T23:59:00-12:00"}}, "at"),
        ({"at": {"date": "3000-01-01", "time": "09:00"}}, "at"),
        ({"at": DUE | {"zone": "Mars"}}, "zone"),
        ({"at": {"date": 0, "time": "09:00"}}, "at.date"),
        ({"at": {"date": "2031-12-01", "time": "09:00Z"}}, "at.time"),
        ({"at": {"datetime": "2020-01-01T00:00Z"}}, "at"),
        ({"at": "2020-01-01T00:00Z"}, "at"),
        ({"at": "soon"}, "at.datetime"),
        ({"at": DUE, "recurrence": "FREQ=SECONDLY"}, "recurrence"),
        ({"at": DUE, "recurrence": "FREQ=MINUTELY"}, "recurrence"),
        ({"at": DUE, "recurrence": "FREQ=DAILY\x00"}, "recurrence"),
        ({"at": {"date": "2020-01-01", "time": "09:00"}, "recurrence": "FREQ=DAILY;COUNT=3"}, "recurrence"),
        ({"at": DUE, "unknown": 1}, None),
        ({"offset": 5}, None),
    ],
)
async def test_bodies_that_cannot_be(
    api: httpx.AsyncClient, conn: Conn, body: dict[str, Any], field: str | None
) -> None:
    task_id = await task(api)
    [default] = await of_task(api, task_id)
    made = await api.post(URL, json={"task_id": task_id} | body)
    assert made.status_code == 400, made.text
    assert field in {None, made.json()["error"]["data"]["field"]}
    if body:
        changed = await api.patch(f"{URL}/{default['id']}", json=body)
        assert changed.status_code == 400, changed.text
    assert await conn.fetchval("select count(*) from reminders where not is_default") == 0


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "WzEsMl0"}, {"cursor": FAR}, {"limit": "0"}, {"limit": "501"}]
)
async def test_lists_that_cannot_be(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert failure(await api.get(URL, params=query))[:2] == (400, "BAD_REQUEST")


async def test_the_fence(api: httpx.AsyncClient, people: People) -> None:
    shared = await task(api, project=str(people.home), reminders=["-PT30M"])
    private = await task(api)
    [own] = await of_task(api, shared)
    [hidden] = await of_task(api, private)
    for who, ids in ((BEN, (own["id"], hidden["id"], str(uuid4()), "x")), (ZOE, (own["id"], hidden["id"]))):
        for id_ in ids:
            for answer in (
                await api.get(f"{URL}/{id_}", headers=who),
                await api.patch(f"{URL}/{id_}", json={"offset": "PT0S"}, headers=who),
                await api.delete(f"{URL}/{id_}", headers=who),
            ):
                assert failure(answer)[:2] == (404, "NOT_FOUND")
    for who, hidden_task in ((BEN, private), (ZOE, shared), (ZOE, private)):
        assert failure(await api.get(URL, params={"task_id": hidden_task}, headers=who))[:2] == (404, "NOT_FOUND")
        refused = await api.post(URL, json={"task_id": hidden_task, "offset": "PT0S"}, headers=who)
        assert failure(refused)[:2] == (404, "NOT_FOUND")
    bens = await api.post(URL, json={"task_id": shared, "offset": "PT0S"}, headers=BEN)
    assert bens.status_code == 201
    assert [each["id"] for each in await of_task(api, shared)] == [own["id"]]
    assert failure(await api.get(bens.headers["location"]))[:2] == (404, "NOT_FOUND")


async def test_a_viewer_may_be_reminded(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    shared = await task(api, project=str(people.home))
    await conn.execute("update project_members set role = 'viewer' where user_id = $1", people.ben.user_id)
    made = await api.post(URL, json={"task_id": shared, "offset": "PT0S"}, headers=BEN)
    assert made.status_code == 201


async def test_what_lies_in_the_trash_has_none(api: httpx.AsyncClient) -> None:
    task_id = await task(api, reminders=["-PT30M"])
    [own] = await of_task(api, task_id)
    await api.delete(f"/api/tasks/{task_id}")
    assert (await api.get(URL)).json()["items"] == []
    assert (await api.get(f"{URL}/{own['id']}")).status_code == 404
    assert (await api.get(URL, params={"task_id": task_id})).status_code == 404

import base64
import json
from datetime import UTC, date, datetime

import httpx
import pytest
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.tasks import NewTask, create_tasks
from tasktalk.tasks.bodies import NewTaskBody, TaskPatchBody

TASK_KEYS = [
    *("id", "title", "notes", "status", "priority", "due", "start", "deadline", "duration_minutes", "recurrence"),
    *("project", "section", "labels", "assignees", "parent_id", "subtasks_count", "attachments", "comments_count"),
    *("position", "created_at", "updated_at", "completed_at", "version", "source"),
    *("due_zone", "moved"),
]


async def test_a_task_from_birth_to_trash(api: httpx.AsyncClient, people: People) -> None:
    made = await api.post(
        "/api/tasks",
        json={"title": "Call Ben", "due": {"date": "2026-12-01", "time": "09:00"}, "project": str(people.home)},
    )
    assert made.status_code == 201
    task = made.json()
    assert list(task) == TASK_KEYS
    assert made.headers["location"] == f"/api/tasks/{task['id']}"
    assert task["due"] == {"date": "2026-12-01", "time": "09:00", "datetime": "2026-12-01T09:00:00+01:00"}
    assert task["project"] == {"id": str(people.home), "name": "Home"}
    assert task["source"] == {"channel": "api", "message_id": None}

    path = made.headers["location"]
    shown = await api.get(path)
    assert (shown.json(), shown.headers["etag"]) == (task, '"1"')

    done = await api.patch(path, json={"status": "done"}, headers={"if-match": '"1"'})
    assert done.status_code == 200
    changed = {"status", "completed_at", "updated_at", "version"}
    assert {key for key in TASK_KEYS if done.json()[key] != task[key]} == changed

    stale = await api.patch(path, json={"title": "X"}, headers={"if-match": '"1"'})
    assert stale.status_code == 409
    assert stale.json()["error"]["code"] == "CONFLICT"
    assert stale.json()["error"]["data"] == {"version": 2}

    back = await api.patch(path, json={"project": None, "due": {"datetime": "2026-12-02T23:30:00Z"}, "status": "open"})
    assert back.json()["project"] is None
    assert back.json()["due"] == {"date": "2026-12-03", "time": "00:30", "datetime": "2026-12-03T00:30:00+01:00"}

    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_lists(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    new = [NewTask(title=f"Task {n}", due_on=date(2026, 1, n + 1)) for n in range(5)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    whole = (await api.get("/api/tasks")).json()
    assert [task["title"] for task in whole["items"]] == [f"Task {n}" for n in range(5)]
    assert whole["next"] is None

    first = (await api.get("/api/tasks", params={"limit": 3, "filter": "overdue", "sort": "-due"})).json()
    rest = await api.get(
        "/api/tasks", params={"limit": 3, "filter": "overdue", "sort": "-due", "cursor": first["next"]}
    )
    titles = [task["title"] for task in first["items"] + rest.json()["items"]]
    assert titles == [f"Task {n}" for n in reversed(range(5))]

    wrong = await api.get("/api/tasks", params={"filter": "today & bananas"})
    assert wrong.status_code == 400
    error = wrong.json()["error"]
    assert (error["code"], error["data"]) == ("BAD_REQUEST", {"field": "filter", "position": 8})


@pytest.mark.parametrize(
    "query", [{"limit": "501"}, {"limit": "0"}, {"limit": "x"}, {"sort": "?"}, {"cursor": "?"}, {"filter": "x" * 2000}]
)
async def test_lists_that_cannot_be(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await api.get("/api/tasks", params=query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("sort", "keys"),
    [("position", [10**400]), ("position", ["1"]), ("title", [1]), ("due", ["x", 0, 0]), ("created", ["9999-12-31"])],
)
async def test_cursors_that_cannot_be(api: httpx.AsyncClient, people: People, sort: str, keys: list[object]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps([sort, keys, str(people.home)]).encode()).decode().rstrip("=")
    answer = await api.get("/api/tasks", params={"sort": sort, "cursor": cursor})
    assert (answer.status_code, answer.json()["error"]["data"]) == (400, {"field": "cursor"})


async def test_a_rule_alone_is_a_recurrence(api: httpx.AsyncClient) -> None:
    made = await api.post(
        "/api/tasks",
        json={"title": "Gym", "due": {"date": "2026-11-30"}, "recurrence": {"rrule": "FREQ=WEEKLY"}},
    )
    assert made.json()["recurrence"] == {"rrule": "FREQ=WEEKLY", "from": "schedule", "text": ""}
    path = made.headers["location"]
    completion = {"rrule": "FREQ=DAILY", "from": "completion"}
    changed = await api.patch(path, json={"recurrence": completion})
    assert changed.json()["recurrence"] == completion | {"text": ""}
    skipped = await api.post(f"{path}/skip")
    assert skipped.status_code == 200
    assert skipped.json()["due"] != made.json()["due"]
    assert (await api.patch(path, json={"recurrence": None})).json()["recurrence"] is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"title": null}',
        b'{"title": ""}',
        b'{"title": "x", "unknown": 1}',
        b'{"title": "x", "priority": 5}',
        b'{"title": "x", "due": {"time": "09:00"}}',
        b'{"title": "x", "due": {"date": "0001-01-01", "time": "00:00"}}',
        b'{"title": "x", "due": {"datetime": "9999-12-31T23:59:59-12:00"}}',
        b'{"title": "x", "recurrence": {"rrule": "FREQ=SECONDLY", "from": "schedule", "text": ""}}',
        b'{"title": "x", "position": 1e999}',
        b'{"title": "' + b"x" * 5000 + b'"}',
        b'{"title": "x", "labels": [""]}',
        b'{"title": "x", "duration_minutes": 99999999999999999999}',
        b'{"title": "\xe2\x80\x8b \xe2\x80\x8d"}',
        b'{"title": "x", "priority": true}',
        b'{"title": "x", "priority": "1"}',
        b'{"title": "x", "position": "1"}',
        b'{"title": "x", "deadline": 0}',
        b'{"title": "x", "due": {"date": 0}}',
        b'{"title": "x", "due": {"datetime": 0}}',
        b'{"title": "x", "due": {"date": "2026-12-01", "time": 0}}',
        b'{"title": "x", "due": {"date": "2026-12-01", "time": "09:00+01:00"}}',
        b'{"title": "x", "recurrence": {"rrule": "FREQ=DAILY", "every": "day"}}',
        b"\xff",
    ],
)
async def test_bodies_that_cannot_be(api: httpx.AsyncClient, conn: Conn, body: bytes) -> None:
    answer = await api.post("/api/tasks", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST")
    assert await conn.fetchval("select count(*) from tasks") == 0


async def test_the_fence(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    [private] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Secret")], by=act())
    [shared] = await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="Paint", project_id=people.home)], by=act()
    )
    for who, seen in (("ana", 2), ("ben", 1), ("zoe", 0)):
        header = {"authorization": who}
        assert len((await api.get("/api/tasks", headers=header)).json()["items"]) == seen
        found = await api.get(f"/api/tasks/{shared.id}", headers=header)
        assert found.status_code == (200 if seen else 404)
        if who != "ana":
            for answer in (
                await api.get(f"/api/tasks/{private.id}", headers=header),
                await api.patch(f"/api/tasks/{private.id}", json={"title": "X"}, headers=header),
                await api.delete(f"/api/tasks/{private.id}", headers=header),
            ):
                assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    into = await api.post("/api/tasks", json={"title": "X", "project_id": str(people.lair)})
    assert into.status_code == 404
    assert (await api.get("/api/tasks/not-an-id")).status_code == 404


async def test_projects(api: httpx.AsyncClient, people: People) -> None:
    made = await api.post("/api/projects", json={"name": " #Garden ", "colour": "green"})
    assert made.status_code == 201
    listed = (await api.get("/api/projects")).json()
    assert [project["name"] for project in listed["items"]] == ["Home", "Garden"]
    assert listed["next"] is None
    assert {(member["name"], member["role"]) for member in listed["items"][0]["members"]} == {
        ("Ana", "owner"),
        ("Ben", "editor"),
    }
    assert (await api.get(made.headers["location"])).json() == made.json()
    assert (await api.get(made.headers["location"], headers={"authorization": "ben"})).status_code == 404
    assert (await api.get(f"/api/projects/{people.lair}")).status_code == 404
    assert (await api.post("/api/projects", json={"name": "\x00"})).status_code == 400


def test_a_patch_says_only_what_was_sent() -> None:
    assert TaskPatchBody.model_validate({}).as_changes("UTC") == {}
    assert TaskPatchBody.model_validate({"due": None, "start": "2026-12-01"}).as_changes("UTC") == {
        "due_on": None,
        "due_time": None,
        "start_on": date(2026, 12, 1),
    }


def test_a_moment_without_offset_is_the_callers() -> None:
    body = NewTaskBody.model_validate({"title": "x", "due": {"datetime": "2026-12-01T09:00"}})
    new = body.as_new("Europe/Madrid")
    assert datetime.combine(new.due_on or date.min, new.due_time or datetime.min.time(), UTC).hour == 9

"""History, undo over HTTP, the trash, skipping, accepting and declining."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from task_people import ActMaker, People

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.ids import new_id
from tasktalk.tasks import (
    Act,
    NewTask,
    Task,
    TaskChanges,
    change_task,
    create_tasks,
    get_task,
    list_tasks,
    undo,
)
from tasktalk.tasks.journal.trash import purge_trash
from tasktalk.tasks.occurrences import skip_occurrence

WEEKLY = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "from": "schedule", "text": "every monday"}
MONDAY = date(2026, 11, 30)


async def _family(conn: Conn, viewer: Viewer, by: Act, **more: Any) -> list[Task]:
    """A task with a subtask, which has one too."""
    top = NewTask(title="Move house", **more)
    pack = NewTask(title="Pack", parent_id=top.id, project_id=top.project_id)
    return await create_tasks(conn, viewer=viewer, new=[top, pack, NewTask(title="Boxes", parent_id=pack.id)], by=by)


async def _states(conn: Conn, tasks: Sequence[Task]) -> list[tuple[str, bool]]:
    ids = [task.id for task in tasks]
    rows = await conn.fetch("select status, deleted_at is null as here from tasks where id = any($1) order by id", ids)
    return [(row["status"], row["here"]) for row in rows]


async def test_what_happens_to_a_task_happens_to_its_subtasks(conn: Conn, people: People, act: ActMaker) -> None:
    tasks = await _family(conn, people.ana, act())
    done, gone, back = act(), act(), act()
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"status": "done"}, by=done)
    assert await _states(conn, tasks) == [("done", True)] * 3
    await undo(conn, viewer=people.ana, change_set=done.change_set, by=act())
    assert await _states(conn, tasks) == [("open", True)] * 3

    await change_task(conn, viewer=people.ana, task_id=tasks[1].id, changes={"status": "done"}, by=act())
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"deleted": True}, by=gone)
    assert await _states(conn, tasks) == [("open", False), ("done", False), ("done", False)]
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"deleted": False}, by=back)
    assert await _states(conn, tasks) == [("open", True), ("done", True), ("done", True)]


async def test_what_was_deleted_before_its_parent_stays_deleted(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    tasks = await _family(conn, people.ana, act())
    earlier = Act(new_id(), "test", now - timedelta(hours=1))
    await change_task(conn, viewer=people.ana, task_id=tasks[2].id, changes={"deleted": True}, by=earlier)
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"deleted": True}, by=act())
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"deleted": False}, by=act())
    assert await _states(conn, tasks) == [("open", True), ("open", True), ("open", False)]


async def test_a_subtask_restored_without_its_parent_stands_alone(conn: Conn, people: People, act: ActMaker) -> None:
    tasks = await _family(conn, people.ana, act())
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"deleted": True}, by=act())
    alone = await change_task(conn, viewer=people.ana, task_id=tasks[1].id, changes={"deleted": False}, by=act())
    assert alone.parent_id is None
    assert await _states(conn, tasks) == [("open", False), ("open", True), ("open", True)]


async def test_a_repeating_task_begins_again_with_its_subtasks(conn: Conn, people: People, act: ActMaker) -> None:
    tasks = await _family(conn, people.ana, act(), due_on=MONDAY, recurrence=WEEKLY)
    await change_task(conn, viewer=people.ana, task_id=tasks[1].id, changes={"status": "done"}, by=act())
    await change_task(conn, viewer=people.ana, task_id=tasks[0].id, changes={"status": "done"}, by=act())
    assert await _states(conn, tasks) == [("open", True)] * 3


async def test_moving_an_occurrence_keeps_the_rule(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewTask(title="Gym", due_on=MONDAY, due_time=time(18), recurrence=WEEKLY)
    [task] = await create_tasks(conn, viewer=people.ana, new=[new], by=act())
    moved = await change_task(
        conn,
        viewer=people.ana,
        task_id=task.id,
        changes={"due_on": date(2026, 12, 3), "due_time": time(7)},
        by=act(),
    )
    assert (moved.moved, moved.recurrence) == (True, WEEKLY)
    again = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_on": date(2026, 12, 4)}, by=act())
    assert again.moved
    done = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "done"}, by=act())
    assert done.due is not None
    assert (done.due.date, done.due.time, done.moved) == (date(2026, 12, 7), "18:00", False)

    back = {"due_on": date(2026, 12, 8), "due_time": time(18)}
    await change_task(conn, viewer=people.ana, task_id=task.id, changes=back, by=act())  # type: ignore[arg-type]
    home = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_on": date(2026, 12, 7)}, by=act())
    assert not home.moved
    daily = {**WEEKLY, "rrule": "FREQ=DAILY"}
    fresh = await change_task(
        conn, viewer=people.ana, task_id=task.id, changes={"due_on": date(2026, 12, 9), "recurrence": daily}, by=act()
    )
    assert not fresh.moved
    whole: TaskChanges = {"due_on": date(2026, 12, 11), "recurrence": fresh.recurrence}  # sent along as it is
    assert (await change_task(conn, viewer=people.ana, task_id=task.id, changes=whole, by=act())).moved


async def test_skipping(conn: Conn, people: People, act: ActMaker) -> None:
    [task] = await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="Gym", due_on=MONDAY, recurrence=WEEKLY)], by=act()
    )
    by = act()
    skipped = await skip_occurrence(conn, viewer=people.ana, task_id=task.id, by=by)
    assert (skipped.due and skipped.due.date, skipped.status) == (date(2026, 12, 7), "open")
    await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
    left_out = await skip_occurrence(conn, viewer=people.ana, task_id=task.id, by=act(), on=date(2026, 12, 7))
    assert left_out.due is not None
    assert left_out.due.date == MONDAY
    done = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "done"}, by=act())
    assert done.due is not None
    assert done.due.date == date(2026, 12, 14)

    [once] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Once")], by=act())
    with pytest.raises(BadRequest):
        await skip_occurrence(conn, viewer=people.ana, task_id=once.id, by=act())
    last = {**WEEKLY, "rrule": "FREQ=WEEKLY;COUNT=1"}
    [task] = await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="Last", due_on=MONDAY, recurrence=last)], by=act()
    )
    with pytest.raises(Conflict):
        await skip_occurrence(conn, viewer=people.ana, task_id=task.id, by=act())
    with pytest.raises(NotFound):
        await skip_occurrence(conn, viewer=people.ben, task_id=task.id, by=act())


async def test_floating_and_fixed_times(api: httpx.AsyncClient) -> None:
    made = (await api.post("/api/tasks", json={"title": "Call", "due": {"date": "2026-12-01", "time": "09:00"}})).json()
    assert made["due_zone"] is None
    fixed = {"date": "2026-12-01", "time": "09:00", "zone": "Asia/Tokyo"}
    made = (await api.post("/api/tasks", json={"title": "Call", "due": fixed})).json()
    assert (made["due_zone"], made["due"]["datetime"]) == ("Asia/Tokyo", "2026-12-01T09:00:00+09:00")
    path = f"/api/tasks/{made['id']}"
    other_day = await api.patch(path, json={"due": {"date": "2026-12-02", "time": "09:00"}})
    assert (other_day.json()["due_zone"], other_day.json()["due"]["date"]) == ("Asia/Tokyo", "2026-12-02")
    free = await api.patch(path, json={"due": {"date": "2026-12-02", "time": "09:00", "zone": None}})
    assert (free.json()["due_zone"], free.json()["due"]["datetime"]) == (None, "2026-12-02T09:00:00+01:00")
    wrong = await api.patch(path, json={"due": {"date": "2026-12-02", "time": "09:00", "zone": "Mars/Base"}})
    assert wrong.status_code == 400


async def test_history_and_undo_over_http(api: httpx.AsyncClient, people: People) -> None:
    body = {"title": "Paint", "project": str(people.home), "assignees": [str(people.ben.user_id)]}
    path = (await api.post("/api/tasks", json=body)).headers["location"]
    await api.patch(path, json={"title": "Paint the wall", "priority": 1})
    said = await api.post(f"{path}/assignment", json={"answer": "accept"}, headers={"authorization": "ben"})
    assert said.status_code == 200
    whole = (await api.get(f"{path}/history", headers={"authorization": "ben"})).json()
    assert [(entry["verb"], entry["actor"]["name"]) for entry in whole["items"]] == [
        ("accepted", "Ben"),
        ("changed", "Ana"),
        ("created", "Ana"),
    ]
    changed = whole["items"][1]
    assert changed["changes"] == {"title": ["Paint", "Paint the wall"], "priority": [None, 1]}
    first = (await api.get(f"{path}/history", params={"limit": 2})).json()
    rest = (await api.get(f"{path}/history", params={"limit": 2, "cursor": first["next"]})).json()
    assert [*first["items"], *rest["items"]] == whole["items"]
    assert (await api.get(f"{path}/history", params={"cursor": "x"})).status_code == 400
    assert (await api.get(f"{path}/history", headers={"authorization": "zoe"})).status_code == 404

    # Ben answered since: the row is not as Ana left it.
    refused = await api.post("/api/undo", json={"change_set": changed["change_set"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONFLICT")
    theirs = await api.post("/api/undo", json={"change_set": changed["change_set"]}, headers={"authorization": "ben"})
    assert theirs.status_code == 404
    back = await api.post(
        "/api/undo", json={"change_set": whole["items"][0]["change_set"]}, headers={"authorization": "ben"}
    )
    assert back.status_code == 200
    undone = await api.post("/api/undo", json={"change_set": changed["change_set"]})
    assert undone.json()["changes"] == [
        {"subject": "task", "id": path.rpartition("/")[2], "title": "Paint", "verb": "changed"}
    ]
    assert (await api.get(path)).json()["title"] == "Paint"


async def test_what_was_private_before_stays_so(api: httpx.AsyncClient, people: People) -> None:
    path = (await api.post("/api/tasks", json={"title": "Present", "notes": "Ben must not know"})).headers["location"]
    await api.post("/api/comments", json={"task_id": path.rpartition("/")[2], "text": "a secret"})
    await api.patch(path, json={"title": "A present"})
    await api.patch(path, json={"notes": "", "project": str(people.home)})
    await api.patch(path, json={"priority": 1})
    ben, ana = [
        (await api.get(f"{path}/history", headers={"authorization": name})).json()["items"] for name in ("ben", "ana")
    ]
    assert [entry["verb"] for entry in ana] == ["changed", "changed", "changed", "created", "created"]
    assert ana[1]["changes"] == {"notes": ["Ben must not know", ""], "project_id": [None, str(people.home)]}
    assert [entry["verb"] for entry in ben] == ["changed", "changed"]
    arrived = ben[1]["changes"]
    assert (arrived["title"], arrived["notes"]) == ([None, "A present"], [None, ""])
    # The other way it is no secret to who was there.
    await api.patch(path, json={"project": None}, headers={"authorization": "ben"})
    taken = (await api.get(f"{path}/history", headers={"authorization": "ben"})).json()["items"]
    assert [entry["verb"] for entry in taken] == ["changed"] * 3


async def test_declining_gives_a_task_back(api: httpx.AsyncClient, people: People) -> None:
    both = [str(people.ben.user_id), str(people.ana.user_id)]
    made = await api.post("/api/tasks", json={"title": "Paint", "project": str(people.home), "assignees": both})
    path = made.headers["location"]
    said = await api.post(f"{path}/assignment", json={"answer": "decline"}, headers={"authorization": "ben"})
    assert [person["name"] for person in said.json()["assignees"]] == ["Ana"]
    twice = await api.post(f"{path}/assignment", json={"answer": "decline"}, headers={"authorization": "ben"})
    assert twice.status_code == 404
    assert (await api.post(f"{path}/assignment", json={"answer": "maybe"})).status_code == 400
    stranger = await api.post(f"{path}/assignment", json={"answer": "accept"}, headers={"authorization": "zoe"})
    assert stranger.status_code == 404


async def test_the_trash(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    mine = await _family(conn, people.ana, act())
    [shared] = await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="Ours", project_id=people.home)], by=act()
    )
    for task in (mine[0], shared):
        assert (await api.delete(f"/api/tasks/{task.id}")).status_code == 204
    listed = (await api.get("/api/trash", params={"limit": 1})).json()
    rest = (await api.get("/api/trash", params={"limit": 1, "cursor": listed["next"]})).json()
    assert [task["title"] for task in (*listed["items"], *rest["items"])] == ["Ours", "Move house"]
    assert rest["next"] is None
    bens = (await api.get("/api/trash", headers={"authorization": "ben"})).json()["items"]
    assert [task["title"] for task in bens] == ["Ours"]
    assert (await api.get("/api/trash", headers={"authorization": "zoe"})).json()["items"] == []
    assert (await api.get("/api/trash", params={"cursor": "?"})).status_code == 400
    stolen = await api.post(f"/api/tasks/{mine[0].id}/restore", headers={"authorization": "ben"})
    assert stolen.status_code == 404
    assert (await api.post(f"/api/tasks/{shared.id}/restore", headers={"authorization": "ben"})).status_code == 200
    assert (await api.get("/api/trash", headers={"authorization": "ben"})).json()["items"] == []

    gone = f"/api/trash/{shared.id}"
    assert (await api.delete(gone)).status_code == 404  # it is not there
    assert (await api.delete(f"/api/tasks/{shared.id}")).status_code == 204
    assert (await api.delete(gone, headers={"authorization": "zoe"})).status_code == 404
    assert (await api.delete(gone, headers={"authorization": "ben"})).status_code == 403  # its owners' alone
    assert (await api.delete(gone)).status_code == 204
    assert (await api.post(f"/api/tasks/{shared.id}/restore")).status_code == 404
    assert await conn.fetchval("select count(*) from journal where task_id = $1", shared.id) == 0

    deleted_at: datetime = await conn.fetchval("select deleted_at from tasks where id = $1", mine[0].id)
    assert await purge_trash(conn, before=deleted_at) == 0
    assert await purge_trash(conn, before=deleted_at + timedelta(seconds=1)) == 3
    assert await conn.fetchval("select count(*) from tasks") == 0


async def test_comments_and_labels_come_back_too(conn: Conn, people: People, act: ActMaker) -> None:
    """Whatever has whole rows in the journal can be taken back: here a comment, as any room would write it."""
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Paint", project_id=people.home)], by=act())
    made, edited, gone = act(), act(), act()
    comment = new_id()

    async def note(by: Act, before: Any, after: Any) -> None:
        await conn.execute(
            "insert into journal (at, change_set, actor_id, subject, subject_id, task_id, project_id, verb, before, "
            "after) values ($1, $2, $3, 'comment', $4, $5, $6, 'changed', $7, $8)",
            by.at,
            by.change_set,
            people.ana.user_id,
            comment,
            task.id,
            people.home,
            before,
            after,
        )

    async def row() -> Any:
        return await conn.fetchval("select to_jsonb(c) from comments c where id = $1", comment)

    await conn.execute(
        "insert into comments (id, task_id, author_id, text) values ($1, $2, $3, 'Blue?')",
        comment,
        task.id,
        people.ana.user_id,
    )
    first = await row()
    await note(made, None, first)
    await conn.execute("update comments set text = 'Green?' where id = $1", comment)
    second = await row()
    await note(edited, first, second)
    await conn.execute("delete from comments where id = $1", comment)
    await note(gone, second, None)

    with pytest.raises(Conflict):
        await undo(conn, viewer=people.ana, change_set=edited.change_set, by=act())
    back = act()
    await undo(conn, viewer=people.ana, change_set=gone.change_set, by=back)
    assert (await row())["text"] == "Green?"
    await undo(conn, viewer=people.ana, change_set=edited.change_set, by=act())
    assert (await row())["text"] == "Blue?"
    [change] = await undo(conn, viewer=people.ana, change_set=made.change_set, by=act())
    assert (change.subject, change.title, change.verb) == ("comment", "Blue?", "deleted")
    assert await row() is None
    with pytest.raises(Conflict):  # it would put a row back over one that somebody has removed since
        await undo(conn, viewer=people.ana, change_set=back.change_set, by=act())


async def test_a_purged_task_is_not_in_any_list(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="X")], by=act())
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"deleted": True}, by=act())
    assert (await list_tasks(conn, viewer=people.ana, now=now)).items == []
    with pytest.raises(NotFound):
        await get_task(conn, viewer=people.ana, task_id=UUID(int=0))


async def test_without_a_date_nothing_repeats(api: httpx.AsyncClient) -> None:
    body = {"title": "Gym", "due": {"date": "2026-11-30"}, "recurrence": WEEKLY}
    path = (await api.post("/api/tasks", json=body)).headers["location"]
    plain = (await api.patch(path, json={"due": None})).json()
    assert (plain["due"], plain["recurrence"]) == (None, None)
    again = (await api.patch(path, json={"due": None, "recurrence": WEEKLY})).json()
    assert again["recurrence"] == WEEKLY
    assert again["due"] is not None


async def test_null_empties(api: httpx.AsyncClient, people: People) -> None:
    body = {
        "title": "Paint",
        "notes": "Blue",
        "labels": ["wall"],
        "project": str(people.home),
        "assignees": [str(people.ben.user_id)],
    }
    path = (await api.post("/api/tasks", json=body)).headers["location"]
    empty = await api.patch(path, json={"notes": None, "labels": None, "assignees": None, "section": None})
    assert empty.status_code == 200, empty.text
    task = empty.json()
    assert (task["notes"], task["labels"], task["assignees"], task["section"]) == ("", [], [], None)
    bare = await api.post("/api/tasks", json={"title": "x", "notes": None, "labels": None, "assignees": None})
    assert bare.status_code == 201


async def test_an_empty_body_says_what_is_missing(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/tasks", content=b"", headers={"content-type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["data"]["field"]) == (400, "body")
    assert "required" in error["message"]

from datetime import date, datetime, time, timedelta

import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.tasks import NewTask, Task, add_member, change_task, create_tasks, list_tasks, undo
from tasktalk.tasks.projects import copying
from tasktalk.tasks.projects.copying import copy_project
from tasktalk.tasks.projects.model import Project
from tasktalk.tasks.projects.projects import change_project
from tasktalk.tasks.projects.sections import create_section
from tasktalk.tasks.reminders.model import NewReminder


async def fill(conn: Conn, people: People, act: ActMaker) -> None:
    """A small plan in Home: two columns, a task with a subtask of a subtask, one that is done."""
    for name in ("Later", "Empty"):
        await create_section(conn, viewer=people.ana, place=people.home, name=name, by=act())
    top = NewTask(
        title="Pack",
        notes="all of it",
        priority=1,
        due_on=date(2026, 12, 10),
        due_time=time(9),
        duration_minutes=30,
        labels=("trip",),
        assignees=(people.ben.user_id,),
        section="later",
        project_id=people.home,
        reminders=(NewReminder(offset=-timedelta(minutes=45)),),
    )
    sub = NewTask(title="Socks", parent_id=top.id, due_on=date(2026, 12, 8), start_on=date(2026, 12, 1))
    low = NewTask(title="Warm ones", parent_id=sub.id, deadline_on=date(2026, 12, 31))
    done = NewTask(title="Book", project_id=people.home, due_on=date(2026, 11, 1))
    fixed = NewTask(
        title="Fly",
        project_id=people.home,
        due_on=date(2026, 12, 12),
        due_time=time(6, 30),
        due_zone="Asia/Tokyo",
    )
    weekly = NewTask(
        title="Water",
        project_id=people.home,
        due_on=date(2026, 12, 14),
        recurrence={"rrule": "FREQ=WEEKLY;BYDAY=MO", "from": "schedule", "text": "mondays"},
    )
    await create_tasks(conn, viewer=people.ana, new=[top, sub, low, done, fixed, weekly], by=act())
    await change_task(conn, viewer=people.ana, task_id=done.id, changes={"status": "done"}, by=act())


async def tasks_of(conn: Conn, people: People, project: Project, now: datetime) -> dict[str, Task]:
    page = await list_tasks(conn, viewer=people.ana, now=now, limit=500)
    return {task.title: task for task in page.items if task.project and task.project.id == project.id}


async def test_a_copy_has_what_is_planned_and_nobody_of_the_people(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    await fill(conn, people, act)
    await change_project(
        conn, viewer=people.ana, project_id=people.home, changes={"icon": "🏠", "description": "Ours"}, by=act()
    )
    copy = await copy_project(conn, viewer=people.ana, project_id=people.home, name="Again", by=act())
    assert (copy.name, copy.icon, copy.description, copy.is_template) == ("Again", "🏠", "Ours", False)
    assert [member.name for member in copy.members] == ["Ana"]
    assert [section.name for section in copy.sections] == ["Later", "Empty"]

    tasks = await tasks_of(conn, people, copy, now)
    assert set(tasks) == {"Pack", "Socks", "Warm ones", "Fly", "Water"}
    pack = tasks["Pack"]
    assert (pack.notes, pack.priority, pack.labels, pack.section) == ("all of it", 1, ["trip"], "Later")
    assert (pack.assignees, pack.duration_minutes) == ([], 30)
    assert (tasks["Socks"].parent_id, tasks["Warm ones"].parent_id) == (pack.id, tasks["Socks"].id)
    assert pack.due is not None
    assert (pack.due.date, pack.due.time) == (date(2026, 12, 10), "09:00")  # without a start days stay
    offsets = await conn.fetch("select offset_seconds from reminders where task_id = $1 and not is_default", pack.id)
    assert [row["offset_seconds"] for row in offsets] == [-45 * 60]


async def test_all_days_move_together(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    await fill(conn, people, act)
    start = date(2027, 2, 3)  # 57 days after the earliest due day
    copy = await copy_project(conn, viewer=people.ana, project_id=people.home, name="Next", by=act(), start=start)
    tasks = await tasks_of(conn, people, copy, now)
    days = {title: task.due and task.due.date for title, task in tasks.items()}
    assert days["Socks"] == start
    assert days["Pack"] == date(2027, 2, 5)
    assert (tasks["Socks"].start, tasks["Warm ones"].deadline) == (date(2027, 1, 27), date(2027, 2, 26))
    assert (days["Fly"], tasks["Fly"].due_zone, tasks["Pack"].due_zone) == (date(2027, 2, 7), "Asia/Tokyo", None)
    assert days["Water"] == date(2027, 2, 15)  # the Monday that follows the 9th
    assert tasks["Water"].recurrence == {"rrule": "FREQ=WEEKLY;BYDAY=MO", "from": "schedule", "text": "mondays"}


async def test_a_template_keeps_distances_and_what_is_made_from_it_has_no_days_but_those_asked_for(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    await fill(conn, people, act)
    made = await api.post(f"/api/projects/{people.home}/copy", json={"name": "Pattern", "as_template": True})
    assert (made.status_code, made.json()["is_template"]) == (201, True)
    template = made.headers["location"]

    plain = (await api.post(f"{template}/copy", json={"name": "Undated"})).json()
    assert plain["is_template"] is False
    listed = (await api.get("/api/tasks", params={"filter": "#Undated"})).json()["items"]
    assert {task["title"] for task in listed} == {"Pack", "Socks", "Warm ones", "Fly", "Water"}
    assert {task["title"] for task in listed if task["due"]} == {"Water"}  # what recurs is always due
    assert not [task for task in listed if task["start"] or task["deadline"]]

    await api.post(f"{template}/copy", json={"name": "Dated", "start": "2027-02-03"})
    listed = (await api.get("/api/tasks", params={"filter": "#Dated"})).json()["items"]
    days = {task["title"]: task["due"]["date"] for task in listed if task["due"]}
    assert (days["Socks"], days["Pack"]) == ("2027-02-03", "2027-02-05")


async def test_a_template_does_not_ring(conn: Conn, people: People, act: ActMaker) -> None:
    await fill(conn, people, act)
    ringing = (
        "select count(*) from reminders r join tasks t on t.id = r.task_id "
        "where t.project_id = $1 and r.ring_at is not null"
    )
    copy = await copy_project(conn, viewer=people.ana, project_id=people.home, name="P", by=act(), as_template=True)
    assert await conn.fetchval(ringing, copy.id) == 0
    await change_project(conn, viewer=people.ana, project_id=copy.id, changes={"is_template": False}, by=act())
    assert await conn.fetchval(ringing, copy.id) == 2


async def test_a_copy_is_taken_back_whole(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    await fill(conn, people, act)
    before = len((await list_tasks(conn, viewer=people.ana, now=now)).items)
    copying = act()
    await copy_project(conn, viewer=people.ana, project_id=people.home, name="Oops", by=copying)
    await undo(conn, viewer=people.ana, change_set=copying.change_set, by=act())
    assert len((await list_tasks(conn, viewer=people.ana, now=now)).items) == before


async def test_who_sees_a_project_may_copy_it(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    await fill(conn, people, act)
    path, body = f"/api/projects/{people.home}/copy", {"name": "Mine"}
    assert failure(await api.post(path, json=body, headers=ZOE))[:2] == (404, "NOT_FOUND")
    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.zoe.user_id, role="viewer", now=now
    )
    copy = (await api.post(path, json=body, headers=ZOE)).json()
    assert (copy["role"], copy["open_count"], len(copy["members"])) == ("owner", 5, 1)
    for headers in ({}, BEN):
        assert (await api.get(f"/api/projects/{copy['id']}", headers=headers)).status_code == 404
    reminders = "select count(*) from reminders r join tasks t on t.id = r.task_id where t.project_id = $1"
    assert await conn.fetchval(f"{reminders} and not r.is_default", copy["id"]) == 0  # Ana's are Ana's


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x", "start": "0001-01-01"},
        {"name": "x", "start": "9999-12-31"},
        {"name": "x", "start": "soon"},
        {"name": "x", "as_template": None},
        {"name": "x", "unknown": 1},
    ],
)
async def test_copies_that_cannot_be(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker, body: dict[str, object]
) -> None:
    await fill(conn, people, act)
    before = await conn.fetchval("select count(*) from projects")
    assert failure(await api.post(f"/api/projects/{people.home}/copy", json=body))[:2] == (400, "BAD_REQUEST")
    assert await conn.fetchval("select count(*) from projects") == before


async def test_a_project_that_is_too_large_is_not_copied(
    conn: Conn, people: People, act: ActMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(conn, people, act)
    monkeypatch.setattr(copying, "MOST_TASKS", 4)
    before = await conn.fetchval("select count(*) from projects")
    with pytest.raises(BadRequest):
        await copy_project(conn, viewer=people.ana, project_id=people.home, name="x", by=act())
    assert await conn.fetchval("select count(*) from projects") == before


async def test_a_large_project_is_copied_piece_by_piece(
    conn: Conn, people: People, act: ActMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(conn, people, act)
    monkeypatch.setattr(copying, "BATCH", 2)
    copy = await copy_project(conn, viewer=people.ana, project_id=people.home, name="x", by=act())
    assert copy.open_count == 5


async def test_days_that_would_leave_the_calendar(conn: Conn, people: People, act: ActMaker) -> None:
    new = [
        NewTask(title=str(day.year), due_on=day, project_id=people.home) for day in (date(1900, 1, 1), date(2900, 1, 1))
    ]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    with pytest.raises(BadRequest):
        await copy_project(conn, viewer=people.ana, project_id=people.home, name="x", by=act(), start=date(2999, 1, 1))

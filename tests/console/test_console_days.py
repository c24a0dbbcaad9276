"""The calendar by plain forms: a task stands on its day on the person's own clock, and goes to another one."""

import re
from datetime import UTC, date, datetime, time, timedelta

from desk import Browser, Desk

from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.tasks import create_tasks


def days(page: str) -> dict[str, list[str]]:
    """The titles on each day that has any; "" is the tray."""
    found = {}
    for part in page.split('data-drop="')[1:]:
        titles = re.findall(r'class="task-title" href="[^"]+">(?:<time>.*?</time> )?(.*?)</a>', part)
        if titles:
            found[part.partition('"')[0]] = titles
    return found


async def test_tasks_stand_on_their_days_and_go_to_others(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    project = await create_project(desk.pool, viewer=ana.viewer, name="Trip", by=act)
    new = [
        NewTask(title="pack", project_id=project.id, due_on=date(2027, 2, 10)),
        # Nine in the evening in Los Angeles is the next morning in Madrid.
        NewTask(
            title="call",
            project_id=project.id,
            due_on=date(2027, 2, 11),
            due_time=time(21),
            due_zone="America/Los_Angeles",
        ),
        NewTask(title="seats", project_id=project.id),
        NewTask(title="later", project_id=project.id, due_on=date(2027, 3, 20)),
        NewTask(title="mine", due_on=date(2027, 2, 10)),
    ]
    tasks = {task.title: str(task.id) for task in await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)}
    path = f"/projects/{project.id}?view=calendar&day=2027-02-10"
    page = await ana.read(path)
    assert days(page) == {"2027-02-10": ["pack"], "2027-02-12": ["call"], "": ["seats"]}
    assert "February 2027" in page
    assert re.findall(r'class="day[^"]*near', page) == ['class="day near'] * 7
    own = "/tasks?view=upcoming&amp;as=calendar&amp;day="
    upcoming = await ana.read("/tasks?view=upcoming&as=calendar&day=2027-02-10")
    assert days(upcoming) == {"2027-02-10": ["pack", "mine"], "2027-02-12": ["call"], "": ["seats"]}
    for onward in ("2027-01-01", "2027-03-01", "2027-02-03", "2027-02-17"):
        assert f'href="{own}{onward}"' in upcoming

    for title, to in (("seats", "2027-02-12"), ("pack", "2027-02-28"), ("call", "")):
        answer = await ana.send("/calendar", on=path, task=tasks[title], to=to)
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = await ana.read(path)
    assert days(page) == {"2027-02-12": ["seats"], "2027-02-28": ["pack"], "": ["call"]}
    assert "Moved: call to No date" in page
    undo = re.search(r'formaction="(/undo/[^"]+)"', page)
    assert undo is not None
    await ana.send(undo[1], on=path)
    assert days(await ana.read(path))["2027-02-12"] == ["call", "seats"]
    await ana.send("/calendar", on=path, task=tasks["call"], to="2027-02-14")
    assert "<time>06:00</time> call" in await ana.read(path)  # the hour stays as it was

    assert (await ana.send("/calendar", on=path, task=tasks["call"], to="soon")).status_code == 400
    assert (await ana.send("/calendar", on=path, task="x", to="2027-02-14")).status_code == 404


async def test_a_calendar_opens_on_today_whatever_is_asked(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    today = (datetime.now(UTC) + timedelta(hours=1)).date()
    await create_tasks(desk.pool, viewer=ana.viewer, new=[NewTask(title="now", due_on=today)], by=act)
    for asked in ("", "&day=nonsense", "&day=9999-12-31", "&day=0001-01-01"):
        page = await ana.read(f"/tasks?view=upcoming&as=calendar{asked}")
        assert list(days(page).values()) == [["now"]]
        assert page.count("is-today") == 1

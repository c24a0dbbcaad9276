"""Many tasks at once by one form: all of them or none, and one way back."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from desk import Browser, Desk

from tasktalk.ids import new_id
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Act, NewTask, Task
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.projects.sharing.members import add_member
from tasktalk.tasks.tasks import create_tasks

INBOX = "/tasks?view=inbox"


async def choose(browser: Browser, tasks: list[Task], do: str, **fields: str) -> Any:
    """Ticks these tasks on the list and presses the button; the page that follows."""
    found = re.search(r'name="csrf" value="([^"]+)"', await browser.read(INBOX))
    assert found is not None
    data = {"csrf": found[1], "back": INBOX, "do": do, "task": [str(task.id) for task in tasks]} | fields
    answer = await browser.http.post("/bulk", data=data)
    return await browser.read(answer.headers["location"]) if answer.status_code == 303 else answer


async def look(desk: Desk, browser: Browser, tasks: list[Task]) -> list[Task]:
    assert browser.viewer is not None
    return await list_tasks_by_ids(desk.pool, viewer=browser.viewer, ids=[task.id for task in tasks], trashed=True)


@pytest.fixture
async def tasks(desk: Desk, ana: Browser, act: Act) -> list[Task]:
    assert ana.viewer is not None
    new = [
        NewTask(title="a", labels=("home", "old")),
        NewTask(title="b", due_on=date(2027, 1, 4)),
        NewTask(title="c", priority=1),
    ]
    return await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)


async def test_what_is_ticked_is_changed_together_and_taken_back_together(
    desk: Desk, ana: Browser, act: Act, tasks: list[Task]
) -> None:
    assert ana.viewer is not None
    project = await create_project(desk.pool, viewer=ana.viewer, name="Home", by=act)
    page = await ana.read(INBOX)
    assert page.count('form="bulk"') == len(tasks)
    assert f'<option value="{project.id}">Home</option>' in page
    assert '<datalist id="own-labels"><option value="home"></option><option value="old"></option></datalist>' in page
    today = (datetime.now(UTC) + timedelta(hours=1)).date()
    pair = tasks[:2]
    changes: tuple[tuple[str, dict[str, str], Any, Any], ...] = (
        ("due", {"due": "2027-05-01"}, lambda task: task.due.date, date(2027, 5, 1)),
        ("due tomorrow", {}, lambda task: task.due.date, today + timedelta(days=1)),
        ("due none", {}, lambda task: task.due, None),
        ("priority", {"priority": "2"}, lambda task: task.priority, 2),
        ("label", {"labels": "@new, OLD"}, lambda task: {"new", "old"} <= {each.lower() for each in task.labels}, True),
        ("unlabel", {"labels": "Old"}, lambda task: task.labels, [["home", "new"], ["new"]]),
        ("assign", {"assignee": str(ana.viewer.user_id)}, lambda task: task.assignees[0].name, "Ana"),
        ("assign", {"assignee": ""}, lambda task: task.assignees, []),
        ("move", {"project": str(project.id)}, lambda task: task.project.name, "Home"),
        ("move", {"project": "inbox"}, lambda task: task.project, None),
        ("complete", {}, lambda task: task.status, "done"),
    )
    for do, fields, read, wanted in changes:
        page = await choose(ana, pair, do, **fields)
        assert "2 tasks" in page, do
        values = [read(task) for task in await look(desk, ana, pair)]
        assert values in ([wanted] * 2, wanted), do
    assert (await look(desk, ana, tasks))[2].version == tasks[2].version
    page = await choose(ana, tasks[2:], "delete")
    assert "1 task deleted" in page
    page = await choose(ana, await look(desk, ana, pair), "due today")
    undo = re.search(r'formaction="(/undo/[^"]+)"', page)
    assert undo is not None
    await ana.send(undo[1])
    assert [task.due for task in await look(desk, ana, pair)] == [None, None]


async def test_every_list_suggests_the_labels_of_who_looks_alone(
    desk: Desk, ana: Browser, ben: Browser, act: Act, tasks: list[Task]
) -> None:
    assert tasks
    assert ben.viewer is not None
    await create_tasks(desk.pool, viewer=ben.viewer, new=[NewTask(title="his", labels=("fish",))], by=act)
    for address in (INBOX, "/tasks?view=all", "/find?q=all"):
        assert '<option value="home">' in await ana.read(address), address
        assert '<datalist id="own-labels"><option value="fish"></option></datalist>' in await ben.read(address), address


async def test_what_not_all_can_have_none_gets(
    desk: Desk, ana: Browser, ben: Browser, act: Act, tasks: list[Task]
) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    shared = await create_project(desk.pool, viewer=ana.viewer, name="Shared", by=act)
    who = {"user_id": ben.viewer.user_id, "role": "viewer", "now": act.at}
    await add_member(desk.pool, viewer=ana.viewer, project_id=shared.id, **who)  # type: ignore[arg-type]
    new = [NewTask(title="ours", project_id=shared.id)]
    ours = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    own = await create_tasks(desk.pool, viewer=ben.viewer, new=[NewTask(title="his")], by=act)
    before = await look(desk, ana, [*tasks, *ours])
    for do, fields, said in (
        ("assign", {"assignee": str(ben.viewer.user_id)}, "Only people who share"),
        ("due", {"due": "soon"}, "A day is written as"),
        ("priority", {"priority": "9"}, "A priority is 1 to 4"),
        ("label", {"labels": " , "}, "Name a label"),
        ("label", {"labels": "x" * 2000}, "failed"),
        ("dance", {}, "Say what to do"),
    ):
        page = await choose(ana, [*tasks, *ours], do, **fields)
        assert said in page, do
        assert 'class="toast failed"' in page, do
    assert "Select tasks first" in await choose(ana, [], "delete")
    assert 'class="toast failed"' in await choose(ben, [*own, *ours], "complete")  # he may only look
    for browser, some in ((ben, [*own, *tasks]), (ana, [*tasks, *own])):
        assert (await choose(browser, some, "delete")).status_code == 404
    assert (await choose(ana, tasks, "move", project=str(new_id()))).status_code == 404
    assert await look(desk, ana, [*tasks, *ours]) == before
    assert [task.status for task in await look(desk, ben, own)] == ["open"]


async def test_the_shortcuts_have_a_page_of_their_own(ana: Browser) -> None:
    page = await ana.read("/shortcuts")
    assert "<kbd>g</kbd><kbd>t</kbd>" in page
    assert 'href="/shortcuts"' in await ana.read("/")

"""What a row of a list says beside its title: when, where its heading does not say so already, and part of what."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk import Browser, Desk

from tasktalk.console.colours import hues_of
from tasktalk.console.when import heading
from tasktalk.console.words import speech_of
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.tasks import create_tasks

_ROW = re.compile(r'<li id="t-[^"]+" data-task(?: class="in-(\d)")?>(.*?)</li>', re.DOTALL)
_TITLE = re.compile(r'class="task-title" href="[^"]+">(.*?)</a>')
_FACT = re.compile(r'class="fact[^"]*"[^>]*><svg.*?</svg>(?:<span class="cut">)?(.*?)</', re.DOTALL)


def rows(page: str) -> dict[str, tuple[int, list[str]]]:
    """How far in each title stands, and what is said beside it but for the project."""
    found = {}
    for depth, row in _ROW.findall(page):
        title = _TITLE.search(row)
        assert title is not None
        found[title[1]] = int(depth or 0), _FACT.findall(row)
    return found


async def test_a_day_that_the_heading_names_is_not_said_again(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    today = datetime.now(ZoneInfo(ana.viewer.timezone)).date()
    new = [
        NewTask(title="late", due_on=today - timedelta(days=1), due_time=time(8)),
        NewTask(title="now", due_on=today),
        NewTask(title="tonight", due_on=today, due_time=time(23, 59)),
        NewTask(title="soon", due_on=today + timedelta(days=1), due_time=time(9, 30)),
        NewTask(title="far", due_on=today + timedelta(days=40), due_time=time(10)),
    ]
    await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    assert [facts for _, facts in rows(await ana.read("/")).values()] == [["Yesterday 08:00"], ["23:59"], []]
    upcoming = rows(await ana.read("/tasks?view=upcoming"))
    assert {title: facts for title, (_, facts) in upcoming.items()} == {
        "now": [],
        "tonight": ["23:59"],
        "soon": ["09:30"],
        "far": ["10:00"],
    }
    found = rows(await ana.read("/tasks?view=all"))
    assert (found["soon"][1], found["tonight"][1]) == (["09:30"], ["23:59"])
    assert found["far"][1][0].endswith(" 10:00"), "Later is no day"
    assert found["far"][1] != ["10:00"]


async def test_a_list_without_a_heading_says_the_day(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    today = datetime.now(ZoneInfo(ana.viewer.timezone)).date()
    await create_tasks(desk.pool, viewer=ana.viewer, new=[NewTask(title="now", due_on=today)], by=act)
    assert rows(await ana.read("/")) == {"now": (0, [])}  # the page is called Today
    assert rows(await ana.read("/tasks?view=inbox")) == {"now": (0, ["Today"])}


async def test_a_day_on_another_clock_than_the_heading_is_said(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    day = (datetime.now(UTC) + timedelta(days=20)).date()
    new = NewTask(title="call", due_on=day, due_time=time(21), due_zone="America/Los_Angeles")
    await create_tasks(desk.pool, viewer=ana.viewer, new=[new], by=act)
    ((_, (words,)),) = rows(await ana.read("/tasks?view=upcoming")).values()
    assert words.startswith(f"{(day + timedelta(days=1)).day} ")


async def test_subtasks_stand_under_what_they_are_part_of_or_name_it(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    today = datetime.now(ZoneInfo(ana.viewer.timezone)).date()
    project = (await create_project(desk.pool, viewer=ana.viewer, name="Trip", by=act)).id
    new = [
        NewTask(title="hotel <b>", project_id=project, due_on=today + timedelta(days=4)),
        NewTask(title="other", project_id=project),
    ]
    hotel, _ = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    new = [
        NewTask(title="ask Paul", parent_id=hotel.id, due_on=today + timedelta(days=1)),
        NewTask(title="same days", parent_id=hotel.id, due_on=today + timedelta(days=5)),
        NewTask(title="compare", parent_id=hotel.id),
    ]
    *_, compare = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    await create_tasks(desk.pool, viewer=ana.viewer, new=[NewTask(title="prices", parent_id=compare.id)], by=act)
    page = await ana.read(f"/projects/{project}")
    found = rows(page)
    assert [(title, depth) for title, (depth, _) in found.items()] == [
        ("ask Paul", 0),
        ("hotel &lt;b&gt;", 0),
        ("same days", 1),
        ("compare", 1),
        ("prices", 2),
        ("other", 0),
    ]
    assert found["ask Paul"][1] == ["hotel &lt;b&gt;"]
    assert f'href="/tasks/{hotel.id}" aria-label="Subtask of hotel &lt;b&gt;"' in page
    assert "Subtask of compare</span>" in page, "what is seen by its place is told to who hears it"
    assert rows(await ana.read("/tasks?view=all"))["prices"][0] == 2
    days = rows(await ana.read("/tasks?view=upcoming"))
    assert days["same days"] == (0, ["hotel &lt;b&gt;"])
    assert rows(await ana.read("/find?q=compare"))["compare"][1][0] == "hotel &lt;b&gt;"


async def test_subtasks_stand_under_what_they_are_part_of_in_sections_too(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    today = datetime.now(ZoneInfo(ana.viewer.timezone)).date()
    project = (await create_project(desk.pool, viewer=ana.viewer, name="Trip", by=act)).id
    new = [NewTask(title="pack", project_id=project), NewTask(title="hotel", project_id=project, section="Doing")]
    pack, hotel = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    new = [
        NewTask(title="ask Paul", parent_id=hotel.id, due_on=today + timedelta(days=1)),
        NewTask(title="socks", parent_id=pack.id),
        NewTask(title="shoes", parent_id=pack.id),
    ]
    *_, shoes = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    await change_task(desk.pool, viewer=ana.viewer, task_id=shoes.id, changes={"status": "done"}, by=act)
    page = await ana.read(f"/projects/{project}")
    assert [(title, depth) for title, (depth, _) in rows(page).items()] == [
        ("pack", 0),
        ("socks", 1),
        ("hotel", 0),
        ("ask Paul", 1),
    ]
    assert re.findall(r"<h2>(.*?)</h2>", page) == ["Doing"]


async def test_an_open_subtask_of_what_is_done_stands_alone(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    project = (await create_project(desk.pool, viewer=ana.viewer, name="Trip", by=act)).id
    new = [NewTask(title="pack", project_id=project), NewTask(title="hotel", project_id=project, section="Doing")]
    pack, _ = await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)
    (socks,) = await create_tasks(desk.pool, viewer=ana.viewer, new=[NewTask(title="socks", parent_id=pack.id)], by=act)
    await change_task(desk.pool, viewer=ana.viewer, task_id=pack.id, changes={"status": "done"}, by=act)
    await change_task(desk.pool, viewer=ana.viewer, task_id=socks.id, changes={"status": "open"}, by=act)
    assert rows(await ana.read(f"/projects/{project}")) == {"socks": (0, ["pack"]), "hotel": (0, [])}


async def test_a_parent_that_is_not_theirs_to_see_has_no_name(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    zoe = await desk.person("Zoe")
    assert zoe.viewer is not None
    (secret,) = await create_tasks(desk.pool, viewer=zoe.viewer, new=[NewTask(title="secret")], by=act)
    (mine,) = await create_tasks(desk.pool, viewer=ana.viewer, new=[NewTask(title="mine")], by=act)
    await desk.pool.execute(
        "update tasks set parent_id = $2 where id = $1", mine.id, secret.id
    )  # as a race may leave it
    for path in ("/tasks?view=inbox", "/find?q=mine", f"/tasks/{mine.id}"):
        page = await ana.read(path)
        assert "mine" in page
        assert "secret" not in page, path


def test_a_heading_of_another_year_says_which() -> None:
    assert heading(date(2027, 1, 20), date(2026, 12, 1), speech_of("en")) == "Wednesday 20 Jan 2027"
    assert heading(date(2026, 12, 20), date(2026, 12, 1), speech_of("en")) == "Sunday 20 Dec"


def test_a_colour_that_was_chosen_is_not_given_to_another_project() -> None:
    assert hues_of([None, None, None, "#d9822b"]) == [0, 3, 2, "orange"]
    assert hues_of([None] * 9) == [0, 1, 2, 3, 4, 5, 6, 7, 0]

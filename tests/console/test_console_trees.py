"""No open task is out of sight: pages of subtasks, boards and trays with what is part of something done."""

import re
from datetime import UTC, date, datetime

import pytest
from desk import Browser, Desk

from tasktalk.accounts.access import Viewer
from tasktalk.console import lists
from tasktalk.console.pages import calendar
from tasktalk.ids import new_id
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import Project, create_project
from tasktalk.tasks.projects.sections import create_section
from tasktalk.tasks.tasks import create_tasks

_ROW = re.compile(
    r'<li id="t-[^"]+" data-task(?: class="in-(\d)")?>.*?class="task-title" href="[^"]+">(.*?)</a>', re.DOTALL
)
_TITLE = re.compile(r'class="task-title" href="[^"]+">(.*?)</a>')
_MORE = re.compile(r'<div class="more"><a class="button" href="([^"]+)">Show more</a>')


def viewer_of(browser: Browser) -> Viewer:
    assert browser.viewer is not None
    return browser.viewer


def groups(page: str) -> list[tuple[str, list[tuple[str, int]]]]:
    """The headings, and under each its titles with how far in they stand."""
    found = []
    for part in page.split('<section class="group">')[1:]:
        heading = re.search(r"<h2>(.*?)</h2>", part)
        found.append((heading[1] if heading else "", [(title, int(depth or 0)) for depth, title in _ROW.findall(part)]))
    return found


@pytest.fixture
async def trip(desk: Desk, ana: Browser, act: Act) -> Project:
    return await create_project(desk.pool, viewer=viewer_of(ana), name="Trip", by=act)


async def walk(browser: Browser, path: str) -> tuple[list[str], list[list[tuple[str, list[tuple[str, int]]]]]]:
    """The pages that `Show more` leads to, and their groups."""
    addresses, pages, following = list[str](), [], [path]
    while following:
        addresses += following
        page = await browser.read(following[0])
        pages.append(groups(page))
        following = _MORE.findall(page)
        assert len(pages) < 20
    return addresses, pages


async def test_pages_of_sections_lead_to_every_subtask(
    desk: Desk, ana: Browser, act: Act, trip: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 4)
    viewer, by = viewer_of(ana), act
    for name in ("To do", "Doing", "Later"):
        await create_section(desk.pool, viewer=viewer, place=trip.id, name=name, by=by)
    tops = [NewTask(title=title, project_id=trip.id, section=title[1:]) for title in ("aTo do", "bTo do", "cDoing")]
    under = [NewTask(title=f"a{number}", parent_id=tops[0].id, section="Later", position=number) for number in range(6)]
    deep = [NewTask(title=f"a2{number}", parent_id=under[2].id, position=number) for number in range(3)]
    await create_tasks(desk.pool, viewer=viewer, new=[*tops, *under, *deep], by=by)
    addresses, pages = await walk(ana, f"/projects/{trip.id}")
    assert pages == [
        [("To do", [("aTo do", 0), ("a0", 1), ("a1", 1), ("a2", 1)])],
        [("To do", [("aTo do", 0), ("a2", 1), ("a20", 2), ("a21", 2), ("a22", 2), ("a3", 1)])],
        [("To do", [("aTo do", 0), ("a4", 1), ("a5", 1), ("bTo do", 0)]), ("Doing", [("cDoing", 0)])],
    ]
    # A heading counts only what it can: of its first page that much and more, of the later ones nothing.
    heads = re.compile(r'</h2><span class="count">(.*?)<')
    assert [heads.findall(await ana.read(path)) for path in addresses] == [["4+"], [], ["1"]]
    # What a page left off at may have become smaller meanwhile: what follows is not passed over.
    await change_task(desk.pool, viewer=viewer, task_id=tops[0].id, changes={"status": "done"}, by=by)
    assert groups(await ana.read(f"/projects/{trip.id}?after=0.6")) == [("Doing", [("cDoing", 0)])]
    for cursor in ("x", "1.2.3", "-1", "9" * 12, "0." + "9" * 12):
        assert (await ana.open(f"/projects/{trip.id}?after={cursor}")).status_code == 400
    assert groups(await ana.read(f"/projects/{trip.id}?after=999999999.999999999")) == []


async def test_a_task_with_very_many_subtasks_hides_none(desk: Desk, ana: Browser, act: Act, trip: Project) -> None:
    viewer = viewer_of(ana)
    top = NewTask(title="pack", project_id=trip.id, section="To do")
    things = [NewTask(title=f"thing {number:03}", parent_id=top.id, position=number) for number in range(230)]
    await create_tasks(desk.pool, viewer=viewer, new=[top, *things], by=act)
    names = [thing.title for thing in things]
    for path in (f"/projects/{trip.id}", f"/tasks/{top.id}"):
        shown = []
        next_page = [path]
        while next_page:
            page = await ana.read(next_page[0])
            next_page = _MORE.findall(page)
            shown += [title for title in _TITLE.findall(page) if title != "pack"]
        assert shown == names, path
    for cursor in ("x", "-1", "9" * 12):
        assert (await ana.open(f"/tasks/{top.id}?steps={cursor}")).status_code == 400


async def test_an_open_subtask_of_what_is_done_is_on_the_board_and_in_the_tray(
    desk: Desk, ana: Browser, act: Act, trip: Project
) -> None:
    viewer = viewer_of(ana)
    todo = {"project_id": trip.id, "section": "To do"}
    tops = [NewTask(title="pack <b>", **todo), NewTask(title="hotel", **todo)]  # type: ignore[arg-type]
    under = [NewTask(title=title, parent_id=tops[0].id, section="To do") for title in ("socks", "shoes")]
    under.append(NewTask(title="ask Paul", parent_id=tops[1].id, section="To do"))
    under.append(NewTask(title="wool", parent_id=under[0].id))
    await create_tasks(desk.pool, viewer=viewer, new=[*tops, *under], by=act)
    board, calendar_page = f"/projects/{trip.id}?view=board", f"/projects/{trip.id}?view=calendar"
    for path in (board, calendar_page):
        assert _TITLE.findall(await ana.read(path)) == ["pack &lt;b&gt;", "hotel"]
    await change_task(desk.pool, viewer=viewer, task_id=tops[0].id, changes={"status": "done"}, by=act)
    for step in (under[0], under[3]):
        await change_task(desk.pool, viewer=viewer, task_id=step.id, changes={"status": "open"}, by=act)
    page = await ana.read(board)
    assert _TITLE.findall(page) == ["hotel", "socks"]
    assert f'<a class="fact" href="/tasks/{tops[0].id}" aria-label="Subtask of pack &lt;b&gt;">' in page
    assert _TITLE.findall(await ana.read(calendar_page)) == ["hotel", "socks"]
    # It lies among the cards: one can be put behind it, and it is put before another.
    await create_tasks(desk.pool, viewer=viewer, new=[NewTask(title="map", **todo)], by=again())  # type: ignore[arg-type]
    (section,) = re.findall(r'data-drop="([^"]+)" data-name="To do"', page)
    cards = f"/projects/{trip.id}/cards"
    map_id = re.findall(r'<li[^>]+data-card="([^"]+)"', await ana.read(board))[2]
    await ana.send(cards, on=board, task=str(tops[1].id), to=section, after=str(under[0].id))
    assert _TITLE.findall(await ana.read(board)) == ["socks", "hotel", "map"]
    await ana.send(cards, on=board, task=map_id, to=section, after=str(under[0].id))
    assert _TITLE.findall(await ana.read(board)) == ["socks", "map", "hotel"]
    await ana.send(cards, on=board, task=str(under[0].id), to=section, after="last")
    assert _TITLE.findall(await ana.read(board)) == ["map", "hotel", "socks"]


async def test_a_calendar_that_holds_not_all_says_so(
    desk: Desk, ana: Browser, trip: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "TRAY", 3)
    monkeypatch.setattr(calendar, "MOST", 1)
    places = (
        (f"/projects/{trip.id}?view=calendar&day=2027-02-10", f'<a href="/projects/{trip.id}">More in the list</a>'),
        ("/tasks?view=upcoming&as=calendar&day=2027-02-10", '<a href="/tasks?view=all">More in the list</a>'),
    )
    rounds = (
        (["a", "b", "c"], None, 3, 0),
        (["d"], None, 3, 1),  # behind the tray
        (["e"], date(2027, 2, 10), 4, 1),
        (["f"], date(2027, 2, 11), 4, 2),  # and over the month
    )
    for titles, due_on, shown, told in rounds:
        new = [NewTask(title=title, project_id=trip.id, due_on=due_on) for title in titles]
        await create_tasks(desk.pool, viewer=viewer_of(ana), new=new, by=again())
        for path, more in places:
            page = await ana.read(path)
            assert (len(_TITLE.findall(page)), page.count(more)) == (shown, told), (titles, path)


def again() -> Act:
    """A moment later."""
    return Act(new_id(), "web", datetime.now(UTC))

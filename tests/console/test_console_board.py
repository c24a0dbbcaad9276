"""The board by plain forms: cards keep the order they are given, columns are made and moved, the fence holds."""

import re
from datetime import UTC, datetime

import pytest
from desk import Browser, Desk

from tasktalk.ids import new_id
from tasktalk.tasks.model import Act, NewTask, Task
from tasktalk.tasks.projects.ordering import arrange
from tasktalk.tasks.projects.projects import Project, create_project
from tasktalk.tasks.projects.sharing.members import add_member
from tasktalk.tasks.tasks import create_tasks

HOSTILE = "<script>alert('1')</script> {{ 7 * 191 }}"


def columns(page: str) -> dict[str, list[str]]:
    """The titles under each column's name."""
    found = {}
    for part in page.split('<section class="column"')[1:]:
        name = re.search(r"<h2[^>]*>(.*?)</h2>", part)
        assert name is not None
        found[name[1]] = re.findall(r'class="task-title" href="[^"]+">(.*?)</a>', part)
    return found


def section(page: str, name: str) -> str:
    found = re.search(rf'data-drop="([^"]+)" data-name="{re.escape(name)}"', page)
    assert found is not None
    return found[1]


@pytest.fixture
async def home(desk: Desk, ana: Browser, act: Act) -> Project:
    assert ana.viewer is not None
    return await create_project(desk.pool, viewer=ana.viewer, name="Home", by=act)


@pytest.fixture
async def tasks(desk: Desk, ana: Browser, act: Act, home: Project) -> list[Task]:
    """One batch: they share a position."""
    assert ana.viewer is not None
    new = [NewTask(title=title, project_id=home.id, section="To do") for title in "abcd"]
    return await create_tasks(desk.pool, viewer=ana.viewer, new=new, by=act)


async def test_cards_are_moved_and_keep_their_order(ana: Browser, home: Project, tasks: list[Task]) -> None:
    path = f"/projects/{home.id}?view=board"
    a, b, c, d = (str(task.id) for task in tasks)
    todo = section(await ana.read(path), "To do")

    async def move(task: str, to: str, after: str) -> dict[str, list[str]]:
        answer = await ana.send(f"/projects/{home.id}/cards", on=path, task=task, to=to, after=after)
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        return columns(await ana.read(path))

    assert await move(d, todo, a) == {"To do": ["a", "d", "b", "c"]}
    assert await move(c, todo, "first") == {"To do": ["c", "a", "d", "b"]}
    assert await move(c, todo, d) == {"To do": ["a", "d", "c", "b"]}
    assert await move(b, "", "last") == {"No section": ["b"], "To do": ["a", "d", "c"]}
    assert await move(a, "", b) == {"No section": ["b", "a"], "To do": ["d", "c"]}
    assert await move(a, todo, b) == {"No section": ["b"], "To do": ["d", "c", "a"]}  # b is not there: the last
    listed = await ana.read(f"/projects/{home.id}")
    assert re.findall(r'class="task-title" href="[^"]+">(.*?)</a>', listed) == ["b", "d", "c", "a"]
    assert re.findall(r"<h2>(.*?)</h2>", listed) == ["To do"]
    await ana.send(f"/projects/{home.id}/cards", on=path, task=d, to="", after="first")
    page = await ana.read(path)
    assert columns(page) == {"No section": ["d", "b"], "To do": ["c", "a"]}
    taken = re.search(r'formaction="(/undo/[^"]+)"', page)
    assert taken is not None
    await ana.send(taken[1], on=path)
    assert columns(await ana.read(path)) == {"No section": ["b"], "To do": ["d", "c", "a"]}
    assert f'value="{c} {todo} {a}"' in page  # the buttons up and down name a neighbour
    await ana.send(f"/projects/{home.id}/cards", on=path, move=f"{c} - first")
    assert columns(await ana.read(path)) == {"No section": ["c", "b"], "To do": ["d", "a"]}


@pytest.mark.usefixtures("tasks")
async def test_columns_are_made_renamed_moved_and_taken_away(ana: Browser, home: Project) -> None:
    path, sections = f"/projects/{home.id}?view=board", f"/projects/{home.id}/sections"
    for name in ("Doing", HOSTILE):
        assert (await ana.send(sections, on=path, name=name)).status_code == 303
    page = await ana.read(path)
    assert list(columns(page))[:2] == ["To do", "Doing"]
    assert "<script>alert" not in page
    assert "1337" not in page
    doing = section(page, "Doing")
    assert (await ana.send(f"{sections}/{doing}/left", on=path)).status_code == 303
    assert list(columns(await ana.read(path)))[:2] == ["Doing", "To do"]
    assert (await ana.send(f"{sections}/{doing}", on=path, name="In hand")).status_code == 303
    for address in (sections, f"{sections}/{doing}"):
        answer = await ana.send(address, on=path, name="to do")
        assert answer.status_code == 409
        assert 'value="to do"' in answer.text  # the form is kept as it was
        assert 'role="alert"' in answer.text
    assert (await ana.send(sections, on=path, name="x" * 2000)).status_code == 400
    await ana.send(f"/projects/{home.id}/cards/new", on=path, to=doing, title="by hand tomorrow")
    assert columns(await ana.read(path))["In hand"] == ["by hand tomorrow"]
    todo = section(await ana.read(path), "To do")
    assert (await ana.send(f"{sections}/{todo}/delete", on=path)).status_code == 303
    assert columns(await ana.read(path))["No section"] == ["a", "b", "c", "d"]
    for address in (f"{sections}/{todo}/delete", f"{sections}/{doing}/sideways", f"{sections}/{new_id()}"):
        assert (await ana.send(address, on=path, name="x")).status_code == 404


async def test_a_board_is_moved_by_those_alone_who_may(
    desk: Desk, ana: Browser, ben: Browser, home: Project, tasks: list[Task]
) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    act = Act(new_id(), "web", datetime.now(UTC))
    path, cards = f"/projects/{home.id}?view=board", f"/projects/{home.id}/cards"
    section_id = section(await ana.read(path), "To do")
    changes = (
        (cards, {"task": str(tasks[0].id), "to": section_id, "after": "last"}),
        (f"{cards}/new", {"title": "x"}),
        (f"/projects/{home.id}/sections", {"name": "x"}),
        (f"/projects/{home.id}/sections/{section_id}", {"name": "x"}),
        (f"/projects/{home.id}/sections/{section_id}/delete", {}),
        ("/calendar", {"task": str(tasks[0].id), "to": "2026-11-27"}),
    )
    assert (await ben.open(path)).status_code == 404
    for address, fields in changes:
        assert (await ben.send(address, **fields)).status_code == 404
    who = {"user_id": ben.viewer.user_id, "role": "viewer", "now": act.at}
    await add_member(desk.pool, viewer=ana.viewer, project_id=home.id, **who)  # type: ignore[arg-type]
    page = await ben.read(path)
    assert columns(page) == {"To do": ["a", "b", "c", "d"]}
    assert "data-card" not in page
    assert "data-card" in await ana.read(path)
    for address, fields in changes:
        assert (await ben.send(address, **fields)).status_code == 403
    other = await create_project(desk.pool, viewer=ana.viewer, name="Other", by=act)
    wrong = await ana.send(f"/projects/{other.id}/cards", task=str(tasks[0].id), to="", after="last")
    assert wrong.status_code == 400
    for fields in ({"task": "x"}, {"task": str(tasks[0].id), "to": str(new_id())}, {"task": str(new_id())}):
        assert (await ana.send(cards, **fields)).status_code == 404
    assert columns(await ana.read(path)) == {"To do": ["a", "b", "c", "d"]}


def test_room_is_made_where_there_is_none() -> None:
    assert arrange([], 0) == (None, {})
    assert arrange([1.0, 2.0], 1) == (1.5, {})
    position, moved = arrange([5.0, 5.0, 5.0, 9.0], 1)
    assert position is not None
    assert moved.keys() == {1, 2}
    assert 5.0 < position < moved[1] < moved[2] < 9.0
    now = 1.8e9
    for place in (0, 1, 2):
        positions = [now, now]
        for _ in range(500):  # however often it is done at the same place
            at, others = arrange(positions, place)
            assert at is not None
            for index, value in others.items():
                positions[index] = value
            positions.insert(place, at)
            assert place == 0 or positions[place - 1] < at
            assert sorted(positions[place:]) == positions[place:]

"""One task on its own page: seen, changed, spoken about, finished, by those whose it is."""

from datetime import date, time
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from desk import Browser, Desk

from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.tasks import create_tasks


@pytest.fixture
async def task_id(desk: Desk, ana: Browser, act: Act) -> UUID:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        new = [NewTask(title="Paint <the> door", labels=("home",))]
        (task,) = await create_tasks(conn, viewer=ana.viewer, new=new, by=act)
    return task.id


def form(**changed: str) -> dict[str, str]:
    fields = ("notes", "due", "time", "priority", "project", "section", "start", "deadline", "repeat")
    return dict.fromkeys(fields, "") | {"title": "Paint the door", "labels": "home", "version": "1"} | changed


async def row_of(desk: Desk, task_id: UUID) -> Any:
    return await desk.pool.fetchrow("select * from tasks where id = $1", task_id)


async def test_every_field_is_shown_and_saved_and_taken_back(ana: Browser, desk: Desk, task_id: UUID) -> None:
    place = f"/tasks/{task_id}"
    page = await ana.read(place)
    assert "<h1>Paint &lt;the&gt; door</h1>" in page
    wanted = form(
        due="2026-12-01", time="17:00", priority="2", labels="home, @shed", repeat="FREQ=WEEKLY", notes="Green"
    )
    answer = await ana.send(place, on=place, **wanted)
    assert answer.status_code == 303, answer.text
    row = await row_of(desk, task_id)
    assert (row["title"], row["priority"], row["labels"], row["notes"]) == (
        "Paint the door",
        2,
        ["home", "shed"],
        "Green",
    )
    assert row["recurrence"]["rrule"].startswith("FREQ=WEEKLY")
    page = await ana.read(place)
    assert 'value="2026-12-01"' in page
    assert "Changed: " in page
    undo = page.partition('formaction="/undo/')[2].partition('"')[0]
    assert (await ana.send(f"/undo/{undo}", on=place)).status_code == 303
    assert (await row_of(desk, task_id))["title"] == "Paint <the> door"


async def test_what_cannot_be_is_told_in_place_and_the_form_kept(ana: Browser, desk: Desk, task_id: UUID) -> None:
    place = f"/tasks/{task_id}"
    for wrong in (
        {"due": "tomorrow"},
        {"time": "17:00"},
        {"priority": "9"},
        {"repeat": "FREQ=SECONDLY"},
        {"title": " "},
    ):
        answer = await ana.send(place, on=place, **form(notes="kept <b>", **wrong))
        assert answer.status_code == 400, wrong
        assert 'role="alert"' in answer.text
        assert "kept &lt;b&gt;" in answer.text
    assert (await row_of(desk, task_id))["version"] == 1


async def test_somebody_elses_change_is_not_written_over(ana: Browser, desk: Desk, task_id: UUID) -> None:
    place = f"/tasks/{task_id}"
    await ana.send(place, on=place, **form(title="First"))
    late = await ana.send(place, on=place, **form(title="Second", version="1"))
    assert late.status_code == 409
    assert (await row_of(desk, task_id))["title"] == "First"
    assert (await ana.send(place, on=place, **form(title="Third", version="9" * 5000))).status_code == 303


async def test_steps_comments_and_the_trash(ana: Browser, desk: Desk, task_id: UUID) -> None:
    place = f"/tasks/{task_id}"
    assert (await ana.send(f"{place}/subtasks", on=place, step="Sand it")).status_code == 303
    assert (await ana.send(f"{place}/comments", on=place, text="In the <shed>")).status_code == 303
    page = await ana.read(place)
    assert "Sand it" in page
    assert "In the &lt;shed&gt;" in page
    assert (await ana.send(f"{place}/comments", on=place, text="")).status_code == 400
    assert (await ana.send(f"{place}/delete", on=place)).status_code == 303
    assert (await ana.open(place)).status_code == 404
    assert (await row_of(desk, task_id))["deleted_at"] is not None


async def test_it_is_nobody_elses(ben: Browser, desk: Desk, task_id: UUID) -> None:
    place = f"/tasks/{task_id}"
    assert (await ben.open(place)).status_code == 404
    for path in (place, f"{place}/comments", f"{place}/subtasks", f"{place}/delete"):
        assert (await ben.send(path, **form(text="x", step="x"))).status_code == 404, path
    assert (await row_of(desk, task_id))["version"] == 1


async def test_saving_what_was_not_touched_changes_nothing(ana: Browser, ben: Browser, desk: Desk, act: Act) -> None:
    """Also of a task in an archived project, given to somebody, with lines, a time and a rule of its own."""
    assert ana.viewer is not None
    assert ben.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        shed = await create_project(conn, viewer=ana.viewer, name="Shed", by=act)
        await conn.execute("insert into project_members values ($1, $2, 'editor')", shed.id, ben.viewer.user_id)
        new = NewTask(
            title="Oil the hinges",
            notes="  indented\nsecond line\n",
            due_on=date(2026, 12, 1),
            due_time=time(17, 0),
            recurrence={"rrule": "FREQ=MONTHLY;BYDAY=2TU", "from": "schedule", "text": "every second tuesday"},
            project_id=shed.id,
            section="Tools",
            labels=("oil",),
            assignees=(ben.viewer.user_id,),
            priority=4,
        )
        (task,) = await create_tasks(conn, viewer=ana.viewer, new=[new], by=act)
        await conn.execute("update projects set archived_at = now() where id = $1", shed.id)
    place = f"/tasks/{task.id}"
    before = await row_of(desk, task.id)
    page = await ana.read(place)
    assert '<datalist id="sections"><option value="Tools"></option></datalist>' in page
    fields = form_of(page)
    assert fields["project"] == [str(shed.id)]
    answer = await ana.http.post(place, data=fields)
    assert answer.status_code == 303, answer.text
    assert dict(await row_of(desk, task.id)) == dict(before)


async def test_a_persons_labels_are_there_to_be_ticked(ana: Browser, desk: Desk, task_id: UUID, act: Act) -> None:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        other = NewTask(title="Rake", labels=("Garden <1>", "Home"), notes="**See** https://example.org/rake.")
        (rake,) = await create_tasks(conn, viewer=ana.viewer, new=[other], by=act)
    place = f"/tasks/{task_id}"
    page = await ana.read(place)
    assert 'name="label" value="home" checked' in page
    assert page.count('name="label"') == 2  # `Home` is the same one
    assert 'name="label" value="Garden &lt;1&gt;">' in page
    wanted: dict[str, Any] = form(labels="shed") | {"label": ["home", "Garden <1>"]}
    wrong = await ana.send(place, on=place, **wanted | {"due": "soon"})
    assert wrong.status_code == 400
    assert wrong.text.count('name="label"') == wrong.text.count('" checked>') == 2
    assert (await ana.send(place, on=place, **wanted)).status_code == 303
    assert (await row_of(desk, task_id))["labels"] == ["home", "Garden <1>", "shed"]

    page = await ana.read(f"/tasks/{rake.id}")
    assert '<strong>See</strong> <a href="https://example.org/rake"' in page


def form_of(page: str) -> dict[str, list[str]]:
    """What a browser sends of the first form as it is shown."""
    found = Fields()
    found.feed(page.partition('<form class="card padded stack"')[2].partition("</form>")[0])
    return found.sent


class Fields(HTMLParser):
    """Reads a form's fields as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.sent.setdefault(name, []).append(value)
        elif tag == "textarea":
            self.area = name
            self.sent[name] = [""]
        elif tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in given or self.select not in self.sent):
            self.sent[self.select] = [value]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent[self.area] = [self.sent[self.area][0].removeprefix("\n").replace("\n", "\r\n")]  # as browsers do
            self.area = ""

"""One task on its own page: seen, changed, spoken about, finished, by those whose it is."""

from typing import Any
from uuid import UUID

import pytest
from desk import Browser, Desk

from tasktalk.tasks.model import Act, NewTask
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

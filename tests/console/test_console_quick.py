"""Quick add: what is understood is shown, can be turned back into words, and is what Enter adds."""

import re
from typing import Any

import pytest
from desk import Browser, Desk

from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.tasks import create_tasks

_CHIP = re.compile(r'class="chip kind-(\w+)" type="button" data-unread="(\d+):([^"]*)"')


async def rows(desk: Desk) -> list[Any]:
    return list(await desk.pool.fetch("select * from tasks where deleted_at is null order by id"))


async def test_the_words_understood_are_shown_and_can_be_left_alone(desk: Desk, ana: Browser) -> None:
    line = "Watch <b> tomorrow 5pm #Home @shed p1"
    page = (await ana.send("/quick", text=line)).text
    chips = {kind: (int(at), words) for kind, at, words in _CHIP.findall(page)}
    assert chips == {
        "due": (10, "tomorrow 5pm"),
        "project": (23, "#Home"),
        "label": (29, "@shed"),
        "priority": (35, "p1"),
    }
    assert "Tomorrow 17:00" in page
    assert "Home (new)" in page
    assert 'Watch &lt;b&gt; <mark class="read due">tomorrow 5pm</mark>' in page
    assert await rows(desk) == []
    page = (await ana.send("/quick", text=line, unread="10:tomorrow 5pm")).text
    assert "due" not in {kind for kind, *_ in _CHIP.findall(page)}
    assert 'name="unread" value="10:tomorrow 5pm"' in page
    answer = await ana.send("/tasks", on="/tasks?view=inbox", text=line, unread="10:tomorrow 5pm")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?view=inbox")
    [task] = await rows(desk)
    assert (task["title"], task["due_on"], task["priority"], task["labels"]) == (
        "Watch <b> tomorrow 5pm",
        None,
        1,
        ["shed"],
    )
    assert "Added Watch &lt;b&gt; tomorrow 5pm" in await ana.read("/tasks?view=inbox")


async def test_of_the_same_words_those_are_left_that_were_meant_and_the_rest_of_the_line_may_change(
    desk: Desk, ana: Browser
) -> None:
    await ana.send("/tasks", text="Film «tomorrow» and call tomorrow", unread="25:tomorrow")
    await ana.send("/tasks", text="Now really call Ana tomorrow p2", unread="9:tomorrow")
    await ana.send("/tasks", text="call Ben tomorrow", unread="9:next week")
    first, second, third = await rows(desk)
    assert (first["title"], first["due_on"]) == ("Film «tomorrow» and call tomorrow", None)
    assert (second["title"], second["due_on"], second["priority"]) == ("Now really call Ana tomorrow", None, 2)
    assert (third["title"], third["due_on"] is None) == ("call Ben", False)


async def test_an_order_says_that_it_is_one_and_can_be_a_task_all_the_same(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        await create_tasks(conn, viewer=ana.viewer, new=[NewTask(title="Milk")], by=act)
    assert "Marks a task as done" in (await ana.send("/quick", text="done milk")).text
    page = (await ana.send("/quick", text="done milk", literal="on")).text
    assert 'name="literal" value="on"' in page
    await ana.send("/tasks", text="done milk", literal="on")
    assert [(row["title"], row["status"]) for row in await rows(desk)] == [("Milk", "open"), ("done milk", "open")]
    await ana.send("/tasks", text="done milk")
    assert [row["status"] for row in await rows(desk)].count("done") == 1


async def test_what_is_understood_by_nobody_becomes_a_task_where_tasks_are_added(desk: Desk, ana: Browser) -> None:
    for text in ("The weather is nice", "what is the capital of Peru?"):
        assert "Asks the assistant" not in (await ana.send("/quick", text=text)).text
        await ana.send("/tasks", text=text)
    assert [row["title"] for row in await rows(desk)] == ["The weather is nice", "what is the capital of Peru?"]


async def test_an_answer_too_large_for_a_toast_is_given_in_the_chat(desk: Desk, ana: Browser) -> None:
    await ana.send("/tasks", text="buy milk today")
    answer = await ana.send("/tasks", text="what do I have to do today?")
    assert answer.headers["location"] == "/try"
    assert len(await rows(desk)) == 1


async def test_in_a_project_it_lands_there_and_nobody_elses_can_be_named(
    desk: Desk, ana: Browser, ben: Browser, act: Act
) -> None:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        shed = await create_project(conn, viewer=ana.viewer, name="The 2nd shed", by=act)
    await ana.send("/tasks", text="paint", project=str(shed.id))
    await ana.send("/tasks", text="paint #Garden", project=str(shed.id))
    first, second = await rows(desk)
    assert first["project_id"] == shed.id
    assert second["project_id"] not in {None, shed.id}
    assert (await ben.send("/tasks", text="x", project=str(shed.id))).status_code == 404
    assert len(await rows(desk)) == 2


@pytest.mark.parametrize("path", ["/quick", "/tasks"])
async def test_a_line_too_long_and_marks_that_make_no_sense(ana: Browser, desk: Desk, path: str) -> None:
    assert (await ana.send(path, text="x" * 4001)).status_code == 400
    for unread in (
        "",
        ":",
        "x:y",
        "-1:call",
        "99999999999999999:call",
        "0:",
        "0:\x00",
        "0:\ud800".encode("utf-8", "replace").decode(),
    ):
        answer = await ana.send(path, text="call \x00 tomorrow", unread=unread)
        assert answer.status_code in {200, 303}, unread
    if path == "/tasks":
        assert {row["due_on"] is None for row in await rows(desk)} == {False}

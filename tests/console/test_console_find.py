"""Finding by words and by filter, and filters that are kept."""

import pytest
from desk import Browser, Desk

from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.tasks import create_tasks


@pytest.fixture(autouse=True)
async def tasks(desk: Desk, ana: Browser, act: Act) -> None:
    assert ana.viewer is not None
    new = [NewTask(title="Buy milk & bread", priority=1), NewTask(title="Call the <b>bank</b>", labels=("calls",))]
    async with desk.pool.acquire() as conn, conn.transaction():
        await create_tasks(conn, viewer=ana.viewer, new=new, by=act)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("milk", 1),
        ("p1", 1),
        ("@calls", 1),
        ("p1 | @calls", 2),
        ("milk & bread", 1),
        ("(((", 0),
        ("nothing like it", 0),
    ],
)
async def test_words_and_filters_find(ana: Browser, ben: Browser, asked: str, found: int) -> None:
    page = (await ana.http.get("/find", params={"q": asked})).text
    assert page.count('class="task-title"') == found
    assert ("Nothing found" in page) is (found == 0)
    assert 'class="task-title"' not in (await ben.http.get("/find", params={"q": asked})).text


async def test_a_word_that_is_a_label_leads_to_it(ana: Browser, ben: Browser) -> None:
    page = (await ana.http.get("/find", params={"q": "Calls"})).text
    assert "Nothing found" in page
    assert 'href="/find?q=%40calls"' in page
    assert "%40calls" not in (await ana.http.get("/find", params={"q": "call"})).text
    assert 'class="chip accent"' not in (await ben.http.get("/find", params={"q": "Calls"})).text


async def test_an_empty_page_teaches_and_escapes(ana: Browser) -> None:
    assert "Find by words or by filter" in await ana.read("/find")
    page = (await ana.http.get("/find", params={"q": "bank"})).text
    assert "Call the &lt;b&gt;bank&lt;/b&gt;" in page
    page = (await ana.http.get("/find", params={"q": "<script>"})).text
    assert "<script>" not in page.replace('<script type="module"', "")


async def test_a_filter_is_kept_and_forgotten_by_its_owner(ana: Browser, ben: Browser, desk: Desk) -> None:
    answer = await ana.send("/find/filters", on="/find", q="p1 | @calls", name="Urgent")
    assert answer.status_code == 303
    assert "Urgent" in await ana.read("/find")
    assert (await ana.send("/find/filters", on="/find", q="p1 | @calls", name=" ")).status_code == 400
    filter_id = await desk.pool.fetchval("select id from saved_filters")
    assert (await ben.send(f"/find/filters/{filter_id}/delete")).status_code == 404
    assert (await ana.send(f"/find/filters/{filter_id}/delete")).status_code == 303
    assert "Urgent" not in await ana.read("/find")

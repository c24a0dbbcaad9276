"""The chat with the assistant in the console, without a script."""

import re

import pytest
from desk import Browser, Desk

from tasktalk.assistant.chat import MOST

_TAP = re.compile(r'name="tap" value="([^"]+)"><button class="[\w -]+">(?:<span>)?([^<]+)<')


async def said(person: Browser, **form: str) -> str:
    answer = await person.send("/try", on="/try", **form)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/try"), answer.text
    return await person.read("/try")


async def test_a_task_is_made_listed_ticked_by_a_button_and_taken_back(desk: Desk, ana: Browser) -> None:
    first = await ana.read("/try")
    assert 'name="text" value="buy milk tomorrow 5pm"' in first
    page = await said(ana, text="buy <milk> tomorrow 5pm")
    assert 'dir="auto">buy &lt;milk&gt; tomorrow 5pm</p>' in page
    assert "Added <b>buy &lt;milk&gt;</b>" in page
    taps = {title: id_ for id_, title in _TAP.findall(page)}
    assert {"Done", "Undo"} <= taps.keys()
    page = await said(ana, tap=taps["Done"])
    assert '<p class="bubble" dir="auto">Done</p>' in page
    assert await desk.pool.fetchval("select status from tasks") == "done"
    page = await said(ana, text="undo")
    assert await desk.pool.fetchval("select status from tasks") == "open"
    page = await said(ana, text="what is due this week?")
    rows = [title for _, title in _TAP.findall(page.partition('class="chat-list"')[2])]
    assert any("buy &lt;milk&gt;" in title for title in rows), rows
    assert await desk.pool.fetchval("select count(*) from journal where channel = 'web'") > 0


async def test_the_chat_is_its_own_persons_and_can_be_cleared(desk: Desk, ana: Browser, ben: Browser) -> None:
    page = await said(ana, text="write the secret letter tomorrow")
    assert "secret" not in await ben.read("/try")
    stolen = _TAP.findall(page)[0][0]
    assert "Added" not in await said(ben, tap=stolen)
    assert await desk.pool.fetchval("select status from tasks") == "open"
    assert "secret" not in await ben.read("/try")
    await ana.send("/try/clear", on="/try")
    assert "secret" not in (await ana.read("/try")).partition('id="content"')[2]
    assert await desk.pool.fetchval("select count(*) from tasks") == 1


@pytest.mark.parametrize("form", [{"text": " "}, {"text": "x" * 4097}, {}])
async def test_a_message_that_cannot_be_is_told_in_place(ana: Browser, form: dict[str, str]) -> None:
    answer = await ana.send("/try", on="/try", **form)
    assert answer.status_code == 400
    assert "Write 1 to 4096 characters." in answer.text
    assert 'id="said"' in answer.text


async def test_the_newest_turns_are_kept_and_hostile_taps_do_nothing(desk: Desk, ana: Browser) -> None:
    assert ana.viewer is not None
    await desk.pool.executemany(
        "insert into chat_turns (user_id, said, reply) values ($1, $2, $3)",
        [(ana.viewer.user_id, f"old {number}", {"text": "yes"}) for number in range(MOST)],
    )
    for tap in ("x", "a.b.c.d.e", "undo..ffff.sig.", "\x00"):
        assert "…" in await said(ana, tap=tap)
    assert await desk.pool.fetchval("select count(*) from chat_turns") == MOST
    page = await said(ana, text="call \x00 Ana")
    assert "old 4<" not in page
    assert "old 5<" in page

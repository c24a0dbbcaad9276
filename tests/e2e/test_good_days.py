"""A person's thumb on a simulated phone, through every process there is, and back."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import aiohttp
import pytest

from process_kit import Phone, Up, get, text_of, titles_of
from product_kit import until


async def open_titles(phone: Phone) -> list[str]:
    return [task["title"] for task in await phone.tasks() if task["status"] == "open"]


async def only_task(phone: Phone) -> dict[str, Any]:
    (task,) = await phone.tasks()
    return task


async def test_a_message_becomes_a_task_and_one_reply(someone: Phone) -> None:
    sent = await someone.say("buy milk tomorrow 5pm")
    heard = await someone.hear()
    day = datetime.now(UTC).date() + timedelta(days=1)
    assert "buy milk" in text_of(heard)
    assert f"{day.day} {day:%b}" in text_of(heard)
    assert "17:00" in text_of(heard)
    assert "Done" in titles_of(heard)
    assert "Undo" in titles_of(heard)
    task = await only_task(someone)
    assert (task["title"], task["status"]) == ("buy milk", "open")
    assert datetime.fromisoformat(task["due"]["datetime"]) == datetime.combine(day, time(17), UTC)
    assert task["source"] == {"channel": "whatsapp", "message_id": sent}
    assert len(await someone.chat(direction="out")) == 1


async def test_done_and_undo_by_button(someone: Phone) -> None:
    made = await someone.ask("call the bank friday 9am")
    done = await someone.tap(made, "Done")
    assert "call the bank" in text_of(done)
    assert (await only_task(someone))["status"] == "done"
    undone = await someone.tap(done, "Undo")
    assert "call the bank" in text_of(undone)
    assert (await only_task(someone))["status"] == "open"
    again = await someone.tap(made, "Undo")
    assert "⚠️" in text_of(again) or "Undone" in text_of(again)
    assert len(await someone.chat(direction="out")) == 4  # one a turn


async def test_a_tap_twice_says_so_and_changes_nothing(someone: Phone) -> None:
    made = await someone.ask("water the plants tomorrow")
    await someone.tap(made, "Done")
    before = await only_task(someone)
    again = await someone.tap(made, "Done")
    assert "already" in text_of(again)
    assert await only_task(someone) == before


async def test_lists_and_numbers(someone: Phone) -> None:
    for title in ("first", "second", "third"):
        await someone.ask(f"{title} thing tomorrow")
    heard = await someone.ask("all")
    assert [line for line in text_of(heard).splitlines() if line.startswith("2. ")]
    rows = titles_of(heard)
    assert [row.partition(". ")[2] for row in rows] == ["first thing", "second thing", "third thing"]
    shown = await someone.tap(heard, rows[1])
    assert "second thing" in text_of(shown)
    assert "Done" in titles_of(shown)
    done = await someone.ask("done 1 3")
    assert "first thing" in text_of(done)
    assert "third thing" in text_of(done)
    assert await open_titles(someone) == ["second thing"]
    undone = await someone.ask("undo")
    assert "2" in text_of(undone)
    assert await open_titles(someone) == ["first thing", "second thing", "third thing"]
    assert "first thing" in text_of(await someone.ask("done first thing"))
    assert "first thing" in text_of(await someone.ask("reopen first thing"))
    moved = await someone.ask("move third thing to 2031-05-06")
    assert "May" in text_of(moved)
    assert (await someone.tasks())[2]["due"]["date"] == "2031-05-06"


async def test_a_reaction_finishes_and_its_removal_undoes(someone: Phone) -> None:
    made = await someone.ask("post the letter tomorrow")
    await someone.post({"type": "reaction", "reaction": {"message_id": made["id"], "emoji": "👍🏽"}})
    heard = await someone.hear()
    assert heard["message"]["type"] == "reaction"
    assert (await only_task(someone))["status"] == "done"
    await someone.post({"type": "reaction", "reaction": {"message_id": made["id"], "emoji": ""}})

    async def is_open() -> bool:
        return (await only_task(someone))["status"] == "open"

    await until(is_open)


async def test_an_answer_to_a_task_changes_that_task(someone: Phone) -> None:
    first = await someone.ask("paint the door tomorrow")
    await someone.ask("buy paint tomorrow")
    await someone.say("tomorrow 8am", context={"id": first["id"]})
    assert "paint the door" in text_of(await someone.hear())
    by_title = {task["title"]: task for task in await someone.tasks()}
    assert by_title["paint the door"]["due"]["time"] == "08:00"
    assert by_title["buy paint"]["due"]["time"] is None
    assert len(by_title) == 2


async def test_forwarded_text_is_inert(someone: Phone) -> None:
    await someone.ask("precious tomorrow")
    await someone.say("done precious\nundo", context={"forwarded": True})
    await someone.hear()
    tasks = {task["title"]: task for task in await someone.tasks()}
    assert tasks["precious"]["status"] == "open"
    assert "done precious" in tasks


async def test_what_is_not_supported_gets_one_sentence(someone: Phone) -> None:
    for message in (
        {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
        {"type": "brand_new", "brand_new": {"a": 1}},
    ):
        await someone.post(message)
        heard = await someone.hear()
        assert heard["message"]["type"] == "text", message
        assert text_of(heard).strip()
    assert len(await someone.chat(direction="out")) == 2
    assert await someone.tasks() == []


@pytest.mark.parametrize("said", ["help", "hello", "asdf qwer?", "undo"])
async def test_whatever_is_said_gets_one_answer(someone: Phone, said: str) -> None:
    assert text_of(await someone.ask(said))
    assert len(await someone.chat(direction="out")) == 1


async def test_a_stranger_is_answered_once_and_sees_nothing(
    up: Up, session: aiohttp.ClientSession, someone: Phone
) -> None:
    stranger = Phone(session, up, "Stranger")
    heard = await stranger.ask("show me all tasks")
    assert "not linked" in text_of(heard)
    for text in ("hello?", "all", "buy milk tomorrow"):
        await stranger.say(text)
    await someone.ask("help")  # what came before has been handled

    async def is_handled() -> bool:
        figures = await get(session, up, "/api/workers/whatsapp")
        return figures["workers"]["queue"]["queue"]["size"] == 0

    await until(is_handled)
    assert await stranger.hears_nothing()


async def test_each_sees_only_what_is_theirs(up: Up, ana: Phone, ben: Phone) -> None:
    await ana.ask("a private surprise tomorrow")
    await ana.ask("shared shopping tomorrow #Home")
    assert "a private surprise" in await open_titles(ana)
    assert await open_titles(ben) == ["shared shopping"]
    assert text_of(await ben.ask("all")).count("\n") == 1
    owner = await ana.api("/api/tasks", token=up.facts["api_token"])
    assert "a private surprise" not in [task["title"] for task in owner["items"]]
    private = next(task for task in await ana.tasks() if task["title"] == "a private surprise")
    for token, expected in ((up.person("Ben")["api_token"], 404), ("tt_wrong", 401), (None, 401)):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{up.facts['web']}/api/tasks/{private['id']}"
        async with ana.session.get(url, headers=headers) as answer:
            assert answer.status == expected
            assert "a private surprise" not in await answer.text()


async def test_a_tap_on_somebody_else_s_button_does_nothing(ana: Phone, ben: Phone) -> None:
    made = await ana.ask("only mine tomorrow")
    stolen = made["message"]["interactive"]["action"]["buttons"][0]["reply"]
    reply = {"type": "button_reply", "button_reply": {"id": stolen["id"], "title": "Done"}}
    ben.last = (await ben.chat())[-1]["id"] if await ben.chat() else ""
    await ben.post({"type": "interactive", "interactive": reply})
    assert "⚠️" in text_of(await ben.hear())
    (mine,) = [task for task in await ana.tasks() if task["title"] == "only mine"]
    assert mine["status"] == "open"

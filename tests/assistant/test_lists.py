"""Lists in chat: rows within WhatsApp's limits, pages, numbers that stay, and what an empty one teaches."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.remarks import remark
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context
from tasktalk.whatsapp import render


async def chores(talk: Talk, count: int, *, when: str = "tomorrow") -> None:
    await talk.say("\n".join(f"- chore {number:02} {when}" for number in range(1, count + 1)))


def numbers(rows: Sequence[object]) -> list[str]:
    return [getattr(row, "title", "").partition(" ")[0] for row in rows]


async def test_ten_fit_on_one_page(ana: Talk) -> None:
    await chores(ana, 10)
    page = await ana.say("all")
    assert numbers(page.rows) == [f"{number}." for number in range(1, 11)]
    assert "more" not in page.text


async def test_a_longer_list_comes_in_pages(ana: Talk) -> None:
    await chores(ana, 20)
    first = await ana.say("all")
    assert numbers(first.rows) == [*(f"{number}." for number in range(1, 10)), "More"]
    assert first.text.endswith("\n… Say _more_ for the next ones.")
    second = await ana.tap(first, "More …")
    assert numbers(second.rows) == [*(f"{number}." for number in range(10, 19)), "More"]
    last = await ana.say("next page")
    assert numbers(last.rows) == ["19.", "20."]
    assert (await ana.say("more")).text == "That was all. Say _all_ for everything that is open."
    assert (await ana.say("done 1 20")).text == "✔️ Done: 2 tasks\n• chore 01\n• chore 20"


async def test_more_of_nothing(ana: Talk) -> None:
    assert (await ana.say("more")).text == "There is no list to go on with. Say _today_ or _all_."


async def test_what_was_done_meanwhile_leaves_no_gap_in_the_next_page(ana: Talk) -> None:
    await chores(ana, 12)
    await ana.say("all")
    await ana.say("done 1 2 3")
    ana.wait(days=2)
    page = await ana.say("more")
    assert [row.title for row in page.rows] == ["10. chore 10", "11. chore 11", "12. chore 12"]
    assert (await ana.say("done 12")).text == "✔️ Done: *chore 12*"
    assert (await ana.say("done 4")).text == "✔️ Done: *chore 04*"


async def test_an_answer_to_an_older_list_has_its_numbers(ana: Talk) -> None:
    await chores(ana, 12)
    await ana.say("buy milk today")
    first = await ana.say("tomorrow")
    second = await ana.say("more")
    await ana.say("today")
    assert (await ana.say("done 2", about=first.task_ids)).text == "✔️ Done: *chore 02*"
    assert (await ana.say("done 11", about=second.task_ids)).text == "✔️ Done: *chore 11*"
    assert (await ana.say("done 1")).text == "✔️ Done: *buy milk*"


async def test_an_answer_to_an_older_list_of_one(ana: Talk) -> None:
    await ana.say("buy milk today")
    today = await ana.say("today")
    await chores(ana, 3)
    await ana.say("tomorrow")
    assert (await ana.say("done 1", about=today.task_ids)).text == "✔️ Done: *buy milk*"


async def test_a_list_stays_a_list_however_long_its_titles(ana: Talk) -> None:
    for number in range(10):
        await ana.say(f"👩🏽‍🚀 {'an endless title 🎉 ' * 20}{number} tomorrow #Home")
    page = await ana.say("all")
    assert len(page.rows) == 10
    message = render.menu(page.text, page.list_label, [(row.id, row.title, row.description) for row in page.rows])
    assert message["type"] == "interactive"
    assert page.rows[0].description.startswith("Tue 24 Nov (tomorrow) · #Home · 👩🏽‍🚀 an endless")


async def test_what_is_done_is_listed_with_the_newest_first(ana: Talk) -> None:
    for title in ("paint the wall", "call mum"):
        await ana.say(title)
        await ana.say(f"done {title}")
        ana.wait(minutes=5)
    assert [row.title for row in (await ana.say("show completed tasks")).rows] == [
        "1. call mum",
        "2. paint the wall",
    ]
    assert [row.title for row in (await ana.say("completed: today")).rows] == ["1. call mum", "2. paint the wall"]


HINT = re.compile(r"_([^_]+)_")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_empty_list_teaches_what_is_understood(ana: Talk, language: str) -> None:
    ana.viewer = replace(ana.viewer, language=language)
    speech = get_speech(language)
    said = [
        speech.say("{list}: nothing. 🎉 Say _7 days_ to look ahead."),
        speech.say("{list}: nothing. 🎉 Say _all_ to see your tasks."),
        speech.say("… Say _more_ for the next ones."),
        speech.say("There is no list to go on with. Say _today_ or _all_."),
    ]
    context = Context(now=ana.now, tz="Europe/Madrid", language=language)
    for sentence in said:
        for hint in HINT.findall(sentence):
            [intent] = understand(hint, context).intents
            assert intent.intent == "list_tasks", hint
    empty = await ana.say(HINT.findall(said[3])[0])
    assert empty.text.endswith(said[0].partition("🎉 ")[2])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_help_says_of_summaries_is_understood(ana: Talk, language: str) -> None:
    speech = get_speech(language)
    line = remark("help", "", speech).split("\n")[5]
    context = Context(now=ana.now, tz="Europe/Madrid", language=language)
    intents = [understand(hint, context).intents[0] for hint in HINT.findall(line)]
    assert [(intent.intent, intent.action) for intent in intents] == [
        ("summary", "daily"),
        ("summary", "weekly"),
        ("plan_day", None),
        ("summary", "monthly"),
    ]
    assert intents[3].query is not None
    assert intents[3].query.filter == "completed: last month"

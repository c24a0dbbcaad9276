"""Asked for a thing by its name, we show that thing; and a list is headed by what a person would call it."""

from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.assistant.replies.filters import say_filter
from tasktalk.assistant.replies.speech import get_speech


async def test_one_is_shown_with_its_date(ana: Talk) -> None:
    await ana.say("dentist for luca tomorrow 16:00")
    await ana.say("call bank friday")
    card = await ana.say("when is the dentist")
    assert card.text == "*dentist for luca*\n📅 Tue 24 Nov (tomorrow), 16:00 · ⏰ 16:00"
    await ana.say("move it to friday 9:00")
    assert "Fri 27 Nov, 09:00" in (await ana.say("what about luca")).text
    assert (await ana.say("done 1")).text == "✔️ Done: *dentist for luca*"


async def test_several_are_listed_and_none_is_said_so(ana: Talk) -> None:
    await ana.say("shopping: milk, eggs, flour")
    await ana.say("shopping for the party")
    several = await ana.say("what's on my shopping list?")
    assert several.text.startswith("*Found for “shopping”*\n1. ")
    assert len(several.rows) == 2
    nothing = await ana.say("is there anything about taxes?")
    assert nothing.text == "Nothing found for “taxes”. Say _all_ to see your tasks."


async def test_what_is_done_is_found_where_nothing_else_is(ana: Talk) -> None:
    await ana.say("finish the quarterly report")
    await ana.say("done quarterly report")
    assert (await ana.say("did I finish the report?")).text.startswith("✔️ *finish the quarterly report*")
    assert (await ana.say("search report")).text.startswith("*Done · with “report”*\n1. finish the quarterly report")


async def test_a_project_needs_no_sign(ana: Talk) -> None:
    await ana.say("add paint the walls to home")
    listed = await ana.say("what's in home")
    assert [row.title for row in listed.rows] == ["1. paint the walls"]
    assert listed.text.startswith("*#Home*")


async def test_a_day_is_called_by_its_name(ana: Talk) -> None:
    assert (await ana.say("am i free on friday?")).text == "Fri 27 Nov: nothing. 🎉 Say _all_ to see your tasks."
    ana.viewer = replace(ana.viewer, language="de")
    assert (await ana.say("bin ich am Freitag frei?")).text.startswith("Fr, 27. Nov: nichts.")


@pytest.mark.parametrize(
    ("expression", "english", "german"),
    [
        ("date: 2026-11-30", "Mon 30 Nov", "Mo, 30. Nov"),
        ("today & p1", "Today · Priority 1", "Heute · Priorität 1"),
        ("overdue | today", "Today and overdue", "Heute und überfällig"),
        ("assigned to: Ana & #Home", "👤 Ana · #Home", "👤 Ana · #Home"),
        ("assigned to: Ana | assigned to: Ben", "👤 Ana or 👤 Ben", "👤 Ana oder 👤 Ben"),
        ("(date after: 2026-11-29 & date before: 2026-12-07)", "Mon 30 Nov \u2013 Sun 6 Dec", None),
        ("created: today", "Added: Mon 23 Nov", None),
        ("7 days & !search: milk", "Next 7 days · not: with “milk”", None),
        ("due before: 2027-01-01", "Before Fri 1 Jan 2027", None),
        ("no such thing", "no such thing", None),
    ],
)
def test_a_filter_in_words(ana: Talk, expression: str, english: str, german: str | None) -> None:
    today = ana.now.date()
    assert say_filter(expression, today, get_speech("en")) == english
    if german:
        assert say_filter(expression, today, get_speech("de")) == german


async def test_one_is_shown_by_its_number_or_by_what_was_spoken_of_last(ana: Talk) -> None:
    await ana.say("dentist tomorrow 16:00")
    card = "*dentist*\n📅 Tue 24 Nov (tomorrow), 16:00 · ⏰ 16:00"
    assert (await ana.say("when is it?")).text == card
    await ana.say("call bank friday")
    await ana.say("all")
    assert (await ana.say("show 1")).text == card
    assert (await ana.say("details")).text == card
    assert (await ana.say("show 2")).text.startswith("*call bank*")
    which = await ana.say("show 1 and 2")
    assert [button.title for button in which.buttons] or which.rows
    assert (await ana.say("2")).text.startswith("*call bank*")
    assert "7" in (await ana.say("show 7")).text
    assert (await ana.say("show tomorrow")).text.startswith("*Tomorrow*\n1. dentist")

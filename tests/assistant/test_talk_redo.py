"""Redo: what was undone is there again, by a word, for ten minutes; and can be undone like anything else."""

import datetime as dt

import pytest
from talk import Talk
from test_talk_questions import speaks
from test_talk_undo import UNDO

REDO = {
    "en": "redo",
    "es": "rehacer",
    "de": "wiederholen, was ich rückgängig gemacht habe",
    "fr": "rétablir",
    "it": "annulla l'annullamento",
    "nl": "herstel wat ik net ongedaan heb gemaakt",
    "pt": "refazer",
}


@pytest.mark.parametrize("language", REDO)
async def test_what_was_added_is_there_again_in_every_language(ana: Talk, language: str) -> None:
    await ana.say("buy milk")
    await speaks(ana, language)
    nothing = await ana.say(REDO[language])
    assert "↪️" not in nothing.text
    assert nothing.text
    await ana.say(UNDO[language])
    assert await ana.titles() == []
    again = await ana.say(REDO[language])
    assert again.text.startswith("↪️")
    assert "buy milk" in again.text
    assert await ana.titles() == ["buy milk"]


async def test_back_and_forth_several_steps(ana: Talk) -> None:
    await ana.say("buy milk")
    await ana.say("buy salt")
    await ana.say("done salt")
    for _ in range(3):
        await ana.say("undo")
    assert await ana.titles() == []
    assert (await ana.say("redo")).text == "↪️ There again: buy milk"
    assert (await ana.say("undo the undo")).text == "↪️ There again: buy salt"
    assert (await ana.say("redo")).text == "↪️ Done again: buy salt"
    assert await ana.titles() == ["buy milk"]
    assert "nothing to bring back" in (await ana.say("redo")).text
    await ana.say("undo")  # what was redone is the last act
    assert sorted(await ana.titles()) == ["buy milk", "buy salt"]
    assert (await ana.say("redo")).text == "↪️ Done again: buy salt"


async def test_many_at_once_are_named(ana: Talk) -> None:
    await ana.say("- eggs\n- bread\n- salt")
    await ana.say("undo")
    said = await ana.say("redo")
    assert said.text.splitlines() == ["↪️ There again:", "• eggs", "• bread", "• salt"]
    assert await ana.titles() == ["eggs", "bread", "salt"]


async def test_reminders_and_dates_come_back_and_ring(ana: Talk) -> None:
    await ana.say("call mum tomorrow 5pm")
    before = await ana.rings()
    await ana.say("remind me of it at 3pm")
    await ana.say("undo")
    assert await ana.rings() == before
    assert "a reminder" in (await ana.say("redo")).text
    assert len(await ana.rings()) == len(before) + 1
    await ana.say("move it to friday")
    await ana.say("undo")
    await ana.say("redo")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 11, 27)


async def test_ten_minutes_and_what_changed_since(ana: Talk) -> None:
    await ana.say("buy milk")
    await ana.say("rename milk to oat milk")
    await ana.say("undo")
    await ana.say("make milk p1")
    refused = await ana.say("redo")
    assert refused.text.startswith("⚠️")
    assert await ana.titles() == ["buy milk"]
    await ana.say("delete milk")
    await ana.say("undo")
    ana.wait(minutes=11)
    assert "nothing to bring back" in (await ana.say("redo")).text
    assert await ana.titles() == ["buy milk"]


async def test_settings_too_in_their_turn(ana: Talk) -> None:
    await ana.say("buy milk")
    await ana.say("undo")
    ana.wait(seconds=1)
    await ana.say("timezone New York")
    await ana.say("undo")
    assert ana.viewer.timezone == "Europe/Madrid"
    assert (await ana.say("redo")).text == "↪️ Done again: your settings"
    assert ana.viewer.timezone == "America/New_York"
    await ana.say("undo")
    assert ana.viewer.timezone == "Europe/Madrid"
    await ana.say("redo")
    assert (await ana.say("redo")).text == "↪️ There again: buy milk"


async def test_nobody_brings_back_what_another_undid(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree #Home")
    await ana.say("undo")
    assert "nothing to bring back" in (await ben.say("redo")).text
    assert "plant a tree" in (await ana.say("redo")).text

"""Undo: ten minutes, everything, step by step; and reactions to what shows several tasks."""

import datetime as dt

import pytest
from talk import Talk
from test_talk_questions import add, speaks

from tasktalk.assistant.reply import Reply, Utterance

UNDO = {
    "en": "undo",
    "es": "deshacer",
    "de": "rückgängig",
    "fr": "annuler",
    "it": "annulla",
    "nl": "ongedaan maken",
    "pt": "desfazer",
}


async def test_a_bulk_deletion_a_completion_and_a_capture_each_at_once(ana: Talk) -> None:
    await ana.say("- eggs\n- bread\n- salt")
    await ana.say("make 1 and 2 p1")
    await ana.say("done all")
    assert await ana.titles() == []
    await ana.say("undo")
    assert len(await ana.titles()) == 3
    await ana.say("undo")
    assert {task.priority for task in await ana.tasks()} == {None}
    await ana.say("delete all")
    await ana.say("yes")
    assert "3 changes" in (await ana.say("undo")).text
    assert len(await ana.titles()) == 3
    assert "3 changes" in (await ana.say("undo")).text
    assert await ana.titles() == []


@pytest.mark.parametrize("language", UNDO)
async def test_undo_in_every_language(ana: Talk, language: str) -> None:
    await ana.say("buy milk")
    await speaks(ana, language)
    assert "↩️" in (await ana.say(UNDO[language])).text
    assert await ana.titles() == []
    nothing = await ana.say(UNDO[language])
    assert "↩️" not in nothing.text
    assert nothing.text


async def test_undo_of_an_undo_by_its_button_and_nothing_comes_twice(ana: Talk) -> None:
    added = await ana.say("buy milk")
    await ana.tap(added, "Undo")
    assert "nothing to undo" in (await ana.tap(added, "Undo")).text
    assert "nothing to undo" in (await ana.say("undo")).text
    assert await ana.titles() == []


async def test_projects_comments_reminders_and_snooze(ana: Talk) -> None:
    await ana.say("plant a tree tomorrow 5pm #Garden")
    await ana.say("rename project Garden to Yard")
    await ana.say("undo")
    assert "#Garden" in (await ana.say("projects")).text
    await ana.say("comment: the big one")
    assert (await ana.tasks())[0].comments_count == 1
    await ana.say("undo")
    assert (await ana.tasks())[0].comments_count == 0
    before = await ana.rings()
    await ana.say("remind me of it at 3pm")
    assert len(await ana.rings()) == len(before) + 1
    await ana.say("undo")
    assert await ana.rings() == before
    await ana.say("snooze it until friday")
    await ana.say("undo")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 11, 24)
    await ana.say("delete project Garden")
    await ana.say("yes")
    assert await ana.titles() == []
    await ana.say("undo")
    assert await ana.titles() == ["plant a tree"]
    assert "#Garden" in (await ana.say("projects")).text


async def test_settings_are_taken_back_in_their_turn(ana: Talk) -> None:
    await ana.say("buy milk")
    ana.wait(seconds=1)
    await ana.say("timezone New York")
    await ana.say("digest at 8:00")
    assert ana.viewer.timezone == "America/New_York"
    ana.wait(seconds=1)
    await ana.say("buy salt")
    assert "buy salt" in (await ana.say("undo")).text
    assert "your settings" in (await ana.say("undo")).text
    assert ana.viewer.timezone == "America/New_York"  # the digest was the last of them
    assert "buy milk" in (await ana.say("undo")).text
    await ana.say("timezone Madrid")
    await ana.say("undo")
    assert ana.viewer.timezone == "America/New_York"
    await ana.say("language german")
    assert ana.viewer.language == "de"
    ana.wait(minutes=11)
    assert "↩️" not in (await ana.say("undo")).text


async def test_who_was_let_in_goes_again(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree #Garden")
    shared = await ana.say("share Garden with Ben")
    assert [button.title for button in shared.buttons] == ["Undo"]
    assert "#Garden" in (await ben.say("projects")).text
    assert (await ana.say("undo")).text == "↩️ Undone: Ben is not in #Garden any more."
    assert "#Garden" not in (await ben.say("projects")).text
    assert await ana.titles() == ["plant a tree"]
    assert "nothing to undo" in (await ana.tap(shared, "Undo")).text
    assert "2 changes" in (await ana.say("undo")).text  # the task and its project
    assert await ana.titles() == []


async def test_who_was_let_in_stays_after_ten_minutes(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree #Garden")
    shared = await ana.say("share Garden with Ben")
    ana.wait(minutes=11)
    assert "nothing to undo" in (await ana.say("undo")).text
    assert "nothing to undo" in (await ana.tap(shared, "Undo")).text
    assert "#Garden" in (await ben.say("projects")).text


async def test_what_others_changed_since_is_said(ana: Talk, ben: Talk) -> None:
    added = await ana.say("buy milk")
    await ana.say("make it p1")
    assert "Something changed since: “buy milk”" in (await ana.tap(added, "Undo")).text
    assert "⚠️" in (await ben.hear(Utterance("test", tap=added.buttons[2].id)) or Reply()).text
    assert await ana.titles() == ["buy milk"]


@pytest.mark.parametrize("emoji", ["👍", "✅", "⏰", "👍🏽"])
async def test_a_reaction_to_several_asks_which_and_its_numbers_hold(ana: Talk, emoji: str) -> None:
    listed = await ana.say("- eggs\n- bread\n- salt")
    await ana.say("buy milk today")
    await ana.say("today")
    reply = await ana.react(emoji, about=listed.task_ids)
    assert reply is not None
    assert reply.text.startswith("That message shows several tasks.")
    assert len(await ana.titles()) == 4
    await ana.say("done 1 3")
    assert sorted(await ana.titles()) == ["bread", "buy milk"]


async def test_a_cross_on_what_was_just_captured_takes_all_of_it_back(ana: Talk) -> None:
    listed = await ana.say("- eggs\n- bread")
    assert await ana.react("❌", about=listed.task_ids) == Reply(reaction="🗑️")
    assert await ana.titles() == []
    assert await ana.react("", about=listed.task_ids) == Reply(reaction="")
    assert sorted(await ana.titles()) == ["bread", "eggs"]
    await add(ana, "salt", "jam")
    shown = await ana.say("all")
    asked = await ana.react("❌", about=shown.task_ids, message="wamid.2")
    assert asked is not None
    assert "several tasks" in asked.text
    ana.wait(minutes=11)
    late = await ana.react("❌", about=listed.task_ids, message="wamid.3")
    assert late is not None
    assert "several tasks" in late.text
    assert len(await ana.titles()) == 4


async def test_a_reaction_to_ones_own_message_works_on_what_it_made(ana: Talk) -> None:
    await ana.say("buy milk", message_id="wamid.5")
    assert await ana.react("✅", about=(), message="wamid.5") is not None
    assert await ana.titles() == []
    await ana.react("", about=(), message="wamid.5")
    assert await ana.titles() == ["buy milk"]
    await ana.react("❌", about=(), message="wamid.5")
    assert await ana.titles() == []


async def test_a_reaction_that_is_refused_says_why(ana: Talk, ben: Talk) -> None:
    added = await ana.say("paint the wall #Home")
    refused = await ben.react("👍", about=added.task_ids)
    assert refused is not None
    assert refused.text.startswith("⚠️ You may only look")
    await ana.say("delete the wall")
    gone = await ana.react("👍", about=added.task_ids)
    assert gone is not None
    assert "not there any more" in gone.text
    assert await ana.react("❤️", about=added.task_ids) is None
    assert await ana.react("👍", about=()) is None

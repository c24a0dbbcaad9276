"""Reminders in words: what the reply says rings is what rings."""

import datetime as dt

import pytest
from talk import Talk

from tasktalk.assistant.reply import Reply

AT_5 = "2026-11-23T17:00+01:00"


def buttons(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


async def moments(talk: Talk) -> list[str]:
    return [moment.isoformat(timespec="minutes") for _, moment in await talk.rings()]


async def test_a_new_task_rings_when_it_is_due(ana: Talk) -> None:
    reply = await ana.say("remind me to call Ana at 6")
    assert reply.text == "📝 Added *call Ana*\n📅 Mon 23 Nov (today), 18:00 · ⏰ 18:00"
    assert await moments(ana) == ["2026-11-23T18:00+01:00"]


async def test_a_reminder_before_it_is_due(ana: Talk) -> None:
    reply = await ana.say("call Bo tomorrow 5pm remind me 30 min before")
    assert reply.text.endswith("17:00 · ⏰ 16:30")
    assert await moments(ana) == ["2026-11-24T16:30+01:00"]


async def test_what_rings_by_default_needs_no_words(ana: Talk) -> None:
    assert "⏰" not in (await ana.say("call Bo tomorrow 5pm")).text
    assert await moments(ana) == ["2026-11-24T17:00+01:00"]


async def test_a_whole_day_rings_when_it_begins(ana: Talk) -> None:
    assert (await ana.say("remind me to pay rent tomorrow")).text.endswith("(tomorrow) · ⏰ 09:00")
    assert "⏰" not in (await ana.say("pay tax tomorrow")).text
    assert await ana.rings() == [("pay rent", dt.datetime.fromisoformat("2026-11-24T09:00+01:00"))]


async def test_today_rings_though_the_day_has_begun(ana: Talk) -> None:
    assert (await ana.say("remind me to pay rent today")).text.endswith("⏰ 12:00")
    assert await moments(ana) == ["2026-11-23T12:00+01:00"]


async def test_a_moment_that_passed_on_the_way_is_owned_up_to(ana: Talk) -> None:
    said_at = ana.now - dt.timedelta(minutes=30)
    reply = await ana.say("remind me to turn the oven off in 10 minutes", said_at=said_at)
    assert "passed" in reply.text
    assert await moments(ana) == []


async def test_no_moment_is_asked_for(ana: Talk) -> None:
    reply = await ana.say("remind me to dance")
    assert "When shall I" in reply.text
    assert buttons(reply) == ["In 1 hour", "Tomorrow 09:00", "Undo"]
    chosen = await ana.tap(reply, "Tomorrow 09:00")
    assert chosen.text == "I will remind you of *dance*\n⏰ Tue 24 Nov (tomorrow), 09:00"
    assert await moments(ana) == ["2026-11-24T09:00+01:00"]


async def test_every_task_of_a_list_says_when_it_rings(ana: Talk) -> None:
    reply = await ana.say("- call Bo tomorrow 5pm !30 min before\n- buy milk")
    assert "1. call Bo — Tue 24 Nov (tomorrow), 17:00 ⏰ 16:30" in reply.text


async def test_a_task_that_exists(ana: Talk) -> None:
    await ana.say("buy milk")
    reply = await ana.say("remind me about milk at 5pm")
    assert reply.text == "I will remind you of *buy milk*\n⏰ Mon 23 Nov (today), 17:00"
    assert buttons(reply) == ["Undo"]
    assert await moments(ana) == [AT_5]
    again = await ana.say("remind me about milk at 5pm")
    assert "already" in again.text
    assert await moments(ana) == [AT_5]
    assert "a reminder" in (await ana.say("undo")).text
    assert await moments(ana) == []


async def test_a_day_means_its_morning(ana: Talk) -> None:
    await ana.say("buy milk")
    assert (await ana.say("remind me about milk tomorrow")).text.endswith("Tue 24 Nov (tomorrow), 09:00")


async def test_without_a_moment_the_due_one_is_meant(ana: Talk) -> None:
    await ana.say("buy milk on friday")
    assert "Fri 27 Nov, 09:00" in (await ana.say("remind me about milk")).text
    assert await moments(ana) == ["2026-11-27T09:00+01:00"]
    await ana.say("call Bo tomorrow 5pm")
    assert "already" in (await ana.say("remind me about call bo")).text


async def test_without_any_moment_we_ask(ana: Talk) -> None:
    await ana.say("buy milk")
    asked = await ana.say("remind me about milk")
    assert buttons(asked) == ["In 1 hour", "Today 18:00", "Tomorrow 09:00"]
    assert await moments(ana) == []
    await ana.tap(asked, "In 1 hour")
    assert await moments(ana) == ["2026-11-23T12:00+01:00"]
    ana.wait(hours=8)
    assert "⚠️ This moment is past." in (await ana.tap(asked, "Today 18:00")).text


async def test_before_a_task_that_has_its_hour(ana: Talk) -> None:
    met = await ana.say("the meeting tomorrow 3pm")
    assert "14:00" in (await ana.say("remind me 1 hour before the meeting")).text
    await ana.say("buy milk")
    assert "14:30" in (await ana.say("remind me 30 min before", about=met.task_ids)).text
    assert await ana.titles() == ["the meeting", "buy milk"]
    assert await moments(ana) == [f"2026-11-24T{clock}+01:00" for clock in ("14:00", "14:30", "15:00")]


async def test_numbers_of_the_last_list(ana: Talk) -> None:
    for title in ("buy eggs", "buy bread", "buy salt"):
        await ana.say(title)
    await ana.say("all")
    reply = await ana.say("remind me about 1 and 3 at 5pm")
    assert reply.text.startswith("I will remind you of 2 tasks\n• buy eggs — ⏰ Mon 23 Nov (today), 17:00")
    assert [title for title, _ in await ana.rings()] == ["buy eggs", "buy salt"]


async def test_what_is_done_does_not_ring(ana: Talk) -> None:
    added = await ana.say("buy milk")
    await ana.tap(added, "Done")
    assert "done already" in (await ana.say("remind me at 9pm", about=added.task_ids)).text
    assert await moments(ana) == []


async def test_past_moments_are_refused_whole(ana: Talk) -> None:
    await ana.say("buy milk")
    refused = await ana.say("remind me about milk on 1 january 2020 at 9am")
    assert refused.text.startswith("⚠️")
    assert await moments(ana) == []


async def test_ben_has_his_own_and_none_on_what_he_does_not_see(ana: Talk, ben: Talk) -> None:
    added = await ana.say("paint the wall #Home")
    await ben.say("remind me about the wall at 5pm")
    assert await moments(ben) == [AT_5]
    assert await moments(ana) == []
    assert "⏰" not in (await ana.tap(await ana.say("all"), "1. paint the wall")).text
    secret = await ana.say("buy a ring for Ben")
    assert "not there" in (await ben.say("remind me at 5pm", about=secret.task_ids)).text
    assert len(await moments(ben)) == 1
    assert added.task_ids != secret.task_ids


@pytest.mark.parametrize("title", ["Today 18:00", "In 1 hour"])
async def test_undo_of_a_chosen_moment(ana: Talk, title: str) -> None:
    await ana.say("buy milk")
    chosen = await ana.tap(await ana.say("remind me about milk"), title)
    await ana.tap(chosen, "Undo")
    assert await moments(ana) == []
    assert await ana.titles() == ["buy milk"]


async def test_another_reminder_leaves_the_default_one(ana: Talk) -> None:
    await ana.say("call Bo tomorrow 5pm")
    reply = await ana.say("remind me about Bo at 8pm")
    assert reply.text == "I will remind you of *call Bo*\n⏰ Mon 23 Nov (today), 20:00"
    assert await moments(ana) == ["2026-11-23T20:00+01:00", "2026-11-24T17:00+01:00"]
    await ana.tap(reply, "Undo")
    assert await moments(ana) == ["2026-11-24T17:00+01:00"]

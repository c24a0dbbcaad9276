"""Slots of a task that exists, repeating tasks, subtasks, people."""

import datetime as dt
from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.assistant import act as acting
from tasktalk.assistant.dialogue import load_dialogues
from tasktalk.assistant.reply import Reply, Utterance
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent, Recurrence, Target, When
from tasktalk.ids import new_id
from tasktalk.tasks import Act, Task


def buttons(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


async def update(talk: Talk, **slots: object) -> Task:
    """The one task of a person after an intent with these slots, whatever words may say it one day."""
    async with talk.pool.acquire() as conn, conn.transaction():
        dialogue = (await load_dialogues(conn, [talk.viewer]))[talk.viewer.user_id]
        turn = Turn(
            conn, dialogue, Utterance("test"), talk.now.astimezone(dialogue.zone), Act(new_id(), "test", talk.now)
        )
        [task] = await talk.tasks()
        turn = replace(turn, about=(task.id,))
        await acting.act(turn, Intent(intent="update_task", target=Target(last=True), **slots))  # type: ignore[arg-type]
    [task] = await talk.tasks()
    return task


async def test_every_slot_is_filled_and_emptied(ana: Talk) -> None:
    await ana.say("paint the wall tomorrow 5pm #Home @tools @paint +Ben p1 for 30 min")
    weekly = Recurrence(rrule="FREQ=WEEKLY;BYDAY=TU", text="every tuesday")
    task = await update(
        ana, section="Kitchen", start=When(date="2026-11-24"), deadline=When(date="2026-11-30"), recurrence=weekly
    )
    assert (task.section, task.start, task.deadline) == ("Kitchen", dt.date(2026, 11, 24), dt.date(2026, 11, 30))
    assert task.recurrence == {"rrule": "FREQ=WEEKLY;BYDAY=TU", "from": "schedule", "text": "every tuesday"}
    assert (await update(ana, clear=("recurrence",))).recurrence is None
    assert sorted((await update(ana, clear=("labels",), labels=("Tools",))).labels) == ["paint"]
    task = await update(
        ana, clear=("labels", "assignees", "deadline", "duration", "start", "section", "priority", "notes", "due")
    )
    assert (task.labels, task.assignees, task.deadline, task.duration_minutes) == ([], [], None, None)
    assert (task.start, task.section, task.priority, task.due) == (None, None, None, None)
    assert (await update(ana, clear=("project",))).project is None


async def test_a_start_is_shown(ana: Talk) -> None:
    await ana.say("paint the wall")
    assert "▶️ Fri 27 Nov" in (await ana.say("make it start on friday")).text


async def test_a_new_rule(ana: Talk) -> None:
    await ana.say("water the plants")
    assert "🔁 every monday" in (await ana.say("make it every monday")).text
    [task] = await ana.tasks()
    assert task.recurrence is not None
    assert task.recurrence["rrule"] == "FREQ=WEEKLY;BYDAY=MO"


async def test_moving_one_occurrence_says_so(ana: Talk) -> None:
    added = await ana.say("water the plants every monday 9am")
    moved = await ana.say("move plants to friday")
    assert moved.text == "📅 Moved: *water the plants*\n📅 Fri 27 Nov, 09:00 · only this time"
    assert "only this time" in (await ana.tap(added, buttons(added)[1])).text
    await ana.say("buy milk")
    assert "only this time" not in (await ana.say("move milk to friday")).text


async def test_skip_by_word_by_button_and_after_a_deletion(ana: Talk) -> None:
    await ana.say("go to the gym every day at 8am")
    assert (await ana.say("skip the gym")).text == "⏭️ Skipped: *go to the gym*\n🔁 Next: Wed 25 Nov, 08:00"
    card = await ana.tap(await ana.say("all"), "1. go to the gym")
    assert buttons(card) == ["Done", "Tomorrow", "Skip"]
    assert "Next: Thu 26 Nov" in (await ana.tap(card, "Skip")).text
    dropped = await ana.say("delete gym")
    assert "all that was to come" in dropped.text
    assert await ana.titles() == []
    skipped = await ana.tap(dropped, "Skip only this one")
    assert "Next: Fri 27 Nov" in skipped.text
    assert await ana.titles() == ["go to the gym"]
    await ana.tap(skipped, "Undo")
    assert await ana.titles() == []


@pytest.mark.parametrize("title", ["Done", "Skip"])
async def test_a_second_tap_does_not_take_the_next_one_too(ana: Talk, title: str) -> None:
    await ana.say("go to the gym every day at 8am")
    card = await ana.tap(await ana.say("all"), "1. go to the gym")
    assert "Next: Wed 25 Nov" in (await ana.tap(card, title)).text
    again = await ana.tap(card, title)
    assert again.text.startswith("*go to the gym*\n📅 Wed 25 Nov")
    assert buttons(again) == ["Done", "Tomorrow", "Skip"]
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 11, 25)


async def test_skipping_what_does_not_repeat(ana: Talk) -> None:
    await ana.say("buy milk")
    assert "Deleted" in (await ana.say("skip milk")).text


async def test_the_last_one_cannot_be_skipped_and_stays_in_the_trash(ana: Talk) -> None:
    await ana.say("go to the gym every day at 8am until tomorrow")
    dropped = await ana.say("delete gym")
    assert (await ana.tap(dropped, "Skip only this one")).text.startswith("⚠️ This is the last one")
    assert await ana.titles() == []


async def test_a_parent_and_what_is_under_it_at_once(ana: Talk) -> None:
    await ana.say("add:\n- party\n   - cake\n   - music\n- milk")
    listed = await ana.say("show all tasks")
    assert "2. cake" in listed.text
    asked = await ana.say("delete 1, 2 and 4")
    gone = await ana.tap(asked, "Delete 3 tasks")
    assert "Deleted: 3 tasks" in gone.text
    assert "1 subtask" in gone.text
    assert await ana.tasks() == []
    await ana.say("undo")
    assert len(await ana.tasks()) == 4


async def test_subtasks_go_with_their_parent(ana: Talk) -> None:
    await ana.say("- move house\n  - boxes\n  - van\n- buy milk")
    done = await ana.say("done move house")
    assert done.text == "✔️ Done: *move house*\n…and 2 subtasks with it"
    assert await ana.titles() == ["buy milk"]
    await ana.tap(done, "Undo")
    await ana.say("done van")
    assert "…and 2 subtasks with it" in (await ana.say("delete move house")).text


async def test_who_is_given_a_task_will_be_told(ana: Talk) -> None:
    assert (await ana.say("paint the wall #Home +Ben")).text.endswith("👤 Ben\n🔔 Ben will be told.")
    await ana.say("fix the roof #Home")
    assert (await ana.say("assign roof to Ben")).text.endswith("🔔 Ben will be told.")
    assert "told" not in (await ana.say("make it p1")).text
    assert "told" not in (await ana.say("assign roof to Ana")).text


async def test_nobody_else_is_given_a_private_task(ana: Talk) -> None:
    await ana.say("buy milk")
    assert (await ana.say("assign milk to Ben")).text.startswith("⚠️")
    [task] = await ana.tasks()
    assert task.assignees == []


@pytest.mark.parametrize("words", ["skip the wall", "assign wall to Ben", "make it p1", "delete the wall"])
async def test_who_may_only_look_changes_nothing(ana: Talk, ben: Talk, words: str) -> None:
    added = await ana.say("paint the wall every monday 9am #Home")
    [before] = await ana.tasks()
    assert (await ben.say(words, about=added.task_ids)).text.startswith("⚠️")
    assert await ana.tasks() == [before]

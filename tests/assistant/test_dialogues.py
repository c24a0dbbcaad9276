"""Turns of a dialogue: what the person gets to read is what is in the database."""

import datetime as dt

import pytest
from talk import Talk

from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.replies.when import say_recurrence
from tasktalk.assistant.reply import Reply, Utterance


def buttons(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


async def test_a_capture_is_answered_with_what_was_understood(ana: Talk) -> None:
    reply = await ana.say("buy milk tomorrow 5pm #home p1", message_id="wamid.A")
    (task,) = await ana.tasks()
    assert (task.title, task.priority) == ("buy milk", 1)
    assert task.project is not None
    assert task.project.name == "Home"
    assert task.due is not None
    assert task.due.datetime == dt.datetime.fromisoformat("2026-11-24T17:00+01:00")
    assert task.source is not None
    assert (task.source.channel, task.source.message_id) == ("test", "wamid.A")
    assert reply.text == "📝 Added *buy milk*\n📅 Tue 24 Nov (tomorrow), 17:00 · #Home · p1"
    assert buttons(reply) == ["Done", "A week later", "Undo"]
    assert reply.task_ids == (task.id,)


async def test_done_by_button_once_and_again(ana: Talk) -> None:
    added = await ana.say("buy milk")
    assert (await ana.tap(added, "Done")).text == "✔️ Done: *buy milk*"
    again = await ana.tap(added, "Done")
    assert "already" in again.text
    assert buttons(again) == ["Reopen"]
    await ana.tap(again, "Reopen")
    assert await ana.titles() == ["buy milk"]


async def test_tomorrow_by_button_keeps_the_time(ana: Talk) -> None:
    added = await ana.say("call Bo friday 9am")
    moved = await ana.tap(added, "Tomorrow")
    assert "Tue 24 Nov (tomorrow), 09:00" in moved.text


async def test_numbers_of_a_list_hold_for_days(ana: Talk) -> None:
    for title in ("eggs", "bread", "salt"):
        await ana.say(f"buy {title}")
    listed = await ana.say("all")
    assert "1. buy eggs\n2. buy bread\n3. buy salt" in listed.text
    assert [row.title for row in listed.rows] == ["1. buy eggs", "2. buy bread", "3. buy salt"]
    await ana.say("call Bo")  # what is added later does not move the numbers
    ana.wait(days=3)
    await ana.say("done 1 and 3")
    assert await ana.titles() == ["buy bread", "call Bo"]


async def test_numbers_that_are_on_no_list(ana: Talk) -> None:
    await ana.say("buy eggs")
    await ana.say("all")
    partly = await ana.say("done 1 and 7")
    assert "no 7 on the last list" in partly.text
    assert await ana.titles() == []


async def test_a_row_of_a_list_opens_the_task(ana: Talk) -> None:
    await ana.say("buy eggs")
    listed = await ana.say("all")
    card = await ana.tap(listed, "1. buy eggs")
    assert buttons(card) == ["Done", "Tomorrow", "Delete"]
    await ana.tap(card, "Delete")
    assert await ana.titles() == []
    await ana.say("undo")
    assert await ana.titles() == ["buy eggs"]


async def test_long_lists_have_pages_whose_numbers_go_on(ana: Talk) -> None:
    for number in range(1, 24):
        await ana.say(f"task number {number:02}")
    first = await ana.say("all")
    assert len(first.rows) == 10
    second = await ana.tap(first, "More …")
    assert second.rows[0].title.startswith("10. ")
    await ana.say("done 11 and 2")
    left = await ana.titles()
    assert len(left) == 21
    assert "task number 11" not in left
    assert "task number 02" not in left


async def test_done_by_name_asks_which_when_several_fit(ana: Talk) -> None:
    await ana.say("call Ana about the lease")
    await ana.say("call Ana about the party")
    asked = await ana.say("done call ana")
    assert await ana.titles() == ["call Ana about the lease", "call Ana about the party"]
    (party,) = [button.title for button in asked.buttons if "party" in asked.text.split("\n")[int(button.title[0])]]
    await ana.tap(asked, party)
    assert await ana.titles() == ["call Ana about the lease"]


async def test_what_is_not_there_is_not_done(ana: Talk) -> None:
    reply = await ana.say("reopen the unicorn")
    assert "found no task" in reply.text


async def test_move_and_reopen_by_name(ana: Talk) -> None:
    await ana.say("buy milk")
    moved = await ana.say("move milk to friday")
    assert "Fri 27 Nov" in moved.text
    await ana.say("done milk")
    assert await ana.titles() == []
    await ana.say("reopen milk")
    assert await ana.titles() == ["buy milk"]


async def test_the_task_in_focus(ana: Talk) -> None:
    await ana.say("write the report")
    await ana.say("make it high priority and due next Friday")
    (task,) = await ana.tasks()
    assert task.title == "write the report"
    assert task.priority == 2
    assert task.due is not None


async def test_an_answer_to_a_task_edits_it(ana: Talk) -> None:
    added = await ana.say("write the report")
    await ana.say("buy milk")
    await ana.say("friday 5pm", about=added.task_ids)
    await ana.say("tomorrow", about=added.task_ids)
    await ana.say("p1", about=added.task_ids)
    await ana.say("ask Bo for the figures first", about=added.task_ids)
    report, milk = sorted(await ana.tasks(), key=lambda task: task.created_at)
    assert report.due is not None
    assert (report.due.date, report.due.time) == (dt.date(2026, 11, 24), "17:00")
    assert report.priority == 1
    assert (report.notes, report.comments_count) == ("", 1)
    assert milk.due is None


async def test_a_reaction_does_it_and_taking_it_back_undoes_it(ana: Talk) -> None:
    added = await ana.say("buy milk")
    assert await ana.react("👍", about=added.task_ids) == Reply(reaction="✅", task_ids=added.task_ids)
    assert await ana.titles() == []
    assert await ana.react("", about=added.task_ids) == Reply(reaction="")
    assert await ana.titles() == ["buy milk"]
    await ana.react("✅", about=added.task_ids)  # and once more
    assert await ana.titles() == []


@pytest.mark.parametrize("emoji", ["❤️", "😂"])
async def test_other_reactions_mean_nothing(ana: Talk, emoji: str) -> None:
    added = await ana.say("buy milk")
    assert await ana.react(emoji, about=added.task_ids) is None
    assert await ana.titles() == ["buy milk"]


async def test_a_reaction_can_come_and_go_as_often_as_one_likes(ana: Talk) -> None:
    added = await ana.say("buy milk")
    for emoji in ("👍", "👍🏽", "❌", "⏰", "✅"):
        assert await ana.react(emoji, about=added.task_ids) is not None
        assert await ana.react("", about=added.task_ids) == Reply(reaction="")
        assert await ana.react("", about=added.task_ids) is None  # a second time there is nothing behind it
        (task,) = await ana.tasks()
        assert (task.title, task.status, task.due) == ("buy milk", "open", None)


async def test_a_reaction_that_does_nothing_says_so(ana: Talk) -> None:
    added = await ana.say("buy milk tomorrow 5pm")
    await ana.react("⏰", about=added.task_ids)
    (task,) = await ana.tasks()
    assert task.due is not None
    assert (task.due.date, task.due.time) == (dt.date(2026, 11, 25), "17:00")  # a day later than it was
    await ana.tap(added, "Done")
    late = await ana.react("⏰", about=added.task_ids)
    assert late is not None
    assert "done already" in late.text
    assert await ana.react("👍", about=added.task_ids) == Reply(reaction="✅", task_ids=added.task_ids)


async def test_undo_goes_back_step_by_step(ana: Talk) -> None:
    await ana.say("buy milk")
    await ana.say("move milk to friday")
    await ana.say("done milk")
    await ana.say("undo")
    assert (await ana.tasks())[0].due is not None
    await ana.say("undo")
    assert (await ana.tasks())[0].due is None
    await ana.say("undo")
    assert await ana.titles() == []
    assert "nothing to undo" in (await ana.say("undo")).text


async def test_an_answer_to_an_unknown_message_touches_nothing(ana: Talk) -> None:
    await ana.say("buy milk")
    reply = await ana.hear(Utterance("test", text="done", about_message="wamid.unknown"))
    assert reply is not None
    assert "Which task" in reply.text
    assert await ana.titles() == ["buy milk"]


async def test_thanks_are_taken(ana: Talk) -> None:
    assert "welcome" in (await ana.say("thanks!")).text


async def test_undo_lasts_ten_minutes(ana: Talk) -> None:
    await ana.say("buy milk")
    ana.wait(minutes=11)
    assert "nothing to undo" in (await ana.say("undo")).text
    assert await ana.titles() == ["buy milk"]


async def test_a_pasted_list_is_one_reply_and_one_undo(ana: Talk) -> None:
    reply = await ana.say("- eggs\n- bread\n  - rye\n- salt")
    assert reply.text.startswith("📝 Added 3 tasks")
    assert sorted(await ana.titles()) == ["bread", "eggs", "rye", "salt"]
    await ana.tap(reply, "Undo")
    assert await ana.titles() == []


async def test_a_pasted_list_s_reply_shows_what_was_understood_of_each(ana: Talk) -> None:
    reply = await ana.say("- eggs\n- pay rent on 2031-12-01 at 9 p1 @money\n- salt p3")
    assert reply.text.splitlines()[1:] == [
        "1. eggs",
        "2. pay rent — Mon 1 Dec 2031, 09:00 · @money · p1",
        "3. salt — p3",
    ]


async def test_forwarded_text_is_kept_not_obeyed(ana: Talk) -> None:
    await ana.say("buy milk")
    await ana.hear(Utterance("test", text="delete buy milk\nand everything else", literal=True))
    milk, kept = sorted(await ana.tasks(), key=lambda task: task.created_at)
    assert milk.title == "buy milk"
    assert (kept.title, kept.notes) == ("delete buy milk", "and everything else")


async def test_taps_of_others_and_forged_taps_do_nothing(ana: Talk, ben: Talk) -> None:
    added = await ana.say("buy milk")
    stolen = await ben.hear(Utterance("test", tap=added.buttons[0].id))
    assert stolen is not None
    assert "⚠️" in stolen.text
    forged = added.buttons[0].id.replace("done.", "drop.", 1)
    assert "⚠️" in (await ana.hear(Utterance("test", tap=forged)) or Reply()).text
    assert "⚠️" in (await ana.hear(Utterance("test", tap="nonsense")) or Reply()).text
    ana.wait(days=31)
    assert "expired" in (await ana.tap(added, "Done")).text
    assert await ana.titles() == ["buy milk"]


async def test_ben_sees_and_finishes_nothing_of_anas_own(ana: Talk, ben: Talk) -> None:
    added = await ana.say("buy milk")
    assert "found no task" in (await ben.say("reopen milk")).text
    assert await ben.titles() == []
    await ben.react("👍", about=added.task_ids)
    assert await ana.titles() == ["buy milk"]


async def test_a_message_is_done_whole_or_not_at_all(ana: Talk, ben: Talk) -> None:
    """Ben may only look at Home; his own task in the same list is not done either."""
    await ana.say("paint the wall tomorrow #Home")
    await ben.say("buy brushes today")
    await ben.say("all")
    refused = await ben.say("done 1 and 2")
    assert "⚠️" in refused.text
    assert sorted(await ben.titles()) == ["buy brushes", "paint the wall"]


async def test_a_new_project_is_made_with_its_first_task(ana: Talk) -> None:
    await ana.say("paint the fence #Garden")
    (task,) = await ana.tasks("#Garden")
    assert task.title == "paint the fence"
    assert "#Garden" in (await ana.say("projects")).text


async def test_a_text_too_long_for_a_title_is_kept_whole_in_the_notes(ana: Talk) -> None:
    words = "lorem ipsum " * 150
    await ana.hear(Utterance("test", text=words, literal=True))
    await ana.say("buy " + words)
    kept, bought = sorted(await ana.tasks(), key=lambda task: task.created_at)
    assert kept.notes == words.strip()
    assert kept.title.startswith("lorem ipsum")
    assert len(kept.title) <= 200
    assert bought.notes.startswith("buy lorem ipsum")


async def test_an_answer_fits_its_own_question(ana: Talk) -> None:
    for title in ("buy milk fresh", "buy milk skimmed", "paint bike", "oil bike"):
        await ana.say(title)
    first = await ana.say("done milk")
    await ana.say("delete bike")
    late = await ana.tap(first, first.buttons[0].title)
    assert "question is over" in late.text
    assert len(await ana.titles()) == 4


async def test_a_question_beside_something_done_can_be_answered(ana: Talk) -> None:
    for title in ("call Bob", "paint bike", "oil bike"):
        await ana.say(title)
    asked = await ana.say("done call Bob and delete bike")
    assert sorted(await ana.titles()) == ["oil bike", "paint bike"]
    await ana.tap(asked, asked.buttons[0].title)
    assert len(await ana.titles()) == 1


async def test_a_page_of_an_older_list_keeps_its_own_numbers(ana: Talk) -> None:
    for letter in "abcdefghijklmno":
        await ana.say(f"buy {letter}{letter}{letter} today")
    today = await ana.say("today")
    await ana.say("call Bo tomorrow")
    await ana.say("tomorrow")
    more = await ana.tap(today, "More …")
    assert more.rows[0].title.startswith("10. buy jjj")
    await ana.say("done 10 and 3")
    left = await ana.titles("today")
    assert len(left) == 13
    assert not {"buy jjj", "buy ccc"} & set(left)


async def test_a_message_that_came_late_means_the_day_it_was_said(ana: Talk) -> None:
    said_at = ana.now - dt.timedelta(days=2)
    await ana.hear(Utterance("test", text="buy milk tomorrow", said_at=said_at))
    await ana.hear(Utterance("test", text="buy salt tomorrow", said_at=said_at - dt.timedelta(days=900)))
    milk, salt = sorted(await ana.tasks(), key=lambda task: task.title)
    assert milk.due is not None
    assert milk.due.date == dt.date(2026, 11, 22)
    assert salt.due is not None
    assert salt.due.date == dt.date(2026, 11, 24)


@pytest.mark.parametrize("text", ["what's the weather like", "play some jazz", "tell me a joke"])
async def test_what_is_not_ours_is_declined(ana: Talk, text: str) -> None:
    assert "I keep tasks" in (await ana.say(text)).text
    assert await ana.titles() == []


async def test_a_recurring_task_comes_back(ana: Talk) -> None:
    await ana.say("water the plants every monday 9am")
    done = await ana.say("done water the plants")
    assert "Next: Mon 7 Dec" in done.text or "Next: Mon 30 Nov" in done.text
    assert await ana.titles() == ["water the plants"]


async def test_a_word_without_end_begins_its_own_title(ana: Talk) -> None:
    await ana.say("buy " * 400)
    await ana.say("a" * 1500)
    words, word = await ana.tasks()
    assert words.title.endswith("buy…")
    assert word.title == "a" * 199 + "…"
    assert word.notes == "a" * 1500


async def test_yes_and_no_without_a_question_are_told_so(ana: Talk) -> None:
    await ana.say("buy milk")
    for word in ("cancel", "yes"):
        assert (await ana.say(word)).text.startswith("There is no question open.")
    assert await ana.titles() == ["buy milk"]


@pytest.mark.parametrize(
    ("rrule", "shown"),
    [("FREQ=WEEKLY;BYDAY=MO", "every week"), ("FREQ=DAILY;INTERVAL=3\nEXDATE:20261201", "every 3 days")],
)
def test_a_rule_that_nobody_put_in_words(rrule: str, shown: str) -> None:
    assert say_recurrence({"rrule": rrule, "from": "schedule", "text": ""}, get_speech("en")) == shown

"""What is moved by an amount, emptied, accepted, or switched off, in the words of any language."""

import datetime as dt
from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.tasks.preferences.preferences import get_preferences


async def due(talk: Talk, title: str) -> str:
    [task] = [task for task in await talk.tasks() if task.title == title]
    return "" if task.due is None else " ".join(filter(None, (str(task.due.date), task.due.time)))


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", "push the report by two days", "2026-11-29 09:00"),
        ("en", "move the report a day earlier", "2026-11-26 09:00"),
        ("en", "move the report 2 hours earlier", "2026-11-27 07:00"),
        ("en", "move the report two weeks earlier", "2026-11-23 09:00"),  # never into the past
        ("es", "retrasa the report dos días", "2026-11-29 09:00"),
        ("de", "verschieb the report um zwei Tage", "2026-11-29 09:00"),
        ("fr", "repousse the report de deux jours", "2026-11-29 09:00"),
        ("it", "sposta the report di due giorni", "2026-11-29 09:00"),
        ("pt", "adia the report por dois dias", "2026-11-29 09:00"),
        ("nl", "verzet the report met twee dagen", "2026-11-29 09:00"),
    ],
)
async def test_a_shift_counts_from_when_it_is_due(ana: Talk, language: str, said: str, expected: str) -> None:
    await ana.say("the report friday 9am")
    ana.viewer = replace(ana.viewer, language=language)
    await ana.say(said)
    assert await due(ana, "the report") == expected


async def test_a_snooze_counts_from_now_or_from_when_it_is_due_if_that_is_later(ana: Talk) -> None:
    await ana.say("the report today 9am")  # it is 11:00
    await ana.say("snooze the report 2 hours")
    assert await due(ana, "the report") == "2026-11-23 13:00"
    await ana.say("snooze the report 2 hours")
    assert await due(ana, "the report") == "2026-11-23 15:00"
    await ana.say("snooze the report 2 days")
    assert await due(ana, "the report") == "2026-11-25 15:00"
    await ana.say("snooze the report 2 days")
    assert await due(ana, "the report") == "2026-11-27 15:00"


async def test_what_is_late_is_shifted_from_today(ana: Talk) -> None:
    await ana.say("buy paint today")
    ana.wait(days=5)
    await ana.say("push buy paint by two days")
    assert await due(ana, "buy paint") == "2026-11-30"


async def test_slots_are_emptied_one_by_one(ana: Talk) -> None:
    await ana.say("the report every friday p1 @shop @work {december 3}")
    await ana.say("remove @shop")
    await ana.say("no deadline")
    await ana.say("remove the priority")
    await ana.say("stop repeating it")
    [task] = await ana.tasks()
    assert (task.labels, task.deadline, task.priority, task.recurrence) == (["work"], None, None, None)
    assert task.due is not None


async def test_nobody_does_it_any_more(ana: Talk, ben: Talk) -> None:
    await ana.say("the report #Home assigned to Ben")
    assert "the report" in await ben.titles("assigned to: me")
    await ana.say("take Ben off the report")
    assert await ben.titles("assigned to: me") == []


async def test_a_task_that_was_given_is_declined_in_words(ana: Talk, ben: Talk) -> None:
    given = await ana.say("the report #Home assigned to Ben")
    declined = await ben.say("decline", about=given.task_ids)
    assert "the report" in declined.text
    assert await ana.titles("assigned to: Ben") == []
    assert "not assigned to you" in (await ben.say("accept", about=given.task_ids)).text


async def test_accepting_nothing_is_no_answer(ana: Talk) -> None:
    await ana.say("the report")
    assert "not assigned to you" in (await ana.say("accept")).text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "skip the gym"), ("es", "sáltate the gym"), ("de", "überspringe the gym"), ("fr", "saute the gym"),
     ("it", "salta the gym"), ("pt", "pula the gym"), ("nl", "sla the gym over")],
)  # fmt: skip
async def test_only_this_occurrence_is_skipped(ana: Talk, language: str, said: str) -> None:
    await ana.say("the gym every monday 7pm")
    ana.viewer = replace(ana.viewer, language=language)
    await ana.say(said)
    assert await due(ana, "the gym") == "2026-11-30 19:00"


async def test_quiet_hours_and_the_digest_are_switched_off(ana: Talk) -> None:
    await ana.say("quiet hours from 10pm to 7")
    await ana.say("daily digest at 8")
    assert "No quiet hours" in (await ana.say("quiet hours off")).text
    assert "No daily digest" in (await ana.say("no daily digest")).text
    async with ana.pool.acquire() as conn:
        kept = await get_preferences(conn, viewer=ana.viewer)
    assert (kept.quiet_hours, kept.digest_time) == (None, None)


async def test_reminders_of_one_task_are_shown_and_forgotten(ana: Talk) -> None:
    await ana.say("the report friday 9am and remind me at 8")
    assert [moment.hour for _, moment in await ana.rings()] == [8, 9]  # and when it is due
    assert "8:00" in (await ana.say("which reminders are set for it")).text
    await ana.say("remove the reminders from it")
    assert await ana.rings() == []


async def test_who_wakes_somebody_rings_in_the_morning(ana: Talk) -> None:
    await ana.say("wake me at 6")
    assert [(title, moment.date(), moment.hour) for title, moment in await ana.rings()] == [
        ("wake me", dt.date(2026, 11, 24), 6)
    ]


async def test_a_known_project_needs_no_sign(ana: Talk) -> None:
    await ana.say("plant roses #Garden")
    await ana.say("rename Garden to Yard")
    assert await ana.titles("#Yard") == ["plant roses"]
    await ana.say("archive Yard")
    assert await ana.titles("#Yard & p1") == []
    await ana.say("archive the letters")
    assert "archive the letters" in await ana.titles()

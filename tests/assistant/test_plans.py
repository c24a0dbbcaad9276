"""The plan of a day: in order, with hours, and what does not fit."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from talk import Talk

# The tests' now is Monday 23 November 2026, eleven in the morning in Madrid.
MADRID = ZoneInfo("Europe/Madrid")


async def test_what_has_its_hour_keeps_it_and_the_rest_fills_the_gaps(ana: Talk) -> None:
    for text in (
        "dentist today 11:30 for 30 min",
        "write the report today p1 for 2 hours",
        "call mum today",
        "iron today p2",
    ):
        await ana.say(text)
    plan = await ana.say("plan my day")
    assert plan.text.split("\n") == [
        "🗓️ *Mon 23 Nov* — 4 tasks, about 3 h 30 min",
        "11:00 · 1. iron",
        "11:30 · 2. dentist (30 min)",
        "12:00 · 3. write the report (2 h)",
        "14:00 · 4. call mum",
    ]
    assert [button.title for button in plan.buttons] == ["Done", "Coming days"]
    assert (await ana.say("done 1 3")).text == "✔️ Done: 2 tasks\n• iron\n• write the report"


async def test_what_does_not_fit_can_go_to_tomorrow(ana: Talk) -> None:
    for text in ("write the report today p1 for 8 hours", "paint the wall today for 5 hours", "iron today for 1 hour"):
        await ana.say(text)
    plan = await ana.say("plan my day")
    assert plan.text.endswith("\n19:00 · 2. iron (1 h)\n⚠️ More than fits before 21:00:\n3. paint the wall")
    assert [button.title for button in plan.buttons] == ["Done", "Rest to tomorrow", "Coming days"]
    moved = await ana.tap(plan, "Rest to tomorrow")
    assert moved.text == "📅 Moved: *paint the wall*\n📅 Tue 24 Nov (tomorrow)"
    await ana.tap(moved, "Undo")
    assert "paint the wall" in await ana.titles("today")


async def test_overdue_that_does_not_press_can_go_to_tomorrow(ana: Talk) -> None:
    for text in ("tidy up today p3", "pay the rent today p1", "dust the shelf today"):
        await ana.say(text)
    ana.wait(days=1)
    plan = await ana.say("plan my day")
    assert plan.text.split("\n")[1:] == [
        "11:00 · 1. pay the rent ⚠️",
        "11:30 · 2. tidy up ⚠️",
        "12:00 · 3. dust the shelf ⚠️",
    ]
    moved = await ana.tap(plan, "Overdue to tomorrow")
    assert moved.text == "📅 Moved: 2 tasks\n• tidy up\n• dust the shelf"
    assert await ana.titles("overdue") == ["pay the rent"]


async def test_quiet_hours_end_the_day(ana: Talk) -> None:
    await ana.say("quiet hours 12 to 13")
    await ana.say("iron today for 1 hour")
    await ana.say("sweep today for 1 hour")
    plan = await ana.say("plan my day")
    assert plan.text.endswith("11:00 · 1. iron (1 h)\n⚠️ More than fits before 12:00:\n2. sweep")


async def test_late_in_the_evening_the_day_is_over(ana: Talk) -> None:
    await ana.say("iron today")
    ana.wait(hours=11)
    plan = await ana.say("plan my day")
    assert plan.text == "🗓️ *Mon 23 Nov* — 1 task\n🌙 The day is over; this can wait:\n1. iron"
    assert [button.title for button in plan.buttons] == ["Rest to tomorrow", "Coming days"]


async def test_a_free_day_looks_ahead(ana: Talk) -> None:
    assert (await ana.say("plan my day")).text == (
        "Nothing is left for today. 🎉\nTell me a task, like _buy milk tomorrow 5pm_."
    )
    await ana.say("swim wednesday 9am")
    plan = await ana.say("plan my day")
    assert plan.text == "Nothing is left for today. 🎉\n➡️ Next: swim — Wed 25 Nov, 09:00"
    assert (await ana.tap(plan, "Do it today")).text == "📅 Moved: *swim*\n📅 Mon 23 Nov (today), 09:00"


async def test_a_full_day_is_cut_and_can_be_named_whole(ana: Talk) -> None:
    await ana.say("\n".join(f"- write letter {n:02} {'to a very long list of people ' * 4}today" for n in range(1, 16)))
    plan = await ana.say("plan my day")
    lines = plan.text.split("\n")
    assert len(lines) == 14
    assert lines[-1] == "…and 3 more"
    assert len(plan.text) < 1024
    assert (await ana.say("done 15")).text.startswith("✔️ Done: *write letter 15 to a very long")


async def test_who_may_only_look_is_not_offered_to_move(ana: Talk, ben: Talk) -> None:
    await ana.say("paint the wall today #Home")
    ben.wait(days=1)
    plan = await ben.say("plan my day")
    assert "1. paint the wall" in plan.text
    assert [button.title for button in plan.buttons] == ["Done", "Coming days"]
    await ben.say("iron yesterday")


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
async def test_a_day_on_which_the_clock_changes(ana: Talk, day: tuple[int, int, int]) -> None:
    ana.now = datetime(*day, 0, 30, tzinfo=MADRID)
    await ana.say("iron today")
    assert "09:00 · 1. iron" in (await ana.say("plan my day")).text


async def test_tomorrow_is_planned_from_its_beginning(ana: Talk) -> None:
    assert "nothing" in (await ana.say("plan tomorrow")).text
    for text in ("dentist tomorrow 10:00 for 30 min", "call mum tomorrow", "iron today"):
        await ana.say(text)
    plan = await ana.say("plan tomorrow")
    assert plan.text.startswith("🗓️ *Tue 24 Nov* — 2 tasks")
    assert "10:00 · " in plan.text
    assert "iron" not in plan.text
    assert [button.title for button in plan.buttons] == ["Coming days"]


async def test_what_is_not_found_can_be_kept(ana: Talk) -> None:
    found = await ana.say("find a babysitter")
    assert [button.title for button in found.buttons] == ["Add as a task"]
    await ana.tap(found, "Add as a task")
    assert await ana.titles("all") == ["find a babysitter"]
    again = await ana.say("find a babysitter")
    assert "Add as a task" not in [button.title for button in again.buttons]

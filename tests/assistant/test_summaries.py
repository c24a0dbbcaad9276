"""Summaries: a day, a week, a month, a project, and what was finished when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from talk import Talk

from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import get_speech

TO = "\u2013"
# The tests' now is Monday 23 November 2026, eleven in the morning in Madrid.


def titles(talk: Talk, *labels: str) -> list[str]:
    return [get_speech(talk.viewer.language).label(label) for label in labels]


async def test_a_day_in_figures_with_what_is_next(ana: Talk) -> None:
    for text in ("send the report today p2", "dentist today 16:00", "call mum today p1", "plan the trip tomorrow"):
        await ana.say(text)
    await ana.say("done report")
    day = await ana.say("daily summary")
    assert day.text == "☀️ *Mon 23 Nov*\n✔️ 1 done · 📅 2 still due today\n➡️ Next: dentist — 16:00"
    assert [button.title for button in day.buttons] == ["Done", "Plan my day", "Today"]
    assert (await ana.tap(day, "Done")).text == "✔️ Done: *dentist*"
    later = await ana.say("daily summary")
    assert "✔️ 2 done · 📅 1 still due today\n➡️ Next: call mum" in later.text
    listed = await ana.tap(day, "Today")
    assert listed.text == "*Today*\n1. call mum — Mon 23 Nov (today)"


async def test_the_most_urgent_is_next_where_nothing_has_its_hour(ana: Talk) -> None:
    await ana.say("tidy up today p3")
    await ana.say("pay the rent today p1")
    ana.wait(days=1)
    await ana.say("iron today")
    day = await ana.say("daily summary")
    assert day.text.startswith("☀️ *Tue 24 Nov*\n✔️ 0 done · 📅 1 still due today · ⚠️ 2 overdue\n➡️ Next: pay the rent")
    assert [button.title for button in day.buttons] == ["Done", "Plan my day", "Overdue"]


async def test_an_evening_offers_to_move_what_is_left(ana: Talk) -> None:
    await ana.say("iron today")
    await ana.say("sweep today")
    await ana.say("swim tomorrow")
    ana.wait(hours=9)
    day = await ana.say("daily summary")
    assert day.text.startswith("🌙 *Mon 23 Nov*\n")
    assert day.text.endswith("\n🌅 1 due tomorrow")
    assert [button.title for button in day.buttons] == ["Done", "Rest to tomorrow", "Today"]
    moved = await ana.tap(day, "Rest to tomorrow")
    assert moved.text == "📅 Moved: 2 tasks\n• iron\n• sweep"
    assert sorted(await ana.titles("tomorrow")) == ["iron", "sweep", "swim"]
    assert (await ana.tap(moved, "Undo")).text == "↩️ Undone: 2 changes"
    assert sorted(await ana.titles("today")) == ["iron", "sweep"]
    assert (await ana.tap(day, "Rest to tomorrow")).text.startswith("📅 Moved: 2 tasks")
    assert (await ana.tap(day, "Rest to tomorrow")).text == "Nothing of it is left to move. Say _today_ to see the day."


async def test_a_button_moves_what_it_named_and_nothing_since(ana: Talk) -> None:
    await ana.say("iron today")
    await ana.say("sweep today")
    ana.wait(hours=9)
    day = await ana.say("daily summary")
    await ana.say("cook today")
    await ana.say("done sweep")
    assert (await ana.tap(day, "Rest to tomorrow")).text == "📅 Moved: *iron*\n📅 Tue 24 Nov (tomorrow)"
    assert await ana.titles("today") == ["cook"]


async def test_a_day_without_anything(ana: Talk) -> None:
    day = await ana.say("daily summary")
    assert day.text == "☀️ *Mon 23 Nov*\n✔️ 0 done · 📅 0 still due today\nNothing is left for today. 🎉"
    assert [button.title for button in day.buttons] == ["Coming days"]
    assert (await ana.tap(day, "Coming days")).text == "Next 7 days: nothing. 🎉 Say _all_ to see your tasks."


async def test_a_week_beside_the_one_before(ana: Talk) -> None:
    for number in range(3):
        await ana.say(f"chore {number} #Home")
    await ana.say("done chore 0")
    ana.wait(days=6)  # Sunday
    await ana.say("done chore 1")
    ana.wait(days=1)
    await ana.say("done chore 2")
    ana.wait(minutes=5)
    await ana.say("swim wednesday 9am")
    await ana.say("water the plants every day")
    await ana.say("done water the plants")
    report = await ana.say("weekly report")
    assert report.text.split("\n") == [
        f"🗓️ *This week (Mon 30 Nov {TO} Sun 6 Dec)*",
        "✔️ 2 done (last week: 2)",
        "🏆 Most in #Home: 1",
        "🔥 2 days in a row",
        "📝 2 new",
        "📅 2 due in the next seven days",
        "➡️ Next: water the plants — Tue 1 Dec (tomorrow)",
    ]
    assert [button.title for button in report.buttons] == ["Coming days", "What I finished"]
    done = await ana.tap(report, "What I finished")
    assert done.text.startswith("✔️ *Mon 30 Nov* — 2 done\n1. water the plants — 11:05\n2. chore 2 — 11:00")


async def test_a_week_without_anything_says_so_kindly(ana: Talk) -> None:
    report = await ana.say("weekly report")
    assert report.text == (
        f"🗓️ *This week (Mon 23 Nov {TO} Sun 29 Nov)*\n✔️ 0 done\n📝 0 new\n"
        "Nothing is overdue, and nothing due in the next seven days. Enjoy it!"
    )
    assert report.buttons == ()


async def test_a_month_beside_the_one_before(ana: Talk) -> None:
    await ana.say("chore")
    await ana.say("done chore")
    ana.wait(days=8)  # 1 December
    report = await ana.say("monthly report")
    assert report.text.startswith("🗓️ *This month (Dec 2026)*\n✔️ 0 done (last month: 1)\n📝 0 new")


async def test_what_was_finished_when(ana: Talk) -> None:
    await ana.say("paint the wall #Home")
    await ana.say("call mum")
    await ana.say("done wall")
    ana.wait(hours=1)
    await ana.say("done call mum")
    ana.wait(days=8)  # 1 December
    month = await ana.say("what did I finish last month")
    assert month.text == "✔️ *Nov 2026* — 2 done\n1. call mum — Mon 23 Nov\n2. paint the wall — Mon 23 Nov"
    assert [row.title for row in month.rows] == ["1. call mum", "2. paint the wall"]
    assert month.rows[1].description == "Mon 23 Nov · #Home"
    assert (await ana.say("how many tasks did I finish last week")).text.startswith(
        f"✔️ *Mon 23 Nov {TO} Sun 29 Nov* — 2"
    )
    assert (await ana.say("what did I finish yesterday")).text == (
        "*Mon 30 Nov*\nNothing finished in that time. Say _today_ for what is due."
    )
    home = await ana.say("what did I finish in the home project")
    assert home.text == "✔️ *#Home* — 1 done\n1. paint the wall — Mon 23 Nov"
    assert (await ana.say("what did I finish in the attic project")).text.startswith("You have no project #attic.")
    await ana.say("what did I finish last month")
    assert (await ana.say("reopen 2")).text.startswith("↩️ Open again: *paint the wall*")
    assert (await ana.say("what did I finish last month")).text.startswith("✔️ *Nov 2026* — 1 done\n1. call mum")


async def test_a_repeating_task_counts_each_time_and_what_was_undone_does_not(ana: Talk) -> None:
    await ana.say("water the plants every day")
    await ana.say("done water the plants")
    ana.wait(days=1)
    await ana.say("done water the plants")
    await ana.say("call mum")
    await ana.say("done call mum")
    await ana.say("undo")
    week = await ana.say("what did I finish this week")
    assert week.text == (
        f"✔️ *Mon 23 Nov {TO} Sun 29 Nov* — 2 done\n1. water the plants — Tue 24 Nov\n2. water the plants — Mon 23 Nov"
    )
    assert len(week.rows) == 1  # both are the same task


async def test_much_that_was_finished_comes_in_pages(ana: Talk) -> None:
    for number in range(1, 13):
        await ana.say(f"chore {number:02}")
        await ana.say(f"done chore {number:02}")
        ana.wait(minutes=1)
    first = await ana.say("what did I finish today")
    assert first.text.startswith("✔️ *Mon 23 Nov* — 12 done\n1. chore 12 — 11:11")
    assert [row.title for row in first.rows][-2:] == ["9. chore 04", "More …"]
    second = await ana.tap(first, "More …")
    assert [row.title for row in second.rows] == ["10. chore 03", "11. chore 02", "12. chore 01"]
    assert (await ana.say("more")).text == "That was all. Say _all_ for everything that is open."
    await ana.say("what did I finish today")
    assert (await ana.say("more")).text == second.text
    assert (await ana.say("reopen 12")).text.startswith("↩️ Open again: *chore 01*")


async def test_what_others_finished_is_theirs(ana: Talk, ben: Talk) -> None:
    await ana.say("paint the wall today #Home")
    await ben.say("buy a present for Ana")
    await ana.say("done wall")
    await ben.say("done present")
    assert "✔️ 1 done" in (await ben.say("daily summary")).text
    assert (await ben.say("what did I finish today")).text.endswith("1. buy a present for Ana — 11:00")
    assert "📝 1 new" in (await ben.say("weekly report")).text
    assert "present" not in (await ana.say("what did I finish today")).text


async def test_what_a_person_cannot_see_any_more_is_not_told(ana: Talk) -> None:
    await ana.say("paint the wall #Home")
    await ana.say("done wall")
    async with ana.pool.acquire() as conn:
        await conn.execute("delete from project_members where user_id = $1", ana.viewer.user_id)
    assert "wall" not in (await ana.say("what did I finish today")).text


async def test_a_task_of_others_is_not_mine_to_do(ana: Talk) -> None:
    await ana.say("paint the wall today #Home @Ben")
    assert "📅 0 still due today" in (await ana.say("daily summary")).text


async def test_who_has_what_in_a_project(ana: Talk) -> None:
    for text in ("paint today #Home @Ben", "sweep #Home", "oil the door #Home @Ben", "iron #Home"):
        await ana.say(text)
    await ana.say("done iron")
    status = await ana.say("#Home status")
    assert status.text == (
        "*#Home*\n3 open, 1 done this week\n✔️ 1 done in all\n👤 Ben 2, nobody 1\n➡️ Next: paint — Mon 23 Nov (today)"
    )


@pytest.mark.parametrize(
    ("now", "done"),
    [
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), 1),  # 23:59 on the short day
        (datetime(2026, 3, 29, 22, 1, tzinfo=UTC), 0),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 1),  # 23:59 on the long day
        (datetime(2026, 10, 25, 23, 1, tzinfo=UTC), 0),
    ],
)
async def test_a_day_is_as_long_as_its_clock_says(ana: Talk, now: datetime, done: int) -> None:
    ana.now = now.replace(hour=0, minute=30)
    await ana.say("chore")
    await ana.say("done chore")
    ana.now = now
    assert f"✔️ {done} done" in (await ana.say("daily summary")).text
    if not done:  # Monday has begun
        assert "✔️ 0 done (last week: 1)" in (await ana.say("weekly report")).text


SAID = {
    "en": ("daily summary", "weekly report", "monthly report", "plan my day", "what did I finish yesterday"),
    "es": ("resumen diario", "resumen semanal", "resumen mensual", "planifica mi día", "¿qué terminé ayer?"),
    "pt": ("resumo diário", "resumo semanal", "resumo mensal", "planeja meu dia", "o que eu terminei ontem?"),
    "fr": ("résumé du jour", "bilan de la semaine", "bilan du mois", "planifie ma journée", "qu'ai-je fini hier ?"),
    "de": ("Tagesbericht", "Wochenbericht", "Monatsbericht", "plane meinen Tag", "was habe ich gestern erledigt?"),
    "it": (
        "riepilogo giornaliero",
        "riepilogo settimanale",
        "riepilogo mensile",
        "pianifica la giornata",
        "cosa ho finito ieri?",
    ),
    "nl": ("dagoverzicht", "weekoverzicht", "maandoverzicht", "plan mijn dag", "wat heb ik gisteren afgerond?"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_in_every_language(ana: Talk, language: str) -> None:
    for text in ("paint the wall", "call mum", "fix the roof today 18:00", "iron today"):
        await ana.say(text)
    await ana.say("done wall")
    ana.wait(days=1)
    ana.viewer = replace(ana.viewer, language=language)
    speech = get_speech(language)
    day, week, month, plan, done = [await ana.say(text) for text in SAID[language]]
    assert day.text.startswith(
        f"☀️ *{speech.day(ana.now.date())}*\n✔️ {speech.count('{number} done', '{number} done', 0)}"
    )
    assert [button.title for button in day.buttons] == titles(ana, "Done", "Plan my day", "Overdue")
    assert week.text.startswith(f"🗓️ *{speech.say('This week')} (")
    assert month.text.startswith(f"🗓️ *{speech.say('This month')} (")
    assert [button.title for button in plan.buttons] == titles(ana, "Done", "Overdue to tomorrow", "Coming days")
    assert "1. paint the wall" in done.text
    moved = await ana.tap(plan, *titles(ana, "Overdue to tomorrow"))
    assert len(moved.task_ids) == 2

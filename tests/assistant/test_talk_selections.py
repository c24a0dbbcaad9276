"""Orders about all tasks of a kind change those, and no other; what is not understood changes nothing."""

import datetime as dt

from talk import Talk

from tasktalk.ids import new_id
from tasktalk.tasks import Act
from tasktalk.tasks.model import NewTask
from tasktalk.tasks.tasks import BATCH, create_tasks

TODAY, MONDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 30)  # a monday, so that the next one is meant


async def _due(talk: Talk) -> dict[str, dt.date | None]:
    return {task.title: task.due.date if task.due else None for task in await talk.tasks()}


async def test_only_those_that_are_meant_are_moved(ana: Talk) -> None:
    for text in ("stamps today", "water the plants today at 6pm", "taxes friday", "paint the fence"):
        await ana.say(text)
    await ana.say("every 2 days clean the fridge starting today")
    await ana.say("all")  # whatever was listed last
    before = await _due(ana)
    reply = await ana.say("postpone everything due today to monday")
    assert "3 tasks" in reply.text
    assert "already" not in reply.text
    moved = dict.fromkeys(("stamps", "water the plants", "clean the fridge"), MONDAY)
    assert await _due(ana) == before | moved
    [fridge] = [task for task in await ana.tasks() if task.title == "clean the fridge"]
    assert fridge.moved  # only this time
    [plants] = [task for task in await ana.tasks() if task.title == "water the plants"]
    assert plants.due is not None
    assert plants.due.time == "18:00"
    await ana.say("undo")
    assert await _due(ana) == before


async def test_what_is_not_understood_moves_nothing(ana: Talk) -> None:
    for text in ("stamps today", "paint the fence"):
        await ana.say(text)
    await ana.say("all")
    before = await _due(ana)
    for text in (
        "move everything for the trip to friday",
        "delete all tasks in the attic",
        "move all overdue to today",
        "delete everything but stamps",
        "remind me of everything due today at 5",
    ):
        await ana.say(text)
        assert await _due(ana) == before


async def test_what_others_do_stays_theirs(ana: Talk) -> None:
    await ana.say("mow the lawn today #Home +Ben")
    await ana.say("stamps today #Home")
    await ana.say("done with everything today")
    assert await ana.titles() == ["mow the lawn"]
    await ana.say("complete everything in #Home")
    assert await ana.titles() == []


async def test_who_only_looks_moves_their_own(ana: Talk, ben: Talk) -> None:
    await ana.say("mow the lawn today #Home")
    await ben.say("stamps today")
    await ben.say("move today's tasks to monday")
    assert (await _due(ben))["stamps"] == MONDAY
    assert (await _due(ana))["mow the lawn"] == TODAY


async def test_many_are_deleted_after_a_yes(ana: Talk) -> None:
    for text in ("stamps today", "taxes today", "paint the fence"):
        await ana.say(text)
    await ana.say("delete everything due today")
    assert len(await ana.titles()) == 3
    await ana.say("delete all overdue tasks")  # another question, and no yes to the first
    assert len(await ana.titles()) == 3
    await ana.say("delete everything due today")
    await ana.say("yes")
    assert await ana.titles() == ["paint the fence"]


async def test_more_than_can_be_changed_at_a_time_are_left_alone(ana: Talk) -> None:
    by = Act(new_id(), "test", ana.now)
    async with ana.pool.acquire() as conn, conn.transaction():
        for count in (BATCH, 1):
            new = [NewTask(title="stamps", due_on=TODAY) for _ in range(count)]
            await create_tasks(conn, viewer=ana.viewer, new=new, by=by)
    reply = await ana.say("postpone everything due today to monday")
    assert str(BATCH) in reply.text
    assert await ana.pool.fetchval("select count(*) from tasks where due_on = $1", TODAY) == BATCH + 1

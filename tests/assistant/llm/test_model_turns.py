"""What a model hands over is done as if the person had said it plainly; who has no model is answered as ever."""

import datetime as dt
from dataclasses import replace

import pytest
from talk import Talk
from thinking_kit import Thinker

from fake_model import KEY, FakeModel, calling, saying
from tasktalk.assistant.llm.mind import Mind

# Nothing that the grammar takes.
ODD = "why is there no milk in the fridge, who does something about it?"


@pytest.fixture(autouse=True)
async def _odd_is_odd(ana: Talk) -> None:
    assert "did not understand" in (await ana.say(ODD)).text


async def test_a_task_is_made_of_the_persons_words_and_its_date_read_by_us(thinker: Thinker, fake: FakeModel) -> None:
    fake.will_call(("create_tasks", {"tasks": [{"title": "milk in the fridge", "when": "tomorrow 5pm"}]}))
    reply = await thinker.say(ODD)
    [task] = await thinker.talk.tasks()
    tomorrow = dt.datetime.now(thinker.talk.now.tzinfo).astimezone().date()
    assert task.title == "milk in the fridge"
    assert task.due is not None
    assert task.due.time == "17:00"
    assert task.due.date > tomorrow - dt.timedelta(days=1)
    assert "milk in the fridge" in reply.text
    assert any(button.title == "Undo" for button in reply.buttons)


async def test_the_model_is_told_our_orders_and_the_rest_as_data(thinker: Thinker, fake: FakeModel) -> None:
    await thinker.talk.say("buy milk tomorrow #Home")
    fake.will_call(("decline", {"reason": "unclear"}))
    await thinker.say(ODD)
    [asked] = fake.asked
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert "never answer in prose" in asked["messages"][0]["content"]
    assert ODD not in asked["messages"][0]["content"]
    data = fake.data()
    assert data["message"] == ODD
    assert [task["title"] for task in data["tasks"]] == ["buy milk"]
    assert data["tasks"][0]["ref"] == data["focus"] == "t1"
    assert data["projects"] == ["Home"]
    assert {tool["function"]["name"] for tool in asked["tools"]} >= {"create_tasks", "complete_tasks", "decline"}
    assert fake.keys == [f"Bearer {KEY}"]


async def test_what_the_grammar_takes_never_reaches_the_model(thinker: Thinker, fake: FakeModel) -> None:
    fake.will_call(("decline", {"reason": "unclear"}))
    for text in ("buy milk tomorrow", "today", "done milk", "undo", "help"):
        await thinker.say(text)
    assert fake.asked == []


async def test_several_things_of_one_message(thinker: Thinker, fake: FakeModel) -> None:
    await thinker.talk.say("call the bank")
    await thinker.talk.say("buy milk")
    fake.will(
        calling(
            ("complete_tasks", {"tasks": ["t1"]}),
            ("reschedule_tasks", {"tasks": ["t2"], "when": "friday 9am"}),
        )
    )
    await thinker.say(ODD)
    data = {task["ref"]: task["title"] for task in fake.data()["tasks"]}
    [left] = await thinker.talk.tasks()
    assert left.title == data["t2"]
    assert left.due is not None
    assert (left.due.date.weekday(), left.due.time) == (4, "09:00")


async def test_it_declines_what_is_not_about_tasks_in_our_own_words(thinker: Thinker, fake: FakeModel) -> None:
    fake.will(calling(("decline", {"reason": "not_about_tasks"})))
    assert "did not understand" in (await thinker.say(ODD)).text
    fake.will(calling(("decline", {"reason": "unsupported"})))
    assert "cannot do that yet" in (await thinker.say(ODD)).text


async def test_its_prose_is_never_shown(thinker: Thinker, fake: FakeModel) -> None:
    fake.will(saying("Sure! I have bought the milk for you."))
    assert "bought" not in (await thinker.say(ODD)).text
    assert len(fake.asked) == 2  # once more, told to use the tools
    assert await thinker.talk.tasks() == []


async def test_it_may_mend_what_was_unfit_once(thinker: Thinker, fake: FakeModel) -> None:
    fake.will(
        calling(("create_tasks", {"tasks": [{"title": "milk", "when": "when pigs fly"}]})),
        calling(("create_tasks", {"tasks": [{"title": "milk", "when": "friday"}]})),
    )
    await thinker.say(ODD)
    assert await thinker.talk.titles() == ["milk"]
    assert "cannot be read as a time" in fake.asked[1]["messages"][-1]["content"]


async def test_it_asks_which_task_is_meant(thinker: Thinker, fake: FakeModel) -> None:
    await thinker.talk.say("call Ben about the car")
    await thinker.talk.say("call Ben about the house")
    fake.will_call(("ask_person", {"choices": ["t1", "t2"]}))
    reply = await thinker.say(ODD)
    assert len(reply.rows) + len(reply.buttons) == 2
    title = (*reply.rows, *reply.buttons)[0].title
    assert "call Ben" in (await thinker.talk.tap(reply, title)).text


async def test_recent_turns_are_kept_while_a_model_is_there_and_no_longer(thinker: Thinker, fake: FakeModel) -> None:
    fake.will_call(("decline", {"reason": "unclear"}))
    for number in range(8):
        await thinker.say(f"buy bread number{number}")
    await thinker.say("a secret that somebody else wrote", literal=True)
    await thinker.say(ODD)
    recent = fake.data()["recent"]
    assert [each["person"] for each in recent] == [f"buy bread number{number}" for number in range(2, 8)]
    assert "Added" in recent[0]["answer"] or "bread" in recent[0]["answer"]
    await thinker.talk.say("today")  # without a model
    kept = await thinker.talk.pool.fetchval(
        "select recent from dialogues where user_id = $1", thinker.talk.viewer.user_id
    )
    assert kept == []


async def test_json_for_servers_without_tools(thinker: Thinker, mind: Mind, fake: FakeModel) -> None:
    mind.output = "json"
    await thinker.talk.say("buy milk")
    fake.will(
        saying("not JSON"),
        saying('{"calls": [{"tool": "complete_tasks", "arguments": {"tasks": ["t1"]}}]}'),
    )
    await thinker.say(ODD)
    assert await thinker.talk.tasks() == []
    assert fake.asked[0]["response_format"]["type"] == "json_schema"
    assert "tools" not in fake.asked[0]


async def test_a_person_is_asked_before_something_is_deleted(thinker: Thinker, fake: FakeModel) -> None:
    await thinker.talk.say("buy milk")
    fake.will_call(("delete_tasks", {"tasks": ["t1"]}))
    reply = await thinker.say(ODD)
    assert await thinker.talk.titles() == ["buy milk"]
    await thinker.talk.tap(reply, "Delete")
    assert await thinker.talk.titles() == []


@pytest.mark.parametrize("action", ["archive", "delete", "share"])
async def test_a_project_is_not_archived_deleted_or_shared_by_a_model(
    thinker: Thinker, fake: FakeModel, action: str
) -> None:
    fake.will_call(("update_project", {"project": "Home", "action": action, "people": ["Ben"]}))
    await thinker.say(ODD)
    rows = await thinker.talk.pool.fetch("select archived_at, deleted_at from projects where name = 'Home'")
    assert [tuple(row) for row in rows] == [(None, None)]


async def test_a_change_of_many_tasks_is_asked_about(thinker: Thinker, fake: FakeModel) -> None:
    for number in range(7):
        await thinker.talk.say(f"buy bread {number}x")
    fake.will_call(("complete_tasks", {"tasks": [f"t{number}" for number in range(1, 8)]}))
    await thinker.say(ODD)
    assert len(await thinker.talk.tasks()) == 7


async def test_dates_are_read_in_the_persons_language(thinker: Thinker, fake: FakeModel) -> None:
    thinker.talk.viewer = replace(thinker.talk.viewer, language="es")
    fake.will_call(("create_tasks", {"tasks": [{"title": "leche en la nevera", "when": "mañana a las 5"}]}))
    reply = await thinker.say("¿por qué no hay leche en la nevera?")
    assert fake.data()["language"] == "es"
    [task] = await thinker.talk.tasks()
    assert task.due is not None
    assert task.due.time == "17:00"
    assert "leche en la nevera" in reply.text

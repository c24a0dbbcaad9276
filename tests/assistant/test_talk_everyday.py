"""Everyday orders: a task under another one, one without a name, an order not to do it."""

from talk import Talk


async def test_a_step_goes_under_the_task_in_focus_or_named(ana: Talk) -> None:
    await ana.say("bake cake #Kitchen")
    assert (await ana.say("subtask: buy flour tomorrow")).text == (
        "📝 Added *buy flour*\nbake cake → buy flour\n📅 Tue 24 Nov (tomorrow) · #Kitchen"
    )
    await ana.say("call the bank")
    assert "bake cake → buy eggs" in (await ana.say("add a subtask buy eggs to bake cake")).text
    card = (await ana.say("show bake cake")).text
    assert "buy flour" in card
    assert "buy eggs" in card
    await ana.say("undo")
    assert "buy eggs" not in (await ana.say("show bake cake")).text


async def test_a_step_of_nothing_is_asked_for(ana: Talk) -> None:
    assert "Which task" in (await ana.say("subtask: buy flour")).text


async def test_a_task_without_a_name_is_asked_for(ana: Talk) -> None:
    for words in ("add a task", "new task"):
        assert (await ana.say(words)).text == "Tell me a task, like _buy milk tomorrow 5pm_."


async def test_an_order_not_to_do_it_does_nothing(ana: Talk) -> None:
    await ana.say("bake cake")
    assert (await ana.say("don't delete bake cake")).text == "All right, nothing was changed."
    assert "bake cake" in (await ana.say("all")).text


async def test_a_step_of_what_is_gone_is_asked_for_and_of_several_which(ana: Talk) -> None:
    await ana.say("bake cake")
    await ana.say("delete bake cake")
    assert "Which task" in (await ana.say("subtask: buy flour")).text
    await ana.say("bake bread")
    await ana.say("call the bank")
    await ana.say("all")
    which = await ana.say("add a subtask to 1 and 2: buy flour")
    assert [row.title for row in which.rows] or [button.title for button in which.buttons]
    assert "bake bread → buy flour" in (await ana.say("bake bread")).text

"""What is said in answer to a message of several tasks: which of them is asked, unless the words say all."""

import pytest
from talk import Talk
from test_talk_questions import speaks

from tasktalk.tasks import Task

# What is said: to be done, a day and a priority of no one of them; then of all, done and to friday.
ONE = {
    "en": ("done", "friday", "high priority"),
    "es": ("hecho", "el viernes", "prioridad alta"),
    "de": ("erledigt", "freitag", "hohe Priorität"),
    "fr": ("fait", "vendredi", "priorité haute"),
    "it": ("fatto", "venerdì", "priorità alta"),
    "nl": ("klaar", "vrijdag", "hoge prioriteit"),
    "pt": ("feito", "sexta", "prioridade alta"),
}
ALL = {
    "en": ("both on friday", "all done"),
    "es": ("las dos el viernes", "los dos hechos"),
    "de": ("beide am Freitag", "die beiden sind erledigt"),
    "fr": ("les deux vendredi", "les deux sont faits"),
    "it": ("entrambi venerdì", "tutto fatto"),
    "nl": ("allemaal op vrijdag", "allebei klaar"),
    "pt": ("todos para sexta", "os dois estão feitos"),
}


def states(tasks: list[Task]) -> list[tuple[str, bool, int | None]]:
    return [(task.title, task.due is not None, task.priority) for task in tasks]


@pytest.mark.parametrize("language", ONE)
async def test_which_one_is_asked_by_buttons(ana: Talk, language: str) -> None:
    added = await ana.say("- eggs\n- bread")
    await speaks(ana, language)
    done, friday, high = ONE[language]
    for words in (friday, high, done):
        asked = await ana.say(words, about=added.task_ids)
        assert [button.title for button in asked.buttons] == ["1. eggs", "2. bread"], words
        await ana.tap(asked, "2. bread")
    assert states(await ana.tasks()) == [("eggs", False, None)]
    assert [each.priority for each in await ana.tasks("done")] == [2]


@pytest.mark.parametrize("language", ALL)
async def test_both_and_all_are_changed_together(ana: Talk, language: str) -> None:
    added = await ana.say("- eggs\n- bread")
    await speaks(ana, language)
    friday, done = ALL[language]
    await ana.say(friday, about=added.task_ids)
    assert states(await ana.tasks()) == [("eggs", True, None), ("bread", True, None)]
    await ana.say(done, about=added.task_ids)
    assert await ana.titles() == []


async def test_the_question_is_answered_in_words_too(ana: Talk) -> None:
    added = await ana.say("- eggs\n- bread\n- salt")
    await ana.say("friday 5pm", about=added.task_ids)
    await ana.say("the second one")
    assert [task.title for task in await ana.tasks() if task.due] == ["bread"]
    await ana.say("done 1 and 2", about=added.task_ids)
    await ana.say("p1", about=added.task_ids)  # of one alone that is left
    assert states(await ana.tasks()) == [("salt", False, 1)]


async def test_both_of_three_and_many_are_asked_about(ana: Talk) -> None:
    added = await ana.say("- eggs\n- bread\n- salt")
    asked = await ana.say("done both", about=added.task_ids)
    assert len(asked.buttons) == 3
    await ana.say("all three on friday", about=added.task_ids)
    assert all(task.due for task in await ana.tasks())
    many = await ana.say("\n".join(f"- thing {letter}" for letter in "abcdefghijkl"))
    asked = await ana.say("done", about=many.task_ids)
    assert len(asked.rows) == 9
    await ana.say("12")
    assert "thing l" not in await ana.titles()


async def test_what_changes_nothing_is_no_question(ana: Talk) -> None:
    added = await ana.say("- eggs\n- bread")
    await ana.say("buy butter", about=added.task_ids)
    await ana.say("both", about=added.task_ids)
    assert states(await ana.tasks()) == [("eggs", False, None), ("bread", False, None), ("buy butter", False, None)]
    await ana.say("remind me of both at 17:00", about=added.task_ids)
    assert [title for title, _ in await ana.rings()] == ["eggs", "bread"]

"""Putting right what was just understood, and what "it" and "them" are."""

import datetime as dt

import pytest
from talk import Talk
from test_talk_questions import add, speaks

from tasktalk.assistant.reply import Utterance

CORRECTIONS = {
    "en": {
        "no, tomorrow": ("2026-11-24", "17:00"),
        "I meant Friday": ("2026-11-27", "17:00"),
        "at 6 not 5": ("2026-11-23", "18:00"),
        "not friday, saturday": ("2026-11-28", "17:00"),
        "sorry, tomorrow at 9": ("2026-11-24", "09:00"),
    },
    "es": {
        "no, mañana": ("2026-11-24", "17:00"),
        "quería decir el viernes": ("2026-11-27", "17:00"),
        "a las 18, no a las 17": ("2026-11-23", "18:00"),
    },
    "de": {
        "nein, morgen": ("2026-11-24", "17:00"),
        "ich meinte Freitag": ("2026-11-27", "17:00"),
        "um 18 Uhr statt um 17 Uhr": ("2026-11-23", "18:00"),
        "nicht um 17 Uhr, um 18 Uhr": ("2026-11-23", "18:00"),
    },
    "fr": {
        "non, demain": ("2026-11-24", "17:00"),
        "je voulais dire vendredi": ("2026-11-27", "17:00"),
        "à 18h pas 17h": ("2026-11-23", "18:00"),
    },
    "it": {
        "no, domani": ("2026-11-24", "17:00"),
        "volevo dire venerdì": ("2026-11-27", "17:00"),
        "alle 18 non alle 17": ("2026-11-23", "18:00"),
    },
    "nl": {
        "nee, morgen": ("2026-11-24", "17:00"),
        "ik bedoelde vrijdag": ("2026-11-27", "17:00"),
        "om 18 uur niet om 17 uur": ("2026-11-23", "18:00"),
    },
    "pt": {
        "não, amanhã": ("2026-11-24", "17:00"),
        "quis dizer sexta": ("2026-11-27", "17:00"),
        "às 18h, não às 17h": ("2026-11-23", "18:00"),
    },
}
MARKS = {
    "en": ("actually p3", "not urgent", "call it Buy bread", "wrong project, Home"),
    "es": ("en realidad p3", "no es urgente", "llámala Buy bread", "proyecto equivocado, Home"),
    "de": ("eigentlich p3", "nicht dringend", "nenn es Buy bread", "falsches Projekt, Home"),
    "fr": ("en fait p3", "pas urgent", "appelle-la Buy bread", "mauvais projet, Home"),
    "it": ("in realtà p3", "non è urgente", "chiamalo Buy bread", "progetto sbagliato, Home"),
    "nl": ("eigenlijk p3", "niet dringend", "noem het Buy bread", "verkeerd project, Home"),
    "pt": ("na verdade p3", "não é urgente", "chama-lhe Buy bread", "projeto errado, Home"),
}
THEM = {
    "en": "make them p1",
    "es": "ponlos p1",
    "de": "mach sie p1",
    "fr": "mets-les p1",
    "it": "mettili p1",
    "nl": "maak ze p1",
    "pt": "muda-os para p1",
}
OTHER = {
    "en": "the other one",
    "es": "el otro",
    "de": "der andere",
    "fr": "l'autre",
    "it": "l'altro",
    "nl": "de andere",
    "pt": "a outra",
}
AFTER = {
    "en": "no, the week after",
    "es": "no, la semana siguiente",
    "de": "nein, die Woche danach",
    "fr": "non, la semaine suivante",
    "it": "no, la settimana dopo",
    "nl": "nee, de week erna",
    "pt": "não, na semana seguinte",
}

# After all it is the fourth; and the task's own name with the fifteenth, not the fourteenth.
AFTER_ALL = {
    "en": ("in the end the 4th", "the train leaves on the 15th not the 14th"),
    "es": ("al final es el 4", "el train es el 15, no el 14"),
    "de": ("doch lieber am 4.", "der train fährt am 15. nicht am 14."),
    "fr": ("finalement le 4", "le train c'est le 15 pas le 14"),
    "it": ("alla fine è il 4", "il train è il 15, non il 14"),
    "nl": ("uiteindelijk op de 4e", "de train is op de 15e niet de 14e"),
    "pt": ("afinal é dia 4", "o train é dia 15, não dia 14"),
}


@pytest.mark.parametrize(("language", "words"), [(each, words) for each in CORRECTIONS for words in CORRECTIONS[each]])
async def test_a_correction_changes_the_task_just_made(ana: Talk, language: str, words: str) -> None:
    await ana.say("write report today 17:00 p1")
    await speaks(ana, language)
    await ana.say(words)
    [task] = await ana.tasks()
    assert task.due is not None
    assert (task.due.date.isoformat(), task.due.time) == CORRECTIONS[language][words]


@pytest.mark.parametrize("language", AFTER_ALL)
async def test_after_all_and_by_name(ana: Talk, language: str) -> None:
    await ana.say("train to Bonn 2026-12-14 9:00")
    await ana.say("call Bo tomorrow")
    await speaks(ana, language)
    fourth, train = AFTER_ALL[language]
    await ana.say(fourth)
    await ana.say(train)
    due = {task.title: task.due and (task.due.date.isoformat(), task.due.time) for task in await ana.tasks()}
    assert due == {"train to Bonn": ("2026-12-15", "09:00"), "call Bo": ("2026-12-04", None)}


async def test_by_name_only_of_what_had_the_wrong_time(ana: Talk) -> None:
    await ana.say("train to Bonn 2026-12-13 17:00")
    await ana.say("train to Ulm 2026-12-13 17:00")
    await ana.say("the train is on the 15th not the 14th")  # neither was on the 14th
    await ana.say("the train is at 6 not 5")  # both are
    assert {task.due and (task.due.date.day, task.due.time) for task in await ana.tasks("search: train to")} == {
        (13, "17:00")
    }
    await ana.say("the train to Ulm is at 6 not 5")
    times = {task.title: task.due and task.due.time for task in await ana.tasks("search: train to")}
    assert times == {"train to Bonn": "17:00", "train to Ulm": "18:00"}


@pytest.mark.parametrize("language", MARKS)
async def test_marks_titles_and_projects_are_put_right(ana: Talk, language: str) -> None:
    await ana.say("write report p1")
    await speaks(ana, language)
    marked, unmarked, called, placed = MARKS[language]
    await ana.say(marked)
    assert (await ana.tasks())[0].priority == 3
    await ana.say(unmarked)
    assert (await ana.tasks())[0].priority is None
    await ana.say(called)
    await ana.say(placed)
    [task] = await ana.tasks()
    assert task.title == "Buy bread"
    assert task.project is not None
    assert task.project.name == "Home"


async def test_without_a_task_just_spoken_of_it_is_a_task(ana: Talk) -> None:
    await ana.say("call it Buy bread")
    assert await ana.titles() == ["call it Buy bread"]
    await ana.say("write report")
    ana.wait(minutes=61)
    await ana.say("at 6 not 5")
    assert len(await ana.titles()) == 3


async def test_what_only_begins_like_a_correction_is_a_task(ana: Talk) -> None:
    await ana.say("write report")
    for words in (
        "actually buy bread",
        "buy the other one for Bo",
        "call it a day with Bo and tell everybody about the plan for the trip ok",
    ):
        assert "📝" in (await ana.say(words)).text, words


async def test_a_correction_can_be_taken_back(ana: Talk) -> None:
    await ana.say("write report tomorrow")
    await ana.say("I meant friday")
    await ana.say("undo")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 11, 24)


@pytest.mark.parametrize("language", THEM)
async def test_them_is_what_was_captured_or_listed_together(ana: Talk, language: str) -> None:
    await ana.say("buy milk")
    await ana.say("- eggs\n- bread")
    await speaks(ana, language)
    await ana.say(THEM[language])
    assert {task.title: task.priority for task in await ana.tasks()} == {"buy milk": None, "eggs": 1, "bread": 1}


async def test_them_after_a_list_after_changes_and_in_answer(ana: Talk) -> None:
    listed = await ana.say("- eggs\n- bread\n- salt")
    await ana.say("make 1 and 2 p2")
    await ana.say("move them to friday")
    assert [task.title for task in await ana.tasks() if task.due] == ["eggs", "bread"]
    await ana.say("make them p1", about=listed.task_ids)
    assert {task.priority for task in await ana.tasks()} == {1}
    await ana.say("all")
    await ana.say("mark them done")
    assert await ana.titles() == []


async def test_it_after_several_asks_which(ana: Talk) -> None:
    await ana.say("buy milk")
    await ana.say("- eggs\n- bread")
    assert "Which task" in (await ana.say("make it p1")).text


async def test_it_after_a_list_of_one_a_look_and_a_completion(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    await ana.say("search eggs")
    await ana.say("make it p1")
    card = await ana.tap(await ana.say("all"), "2. bread")
    assert card.task_ids
    await ana.say("make this one p2")
    await ana.say("done eggs")
    await ana.say("reopen it")
    assert {task.title: task.priority for task in await ana.tasks()} == {"eggs": 1, "bread": 2}


@pytest.mark.parametrize("words", ["call Bo next friday", "call Bo"])
async def test_the_other_friday_by_button_and_in_words(ana: Talk, words: str) -> None:
    reply = await ana.say(words)
    if "friday" not in words:
        reply = await ana.say("move it to next friday")
    [task] = await ana.tasks()
    assert task.due is not None
    first = task.due.date
    assert len(reply.buttons) == 3
    await ana.tap(reply, reply.buttons[1].title)
    [task] = await ana.tasks()
    assert task.due is not None
    second = task.due.date
    assert abs(second - first) == dt.timedelta(days=7)
    await ana.say("the other friday")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == first


@pytest.mark.parametrize("language", OTHER)
async def test_the_other_one_and_the_week_after(ana: Talk, language: str) -> None:
    await ana.say("call Bo next friday")
    await speaks(ana, language)
    before = (await ana.tasks())[0].due
    assert before is not None
    await ana.say(OTHER[language])
    [task] = await ana.tasks()
    assert task.due is not None
    assert abs(task.due.date - before.date) == dt.timedelta(days=7)
    await ana.say("call Di tomorrow")
    await ana.say(AFTER[language])
    tasks = {task.title: task for task in await ana.tasks()}
    assert tasks["call Di"].due is not None


async def test_the_other_one_without_another_is_a_task(ana: Talk) -> None:
    await ana.say("call Bo tomorrow")
    await ana.say("the week after")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 12, 1)
    await ana.say("the other one")
    assert next(each.due for each in await ana.tasks() if each.title == "call Bo") == task.due


async def test_a_correction_in_answer_to_another_task_is_about_that(ana: Talk) -> None:
    first = await ana.say("write report tomorrow")
    await ana.say("buy milk")
    await ana.hear(Utterance("test", text="no, friday", about=first.task_ids, about_message="wamid.9"))
    tasks = {task.title: task.due for task in await ana.tasks()}
    assert tasks["buy milk"] is None
    assert tasks["write report"] is not None
    assert tasks["write report"].date == dt.date(2026, 11, 27)

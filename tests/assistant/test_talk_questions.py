"""Questions of ours: what asks before it is done, and every way to answer."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.accounts.users import change_user
from tasktalk.assistant.act import act
from tasktalk.assistant.dialogue import load_dialogues, save_dialogues
from tasktalk.assistant.outcomes import Asked
from tasktalk.assistant.reply import Reply, Utterance
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent, Target
from tasktalk.ids import new_id
from tasktalk.tasks import Act

BULK = {
    "en": ("delete 1 and 2", "yes", "no", "keep them", "Delete 2 tasks", "Keep"),
    "es": ("borra 1 y 2", "sí", "no", "déjalas", "Borrar 2 tareas", "Conservar"),
    "de": ("lösche 1 und 2", "ja", "nein", "behalten", "2 Aufgaben löschen", "Behalten"),
    "fr": ("supprime 1 et 2", "oui", "non", "garde-les", "Supprimer 2 tâches", "Garder"),
    "it": ("elimina 1 e 2", "sì", "no", "tienile", "Elimina 2 attività", "Tieni"),
    "nl": ("verwijder 1 en 2", "ja", "nee", "behouden", "Verwijder 2 taken", "Behouden"),
    "pt": ("apaga 1 e 2", "sim", "não", "manter", "Excluir 2 tarefas", "Manter"),
}
WHICH = {
    "en": ("done call", ["2", "the second one", "number 2", "the last one", "the lease one", "lease"]),
    "es": ("hecho call", ["2", "la segunda", "el número 2", "la última", "la de lease"]),
    "de": ("erledigt call", ["2", "die zweite", "nummer 2", "die letzte", "das mit lease"]),
    "fr": ("fait call", ["2", "la deuxième", "numéro 2", "la dernière", "celle du lease"]),
    "it": ("fatto call", ["2", "il secondo", "numero 2", "l'ultimo", "quello del lease"]),
    "nl": ("klaar call", ["2", "de tweede", "nummer 2", "de laatste", "die over lease"]),
    "pt": ("feito call", ["2", "a segunda", "número 2", "a última", "a do lease"]),
}
UNKNOWN = {
    "en": ("what's the weather like", "Add as a task", "add it"),
    "es": ("¿qué tiempo hace?", "Añadir como tarea", "añádela"),
    "de": ("wie wird das Wetter?", "Als Aufgabe anlegen", "als aufgabe"),
    "fr": ("quel temps fait-il ?", "Ajouter aux tâches", "ajoute-la"),
    "it": ("che tempo fa?", "Aggiungi attività", "aggiungila"),
    "nl": ("wat is het weer?", "Als taak toevoegen", "als taak"),
    "pt": ("como está o tempo?", "Adicionar tarefa", "adiciona"),
}


async def speaks(talk: Talk, language: str) -> None:
    async with talk.pool.acquire() as conn:
        await change_user(conn, user_id=talk.viewer.user_id, language=language)
    talk.viewer = replace(talk.viewer, language=language)


async def add(talk: Talk, *titles: str) -> None:
    """Tasks, and a list of them, in the order they are named."""
    for title in titles:
        await talk.say(f'"{title}"')
    async with talk.pool.acquire() as conn, conn.transaction():
        dialogue = (await load_dialogues(conn, [talk.viewer]))[talk.viewer.user_id]
        by_title = {task.title: task.id for task in await talk.tasks()}
        dialogue.remember_list([by_title[title] for title in titles], talk.now)
        await save_dialogues(conn, [dialogue])


@pytest.mark.parametrize("language", BULK)
async def test_several_are_deleted_after_a_yes_alone(ana: Talk, language: str) -> None:
    await speaks(ana, language)
    delete, yes, no, keep, button, keeping = BULK[language]
    await add(ana, "eggs", "bread", "salt")
    for answer in (no, keep):
        asked = await ana.say(delete)
        assert [each.title for each in asked.buttons] == [button, keeping]
        assert len((await ana.say(answer)).text) < 60
        assert len(await ana.titles()) == 3, answer
    await ana.say(delete)
    gone = await ana.say(yes)
    assert "🗑️" in gone.text
    assert await ana.titles() == ["salt"]
    await ana.tap(gone, gone.buttons[0].title)
    assert len(await ana.titles()) == 3
    await ana.tap(await ana.say(delete), keeping)
    assert len(await ana.titles()) == 3
    await ana.tap(await ana.say(delete), button)
    assert await ana.titles() == ["salt"]


async def test_one_is_deleted_at_once(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    assert "Deleted" in (await ana.say("delete 1")).text
    assert await ana.titles() == ["bread"]


async def test_what_is_said_meanwhile_leaves_the_question_open(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    await ana.say("delete 1 and 2")
    await ana.say("buy milk")
    await ana.say("today")
    assert len(await ana.titles()) == 3
    await ana.say("yes")
    assert await ana.titles() == ["buy milk"]
    assert "no question open" in (await ana.say("yes")).text
    assert await ana.titles() == ["buy milk"]


async def test_delete_them_is_a_yes_and_undo_a_no(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    await ana.say("delete 1 and 2")
    assert "nothing was changed" in (await ana.say("undo")).text
    assert len(await ana.titles()) == 2
    await ana.say("delete 1 and 2")
    assert "Deleted: 2 tasks" in (await ana.say("delete them")).text


async def test_undo_after_something_else_takes_that_back(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    await ana.say("delete 1 and 2")
    ana.wait(seconds=1)
    await ana.say("buy milk")
    await ana.say("undo")
    assert sorted(await ana.titles()) == ["bread", "eggs"]


async def test_a_question_is_over_after_ten_minutes_and_after_the_next(ana: Talk) -> None:
    await add(ana, "eggs", "bread", "salt")
    first = await ana.say("delete 1 and 2")
    ana.wait(minutes=11)
    assert "no question open" in (await ana.say("yes")).text
    assert "question is over" in (await ana.tap(first, "Delete 2 tasks")).text
    first = await ana.say("delete 1 and 2")
    second = await ana.say("delete 2 and 3")
    assert "question is over" in (await ana.tap(first, "Delete 2 tasks")).text
    assert len(await ana.titles()) == 3
    await ana.tap(second, "Delete 2 tasks")
    assert await ana.titles() == ["eggs"]


async def test_two_taps_and_a_yes_are_one_answer(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    asked = await ana.say("delete 1 and 2")
    await ana.tap(asked, "Delete 2 tasks")
    assert "question is over" in (await ana.tap(asked, "Delete 2 tasks")).text
    assert "question is over" in (await ana.tap(asked, "Keep")).text
    assert "no question open" in (await ana.say("yes")).text


async def test_of_two_who_say_yes_at_once_one_is_told_that_it_is_over(ana: Talk) -> None:
    await add(ana, "eggs", "bread")
    asked = await ana.say("delete 1 and 2")
    tap = asked.buttons[0].id
    first, second = await asyncio.gather(*(ana.hear(Utterance("test", tap=tap)) for _ in range(2)))
    assert first is not None
    assert second is not None
    assert sorted("Deleted" in each.text for each in (first, second)) == [False, True]


async def test_a_question_is_its_persons_alone(ana: Talk, ben: Talk) -> None:
    await add(ana, "eggs", "bread")
    asked = await ana.say("delete 1 and 2")
    assert "no question open" in (await ben.say("yes")).text
    stolen = await ben.hear(Utterance("test", tap=asked.buttons[0].id))
    assert stolen is not None
    assert "⚠️" in stolen.text
    forged = asked.buttons[1].id.replace("no.", "yes.", 1)
    assert "⚠️" in (await ana.hear(Utterance("test", tap=forged)) or Reply()).text
    assert len(await ana.titles()) == 2


async def test_a_task_that_went_meanwhile_is_not_missed(ana: Talk) -> None:
    await add(ana, "eggs", "bread", "salt")
    await ana.say("delete 1, 2 and 3")
    await ana.say("delete bread")
    assert "Deleted: 2 tasks" in (await ana.say("yes")).text
    await add(ana, "jam", "oil")
    asked = await ana.say("delete 1 and 2")
    await ana.say("delete jam")
    await ana.say("delete oil")
    assert "not there any more" in (await ana.tap(asked, "Delete 2 tasks")).text


async def test_a_project_with_tasks_asks_and_an_empty_one_does_not(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree #Garden")
    asked = await ana.say("delete project Garden")
    assert asked.text == "Delete #Garden with 1 open task?"
    await ana.say("no")
    assert "#Garden" in (await ana.say("projects")).text
    await ana.say("delete project Garden")
    assert "Deleted #Garden" in (await ana.say("yes")).text
    await ana.say("create project Shed")
    assert "Deleted #Shed" in (await ana.say("delete project Shed")).text
    await ana.say("paint the wall #Home")
    assert "⚠️" in (await ben.say("delete project Home")).text


@pytest.mark.parametrize("action", ["archive", "share", "delete"])
async def test_a_careful_turn_asks_whatever_it_is(ana: Talk, action: str) -> None:
    await ana.say("create project Garden")
    async with ana.pool.acquire() as conn, conn.transaction():
        dialogue = (await load_dialogues(conn, [ana.viewer]))[ana.viewer.user_id]
        now = ana.now.astimezone(dialogue.zone)
        turn = Turn(conn, dialogue, Utterance("test"), now, Act(new_id(), "test", ana.now), careful=True)
        outcome = await act(turn, Intent(intent="update_project", project="Garden", action=action, assignees=("Ben",)))
        assert isinstance(outcome, Asked)
        assert outcome.act == action
        await save_dialogues(conn, [dialogue])
    assert "#Garden" in (await ana.say("yes")).text


async def test_a_careful_turn_asks_of_a_single_task(ana: Talk) -> None:
    await add(ana, "eggs")
    async with ana.pool.acquire() as conn, conn.transaction():
        dialogue = (await load_dialogues(conn, [ana.viewer]))[ana.viewer.user_id]
        now = ana.now.astimezone(dialogue.zone)
        turn = Turn(conn, dialogue, Utterance("test"), now, Act(new_id(), "test", ana.now), careful=True)
        assert isinstance(await act(turn, Intent(intent="delete_task", target=Target(numbers=(1,)))), Asked)
        await save_dialogues(conn, [dialogue])
    assert await ana.titles() == ["eggs"]
    await ana.say("ok")
    assert await ana.titles() == []


@pytest.mark.parametrize(("language", "answer"), [(each, word) for each in WHICH for word in WHICH[each][1]])
async def test_which_one_is_answered_in_words(ana: Talk, language: str, answer: str) -> None:
    await speaks(ana, language)
    await add(ana, "call lease", "call party")
    asked = await ana.say(WHICH[language][0])
    assert [button.title for button in asked.buttons] == ["1. call party", "2. call lease"]
    assert "✔️" in (await ana.say(answer)).text
    assert await ana.titles() == ["call party"]


async def test_which_one_by_place_by_date_and_both(ana: Talk) -> None:
    for words in ("call Bo #Home", "call Cy tomorrow", "call Di"):
        await ana.say(words)
    await ana.say("done call")
    await ana.say("the one in Home")
    await ana.say("done call")
    await ana.say("the one tomorrow")
    assert await ana.titles() == ["call Di"]
    await ana.say("call Ed")
    await ana.say("done call")
    assert "2 tasks" in (await ana.say("both")).text
    await ana.say("undo")
    await ana.say("delete call")
    assert "Delete 2 tasks?" in (await ana.say("both")).text
    await ana.say("yes")
    assert await ana.titles() == []


@pytest.mark.parametrize("word", ["no", "none of them", "never mind", "undo"])
async def test_which_one_is_called_off(ana: Talk, word: str) -> None:
    await add(ana, "call lease", "call party")
    asked = await ana.say("done call")
    assert "nothing was changed" in (await ana.say(word)).text
    assert "question is over" in (await ana.tap(asked, asked.buttons[0].title)).text


async def test_a_new_task_is_no_answer(ana: Talk) -> None:
    await add(ana, "call lease", "call party")
    await ana.say("done call")
    for words in ("buy 2 eggs", "call Bo", "buy party hats tomorrow"):
        assert "📝" in (await ana.say(words)).text, words
    await ana.say("9")
    ana.wait(minutes=11)
    await ana.say("the first")
    assert {"call lease", "call party"} <= set(await ana.titles())


@pytest.mark.parametrize("language", UNKNOWN)
async def test_what_is_not_understood_can_be_kept(ana: Talk, language: str) -> None:
    await speaks(ana, language)
    words, button, said = UNKNOWN[language]
    offered = await ana.say(words, message_id="wamid.7")
    assert [each.title for each in offered.buttons] == [button]
    assert all(word not in offered.buttons[0].id for word in words.split() if len(word) > 4)
    assert await ana.titles() == []
    added = await ana.tap(offered, button)
    [task] = await ana.tasks()
    assert task.title == words
    assert task.source is not None
    assert task.source.message_id == "wamid.7"
    assert added.task_ids == (task.id,)
    assert await ana.tap(offered, button) != added
    assert len(await ana.titles()) == 1
    await ana.say(words)
    await ana.say(said)
    assert await ana.titles() == [words, words]


async def test_what_is_kept_has_the_slots_that_can_be_read(ana: Talk) -> None:
    await ana.tap(await ana.say("what's the weather like tomorrow?"), "Add as a task")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 11, 24)


@pytest.mark.parametrize("words", ["hello", "thanks!", "help"])
async def test_greetings_are_no_tasks(ana: Talk, words: str) -> None:
    assert (await ana.say(words)).buttons == ()


async def test_when_is_answered_by_a_time(ana: Talk) -> None:
    await ana.say("buy milk")
    assert "When shall I remind you" in (await ana.say("remind me of it")).text
    assert "remind you" in (await ana.say("at 5pm")).text
    [task] = await ana.tasks()
    assert task.due is None
    assert [at.hour for _, at in await ana.rings()] == [17]


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\u202e", "\U0001f9c3" * 400])
async def test_odd_characters_can_be_asked_about(ana: Talk, odd: str) -> None:
    offered = await ana.say(f"what's the weather{odd} like?")
    await ana.tap(offered, "Add as a task")
    assert len(await ana.titles()) == 1
    await add(ana, "eggs", "bread")
    await ana.say(f"delete 1 and 2{odd}")
    await ana.say("yes")


async def test_a_yes_is_to_what_was_asked_last_and_not_to_what_was_left_behind(ana: Talk) -> None:
    await add(ana, "eggs", "bread", "salt")
    asked = await ana.say("delete 1 and 2")
    ana.now += dt.timedelta(minutes=1)
    await ana.say("buy milk tomorrow")
    ana.now += dt.timedelta(minutes=1)
    await ana.say("yes")
    assert {task.title for task in await ana.tasks()} == {"eggs", "bread", "salt", "buy milk"}
    await ana.tap(asked, "Delete 2 tasks")
    assert {task.title for task in await ana.tasks()} == {"salt", "buy milk"}

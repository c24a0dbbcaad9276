"""People are answered in their own language, with its days and its plural."""

import datetime as dt
from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.replies.when import say_day, say_recurrence
from tasktalk.assistant.reply import Utterance

TODAY = dt.date(2026, 11, 23)


def speaking(talk: Talk, language: str) -> Talk:
    talk.viewer = replace(talk.viewer, language=language)
    return talk


def titles(talk: Talk, *buttons: str) -> list[str]:
    return [get_speech(talk.viewer.language).label(title) for title in buttons]


async def test_a_day_in_spanish(ana: Talk) -> None:
    speaking(ana, "es")
    added = await ana.say("comprar leche viernes #Home")
    assert added.text == "📝 Apuntado: *comprar leche*\n📅 vie 27 nov · #Home"
    assert [button.title for button in added.buttons] == ["Hecho", "Mañana", "Deshacer"]
    moved = await ana.tap(added, "Mañana")
    assert moved.text == "📅 Movido: *comprar leche*\n📅 mar 24 nov (mañana)"
    await ana.say("llamar a Bo")
    listed = await ana.say("todas")
    assert listed.text == "*Todas las tareas abiertas*\n1. comprar leche — mar 24 nov (mañana)\n2. llamar a Bo"
    assert listed.list_label == "Abrir una tarea"
    assert (await ana.say("hecho 1 2")).text.startswith("✔️ Hecho: 2 tareas\n")
    assert (await ana.say("deshacer")).text == "↩️ Deshecho: 2 cambios"
    assert (await ana.say("ayuda")).text.startswith("*Lo que puedes decir*\n")


async def test_a_day_in_german(ana: Talk) -> None:
    speaking(ana, "de")
    added = await ana.say("Milch kaufen morgen")
    assert added.text == "📝 Notiert: *Milch kaufen*\n📅 Di, 24. Nov (morgen)"
    done = await ana.tap(added, "Erledigt")
    assert done.text == "✔️ Erledigt: *Milch kaufen*"
    assert [button.title for button in done.buttons] == ["Rückgängig"]
    assert (await ana.tap(done, "Rückgängig")).text == "↩️ Rückgängig gemacht: Milch kaufen"
    assert (await ana.say("danke")).text == "Gern geschehen."


async def test_a_day_in_french(ana: Talk) -> None:
    speaking(ana, "fr")
    added = await ana.say("acheter du lait demain 17h")
    assert added.text == "📝 C'est noté : *acheter du lait*\n📅 mar. 24 nov. (demain), 17:00"
    assert [button.title for button in added.buttons] == ["Fait", "Une semaine après", "Annuler"]
    listed = await ana.say("aujourd'hui")
    assert listed.text == "Aujourd'hui : rien. 🎉 Dis _7 jours_ pour voir la suite."
    assert (await ana.tap(added, "Annuler")).text == "↩️ Annulé : acheter du lait"
    assert (await ana.say("annuler")).text.startswith("Il n'y a rien à annuler")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_buttons_do_the_same_in_every_language(ana: Talk, language: str) -> None:
    speaking(ana, language)
    added = await ana.hear(Utterance("test", text="Zug 9", literal=True))
    assert added is not None
    assert [button.title for button in added.buttons] == titles(ana, "Done", "Tomorrow", "Undo")
    moved = await ana.tap(added, titles(ana, "Tomorrow")[0])
    day = say_day(TODAY + dt.timedelta(days=1), TODAY, get_speech(language))
    assert moved.text.endswith(f"\n📅 {day}")
    done = await ana.tap(moved, titles(ana, "Done")[0])
    assert await ana.titles() == []
    await ana.tap(done, titles(ana, "Undo")[0])
    assert await ana.titles() == ["Zug 9"]


async def test_a_new_language_answers_at_once(ana: Talk) -> None:
    assert (await ana.say("language: de")).text == "🗣️ Deine Sprache ist Deutsch."
    assert (await ana.hear(Utterance("test", text="Zug", literal=True))).text == "📝 Notiert: *Zug*"  # type: ignore[union-attr]
    assert (await ana.hear(Utterance("test", tap="forged"))).text.startswith("⚠️ Dieser Knopf")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "near", "far", "week", "weeks"),
    [
        ("en", "Tue 24 Nov (tomorrow)", "Fri 1 Jan 2027", "every week", "every 2 weeks"),
        ("es", "mar 24 nov (mañana)", "vie 1 ene 2027", "cada semana", "cada 2 semanas"),
        ("pt", "ter. 24 nov. (amanhã)", "sex. 1 jan. 2027", "toda semana", "a cada 2 semanas"),
        ("fr", "mar. 24 nov. (demain)", "ven. 1 janv. 2027", "chaque semaine", "toutes les 2 semaines"),
        ("de", "Di, 24. Nov (morgen)", "Fr, 1. Jan 2027", "jede Woche", "alle 2 Wochen"),
        ("it", "mar 24 nov (domani)", "ven 1 gen 2027", "ogni settimana", "ogni 2 settimane"),
        ("nl", "di 24 nov (morgen)", "vr 1 jan 2027", "elke week", "elke 2 weken"),
    ],
)
def test_days_and_repetition(language: str, near: str, far: str, week: str, weeks: str) -> None:
    speech = get_speech(language)
    assert say_day(TODAY + dt.timedelta(days=1), TODAY, speech) == near
    assert say_day(dt.date(2027, 1, 1), TODAY, speech) == far
    for rrule, said in (("FREQ=WEEKLY", week), ("FREQ=WEEKLY;INTERVAL=2", weeks)):
        assert say_recurrence({"rrule": rrule, "from": "schedule", "text": ""}, speech) == said


def test_none_is_singular_in_french_and_portuguese() -> None:
    forms = {language: get_speech(language).count("{number} task", "{number} tasks", 0) for language in LANGUAGES}
    assert forms == {
        "en": "0 tasks",
        "es": "0 tareas",
        "pt": "0 tarefa",
        "fr": "0 tâche",
        "de": "0 Aufgaben",
        "it": "0 attività",
        "nl": "0 taken",
    }


@pytest.mark.parametrize(
    ("language", "task", "answer"),
    [
        ("en", "buy milk", "tomorrow"),
        ("de", "Milch kaufen", "morgen"),
        ("fr", "acheter du lait", "demain"),
        ("es", "comprar leche", "mañana"),
        ("pt", "comprar leite", "amanhã"),
        ("it", "comprare il latte", "domani"),
        ("nl", "melk kopen", "morgen"),
    ],
)
async def test_a_day_in_answer_to_a_task_is_its_new_date(ana: Talk, language: str, task: str, answer: str) -> None:
    speaking(ana, language)
    added = await ana.say(task)
    await ana.say(answer, about=added.task_ids)
    [kept] = await ana.tasks()
    assert (kept.title, kept.due and kept.due.date) == (task, dt.date(2026, 11, 24))
    await ana.say("p1", about=added.task_ids)
    [kept] = await ana.tasks()
    assert kept.priority == 1

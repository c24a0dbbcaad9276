"""Why something cannot be is said in the language of who asked, with what it names; the API says it in English."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from talk import Talk

from tasktalk.assistant.replies.render import refuse
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.errors import AppError, NotFound
from tasktalk.interop.importing.reading import read_file
from tasktalk.tasks.checks import clean_notes, clean_title
from tasktalk.tasks.due import check_day
from tasktalk.tasks.filters.reader import parse
from tasktalk.web.errors import error_answer

REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: clean_title(" "), "The title is empty.", "Das Feld „Titel“ ist leer."),
    (
        lambda: clean_notes("x" * 100_001),
        "The notes has more than 100000 characters.",
        "Das Feld „Notizen“ hat mehr als 100000 Zeichen.",
    ),
    (
        lambda: check_day(dt.date(1066, 10, 14), field="due"),
        "Dates reach from 1900 to 2999.",
        "Daten reichen von 1900 bis 2999.",
    ),
    (
        lambda: read_file(
            b"x" * 140_000, name="a.csv", format=None, now=dt.datetime(2026, 11, 27, tzinfo=dt.UTC), zone="UTC"
        ),
        "The table cannot be read: field larger than field limit (131072).",
        "Die Tabelle lässt sich nicht lesen: field larger than field limit (131072).",
    ),
    (lambda: parse("(today"), "This bracket is not closed.", "Diese Klammer wird nicht geschlossen."),
    (
        lambda: parse("{brace}"),
        "“{brace}” is not a filter. To look for text write search: {brace}",
        "„{brace}“ ist kein Filter. Um Text zu suchen, schreibe search: {brace}",
    ),
]


async def test_who_asks_in_spanish_is_refused_in_spanish(ana: Talk) -> None:
    ana.viewer = replace(ana.viewer, language="es")
    labels = " ".join(f"@e{number}" for number in range(60))
    assert (await ana.say(f"comprar leche {labels}")).text == "⚠️ Una tarea tiene como máximo 50 etiquetas."
    assert (await ana.say("comprar leche @" + "x" * 150)).text == "⚠️ El campo «Etiquetas» tiene más de 100 caracteres."
    assert (await ana.say("crear proyecto " + "x" * 250)).text == "⚠️ El campo «Nombre» tiene más de 200 caracteres."
    ana.viewer = replace(ana.viewer, language="en")
    assert (await ana.say(f"buy milk {labels}")).text == "⚠️ A task has at most 50 labels."


@pytest.mark.parametrize(("ask", "english", "german"), REFUSED)
def test_a_refusal_takes_its_values_along(ask: Callable[[], object], english: str, german: str) -> None:
    with pytest.raises(AppError) as caught:
        ask()
    assert refuse(caught.value.message, get_speech("de")).text == f"⚠️ {german}"
    assert str(caught.value) == english
    assert json.loads(bytes(error_answer(caught.value).body))["error"]["message"] == english


def test_what_an_error_says_by_itself_is_said_in_every_language() -> None:
    assert refuse(NotFound().message, get_speech("nl")).text == "⚠️ Dit bestaat niet, of je mag het niet zien."
    assert NotFound().as_json()["error"] == {
        "code": "NOT_FOUND",
        "message": "There is no such thing, or it is not yours to see.",
        "data": None,
    }

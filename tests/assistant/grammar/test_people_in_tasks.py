"""Whom somebody wants to call, write to or meet is theirs to note down, whatever else the name may be known for."""

import datetime as dt

import pytest

from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context

NAMES = ("Ed", "Max", "Piet", "Marie", "Giulia", "Mr Smith", "Dr. Weber", "José", "Sanne", "Google")
LEADS = {
    "en": ("call", "text", "email", "ask", "lunch with", "gift for"),
    "es": ("llamar a", "llama a", "hablar con", "regalo para"),
    "pt": ("ligar para", "liga para", "falar com", "almoço com"),
    "fr": ("appeler", "appelle", "écrire à", "cadeau pour"),
    "de": ("rufe", "schreib an", "treffen mit", "Geschenk für"),
    "it": ("chiamare", "chiama", "scrivere a", "regalo per"),
    "nl": ("bel", "mail", "lunch met", "cadeau voor"),
}
NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("language", "lead"), [(each, lead) for each, leads in LEADS.items() for lead in leads])
def test_a_name_behind_what_people_do_is_a_task(language: str, lead: str) -> None:
    said = [f"{lead} {name}" for name in NAMES]
    read = [understand(text, Context(now=NOW, language=language)).intents[0] for text in said]
    assert [
        (text, intent.intent) for text, intent in zip(said, read, strict=True) if intent.intent != "create_task"
    ] == []


def test_what_a_machine_does_is_no_task_for_all_that() -> None:
    for text in (
        "play Max",
        "call me a taxi",
        "text to speech please",
        "tell me a joke",
        "what is Google worth",
        "TELL ME A JOKE",
    ):
        assert understand(text, Context(now=NOW)).intents[0].intent == "unknown", text

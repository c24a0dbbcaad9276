"""Whoever writes for the first time is answered in their language, and keeps it; others change theirs by saying so."""

from datetime import UTC, datetime, time

import pytest
from talk import Talk

from tasktalk.assistant.reply import Utterance
from tasktalk.tasks.preferences.preferences import change_preferences, get_preferences


async def language_of(ana: Talk) -> str:
    async with ana.pool.acquire() as conn:
        kept = (await get_preferences(conn, viewer=ana.viewer)).language
    assert ana.viewer.language == kept
    return kept


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("recuérdame llamar a mamá mañana a las 9", "es"),
        ("rappelle-moi d'appeler maman demain", "fr"),
        ("guten tag", "de"),
        ("hallo", "de"),
        ("Salut !", "fr"),
        ("hola", "es"),
        ("aiuto", "it"),
        ("buy milk tomorrow", "en"),
        ("tarte tatin", "en"),
    ],
)
async def test_a_newcomer_is_answered_in_their_language(ana: Talk, said: str, language: str) -> None:
    await ana.say(said)
    assert await language_of(ana) == language


async def test_it_is_kept_for_what_comes_later(ana: Talk) -> None:
    assert "mañana" in (await ana.say("recuérdame llamar a mamá mañana a las 9")).text.lower()
    assert "Deshecho" in (await ana.say("undo")).text
    assert await language_of(ana) == "es"


async def test_who_has_spoken_with_us_keeps_theirs(ana: Talk) -> None:
    await ana.say("buy milk tomorrow")
    await ana.say("recuérdame llamar a mamá mañana a las 9")
    assert await language_of(ana) == "en"


async def test_who_has_chosen_keeps_it(ana: Talk) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    async with ana.pool.acquire() as conn:
        await change_preferences(conn, viewer=ana.viewer, changes={"day_starts": time(8)}, now=now)
    await ana.say("recuérdame llamar a mamá mañana a las 9")
    assert await language_of(ana) == "en"


async def test_a_task_in_the_field_of_the_console_leaves_it_in_its_language(ana: Talk) -> None:
    await ana.hear(Utterance("web", text="acheter du pain demain matin", adds=True))
    assert await language_of(ana) == "en"

"""The reminders that are to come, listed in words; and a reminder that goes while its task stays."""

import pytest
from talk import Talk
from test_talk_questions import speaks

ASK = {
    "en": "which reminders do I have",
    "es": "¿qué recordatorios tengo?",
    "pt": "quais são meus lembretes",
    "fr": "quels sont mes rappels ?",
    "de": "welche Erinnerungen habe ich?",
    "it": "quali sono i miei promemoria",
    "nl": "welke herinneringen heb ik",
}
DROP = {
    "en": "cancel the reminder of the dentist",
    "es": "quita el recordatorio de dentist",
    "pt": "cancela o lembrete de dentist",
    "fr": "annule le rappel de dentist",
    "de": "lösche die Erinnerung an dentist",
    "it": "togli il promemoria di dentist",
    "nl": "haal de herinnering van dentist weg",
}


@pytest.mark.parametrize("language", ASK)
async def test_only_what_rings_is_listed_and_goes_silent_without_going_away(ana: Talk, language: str) -> None:
    await ana.say("buy milk")
    await ana.say("dentist tomorrow 5pm")
    await ana.say("remind me 2 hours before the dentist")
    await speaks(ana, language)
    said = await ana.say(ASK[language])
    assert "dentist" in said.text
    assert "⏰ 15:00" in said.text
    assert "milk" not in said.text
    silenced = await ana.say(DROP[language])
    assert silenced.text.startswith("🔕")
    assert [button.title for button in silenced.buttons] != []
    assert sorted(await ana.titles()) == ["buy milk", "dentist"]
    assert await ana.rings() == []
    assert "dentist" not in (await ana.say(ASK[language])).text
    assert (await ana.say(DROP[language])).text not in {silenced.text, ""}  # there was none


async def test_the_numbers_of_the_list_hold_and_others_reminders_stay_theirs(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree tomorrow 5pm #Home")
    await ana.say("remind me of it at 3pm")
    assert "plant" in (await ana.say("my reminders")).text
    nothing = await ben.say("my reminders")
    assert "plant" not in nothing.text
    assert nothing.text.startswith("Reminders: nothing")
    await ana.say("remove the reminder of 1")
    assert "plant" not in (await ana.say("my reminders")).text
    await ana.say("undo")
    assert "plant" in (await ana.say("my reminders")).text


async def test_a_reminder_that_is_a_task_of_its_own_is_deleted_as_one(ana: Talk) -> None:
    await ana.say("remind me to call mum at 5pm")
    await ana.say("delete call mum")
    assert await ana.titles() == []

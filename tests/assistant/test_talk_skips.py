"""What is off this week or on a day is one time of what repeats; what somebody has already is bought."""

import datetime as dt

import pytest
from talk import Talk
from test_talk_questions import speaks

# The bare week, a day, that it is off: of what repeats on fridays. Then what is in the house.
OFF = {
    "en": ("not this week", "skip this friday", "the course is cancelled"),
    "es": ("esta semana no", "salta este viernes", "el course está cancelado"),
    "de": ("diese Woche nicht", "am Freitag fällt course aus", "diese Woche fällt der course aus"),
    "fr": ("pas cette semaine", "pas de course vendredi", "le course est annulé"),
    "it": ("questa settimana no", "salta questo venerdì", "il course è annullato"),
    "nl": ("deze week niet", "vrijdag geen course", "de course gaat niet door"),
    "pt": ("esta semana não", "pula esta sexta", "o course foi cancelado"),
}
HAD = {
    "en": "I already have the butter",
    "es": "ya tengo el butter",
    "de": "butter hab ich",
    "fr": "j'ai déjà le butter",
    "it": "ho già il butter",
    "nl": "butter heb ik al",
    "pt": "já tenho o butter",
}


async def day_of(talk: Talk, title: str) -> dt.date | None:
    [task] = [task for task in await talk.tasks() if task.title == title]
    return task.due.date if task.due else None


@pytest.mark.parametrize("language", OFF)
async def test_one_time_is_skipped_and_what_is_there_is_bought(ana: Talk, language: str) -> None:
    await ana.say("buy butter")
    await ana.say("yoga course every friday 18:00")
    await speaks(ana, language)
    for words in OFF[language]:
        skipped = await ana.say(words)
        assert await day_of(ana, "yoga course") == dt.date(2026, 12, 4), words
        await ana.tap(skipped, skipped.buttons[-1].title)
    await ana.say(HAD[language])
    assert await ana.titles() == ["yoga course"]


async def test_only_a_time_that_is_then(ana: Talk) -> None:
    await ana.say("yoga course every friday 18:00")
    for words in ("skip the course on 4 december", "skip this thursday", "skip yoga course on thursday"):
        await ana.say(words)
        assert await day_of(ana, "yoga course") == dt.date(2026, 11, 27), words
    await ana.say("skip this friday")
    await ana.say("not this week")  # its next time is in the next one
    assert await day_of(ana, "yoga course") == dt.date(2026, 12, 4)
    assert await ana.titles() == ["yoga course"]


async def test_which_of_several_is_asked(ana: Talk) -> None:
    await ana.say("yoga every friday")
    await ana.say("choir every friday")
    await ana.say("call Bo friday")
    asked = await ana.say("skip this friday")
    assert [button.title[3:] for button in asked.buttons] == ["yoga", "choir"]
    await ana.say("choir is cancelled this week")
    assert await day_of(ana, "choir") == dt.date(2026, 12, 4)


async def test_what_does_not_repeat_is_asked_about(ana: Talk) -> None:
    await ana.say("dinner friday")
    asked = await ana.say("dinner is cancelled")
    assert [button.title for button in asked.buttons] == ["Delete", "Keep"]
    assert await ana.titles() == ["dinner"]
    await ana.say("yes")
    assert await ana.titles() == []


async def test_what_is_not_open_or_not_shopping_is_not_done(ana: Talk) -> None:
    await ana.say("meeting")
    await ana.say("buy milk")
    await ana.say("talk to Bo about his honey")
    for words in (
        "I already have a meeting",
        "I already have eggs",
        "is the meeting cancelled?",
        "I have milk",
        "I already have honey",
    ):
        await ana.say(words)
    assert {"meeting", "buy milk", "talk to Bo about his honey"} <= set(await ana.titles())

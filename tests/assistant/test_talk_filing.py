"""Tasks are filed by words: labels, priority, project and section, and who does it; from the words to the rows."""

import pytest
from talk import Talk
from test_talk_questions import speaks

LABEL = {
    "en": ("add the label money to tidy garage", "remove the label money from tidy garage"),
    "es": ("añade la etiqueta money a tidy garage", "quita la etiqueta money de tidy garage"),
    "pt": ("adiciona a etiqueta money a tidy garage", "tira a etiqueta money de tidy garage"),
    "fr": ("ajoute l'étiquette money à tidy garage", "enlève l'étiquette money de tidy garage"),
    "de": ("füge das Label money zu tidy garage hinzu", "entferne das Label money von tidy garage"),
    "it": ("aggiungi l'etichetta money a tidy garage", "togli l'etichetta money da tidy garage"),
    "nl": ("voeg label money toe aan tidy garage", "haal label money weg bij tidy garage"),
}
PLACE = {
    "en": ("give tidy garage high priority", "move tidy garage to Home/Garden", "assign it to me"),
    "es": ("ponle prioridad alta a tidy garage", "mueve tidy garage a Home/Garden", "asígnamelo"),
    "pt": ("coloca prioridade alta em tidy garage", "move tidy garage para Home/Garden", "atribui a mim"),
    "fr": ("mets la priorité haute à tidy garage", "déplace tidy garage dans Home/Garden", "assigne-le-moi"),
    "de": ("gib tidy garage hohe Priorität", "verschiebe tidy garage nach Home/Garden", "gib es mir"),
    "it": ("dai priorità alta a tidy garage", "sposta tidy garage in Home/Garden", "assegnamelo"),
    "nl": ("geef tidy garage hoge prioriteit", "verplaats tidy garage naar Home/Garden", "geef het aan mij"),
}


@pytest.mark.parametrize("language", LABEL)
async def test_a_label_comes_and_goes(ana: Talk, language: str) -> None:
    await ana.say("tidy garage @weekend")
    await speaks(ana, language)
    put, taken = LABEL[language]
    assert "@money" in (await ana.say(put)).text
    assert (await ana.tasks())[0].labels == ["weekend", "money"]
    await ana.say(taken)
    [task] = await ana.tasks()
    assert task.labels == ["weekend"]
    assert task.title == "tidy garage"


@pytest.mark.parametrize("language", PLACE)
async def test_priority_place_and_who(ana: Talk, language: str) -> None:
    await ana.say("tidy garage")
    await speaks(ana, language)
    for order in PLACE[language]:
        await ana.say(order)
    [task] = await ana.tasks()
    assert task.priority == 2
    assert task.project is not None
    assert (task.project.name, task.section) == ("Home", "Garden")
    assert [person.name for person in task.assignees] == ["Ana"]


async def test_who_only_looks_gives_nobody_a_label(ana: Talk, ben: Talk) -> None:
    await ana.say("paint the fence #Home")
    refused = await ben.say("add the label money to paint the fence")
    assert "@money" not in refused.text
    assert (await ana.tasks())[0].labels == []

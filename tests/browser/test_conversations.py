"""Whole conversations on the phone page, in three languages: said, tapped, reacted, answered, and each answered once.

TASKTALK_SCREENSHOTS=FOLDER keeps a picture of where each ended.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from chromium import NewPage
from phone_kit import Running, answers, hold, say
from playwright.async_api import Locator, Page, expect

pytestmark = pytest.mark.browser

_PATIENCE_MS = 15_000  # a language is read for the first time

# What is done on the phone, and what the answer to it says; before | stands a message by what it says.
Step = tuple[str, str, tuple[str, ...]]

ENGLISH: tuple[Step, ...] = (
    ("say", "buy milk tomorrow 5pm #Home", ("Added buy milk", "(tomorrow), 17:00", "#Home")),
    ("say", "make it high priority and due next Friday", ("Changed: buy milk", "Fri", "17:00", "p2")),
    ("say", "no, tomorrow", ("Moved: buy milk", "(tomorrow), 17:00")),
    ("say", "- call the bank today 11:59pm\n- pay rent on the 1st\n  - check it", ("Added 2 tasks", "call the bank")),
    ("say", "all", ("All open tasks", "call the bank", "buy milk", "pay rent")),
    ("say", "done 1 and 3, and remind me tomorrow to call Ana", ("Done", "pay rent", "Added call Ana")),
    ("tap", "Undo", ("Undone",)),
    ("reply", "Added buy milk|friday 6pm", ("buy milk", "18:00")),
    ("react", "Added buy milk|Thumbs up", ()),
    ("say", "daily summary", ("done",)),
    ("say", "how is Home going?", ("#Home",)),
    ("say", "play some jazz", ("did not understand",)),
    ("tap", "Add as a task", ("Added play some jazz",)),
    ("say", "delete play some jazz", ("Deleted", "play some jazz")),
    ("say", "all", ("All open tasks",)),
    ("say", "delete all", ("Delete", "?")),
    ("tap", "Keep", ("nothing was changed",)),
    ("say", "delete all", ("Delete", "?")),
    ("say", "yes", ("Deleted",)),
    ("say", "undo", ("Undone",)),
)  # fmt: skip

SPANISH: tuple[Step, ...] = (
    ("say", "habla español", ("Español",)),
    ("say", "comprar leche mañana a las 5 de la tarde #Casa", ("Apuntado: comprar leche", "(mañana), 17:00", "#Casa")),
    ("say", "ponlo urgente y para el próximo viernes", ("Cambiado: comprar leche", "vie", "17:00", "p1")),
    ("say", "no, mañana", ("Movido: comprar leche", "(mañana), 17:00")),
    ("say", "- llamar al banco hoy a las 23:59\n- pagar el alquiler el día 1", ("2 tareas", "llamar al banco")),
    ("say", "todas", ("llamar al banco", "comprar leche", "pagar el alquiler")),
    ("say", "hecho 1 y recuérdame mañana llamar a Ana", ("Hecho: llamar al banco", "Apuntado: llamar a Ana")),
    ("tap", "Deshacer", ("Deshecho",)),
    ("reply", "Apuntado: comprar leche|viernes a las 18", ("comprar leche", "18:00")),
    ("react", "Apuntado: comprar leche|Thumbs up", ()),
    ("say", "resumen diario", ("hecha",)),
    ("say", "¿cómo va Casa?", ("#Casa",)),
    ("say", "todas", ("llamar al banco",)),
    ("say", "borra todo", ("¿Borrar",)),
    ("say", "no", ("no he cambiado nada",)),
    ("say", "borra todo", ("¿Borrar",)),
    ("say", "sí", ("Borrado",)),
    ("say", "deshacer", ("Deshecho",)),
)

GERMAN: tuple[Step, ...] = (
    ("say", "sprich deutsch", ("Deutsch",)),
    ("say", "Milch kaufen morgen um 17 Uhr #Zuhause", ("Notiert: Milch kaufen", "(morgen), 17:00", "#Zuhause")),
    ("say", "mach es dringend und fällig nächsten Freitag", ("Geändert: Milch kaufen", "Fr", "17:00", "p1")),
    ("say", "nein, morgen", ("Verschoben: Milch kaufen", "(morgen), 17:00")),
    ("say", "- Bank anrufen heute um 23:59\n- Miete zahlen am 1.", ("2 Aufgaben", "Bank anrufen")),
    ("say", "alle", ("Bank anrufen", "Milch kaufen", "Miete zahlen")),
    ("say", "erledigt 1 und erinnere mich morgen, Ana anzurufen", ("Erledigt: Bank anrufen", "Notiert: Ana anzurufen")),
    ("tap", "Rückgängig", ("Rückgängig gemacht",)),
    ("reply", "Notiert: Milch kaufen|Freitag 18 Uhr", ("Milch kaufen", "18:00")),
    ("react", "Notiert: Milch kaufen|Thumbs up", ()),
    ("say", "Tagesbericht", ("erledigt",)),
    ("say", "wie läuft Zuhause?", ("#Zuhause",)),
    ("say", "alle", ("Bank anrufen",)),
    ("say", "lösche alle", ("löschen?",)),
    ("say", "nein", ("es bleibt alles",)),
    ("say", "lösche alle", ("löschen?",)),
    ("say", "ja", ("Gelöscht",)),
    ("say", "rückgängig", ("Rückgängig gemacht",)),
)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("steps", [ENGLISH, SPANISH, GERMAN], ids=["en", "es", "de"])
async def test_a_conversation(
    shared: Running,
    someone: dict[str, str],
    new_page: NewPage,
    steps: tuple[Step, ...],
    request: pytest.FixtureRequest,
) -> None:
    page = await new_page()
    await hold(page, shared, someone["name"])
    heard = 0
    for do, what, says in steps:
        await DOES[do](page, what)
        heard += do != "react"  # which is answered by a reaction
        await expect(answers(page)).to_have_count(heard, timeout=_PATIENCE_MS)
        for words in says:
            await expect(answers(page).last).to_contain_text(words)
    if folder := os.environ.get("TASKTALK_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{request.node.name}.png")


async def tap(page: Page, title: str) -> None:
    await answers(page).last.get_by_role("button", name=title).click()


async def reply(page: Page, what: str) -> None:
    of, _, text = what.partition("|")
    await bubble(page, of).hover()
    await bubble(page, of).get_by_role("button", name="Reply").click()
    await say(page, text)


async def react(page: Page, what: str) -> None:
    """Takes its time to see the reaction that answers it, on the message itself."""
    of, _, name = what.partition("|")
    row = bubble(page, of)
    await row.hover()
    await row.get_by_role("button", name="React").click()
    await page.get_by_role("menuitemradio", name=name).click()
    await expect(row.locator(".chip")).to_contain_text(["👍", "✅"])


def bubble(page: Page, words: str) -> Locator:
    return answers(page).filter(has_text=words).first


DOES: dict[str, Callable[[Page, str], Awaitable[None]]] = {"say": say, "tap": tap, "reply": reply, "react": react}

"""Whoever is told something, or asked back, is told in their own language."""

import datetime as dt

import pytest
from notice_kit import GATHER, Pair, buttons_of, open_pair, text_of

from product_kit import Product, Someone, delivery, message
from tasktalk.ids import new_id
from tasktalk.messaging.notices.loop import Teller
from tasktalk.messaging.strangers import guess_language
from tasktalk.tasks.preferences.preferences import change_preferences

VOICE = {"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg", "voice": True}}
NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


@pytest.fixture
async def pair(product: Product) -> Pair:
    return await open_pair(product, NOON)


async def speak(pair: Pair, language: str) -> None:
    """Ben, from now on."""
    await pair.product.pool.execute("update users set language = $2 where id = $1", pair.ben.user_id, language)


async def history(pair: Pair) -> tuple[str, str]:
    """The only thing that Ben was to be told: what became of it and why, and what it says."""
    answer = await pair.product.ask("/api/notifications", token=pair.product.ben.token)
    [item] = answer.json["items"]
    return item["why"], item["text"]


@pytest.mark.parametrize(
    ("language", "text", "accept", "decline"),
    [
        ("en", "👤 Ana gave you *paint*\n📅 Fri 27 Nov (today) · #Home · 👤 Ben", "Accept", "Decline"),
        ("es", "👤 Ana te asignó *paint*\n📅 vie 27 nov (hoy) · #Home · 👤 Ben", "Aceptar", "Rechazar"),
        ("de", "👤 Ana hat dir *paint* gegeben\n📅 Fr, 27. Nov (heute) · #Home · 👤 Ben", "Annehmen", "Ablehnen"),
    ],
)
async def test_a_task_that_was_given(pair: Pair, language: str, text: str, accept: str, decline: str) -> None:
    await speak(pair, language)
    await pair.add(pair.ana, "paint", due_on=NOON.date(), assignees=(pair.ben.user_id,))
    await pair.tell()
    assert await pair.heard(pair.product.ben) == [text]
    message = await pair.product.pool.fetchval("select message from outbox where kind = 'notice'")
    assert list(buttons_of(message)) == [accept, decline]


async def test_several_at_once(pair: Pair) -> None:
    await speak(pair, "fr")
    for title in ("paint", "sweep"):
        await pair.add(pair.ana, title, assignees=(pair.ben.user_id,))
    await pair.tell()
    [text] = await pair.heard(pair.product.ben)
    assert text.splitlines()[0] == "🔔 *Nouvelles*"
    assert "1. 👤 Ana t'a confié paint" in text
    assert text.endswith("Dis _fait 1_, ou _déplace 1 à vendredi_.")
    assert await pair.heard(pair.product.ana) == []


async def test_a_reason_is_read_in_the_language_one_has_now(pair: Pair) -> None:
    await pair.open_window(pair.product.ben, until=NOON - dt.timedelta(days=1))
    await pair.add(pair.ana, "paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    for language, reason, said in (
        ("en", "Outside WhatsApp's 24-hour window", "👤 Ana gave you paint"),
        ("nl", "Buiten het 24-uursvenster van WhatsApp", "👤 Ana gaf jou paint"),
        ("pt", "Fora da janela de 24 horas", "👤 Ana passou para você paint"),
    ):
        await speak(pair, language)
        why, text = await history(pair)
        assert why.startswith(reason)
        assert text == said
    pair.now += dt.timedelta(days=8)
    await pair.product.pool.execute("update contacts set window_until = $1", pair.now)
    await Teller(pair.product.pool, pair.product.keyring, GATHER, clock=lambda: pair.now).look()
    why, _ = await history(pair)
    assert why.startswith("Esperou sete dias. Fora da janela")


async def test_a_digest(pair: Pair) -> None:
    await speak(pair, "it")
    async with pair.tx() as conn:
        await change_preferences(conn, viewer=pair.ben, changes={"digest_time": dt.time(13)}, now=pair.now)
    for title, day in (("dipingere", -1), ("spazzare", 0)):
        await pair.add(pair.ben, title, due_on=NOON.date() + dt.timedelta(days=day))
    await pair.tell(after=dt.timedelta(hours=1))
    [text] = await pair.heard(pair.product.ben)
    assert text.splitlines() == [
        "☀️ *ven 27 nov (oggi)* — 1 scaduta, 1 per oggi",
        "1. dipingere — gio 26 nov (ieri)",
        "2. spazzare — ven 27 nov (oggi)",
        "",
        "Di' _fatto 1_, o _sposta 1 a venerdì_.",
    ]


async def test_what_cannot_be_read_is_said_so_in_ones_language(pair: Pair) -> None:
    await speak(pair, "de")
    await pair.product.deliver(delivery(message(pair.product.ben, "", wamid="wamid.1") | VOICE))
    await pair.product.settle()
    said = await pair.product.pool.fetchval("select message from outbox where kind = 'reply'")
    assert text_of(said).startswith("📎 Ich konnte diese Datei nicht von WhatsApp bekommen.")


async def test_a_stranger_is_told_in_the_language_of_the_country(product: Product) -> None:
    stranger = Someone(new_id(), "Stranger", "34600111222", "ES.stranger", new_id(), "")
    await product.say(stranger, "hola")
    await product.settle()
    said = await product.pool.fetchval("select message from outbox")
    assert text_of(said).startswith("Este número aún no está vinculado")


@pytest.mark.parametrize(
    ("wa_id", "text", "language"),
    [
        ("34600111222", "", "es"),
        ("5215512345678", "", "es"),
        ("5511987654321", "", "pt"),
        ("351912345678", "", "pt"),
        ("33612345678", "", "fr"),
        ("491701234567", "", "de"),
        ("393312345678", "", "it"),
        ("31612345678", "", "nl"),
        ("447700900123", "", "en"),
        ("12025550123", "", "en"),
        ("", "", "en"),
        (None, "", "en"),
        ("34600111222", "Good morning, please remind me to buy milk tomorrow", "en"),
        ("447700900123", "Buenos días, recuérdame comprar leche mañana", "es"),
        ("34600111222", "17:30 👍", "es"),
    ],
)
def test_what_a_stranger_speaks(wa_id: str | None, text: str, language: str) -> None:
    assert guess_language(wa_id, text) == language

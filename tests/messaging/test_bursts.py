"""A thought sent in pieces is one turn with one reply; what is complete is answered at once."""

from datetime import datetime

import pytest

from product_kit import Product, delivery, message
from tasktalk.assistant.understand import breaks_off
from tasktalk.assistant.understanding import Context


async def replies(product: Product) -> list[str]:
    rows = await product.pool.fetch("select message from outbox where kind = 'reply' order by seq")
    return [row["message"] for row in rows]


async def titles(product: Product) -> list[str]:
    return [row["title"] for row in await product.pool.fetch("select title from tasks order by id")]


async def test_pieces_that_arrive_together_are_one_task(product: Product) -> None:
    await product.say(product.ana, "remind me to")
    await product.say(product.ana, "call the dentist and")
    await product.say(product.ana, "ask for a new appointment tomorrow")
    await product.settle()
    assert await titles(product) == ["call the dentist and ask for a new appointment"]
    assert len(await replies(product)) == 1


async def test_a_piece_waits_for_the_next_one(product: Product) -> None:
    await product.say(product.ana, "buy milk and")
    await product.settle()  # it is set aside, nothing else is due
    assert await titles(product) == []
    await product.say(product.ana, "eggs")
    await product.settle()
    assert await titles(product) == ["buy milk and eggs"]
    assert len(await replies(product)) == 1


async def test_a_verb_alone_waits_for_what_it_is_about(product: Product) -> None:
    await product.say(product.ana, "call")
    await product.settle()
    assert await titles(product) == []
    await product.say(product.ana, "the vet")
    await product.settle()
    assert await titles(product) == ["call the vet"]
    assert len(await replies(product)) == 1


@pytest.mark.parametrize(
    ("language", "verb", "thing"),
    [
        ("en", "buy", "bread"),
        ("es", "comprar", "pan"),
        ("pt", "comprar", "leite"),
        ("fr", "acheter", "pain"),
        ("de", "kaufe", "Brot"),
        ("it", "comprare", "pane"),
        ("nl", "kopen", "brood"),
    ],
)
def test_a_verb_breaks_off_and_a_thing_does_not(language: str, verb: str, thing: str, now: datetime) -> None:
    context = Context(now=now, language=language)
    assert breaks_off(verb, context)
    assert not any(breaks_off(text, context) for text in (thing, f"{verb} {thing}", "ok", "stop"))


async def test_a_piece_that_nothing_follows_is_answered_within_two_seconds(product: Product) -> None:
    await product.say(product.ana, "buy milk and")
    await product.settle()
    row = await product.pool.fetchrow(
        "select needs, next_try_at - received_at as wait from inbox where state = 'waiting'"
    )
    assert row["needs"] == "more"
    assert 1 < row["wait"].total_seconds() <= 1.6
    await product.pool.execute("update inbox set next_try_at = now()")
    await product.settle()
    assert len(await titles(product)) == 1
    assert len(await replies(product)) == 1


async def test_what_is_complete_is_answered_at_once_each(product: Product) -> None:
    await product.say(product.ana, "buy milk")
    await product.say(product.ana, "buy eggs")
    await product.settle()
    assert await titles(product) == ["buy milk", "buy eggs"]
    assert len(await replies(product)) == 2


async def test_a_colon_leads_in_a_list(product: Product) -> None:
    await product.say(product.ana, "Shopping:")
    await product.say(product.ana, "- milk\n- eggs")
    await product.settle()
    assert len(await replies(product)) == 1
    assert {"milk", "eggs"} <= set(await titles(product))


async def test_others_do_not_wait(product: Product) -> None:
    await product.say(product.ana, "buy milk and")
    await product.say(product.ben, "buy bread")
    await product.settle()
    assert await titles(product) == ["buy bread"]


async def test_a_tap_or_photo_after_a_piece_frees_it(product: Product) -> None:
    await product.say(product.ana, "buy milk and")
    await product.settle()
    await product.deliver(
        delivery(message(product.ana, "x", wamid="w1", type="sticker", sticker={"id": "1"}) | {"text": None})
    )
    await product.settle()
    assert len(await titles(product)) == 1


async def test_a_late_piece_is_not_waited_for(product: Product) -> None:
    """A worker that was away handles what came long ago at once."""
    await product.say(product.ana, "buy milk and")
    await product.pool.execute("update inbox set received_at = now() - interval '1 minute'")
    await product.settle()
    assert len(await titles(product)) == 1


async def test_an_opened_chat_is_nothing_said(product: Product) -> None:
    opened = message(product.ana, "x", wamid="w9", type="request_welcome") | {"text": None}
    await product.deliver(delivery(opened))
    await product.settle()
    assert await replies(product) == []

"""Who is who, who is answered, and who is not."""

import pytest

from product_kit import PNID, Product, Someone, count, delivery, message
from tasktalk.ids import new_id

STRANGER = Someone(new_id(), "Stranger", "447700900999", "GB.stranger", new_id(), "")


async def replies(product: Product) -> int:
    return await count(product.pool, "from outbox")


async def test_a_stranger_is_answered_once_a_day(product: Product) -> None:
    for text in ("hello", "hello?", "buy milk"):
        await product.say(STRANGER, text)
    await product.settle()
    await product.say(STRANGER, "still there?")
    await product.settle()
    assert await replies(product) == 1
    assert "not linked" in await product.pool.fetchval("select message from outbox")
    assert not await count(product.pool, "from tasks")
    await product.pool.execute("update contacts set registration_answered_at = now() - interval '25 hours'")
    await product.say(STRANGER, "a day later")
    await product.settle()
    assert await replies(product) == 2


async def test_known_by_the_business_scoped_id_alone(product: Product) -> None:
    """`from` and `wa_id` are left out for people with a username."""
    hidden = message(product.ana, "buy milk", wamid="wamid.1")
    del hidden["from"]
    await product.deliver(delivery(hidden, contacts=[{"profile": {"name": "Ana"}, "user_id": product.ana.bsuid}]))
    await product.settle()
    assert await product.pool.fetchval("select owner_id from tasks") == product.ana.id
    assert (
        await product.pool.fetchval("select wa_id from contacts where bsuid = $1", product.ana.bsuid) == "447700900123"
    )


async def test_a_recycled_number_is_another_person(product: Product) -> None:
    """The phone comes with an id we do not know: whoever has it now does not get Ana's tasks."""
    await product.say(product.ana, "secret plan")
    taker = Someone(new_id(), "New", product.ana.wa_id, "GB.other", new_id(), "")
    await product.say(taker, "all")
    await product.settle()
    texts = [row["message"] for row in await product.pool.fetch("select message from outbox order by seq")]
    assert "secret plan" in texts[0]
    assert "not linked" in texts[1]
    again = message(product.ana, "buy milk", wamid="wamid.9")
    del again["from"]
    await product.deliver(delivery(again))
    await product.settle()
    assert await count(product.pool, "from tasks where owner_id = $1", product.ana.id) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "text", "text": {"body": "x" * 70_000}},
        {"type": "text", "text": {"body": "\u202e\u0000\ufeff💥" * 50}},
        {"type": "text", "text": {"body": ["no", "text"]}},
        {"type": "text"},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "done.x.y.z.w"}}},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "done." * 4000}}},
        {"type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": "👍"}},
        {"type": "reaction", "reaction": {"message_id": "wamid.unknown"}},
        {"type": "text", "text": {"body": "all"}, "context": {"id": "wamid.unknown"}},
        {"type": "location", "location": {"latitude": 1e308, "longitude": "x"}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Bo"}, "phones": [{"phone": "+44"}]}]},
        {"type": "image", "image": {"id": "1", "caption": "buy milk tomorrow"}},
        {"type": "system", "system": {"type": "user_changed_number", "body": "b", "wa_id": "1", "user_id": "GB.n"}},
        {"type": "text", "text": {"body": "buy milk"}, "timestamp": "-5"},
        {"type": "text", "text": {"body": "done 99999999999999999999999"}},
        {"type": "text", "text": {"body": "buy milk on 99/99/9999 in 999999999999 years"}},
    ],
    ids=range(16),
)
async def test_nothing_that_a_phone_can_send_fails(product: Product, odd: dict[str, object]) -> None:
    wamid = product.wamid()
    await product.deliver(delivery(message(product.ana, "", wamid=wamid) | odd))
    await product.say(product.ana, "buy bread")
    await product.settle()
    rows = await product.pool.fetch("select state, attempts, error, note from inbox")
    assert [(row["state"], row["attempts"], row["error"]) for row in rows] == [("done", 0, None)] * 2
    assert await count(product.pool, "from tasks where title = 'buy bread'") == 1


async def test_a_batch_of_many_people_is_one_transaction_and_each_their_own(product: Product) -> None:
    both = [
        message(who, f"{who.name} {n}", wamid=f"w{who.name}{n}")
        for n in range(20)
        for who in (product.ana, product.ben)
    ]
    await product.deliver(delivery(*both))
    await product.settle(workers=2)
    for who in (product.ana, product.ben):
        titles = await product.pool.fetch("select title from tasks where owner_id = $1 order by id", who.id)
        assert [row["title"] for row in titles] == [f"{who.name} {n}" for n in range(20)]
    assert await count(product.pool, "from outbox") == 40
    assert await count(product.pool, "from inbox where phone_number_id = $1 and state = 'done'", PNID) == 40

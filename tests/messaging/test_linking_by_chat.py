"""Linking by a code, unlinking by chat, and people whose phone or id changes; played through the webhook."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from product_kit import Product, Someone, count, delivery, message
from tasktalk.accounts.access import Viewer
from tasktalk.accounts.linking.codes import LIFE, find_code, make_code, try_code
from tasktalk.ids import new_id

SPOKEN = ("MARTES23", "HEUTE222", "NACH2222", "DAS2-WAR2", "LES2-DES2", "UND2-DER2", "PARA-2LAS")


def someone(name: str = "Zoe", wa_id: str = "447700900222", bsuid: str = "ES.zoe1") -> Someone:
    return Someone(new_id(), name, wa_id, bsuid, new_id(), "")


async def new_code(product: Product, person: Someone | None = None) -> str:
    made = await product.ask("/api/users/me/phone-link", token=(person or product.ana).token, method="POST")
    return str(made.json["code"])


async def hear(product: Product) -> list[dict[str, Any]]:
    return [json.loads(row["message"]) for row in await product.pool.fetch("select message from outbox order by seq")]


async def texts(product: Product) -> list[str]:
    return [
        each["text"]["body"] if each["type"] == "text" else each["interactive"]["body"]["text"]
        for each in await hear(product)
    ]


async def say(product: Product, who: Someone, text: str, **more: Any) -> str:
    """Something is said; the last answer there is."""
    await product.say(who, text, **more)
    await product.settle()
    heard = await texts(product)
    return heard[-1] if heard else ""


async def owner_of(product: Product, who: Someone) -> Any:
    return await product.pool.fetchval("select user_id from contacts where bsuid = $1", who.bsuid)


async def actions(product: Product) -> list[str]:
    rows = await product.pool.fetch("select action from audit where action <> 'phone.code_made' order by seq")
    return [row["action"] for row in rows]


@pytest.mark.parametrize(
    "words",
    ["link {}", "LINK {}", "{}", "Hello, my code is {}.", "vincular {}", "verknüpfe {}", "code {}", "koppel {}"],
)
@pytest.mark.parametrize("form", [str, str.lower, lambda code: f"{code[:4]}-{code[4:]}"])
async def test_a_code_links_the_phone_that_sends_it(product: Product, words: str, form: Any) -> None:
    zoe, code = someone(), await new_code(product)
    assert "Hello Ana" in await say(product, zoe, words.format(form(code)))
    row = await product.pool.fetchrow("select * from contacts where bsuid = $1", zoe.bsuid)
    assert (row["user_id"], row["linked_by"], row["wa_id"]) == (product.ana.id, "code", zoe.wa_id)
    assert row["linked_at"] is not None
    await say(product, zoe, "buy milk")
    assert await count(product.pool, "from tasks where owner_id = $1 and title = 'buy milk'", product.ana.id) == 1
    assert await actions(product) == ["phone.linked"]


async def test_a_code_and_a_task_in_one_delivery(product: Product) -> None:
    zoe, code = someone(), await new_code(product, product.ben)
    told = [message(zoe, text, wamid=product.wamid()) for text in (f"link {code}", "buy milk", "buy bread")]
    await product.deliver(delivery(*told))
    await product.settle()
    assert await count(product.pool, "from tasks where owner_id = $1", product.ben.id) == 2


async def test_linking_by_the_id_alone(product: Product) -> None:
    """People with a username show no phone."""
    zoe, code = someone(), await new_code(product)
    hidden = message(zoe, f"link {code}", wamid="wamid.h")
    del hidden["from"]
    contacts = [{"profile": {"name": "Zoe", "username": "zoe.z"}, "user_id": zoe.bsuid}]
    await product.deliver(delivery(hidden, contacts=contacts))
    await product.settle()
    assert await owner_of(product, zoe) == product.ana.id
    phones = (await product.ask("/api/users/me/phones", token=product.ana.token)).json["items"]
    assert (phones[-1]["phone"], phones[-1]["username"]) == (None, "zoe.z")


async def test_the_greeting_is_in_the_persons_language(product: Product) -> None:
    await product.pool.execute("update users set language = 'de' where id = $1", product.ana.id)
    assert "Hallo Ana" in await say(product, someone(), f"link {await new_code(product)}")


async def test_a_code_counts_once(product: Product) -> None:
    code = await new_code(product)
    await say(product, someone(), f"link {code}")
    thief = someone("Eve", "447700900888", "ES.eve")
    assert "does not work" in await say(product, thief, f"link {code}")
    assert await owner_of(product, thief) is None


async def test_a_new_code_voids_the_one_before(product: Product) -> None:
    old, new = await new_code(product), await new_code(product)
    assert "does not work" in await say(product, someone(), f"link {old}")
    assert "Hello Ana" in await say(product, someone(), f"link {new}")


async def test_a_code_is_over_after_ten_minutes(product: Product) -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    viewer, contact_id = Viewer(product.ana.id, "Ana", "member", "en", "UTC"), new_id()
    async with product.pool.acquire() as conn:
        await conn.execute(
            "insert into contacts (id, integration_id, bsuid) values ($1, $2, 'ES.x')",
            *(contact_id, product.integration_id),
        )
        made = await make_code(conn, viewer=viewer, keyring=product.keyring, now=now)
        late = {"contact_id": contact_id, "code": made.code, "keyring": product.keyring}
        assert (await try_code(conn, now=now + LIFE, **late)).answer == "wrong"
        assert (await try_code(conn, now=now + LIFE - timedelta(seconds=1), **late)).answer == "linked"


async def test_of_two_phones_that_send_it_at_once_one_wins(product: Product) -> None:
    code = await new_code(product)
    phones = [someone("P", f"44770090033{n}", f"ES.p{n}") for n in range(6)]
    await asyncio.gather(*(product.say(each, f"link {code}") for each in phones))
    await product.settle(workers=4)
    assert await count(product.pool, "from contacts where user_id = $1 and bsuid like 'ES.%'", product.ana.id) == 1
    heard = await texts(product)
    assert sum("Hello Ana" in text for text in heard) == 1
    assert sum("does not work" in text for text in heard) == 5


async def test_after_three_wrong_codes_none_counts_for_an_hour(product: Product) -> None:
    zoe, right = someone(), await new_code(product)
    answers = [await say(product, zoe, f"link {wrong}") for wrong in ("ABCD2345", "123456", "ABCD2347")]
    assert ["does not work" in answer for answer in answers] == [True, True, False]
    assert "Wait an hour" in answers[-1]
    assert "Wait an hour" in await say(product, zoe, f"link {right}")
    assert await owner_of(product, zoe) is None
    for _ in range(10):
        await product.say(zoe, f"link {right}")
    await product.settle()
    assert len(await texts(product)) == 6  # and no more
    assert await actions(product) == ["phone.codes_refused"]
    await product.pool.execute("update contacts set wrong_code_at = wrong_code_at - interval '1 hour'")
    assert "Hello Ana" in await say(product, zoe, f"link {right}")
    assert await product.pool.fetchval("select wrong_codes from contacts where bsuid = $1", zoe.bsuid) == 0


async def test_the_answer_does_not_tell_whether_a_code_exists(product: Product) -> None:
    used = await new_code(product)
    await say(product, someone(), used)
    expired = await new_code(product, product.ben)
    await product.pool.execute("update link_codes set expires_at = now() where used_at is null")
    eves = [someone("Eve", f"44770090044{n}", f"ES.eve{n}") for n in range(3)]
    heard = {await say(product, eve, code) for eve, code in zip(eves, (used, expired, "ABCD2345"), strict=True)}
    assert len(heard) == 1


async def test_a_code_is_in_no_language(product: Product) -> None:
    heard = [await say(product, someone("E", f"44770090055{n}", f"ES.l{n}"), code) for n, code in enumerate(SPOKEN)]
    assert [text for text in heard if "does not work" not in text] == []


async def test_a_code_for_somebody_disabled_counts_nothing(product: Product) -> None:
    code = await new_code(product)
    await product.pool.execute("update users set disabled_at = now() where id = $1", product.ana.id)
    assert "does not work" in await say(product, someone(), f"link {code}")


async def test_a_forwarded_code_links_nothing(product: Product) -> None:
    code = await new_code(product)
    await say(product, someone(), f"link {code}", context={"forwarded": True})
    assert await owner_of(product, someone()) is None


@pytest.mark.parametrize(
    "text", ["tomorrow", "20261124", "buy milk 12345678", "call 600111222", "ABCDEFGH", "I0O1AB23"]
)
def test_words_and_numbers_are_no_codes(text: str) -> None:
    assert find_code(text) is None


async def test_a_stranger_hears_how_to_link_once_a_day(product: Product) -> None:
    product.turns = type(product.turns)(product.directory, product.keyring, console="https://tasks.example.org")
    hola = await say(product, someone(), "hola, ¿qué tengo que hacer mañana?")
    assert "https://tasks.example.org" in hola
    assert "_link CÓDIGO_" in hola
    await say(product, someone(), "¿hola?")
    assert len(await texts(product)) == 1
    assert "does not work" in await say(product, someone(), "link ABCD2345")  # what is asked for is answered


async def test_a_linked_phone_stays_its_persons(product: Product) -> None:
    own, bens = await new_code(product), await new_code(product, product.ben)
    for code in (own, bens, "ABCD2345"):
        assert "linked to Ana already" in await say(product, product.ana, f"link {code}")
    assert await owner_of(product, product.ana) == product.ana.id
    assert await count(product.pool, "from link_codes where used_at is not null") == 0
    assert await count(product.pool, "from tasks") == 0


async def test_unlink_asks_first(product: Product) -> None:
    assert "Unlink this phone?" in await say(product, product.ana, "unlink")
    assert "nothing was changed" in await say(product, product.ana, "no")
    await say(product, product.ana, "unlink my phone")
    told = [message(product.ana, text, wamid=product.wamid()) for text in ("yes", "buy milk")]
    await product.deliver(delivery(*told))
    await product.settle()
    heard = await texts(product)
    assert "not linked any more" in heard[-2]
    assert "not linked to anybody" in heard[-1]
    assert await owner_of(product, product.ana) is None
    assert await count(product.pool, "from tasks") == 0
    assert await actions(product) == ["phone.unlinked"]


async def test_a_tap_unlinks_the_phone_that_was_asked_about(product: Product) -> None:
    """The conversation is the person's, on all of their phones."""
    second = someone("Ana", "447700900777", "GB.ana2")
    await say(product, second, f"link {await new_code(product)}")
    await say(product, second, "unlink")
    asked = (await hear(product))[-1]["interactive"]["action"]["buttons"]
    assert [button["reply"]["title"] for button in asked] == ["Unlink", "Keep"]
    tap = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": asked[0]["reply"]}}
    await say(product, product.ana, "", **tap)
    assert await owner_of(product, second) is None
    assert await owner_of(product, product.ana) == product.ana.id
    await say(product, product.ana, "buy milk")
    assert await count(product.pool, "from tasks where owner_id = $1", product.ana.id) == 1


async def test_the_console_cannot_link_by_talking(product: Product) -> None:
    for text in ("link ABCD2345", "unlink"):
        answer = await product.ask(
            "/api/assistant/messages", token=product.ana.token, method="POST", body={"text": text}
        )
        assert "on the phone itself" in answer.json["reply"]["text"]


def change(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "system", "system": {"type": kind, "body": "…", **more}}


async def tell(product: Product, who: Someone, system: dict[str, Any], *, sender: bool = True) -> None:
    told = message(who, "", wamid=product.wamid()) | system
    del told["text"], told["from_user_id"]
    if not sender:
        del told["from"]
    await product.deliver(delivery(told))
    await product.settle()


@pytest.mark.parametrize("sender", [True, False])
async def test_the_link_follows_its_person_to_a_new_number(product: Product, *, sender: bool) -> None:
    moved = someone("Ana", "447700900999", "GB.ana9")
    fact = change("user_changed_number", wa_id=moved.wa_id, user_id=moved.bsuid, previous_user_id=product.ana.bsuid)
    await tell(product, product.ana, fact, sender=sender)
    await say(product, moved, "buy milk")
    assert await count(product.pool, "from tasks where owner_id = $1", product.ana.id) == 1
    row = await product.pool.fetchrow("select * from contacts where user_id = $1", product.ana.id)
    assert (row["id"], row["bsuid"], row["wa_id"]) == (product.ana.contact_id, moved.bsuid, moved.wa_id)
    taker = someone("Taker", product.ana.wa_id, "GB.taker")
    assert "not linked" in await say(product, taker, "all")
    assert await actions(product) == ["phone.followed"]


async def test_they_may_write_before_we_hear_of_it(product: Product) -> None:
    moved = someone("Ana", "447700900999", "GB.ana9")
    assert "not linked" in await say(product, moved, "buy milk")
    fact = change("user_changed_user_id", user_id=moved.bsuid, previous_user_id=product.ana.bsuid)
    await tell(product, product.ana, fact, sender=False)
    await say(product, moved, "buy bread")
    assert await count(product.pool, "from tasks where owner_id = $1", product.ana.id) == 1
    assert await owner_of(product, product.ana) is None


async def test_a_change_of_somebody_unknown_moves_nothing(product: Product) -> None:
    fact = change("user_changed_number", wa_id="34600", user_id="ES.eve", previous_user_id="GB.nobody")
    await tell(product, product.ana, fact)
    assert await owner_of(product, product.ana) == product.ana.id
    assert await actions(product) == []
    assert await count(product.pool, "from contacts") == 2


async def test_a_change_that_names_no_id_suspends(product: Product) -> None:
    await tell(product, product.ana, change("customer_changed_number", new_wa_id="447700900999"))
    [ana] = (await product.ask("/api/users/me/phones", token=product.ana.token)).json["items"]
    assert ana["suspended_at"] is not None
    assert ana["suspended_why"] == "number_changed"
    by_phone = message(product.ana, "all", wamid="wamid.z")
    del by_phone["from_user_id"]
    await product.deliver(delivery(by_phone))
    await product.settle()
    assert "not linked" in (await texts(product))[-1]
    assert await actions(product) == ["phone.suspended"]


async def test_a_suspended_phone_is_linked_again_by_a_code(product: Product) -> None:
    taker = someone("Ana again", product.ana.wa_id, "GB.new")
    await say(product, taker, "hello")
    mappings = await product.ask(
        f"/api/integrations/{product.integration_id}/phone-mappings", token=product.owner_token
    )
    assert mappings.json["items"][0]["suspended_why"] == "phone_reused"
    assert "Hello Ana" in await say(product, taker, f"link {await new_code(product)}")
    await say(product, taker, "buy milk")
    assert await count(product.pool, "from tasks where owner_id = $1", product.ana.id) == 1


async def test_messages_of_strangers_are_counted(product: Product) -> None:
    zoe = someone()
    await product.deliver(delivery(*(message(zoe, f"hello {n}", wamid=product.wamid()) for n in range(3))))
    await product.settle()
    await say(product, zoe, "hello")
    assert await product.pool.fetchval("select messages from contacts where bsuid = $1", zoe.bsuid) == 4

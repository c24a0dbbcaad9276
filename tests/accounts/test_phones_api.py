"""Phones over HTTP: codes of one's own, mapping by hand, unknown senders; and that all of it stays behind its fence."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from product_kit import Answer, Product, Someone, count, delivery, message, open_product
from tasktalk.db import Pool
from tasktalk.ids import new_id


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path, sandbox=False)


def path(product: Product, rest: str = "") -> str:
    return f"/api/integrations/{product.integration_id}/phone-mappings{rest}"


async def by_owner(product: Product, rest: str = "", *, method: str = "GET", body: Any = None) -> Answer:
    return await product.ask(path(product, rest), token=product.owner_token, method=method, body=body)


async def map_by_hand(product: Product, phone: str, user: Someone | None = None) -> Answer:
    body = {"user_id": str((user or product.ana).id), "phone": phone}
    return await by_owner(product, method="POST", body=body)


async def stranger(product: Product, wa_id: str | None, text: str = "hello", bsuid: str = "MX.zoe1") -> str:
    """Somebody unknown writes; their id in the list."""
    someone = Someone(new_id(), "Zoe", wa_id or "", bsuid, new_id(), "")
    told = message(someone, text, wamid=product.wamid())
    if wa_id is None:
        del told["from"]
    contacts = [{"profile": {"name": "Zoe", "username": "zoe.z"}, "user_id": bsuid}]
    assert (await product.deliver(delivery(told, contacts=contacts))).status == 200
    await product.settle()
    return str(await product.pool.fetchval("select id from contacts where bsuid = $1", bsuid))


async def actions(product: Product) -> list[str]:
    answer = await product.call(
        "GET", "/api/audit", query="action=phone", authorization=f"Bearer {product.owner_token}"
    )
    return [entry["action"] for entry in answer.json["items"]][::-1]


async def test_a_code_with_its_link_and_picture(product: Product) -> None:
    made = await product.ask("/api/users/me/phone-link", token=product.ana.token, method="POST")
    code = made.json["code"]
    assert (made.status, made.headers["cache-control"], len(code)) == (201, "no-store", 8)
    assert made.json["wa_me"] == f"https://wa.me/15550001111?text=link%20{code}"
    assert made.json["qr_svg"].startswith("<svg")
    assert "http" not in made.json["qr_svg"]
    stored = await product.pool.fetchrow("select * from link_codes")
    assert code not in str(stored)
    assert (stored["expires_at"] - stored["created_at"]).total_seconds() == 600
    audit = await product.call("GET", "/api/audit", authorization=f"Bearer {product.owner_token}")
    assert code not in audit.body.decode()


async def test_of_two_codes_at_once_one_is_left(product: Product) -> None:
    await asyncio.gather(
        *(product.ask("/api/users/me/phone-link", token=product.ana.token, method="POST") for _ in range(4))
    )
    await product.ask("/api/users/me/phone-link", token=product.ben.token, method="POST")
    assert await count(product.pool, "from link_codes where user_id = $1", product.ana.id) == 1
    assert await count(product.pool, "from link_codes") == 2


async def test_a_link_to_the_number_that_was_chosen(product: Product) -> None:
    ask = {"token": product.ana.token, "method": "POST"}
    chosen = await product.ask("/api/users/me/phone-link", body={"integration_id": str(product.integration_id)}, **ask)
    assert chosen.json["wa_me"].startswith("https://wa.me/15550001111")
    unknown = await product.ask("/api/users/me/phone-link", body={"integration_id": str(uuid4())}, **ask)
    assert (unknown.status, unknown.json["error"]["data"]["field"]) == (400, "integration_id")
    assert (await product.ask("/api/users/me/phone-link", body={"x": 1}, **ask)).status == 400
    await product.pool.execute("update integrations set display_phone_number = ''")
    nowhere = (await product.ask("/api/users/me/phone-link", **ask)).json
    assert (nowhere["wa_me"], nowhere["qr_svg"], len(nowhere["code"])) == (None, None, 8)


async def test_people_see_and_unlink_their_own_phones_alone(product: Product) -> None:
    listed = (await product.ask("/api/users/me/phones", token=product.ana.token)).json["items"]
    [mine] = listed
    assert (mine["id"], mine["phone"]) == (str(product.ana.contact_id), "+447700900123")
    where = f"/api/users/me/phones/{mine['id']}"
    assert (await product.ask(where, token=product.ben.token, method="DELETE")).status == 404
    assert (await product.ask(where, token=product.owner_token, method="DELETE")).status == 404
    assert (await product.ask(where, token=product.ana.token, method="DELETE")).status == 204
    assert (await product.ask(where, token=product.ana.token, method="DELETE")).status == 404
    assert (await product.ask("/api/users/me/phones/x", token=product.ana.token, method="DELETE")).status == 404
    assert (await product.ask("/api/users/me/phones", token=product.ana.token)).json["items"] == []
    assert await actions(product) == ["phone.unlinked"]


async def test_what_waits_for_a_phone_does_not_go_there_once_it_is_unlinked(product: Product) -> None:
    for kind in ("notice", "reply"):
        await product.pool.execute(
            "insert into outbox (id, integration_id, contact_id, kind, message) values ($1, $2, $3, $4, '{}')",
            *(new_id(), product.integration_id, product.ana.contact_id, kind),
        )
    assert (await by_owner(product, f"/{product.ana.contact_id}", method="DELETE")).status == 204
    states = dict(await product.pool.fetch("select kind, state from outbox"))
    assert states == {"notice": "refused", "reply": "waiting"}


async def test_administrators_see_whose_phones_there_are(product: Product) -> None:
    await product.say(product.ana, "buy milk")
    await product.settle()
    ana, ben = (await by_owner(product)).json["items"]
    assert (ana["user"]["name"], ana["phone"], ana["has_bsuid"]) == ("Ana", "+447700900123", True)
    assert None not in (ana["last_seen_at"], ana["window_until"])
    assert ben["last_seen_at"] is None
    token = f"Bearer {product.owner_token}"
    first = (await product.call("GET", path(product), query="limit=1", authorization=token)).json
    second = await product.call("GET", path(product), query=f"limit=1&cursor={first['next']}", authorization=token)
    assert [*first["items"], *second.json["items"]] == [ana, ben]
    assert second.json["next"] is None
    for query in ("cursor=x", "limit=0"):
        assert (await product.call("GET", path(product), query=query, authorization=token)).status == 400


async def test_a_phone_is_mapped_by_hand_and_taken_away(product: Product) -> None:
    made = await map_by_hand(product, "+34 612 34 56 78")
    mapping = made.json["mapping"]
    assert (made.status, made.json["suggestions"]) == (201, [])
    assert (mapping["phone"], mapping["user"]["name"]) == ("+34612345678", "Ana")
    assert (mapping["linked_by"], mapping["has_bsuid"]) == ("admin", False)
    assert (await map_by_hand(product, "+34612345678")).status == 201  # the same again
    other = await map_by_hand(product, "+34612345678", product.ben)
    assert (other.status, other.json["error"]["data"]["field"]) == (409, "phone")
    ana = Someone(product.ana.id, "Ana", "34612345678", "ES.ana", product.ana.contact_id, "")
    await product.say(ana, "buy milk")
    await product.settle()
    assert await count(product.pool, "from tasks where owner_id = $1", product.ana.id) == 1
    assert (await by_owner(product, f"/{mapping['id']}", method="DELETE")).status == 204
    assert (await by_owner(product, f"/{mapping['id']}", method="DELETE")).status == 404
    assert (await map_by_hand(product, "+34612345678", product.ben)).status == 201
    assert await actions(product) == ["phone.linked", "phone.linked", "phone.revoked", "phone.linked"]


@pytest.mark.parametrize(
    ("phone", "why"),
    [
        ("612345678", "country code"),
        ("", "country code"),
        ("+999123456789", "no phone number"),
        ("+34", "no phone number"),
        ("+346123456789012", "too long"),
        ("+346123", "too short"),
        ("+15550001111", "none of this kind"),
        ("+34612\x00345678", "country code"),
        ("+" + "6" * 1000, "country code"),
    ],
)
async def test_numbers_that_nobody_has(product: Product, phone: str, why: str) -> None:
    refused = await map_by_hand(product, phone)
    assert (refused.status, refused.json["error"]["data"]["field"]) == (400, "phone")
    assert why in refused.json["error"]["message"]
    assert await count(product.pool, "from contacts") == 2


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("+5511912345678", []),
        ("+5511981234567", ["+551181234567"]),
        ("+551181234567", ["+5511981234567"]),
        ("+551131234567", []),
        ("+525512345678", ["+5215512345678"]),
        ("+5215512345678", ["+525512345678"]),
        ("+541123456789", ["+5491123456789"]),
        ("+5491123456789", ["+541123456789"]),
    ],
)
async def test_other_forms_are_suggested(product: Product, typed: str, suggested: list[str]) -> None:
    made = await map_by_hand(product, typed)
    assert (made.status, made.json["mapping"]["phone"]) == (201, typed)
    assert [each["phone"] for each in made.json["suggestions"]] == suggested


async def test_another_form_is_never_linked_by_itself(product: Product) -> None:
    zoe = await stranger(product, "5215512345678")
    made = (await map_by_hand(product, "+525512345678")).json
    assert made["suggestions"] == [{"phone": "+5215512345678", "stranger_id": zoe}]
    assert await product.pool.fetchval("select user_id from contacts where id = $1::uuid", zoe) is None
    await stranger(product, "5215512345678", "buy milk")
    assert await count(product.pool, "from tasks") == 0


async def test_strangers_are_listed_and_mapped_in_one_click(product: Product) -> None:
    zoe = await stranger(product, None)
    await stranger(product, None)
    [listed] = (await by_owner(product, "/strangers")).json["items"]
    assert (listed["id"], listed["name"], listed["username"]) == (zoe, "Zoe", "zoe.z")
    assert (listed["phone"], listed["has_bsuid"], listed["messages"]) == (None, True, 2)
    where = f"/strangers/{zoe}"
    assert (await by_owner(product, f"{where}/map", method="POST", body={"user_id": str(uuid4())})).status == 400
    made = await by_owner(product, f"{where}/map", method="POST", body={"user_id": str(product.ben.id)})
    assert (made.status, made.json["user"]["name"], made.json["username"]) == (201, "Ben", "zoe.z")
    assert (await by_owner(product, "/strangers")).json["items"] == []
    body = {"user_id": str(product.ana.id)}
    assert (await by_owner(product, f"{where}/map", method="POST", body=body)).status == 409
    assert (await by_owner(product, f"/strangers/{uuid4()}/map", method="POST", body=body)).status == 404
    await stranger(product, None, "buy milk")
    assert await count(product.pool, "from tasks where owner_id = $1", product.ben.id) == 1


async def test_strangers_are_ignored(product: Product) -> None:
    zoe = await stranger(product, "34600111222")
    assert (await by_owner(product, f"/strangers/{zoe}/ignore", method="POST")).status == 204
    assert (await by_owner(product, "/strangers")).json["items"] == []
    token = f"Bearer {product.owner_token}"
    hidden = await product.call("GET", path(product, "/strangers"), query="ignored=true", authorization=token)
    assert [each["id"] for each in hidden.json["items"]] == [zoe]
    for other in (uuid4(), product.ana.contact_id, "x"):
        assert (await by_owner(product, f"/strangers/{other}/ignore", method="POST")).status == 404
    assert await actions(product) == ["phone.ignored"]


async def test_a_disabled_person_gets_no_phone(product: Product) -> None:
    await product.pool.execute("update users set disabled_at = now() where id = $1", product.ben.id)
    refused = await map_by_hand(product, "+34612345678", product.ben)
    assert (refused.status, refused.json["error"]["data"]["field"]) == (400, "user_id")


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("POST", ""),
        ("DELETE", "/{contact}"),
        ("GET", "/strangers"),
        ("POST", "/strangers/{contact}/map"),
        ("POST", "/strangers/{contact}/ignore"),
    ],
)
async def test_members_manage_nothing(product: Product, method: str, rest: str) -> None:
    where = path(product, rest.format(contact=product.ana.contact_id))
    body = {"user_id": str(product.ben.id), "phone": "+34612345678"} if rest == "" else {"user_id": str(product.ben.id)}
    sent = body if method == "POST" else None
    assert (await product.ask(where, token=product.ben.token, method=method, body=sent)).status == 403
    assert (await product.ask(where, method=method, body=sent)).status == 401
    assert await count(product.pool, "from contacts where user_id = $1", product.ben.id) == 1


async def test_of_an_integration_that_is_not_there(product: Product) -> None:
    for id_ in (uuid4(), "x"):
        where = f"/api/integrations/{id_}/phone-mappings"
        for rest in ("", "/strangers"):
            assert (await product.ask(where + rest, token=product.owner_token)).status == 404
        body = {"user_id": str(product.ana.id), "phone": "+34612345678"}
        assert (await product.ask(where, token=product.owner_token, method="POST", body=body)).status == 404
        gone = await product.ask(f"{where}/{product.ana.contact_id}", token=product.owner_token, method="DELETE")
        assert gone.status == 404

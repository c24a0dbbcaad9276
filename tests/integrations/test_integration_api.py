"""Connecting numbers over HTTP: the guide's form, what it refuses, and who may."""

from typing import Any

import pytest
from fake_meta_side import APP, GOOD_TOKEN, TOKEN, FakeMeta

from product_kit import PNID, SECRET, VERIFY, WABA, Answer, Product, count, delivery, message

FORM = {
    "name": "Support",
    "business_account_id": "211000000000002",
    "phone_number_id": "311000000000002",
    "display_phone_number": "+44 20 7946 0000",
    "business_name": "Tasks Ltd",
}
NOWHERE = "019a0000-0000-7000-8000-000000000000"


async def ask(product: Product, path: str = "", *, method: str = "GET", body: Any = None) -> Answer:
    return await product.ask(f"/api/integrations{path}", token=product.owner_token, method=method, body=body)


async def make(product: Product, **more: Any) -> dict[str, Any]:
    answer = await ask(product, method="POST", body=FORM | more)
    assert answer.status == 201, answer.body
    return dict(answer.json)


async def actions(product: Product) -> list[str]:
    return [row["action"] for row in await product.pool.fetch("select action from audit order by seq")]


async def test_a_number_is_connected_by_the_form_of_the_guide(product: Product) -> None:
    answer = await ask(product, method="POST", body=FORM)
    assert (answer.status, answer.headers["location"]) == (201, f"/api/integrations/{answer.json['id']}")
    assert {key: answer.json[key] for key in FORM} == FORM
    assert answer.json["enabled"] is True
    assert answer.json["credentials"] == {"access_token": None, "verify_token": None, "app_secret": None}
    listed = (await ask(product)).json
    assert [each["name"] for each in listed["items"]] == ["Tests", "Support"]
    assert listed["next"] is None
    assert (await ask(product, f"/{answer.json['id']}")).json == listed["items"][1]
    assert await actions(product) == ["integration.created"]
    entry = await product.pool.fetchrow("select * from audit")
    assert (entry["actor"], entry["integration_id"]) == ("Owner", entry["subject_id"])


async def test_the_account_may_be_called_waba_id(product: Product) -> None:
    form = {key: value for key, value in FORM.items() if key != "business_account_id"} | {"waba_id": "211000000000003"}
    assert (await ask(product, method="POST", body=form)).json["business_account_id"] == "211000000000003"


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"phone_number_id": "+44 20 7946 0000"}, "phone_number_id", "looks like a phone number"),
        ({"phone_number_id": "44 20-7946 0000"}, "phone_number_id", "looks like a phone number"),
        ({"phone_number_id": "14155552671"}, "phone_number_id", "looks like a phone number"),
        ({"business_account_id": "14155552671"}, "business_account_id", "looks like a phone number"),
        ({"phone_number_id": "442079460000"}, "phone_number_id", "phone number"),
        ({"phone_number_id": "211000000000002"}, "phone_number_id", "two different ids"),
        ({"app_id": "311000000000002"}, "app_id", "another id"),
        ({"phone_number_id": "EAAGm0PX4ZCpsBA"}, "phone_number_id", "looks like an access token"),
        (
            {"business_account_id": "0123456789abcdef0123456789abcdef"},
            "business_account_id",
            "looks like an app secret",
        ),
        ({"phone_number_id": "your_phone_number_id"}, "phone_number_id", "sample"),
        ({"phone_number_id": "106540352242922"}, "phone_number_id", "sample"),
        ({"business_account_id": "<WABA_ID>"}, "business_account_id", "sample"),
        ({"business_account_id": ""}, "business_account_id", "missing"),
        ({"business_account_id": "12ab"}, "business_account_id", "digits alone"),
        ({"phone_number_id": "\u0663" * 15}, "phone_number_id", "digits alone"),
        ({"phone_number_id": "3" * 33}, "phone_number_id", "digits alone"),
        ({"name": " \x00\u200b "}, "name", "name"),
        ({"name": "n" * 201}, "name", "longer than 200"),
        ({"business_name": "n" * 201}, "business_name", "longer than 200"),
        ({"graph_url": "https://evil.example"}, "graph_url", "Meta's"),
        ({"graph_url": "http://169.254.169.254:80"}, "graph_url", "Meta's"),
        ({"graph_url": "http://127.0.0.1:1/path"}, "graph_url", "Meta's"),
        ({"graph_url": "http://x@127.0.0.1:1"}, "graph_url", "Meta's"),
        ({"graph_url": "http://127.0.0.1.evil.example:80"}, "graph_url", "Meta's"),
        ({"graph_url": "http://[bad"}, "graph_url", "Meta's"),
        ({"surprise": 1}, "surprise", ""),
        ({"name": 7}, "name", ""),
    ],
)
async def test_what_cannot_be_right_is_refused_by_its_field(
    product: Product, wrong: dict[str, Any], field: str, says: str
) -> None:
    answer = await ask(product, method="POST", body=FORM | wrong)
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, field), answer.body
    assert says in answer.json["error"]["message"]
    assert await count(product.pool, "from integrations") == 1
    changed = await ask(product, f"/{product.integration_id}", method="PATCH", body={**FORM, **wrong})
    assert changed.status == 400
    assert await actions(product) == []


async def test_a_simulator_is_for_the_sandbox_alone(product: Product) -> None:
    assert (await make(product, graph_url="http://127.0.0.1:8001/"))["graph_url"] == "http://127.0.0.1:8001"
    from tasktalk.integrations.pasted import check_graph_url  # noqa: PLC0415

    with pytest.raises(Exception, match="Meta's"):
        check_graph_url("http://127.0.0.1:8001", meta="https://graph.facebook.com", sandbox=False)


async def test_a_number_is_connected_once(product: Product) -> None:
    again = await ask(product, method="POST", body=FORM | {"phone_number_id": PNID})
    assert (again.status, again.json["error"]["data"]["field"]) == (409, "phone_number_id")
    made = await make(product)
    moved = await ask(product, f"/{made['id']}", method="PATCH", body={"phone_number_id": PNID})
    assert moved.status == 409
    assert (await ask(product, f"/{made['id']}")).json == made


async def test_patch_changes_only_what_is_sent(product: Product) -> None:
    made = await make(product)
    body = {"name": "  Sales\n team ", "monthly_budget": 12.5, "currency": "eur"}
    changed = (await ask(product, f"/{made['id']}", method="PATCH", body=body)).json
    assert changed == made | {"name": "Sales team", "monthly_budget": 12.5, "currency": "EUR"}
    assert (await ask(product, f"/{made['id']}", method="PATCH", body={})).json == changed
    assert await actions(product) == ["integration.created", "integration.changed"]
    detail = await product.pool.fetchval("select detail from audit order by seq desc limit 1")
    assert detail["before"] == {"name": "Support", "monthly_budget": None, "currency": "USD"}
    for wrong in ({"monthly_budget": -1}, {"monthly_budget": 1e12}, {"currency": "euro"}, {"enabled": "x"}):
        assert (await ask(product, f"/{made['id']}", method="PATCH", body=wrong)).status == 400


async def test_switched_off_it_keeps_everything_and_can_be_switched_on(product: Product) -> None:
    path = f"/{product.integration_id}"
    await product.say(product.ana, "buy milk")
    await product.settle()
    before = (await ask(product, path)).json
    for _ in range(2):
        assert (await ask(product, path, method="DELETE")).status == 204
    off = (await ask(product, path)).json
    assert off | {"enabled": True, "disabled_at": None} == before
    product.directory.forget()
    assert await product.directory.find(PNID) is None
    assert await count(product.pool, "from outbox") == 1
    on = (await ask(product, path, method="PATCH", body={"enabled": True})).json
    assert on == before
    assert await actions(product) == ["integration.switched_off", "integration.switched_on"]


async def test_credentials_are_written_and_never_read(product: Product, meta: FakeMeta) -> None:
    made = await make(product, graph_url=meta.url, business_account_id=WABA)
    secrets = {"access_token": "EAAsecretQ9x7", "verify_token": "a-verify-W8v3", "app_secret": "d" * 28 + "47ab"}
    answers = [await ask(product, f"/{made['id']}/credentials", method="PUT", body=secrets)]
    assert answers[0].status == 200, answers[0].body
    assert all(answers[0].json["integration"]["credentials"][kind]["set_at"] for kind in secrets)
    answers += [
        await ask(product, ""),
        await ask(product, f"/{made['id']}"),
        await ask(product, f"/{made['id']}/health"),
    ]
    rows = await product.pool.fetch("select a::text as row from audit a union all select i::text from integrations i")
    seen = b"".join(answer.body for answer in answers).decode() + "".join(row["row"] for row in rows)
    assert not [secret for secret in secrets.values() if secret in seen or secret[-4:] + '"' in seen]
    assert "credentials.replaced" in await actions(product)


async def test_old_secrets_count_for_a_while_and_new_ones_at_once(product: Product) -> None:
    path = f"/{product.integration_id}/credentials"
    new = await ask(product, path, method="POST", body={"app_secret": "b" * 32, "verify_token": "another-one"})
    assert new.status == 200, new.body
    kept = new.json["integration"]["credentials"]
    assert kept["app_secret"]["old_until"] and kept["verify_token"]["old_until"]  # noqa: PT018
    assert kept["access_token"]["old_until"] is None
    product.directory.forget()
    said = delivery(message(product.ana, "hello", wamid=product.wamid()))
    assert [(await product.deliver(said, secret=each)).status for each in (SECRET, "b" * 32, "c" * 32)] == [
        200,
        200,
        403,
    ]
    query = "hub.mode=subscribe&hub.challenge=7&hub.verify_token="
    for token in (VERIFY, "another-one"):
        assert (await product.call("GET", "/api/webhooks/whatsapp", query=query + token)).body == b"7"


async def test_an_access_token_that_is_entered_again_is_a_new_one(product: Product) -> None:
    (before,) = await product.directory.all()
    await ask(product, f"/{product.integration_id}/credentials", method="PUT", body={"access_token": TOKEN})
    product.directory.forget()
    (after,) = await product.directory.all()
    assert after.access_token == before.access_token
    assert after != before


@pytest.mark.parametrize(
    ("secrets", "field", "says"),
    [
        ({}, "access_token", "Send"),
        ({"access_token": ""}, "access_token", "empty"),
        ({"access_token": "your_permanent_access_token"}, "access_token", "sample"),
        ({"verify_token": "your_webhook_verify_token"}, "verify_token", "sample"),
        ({"app_secret": "your_app_secret"}, "app_secret", "sample"),
        ({"access_token": "EAA one two"}, "access_token", "white space"),
        ({"access_token": "EAA\x00x"}, "access_token", "white space"),
        ({"access_token": "301000000000001"}, "access_token", "looks like an id"),
        ({"access_token": "0123456789abcdef0123456789abcdef"}, "access_token", "looks like an app secret"),
        ({"access_token": f"{APP}|secret"}, "access_token", "app's token"),
        ({"app_secret": "EAAGm0PX4ZCpsBA"}, "app_secret", "looks like an access token"),
        ({"verify_token": "EAAGm0PX4ZCpsBA"}, "verify_token", "looks like an access token"),
        ({"app_secret": "401000000000001"}, "app_secret", "looks like an id"),
        ({"access_token": "E" * 2001}, "access_token", "longer"),
        ({"access_token": None, "nonsense": "x"}, "nonsense", ""),
    ],
)
async def test_credentials_that_cannot_be_right_are_refused(
    product: Product, secrets: dict[str, Any], field: str, says: str
) -> None:
    answer = await ask(product, f"/{product.integration_id}/credentials", method="PUT", body=secrets)
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, field), answer.body
    assert says in answer.json["error"]["message"]
    assert await count(product.pool, "from credentials") == 3


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ({"is_valid": False, "scopes": []}, "not valid"),
        (GOOD_TOKEN | {"app_id": "409"}, "belongs to the app 409"),
        (GOOD_TOKEN | {"scopes": ["business_management"]}, "lacks whatsapp_business_messaging"),
        (
            GOOD_TOKEN | {"granular_scopes": [{"scope": "whatsapp_business_messaging", "target_ids": ["1"]}]},
            "other WhatsApp accounts",
        ),
    ],
)
async def test_a_token_that_cannot_send_does_not_replace_one_that_may(
    product: Product, meta: FakeMeta, token: dict[str, Any], says: str
) -> None:
    meta.answers["GET debug_token"] = {"data": token}
    answer = await ask(product, f"/{product.integration_id}/credentials", method="PUT", body={"access_token": "EAAnew"})
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, "access_token")
    assert says in answer.json["error"]["message"]
    product.directory.forget()
    (known,) = await product.directory.all()
    assert known.access_token == TOKEN


async def test_a_token_that_ends_soon_is_taken_with_a_warning(product: Product, meta: FakeMeta) -> None:
    ends = int(await product.pool.fetchval("select extract(epoch from now() + interval '23 hours')"))
    path = f"/{product.integration_id}/credentials"
    meta.answers["GET debug_token"] = {"data": GOOD_TOKEN | {"expires_at": ends}}
    answer = await ask(product, path, method="PUT", body={"access_token": "Bearer EAAnew "})
    assert (answer.status, [each["name"] for each in answer.json["warnings"]]) == (200, ["token_expiry"])
    assert "temporary" in answer.json["warnings"][0]["message"]
    meta.answers["GET debug_token"] = {"data": GOOD_TOKEN | {"scopes": ["whatsapp_business_messaging"]}}
    answer = await ask(product, path, method="PUT", body={"access_token": "EAAnewer"})
    assert [each["name"] for each in answer.json["warnings"]] == ["scopes"]
    meta.answers["GET debug_token"] = {"data": GOOD_TOKEN}
    meta.fail("POST oauth/access_token", 1, "Error validating client secret.")
    answer = await ask(product, path, method="PUT", body={"app_secret": "e" * 32, "access_token": "EAAnewest"})
    assert [each["name"] for each in answer.json["warnings"]] == ["app_secret"]
    product.directory.forget()
    (known,) = await product.directory.all()
    assert (known.access_token, known.app_secrets) == ("EAAnewest", ("e" * 32, SECRET))


async def test_credentials_can_be_entered_while_meta_is_away(product: Product, meta: FakeMeta) -> None:
    meta.fail("GET debug_token", 2, "Service temporarily unavailable")
    body = {"access_token": "EAAnew"}
    answer = await ask(product, f"/{product.integration_id}/credentials", method="PUT", body=body)
    assert (answer.status, [each["name"] for each in answer.json["warnings"]]) == (200, ["token"])


async def test_the_app_is_learnt_from_its_token(product: Product, meta: FakeMeta) -> None:
    made = await make(product, business_account_id=WABA, graph_url=meta.url)
    body = {"access_token": "EAAnew"}
    answer = await ask(product, f"/{made['id']}/credentials", method="PUT", body=body)
    assert answer.json["integration"]["app_id"] == APP


ROUTES = [
    ("GET", "", None),
    ("POST", "", FORM),
    ("GET", "/{id}", None),
    ("PATCH", "/{id}", {"name": "Mine"}),
    ("DELETE", "/{id}", None),
    ("PUT", "/{id}/credentials", {"verify_token": "another-one"}),
    ("POST", "/{id}/credentials", {"verify_token": "another-one"}),
    ("POST", "/{id}/test-connection", None),
    ("GET", "/{id}/health", None),
    ("POST", "/{id}/repair", {"kind": "subscribe"}),
    ("GET", "/{id}/findings", None),
    ("DELETE", f"/{{id}}/findings/{NOWHERE}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_it_is_all_for_administrators(
    product: Product, meta: FakeMeta, method: str, path: str, body: Any
) -> None:
    rows = "select to_jsonb(i)::text from integrations i union all select c::text from credentials c"
    before = await product.pool.fetch(rows)
    for token, status in ((product.ana.token, 403), (None, 401)):
        url = "/api/integrations" + path.format(id=product.integration_id)
        assert (await product.ask(url, token=token, method=method, body=body)).status == status
    assert await product.pool.fetch(rows) == before
    assert meta.asked == []
    for unknown in (NOWHERE, "nonsense"):
        if "{id}" in path:
            assert (await ask(product, path.format(id=unknown), method=method, body=body)).status == 404

"""Testing a connection: what Meta says of token, number, account and subscriptions, what follows, and what is kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_meta_side import APP, FIELDS, GOOD_NUMBER, GOOD_TOKEN, FakeMeta

from product_kit import PNID, SECRET, TOKEN, VERIFY, WABA, Answer, Product, count, delivery, message
from tasktalk.integrations.checks.watch import watch_all
from tasktalk.settings import Settings

HERE = "https://tasks.example.org/api/webhooks/whatsapp"
Break = Callable[[FakeMeta], None]


async def ask(product: Product, path: str, *, method: str = "GET", body: Any = None) -> Answer:
    url = f"/api/integrations/{product.integration_id}{path}"
    return await product.ask(url, token=product.owner_token, method=method, body=body)


async def examine(product: Product) -> dict[str, Any]:
    answer = await ask(product, "/test-connection", method="POST")
    assert answer.status == 200, answer.body
    assert set(answer.json) == {"ok", "checks"}
    return dict(answer.json)


async def not_well(product: Product) -> dict[str, str]:
    """The checks that are not ok, but for deliveries, of which there were none."""
    checks = (await examine(product))["checks"]
    assert all(each["what_to_do"] for each in checks if each["status"] != "ok")
    return {each["name"]: each["status"] for each in checks if each["status"] != "ok" and each["name"] != "deliveries"}


def number(**more: Any) -> Break:
    return lambda meta: meta.answers.__setitem__(f"GET {PNID}", GOOD_NUMBER | more)


def token(**more: Any) -> Break:
    return lambda meta: meta.answers.__setitem__("GET debug_token", {"data": GOOD_TOKEN | more})


def answer(question: str, given: Any) -> Break:
    return lambda meta: meta.answers.__setitem__(question, given)


def fails(question: str, code: int, message: str = "as planned", subcode: int | None = None) -> Break:
    return lambda meta: meta.fail(question, code, message, subcode)


def fields(*left_out: str) -> Break:
    shown = [{"name": name} for name in FIELDS if name not in left_out]
    return answer(f"GET {APP}/subscriptions", {"data": [{"object": "whatsapp_business_account", "fields": shown}]})


def health(can: str, *errors: dict[str, Any]) -> Break:
    entity = {"entity_type": "WABA", "id": WABA, "can_send_message": can, "errors": list(errors)}
    return number(health_status={"can_send_message": can, "entities": [entity]})


async def test_all_is_well(product: Product, meta: FakeMeta) -> None:
    examined = await examine(product)
    assert examined["ok"] is True
    assert {each["name"] for each in examined["checks"]} == {
        *("credentials", "connection", "token", "token_expiry", "scopes", "app", "number", "number_status", "quality"),
        *("name", "limits", "payment", "sending", "account", "subscription", "webhook_fields", "callback"),
        *("deliveries", "clock"),
    }
    assert await not_well(product) == {}
    shown = (await ask(product, "")).json
    assert shown["number"]["quality"] == "GREEN"
    assert shown["token"]["scopes"] == GOOD_TOKEN["scopes"]
    assert shown["checked_at"] is not None
    assert (await ask(product, "/health")).json["status"] == "healthy"
    assert f"Bearer {APP}|{SECRET}" in meta.tokens
    assert meta.posted() == []


SOON = int(datetime.now(UTC).timestamp())
WRONG: list[tuple[Break, dict[str, str]]] = [
    (token(is_valid=False), {"token": "failed"}),
    (token(expires_at=SOON + 3600 * 20), {"token_expiry": "warning"}),
    (token(expires_at=SOON + 86400 * 5), {"token_expiry": "warning"}),
    (token(data_access_expires_at=SOON + 86400 * 5), {"token_expiry": "warning"}),
    (token(expires_at=SOON + 86400 * 50), {}),
    (token(expires_at=10**30), {}),
    (token(scopes=["whatsapp_business_messaging"]), {"scopes": "warning"}),
    (token(scopes=["whatsapp_business_management"]), {"scopes": "failed"}),
    (token(scopes=None), {"scopes": "failed"}),
    (
        token(granular_scopes=[{"scope": "whatsapp_business_messaging", "target_ids": ["1", 2]}]),
        {"scopes": "failed"},
    ),
    (token(app_id="409"), {"app": "failed"}),
    (fails(f"GET {PNID}", 100, "Unsupported get request.", 33), {"number": "failed"}),
    (fails(f"GET {PNID}", 100, "(#100) Tried accessing nonexisting field (verified_name)"), {"number": "failed"}),
    (number(display_phone_number="+44 20 7946 0000"), {"number": "warning"}),
    (number(status="DISCONNECTED"), {"number_status": "failed"}),
    (number(status="FLAGGED"), {"number_status": "warning"}),
    (number(status="SOMETHING_NEW"), {}),
    (number(quality_rating="RED"), {"quality": "warning"}),
    (number(name_status="DECLINED"), {"name": "failed"}),
    (number(name_status="PENDING_REVIEW"), {"name": "warning"}),
    (
        health("BLOCKED", {"error_code": 141006, "error_description": "No card."}),
        {"payment": "failed", "sending": "warning"},
    ),
    (
        health("LIMITED", {"error_code": 141010, "error_description": "Name.", "possible_solution": "x"}),
        {"sending": "warning"},
    ),
    (health("BLOCKED"), {"sending": "failed"}),
    (number(webhook_configuration={"application": ""}), {"callback": "failed"}),
    (
        number(webhook_configuration={"application": HERE, "phone_number": "https://other.example/x"}),
        {"callback": "failed"},
    ),
    (number(webhook_configuration={"application": "https://other.example/x", "phone_number": HERE + "/"}), {}),
    (fails(f"GET {WABA}", 200), {"account": "failed"}),
    (answer(f"GET {WABA}/phone_numbers", {"data": [{"id": "1"}]}), {"account": "failed"}),
    (answer(f"GET {WABA}", {"account_review_status": "REJECTED"}), {"account": "failed"}),
    (answer(f"GET {WABA}/subscribed_apps", {"data": []}), {"subscription": "failed"}),
    (
        answer(f"GET {WABA}/subscribed_apps", {"data": [{"whatsapp_business_api_data": {"id": "1"}}]}),
        {"subscription": "failed"},
    ),
    (fields("security"), {"webhook_fields": "warning"}),
    (fields("messages"), {"webhook_fields": "failed"}),
    (fails(f"GET {APP}/subscriptions", 190), {}),
    (answer(f"GET {PNID}", {}), {"callback": "failed"}),
    (answer("GET debug_token", {}), {"token": "failed"}),
]


@pytest.mark.parametrize(("broken", "expected"), WRONG)
async def test_what_is_not_well_is_said_and_found(
    product: Product, meta: FakeMeta, broken: Break, expected: dict[str, str]
) -> None:
    broken(meta)
    assert await not_well(product) == expected
    found = (await ask(product, "/findings")).json["items"]
    severities = {"failed": "critical", "warning": "warning"}
    assert {each["kind"]: each["severity"] for each in found} == {
        name: severities[status] for name, status in expected.items()
    }
    healthy = (await ask(product, "/health")).json
    worst = "unhealthy" if "failed" in expected.values() else "degraded"
    assert healthy["status"] == (worst if expected else "healthy")
    assert [each["kind"] for each in healthy["findings"]] == [each["kind"] for each in found]
    meta.__post_init__()
    assert await not_well(product) == {}
    assert (await ask(product, "/findings")).json["items"] == []
    assert await count(product.pool, "from findings where resolved_at is not null") == len(expected)


async def test_an_expired_token_is_one_trouble_and_not_ten(product: Product, meta: FakeMeta) -> None:
    await examine(product)
    meta.expire()
    assert await not_well(product) == {"token": "failed"}
    assert (await ask(product, "")).json["token"]["valid"] is False
    assert (await ask(product, "")).json["number"]["quality"] == "GREEN"  # as far as is known


async def test_meta_out_of_reach_is_said_and_hides_nothing_else(product: Product, meta: FakeMeta) -> None:
    meta.fail(f"GET {WABA}/subscribed_apps", 100, "gone", 33)
    answer_of = answer(f"GET {WABA}/subscribed_apps", {"data": []})
    answer_of(meta)
    await examine(product)
    nowhere = "http://127.0.0.1:9"  # nobody listens there
    await product.pool.execute("update integrations set graph_url = $1", nowhere)
    assert await not_well(product) == {"connection": "failed"}
    found = {each["kind"] for each in (await ask(product, "/findings")).json["items"]}
    assert found == {"connection", "subscription"}


async def test_no_secret_is_in_any_answer(product: Product, meta: FakeMeta) -> None:
    seen = b""
    for broken in (token(), fails("GET debug_token", 190, "bad"), fails(f"GET {PNID}", 1)):
        broken(meta)
        seen += (await ask(product, "/test-connection", method="POST")).body + (await ask(product, "/health")).body
    rows = await product.pool.fetch(
        "select f::text as row from findings f union all select a::text from audit a "
        "union all select i::text from integrations i"
    )
    seen += "".join(row["row"] for row in rows).encode()
    assert not any(secret.encode() in seen for secret in (TOKEN, SECRET, VERIFY))


async def test_one_without_credentials_is_told_what_to_enter(product: Product) -> None:
    await product.pool.execute("delete from credentials where kind <> 'verify_token'")
    examined = await examine(product)
    assert examined["ok"] is False
    assert [each["name"] for each in examined["checks"]] == ["credentials", "deliveries"]
    assert "access token, app secret" in examined["checks"][0]["message"]


async def test_one_that_is_switched_off_is_not_tested(product: Product, meta: FakeMeta) -> None:
    assert (await ask(product, "", method="DELETE")).status == 204
    assert (await ask(product, "/test-connection", method="POST")).status == 409
    assert (await ask(product, "/repair", method="POST", body={"kind": "subscribe"})).status == 409
    assert (await ask(product, "/health")).json["status"] == "unhealthy"
    assert meta.asked == []


async def test_a_delivery_is_seen(product: Product) -> None:
    assert (await ask(product, "")).json["delivered_at"] is None
    await examine(product)
    assert (await ask(product, "/findings")).json["items"] == []  # a new number has a day's time
    await product.pool.execute("update integrations set created_at = now() - interval '25 hours'")
    await examine(product)
    assert [each["kind"] for each in (await ask(product, "/findings")).json["items"]] == ["deliveries"]
    await product.deliver(delivery(message(product.ana, "hello", wamid=product.wamid())))
    seen = (await ask(product, "")).json["delivered_at"]
    assert seen is not None
    await product.deliver(delivery(message(product.ana, "again", wamid=product.wamid())))
    assert (await ask(product, "")).json["delivered_at"] == seen  # at most once a minute
    assert (await ask(product, "/health")).json["status"] == "healthy"
    unsigned = await product.deliver(delivery(message(product.ana, "x", wamid="w")), secret="wrong")
    assert unsigned.status == 403


async def test_subscribing_is_one_click(product: Product, meta: FakeMeta) -> None:
    meta.answers[f"GET {WABA}/subscribed_apps"] = {"data": []}
    checks = (await examine(product))["checks"]
    (broken,) = [each for each in checks if each["name"] == "subscription"]
    assert broken["repair"] == "subscribe"

    def subscribe(_: Any) -> Any:
        meta.answers[f"GET {WABA}/subscribed_apps"] = {"data": [{"whatsapp_business_api_data": {"id": APP}}]}
        return {"success": True}

    meta.answers[f"POST {WABA}/subscribed_apps"] = subscribe
    done = await ask(product, "/repair", method="POST", body={"kind": "subscribe"})
    assert (done.status, done.json["ok"]) == (200, True), done.body
    assert "subscription" not in {each["kind"] for each in (await ask(product, "/findings")).json["items"]}
    assert await product.pool.fetchval("select detail from audit where action = 'integration.repaired'") == {
        "kind": "subscribe"
    }


async def test_the_callback_and_the_fields_too(product: Product, meta: FakeMeta) -> None:
    assert (await ask(product, "/repair", method="POST", body={"kind": "callback"})).status == 200
    assert (await ask(product, "/repair", method="POST", body={"kind": "fields"})).status == 200
    override, app = meta.posted()
    expected = {"override_callback_uri": HERE, "verify_token": VERIFY}
    assert override == (PNID, {"webhook_configuration": expected})
    assert app[0] == f"{APP}/subscriptions"
    assert (app[1]["callback_url"], set(app[1]["fields"].split(","))) == (HERE, set(FIELDS))


async def test_what_meta_says_of_a_repair_is_said(product: Product, meta: FakeMeta) -> None:
    meta.fail(f"POST {PNID}", 2200, "Callback verification failed")
    refused = await ask(product, "/repair", method="POST", body={"kind": "callback"})
    assert (refused.status, refused.json["error"]["data"]["code"]) == (409, 2200)
    assert "Callback verification failed" in refused.json["error"]["message"]
    await product.pool.execute("delete from credentials where kind = 'app_secret'")
    missing = await ask(product, "/repair", method="POST", body={"kind": "fields"})
    assert (missing.status, missing.json["error"]["data"]["field"]) == (400, "app_secret")
    assert (await ask(product, "/repair", method="POST", body={"kind": "everything"})).status == 400
    assert await count(product.pool, "from audit where action = 'integration.repaired'") == 0


async def test_the_watch_looks_at_every_number_though_one_is_broken(
    product: Product, meta: FakeMeta, caplog: pytest.LogCaptureFixture
) -> None:
    made = await product.ask(
        "/api/integrations",
        token=product.owner_token,
        method="POST",
        body={
            "name": "Second",
            "business_account_id": "211000000000002",
            "phone_number_id": "311000000000002",
            "graph_url": meta.url,
        },
    )
    body = {"access_token": "EAAother", "app_secret": SECRET, "verify_token": VERIFY}
    meta.answers["GET debug_token"] = {
        "data": {key: each for key, each in GOOD_TOKEN.items() if key != "granular_scopes"}
    }
    path = f"/api/integrations/{made.json['id']}"
    assert (await product.ask(path + "/credentials", token=product.owner_token, method="PUT", body=body)).status == 200
    settings = Settings(graph_version="v25.0", public_url="https://tasks.example.org")
    await watch_all(product.pool, settings, product.keyring, datetime.now(UTC))
    rows = await product.pool.fetch(
        "select i.name, f.kind from findings f join integrations i on i.id = f.integration_id "
        "where severity = 'critical'"
    )
    assert {tuple(row) for row in rows} == {("Second", "number"), ("Second", "account")}
    assert "finding_opened" in caplog.text
    assert await count(product.pool, "from integrations where checked_at is not null") == 2
    meta.answers[f"GET {PNID}"] = GOOD_NUMBER | {"throughput": {"level": "HIGH"}}
    await watch_all(product.pool, settings, product.keyring, datetime.now(UTC))
    assert (await ask(product, "")).json["per_second"] == 1000

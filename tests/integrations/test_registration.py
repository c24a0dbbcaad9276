"""A number that is not registered: found, put right with its PIN, and the PIN is nowhere afterwards."""

import logging
from typing import Any

import pytest
from fake_meta_side import GOOD_NUMBER, FakeMeta

from product_kit import PNID, Answer, Product

PIN = "731946"


async def ask(product: Product, path: str, *, token: str = "", body: Any = None) -> Answer:
    url = f"/api/integrations/{product.integration_id}{path}"
    method = "GET" if body is None else "POST"
    return await product.ask(url, token=token or product.owner_token, method=method, body=body)


async def register(product: Product, pin: Any = PIN, **more: Any) -> Answer:
    return await ask(product, "/repair", body={"kind": "register", "pin": pin} | more)


@pytest.fixture
def gone(meta: FakeMeta) -> FakeMeta:
    """The number is not registered until somebody does it."""
    meta.answers[f"GET {PNID}"] = GOOD_NUMBER | {"status": "DISCONNECTED"}

    def answer(_: Any) -> Any:
        meta.answers[f"GET {PNID}"] = GOOD_NUMBER
        return {"success": True}

    meta.answers[f"POST {PNID}/register"] = answer
    return meta


async def test_it_is_found_registered_and_found_no_more(
    product: Product, gone: FakeMeta, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert (await ask(product, "/test-connection", body={})).json["ok"] is False
    (found,) = (await ask(product, "/findings")).json["items"]
    assert (found["kind"], found["severity"], found["repair"]) == ("number_status", "critical", "register")
    assert "PIN" in found["what_to_do"]
    done = await register(product)
    assert (done.status, done.json["ok"]) == (200, True), done.body
    assert gone.posted() == [(f"{PNID}/register", {"messaging_product": "whatsapp", "pin": PIN})]
    assert (await ask(product, "/findings")).json["items"] == []
    rows = await product.pool.fetch("select a::text as row from audit a union all select f::text from findings f")
    assert not any(PIN in row["row"] for row in rows)
    assert PIN not in caplog.text + done.body.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (133005, "not the PIN"),
        (133006, "Verify it by SMS"),
        (133008, "Too many wrong PINs"),
        (133009, "too fast"),
        (133015, "five minutes"),
        (133016, "72 hours"),
    ],
)
async def test_what_meta_refuses_is_said_in_plain_words(product: Product, gone: FakeMeta, code: int, said: str) -> None:
    gone.fail(f"POST {PNID}/register", code, f"Pin {PIN} refused")
    refused = await register(product)
    assert (refused.status, refused.json["error"]["data"]["code"]) == (409, code)
    assert said in refused.json["error"]["message"]
    assert PIN not in refused.body.decode()


@pytest.mark.parametrize("pin", [None, "", "12345", "1234567", "12345a", "\u0661" * 6, " 12345", 123456, ["1"]])
async def test_what_is_no_pin_never_leaves(product: Product, gone: FakeMeta, pin: Any) -> None:
    refused = await register(product, pin)
    assert (refused.status, refused.json["error"]["data"]["field"]) == (400, "pin")
    assert gone.posted() == []


async def test_who_may_and_for_what(product: Product, gone: FakeMeta) -> None:
    assert (await ask(product, "/repair", token=product.ana.token, body={"kind": "register", "pin": PIN})).status == 403
    other = await ask(product, "/repair", body={"kind": "subscribe", "pin": PIN})
    assert (other.status, other.json["error"]["data"]["field"]) == (400, "pin")
    assert PIN not in other.body.decode()
    assert gone.posted() == []


async def test_a_sender_that_stopped_for_it_names_the_same_repair(product: Product) -> None:
    detail = {"code": 133010, "subcode": None, "said": "(#133010) Phone number not registered"}
    await product.pool.execute(
        "insert into findings (id, integration_id, kind, severity, detail) "
        "values (gen_random_uuid(), $1, 'sender_stopped', 'critical', $2)",
        product.integration_id,
        detail,
    )
    (found,) = (await ask(product, "/findings")).json["items"]
    assert (found["repair"], "not registered" in found["message"]) == ("register", True)


async def test_whoever_sends_for_it_begins_anew(product: Product, gone: FakeMeta) -> None:
    """A lane is made anew for an integration that is another one; so what waits does not sit out the stop's pause."""
    (before,) = await product.directory.all()
    assert (await register(product)).json["ok"] is True
    product.directory.forget()
    (after,) = await product.directory.all()
    assert after != before
    assert before.renewed_at is not None
    assert after.renewed_at is not None
    assert after.renewed_at > before.renewed_at
    assert gone.posted()

"""The second factor by program."""

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest

from product_kit import Product, open_product
from tasktalk.db import Pool

ME = "/api/users/me/two-factor"


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


async def test_all_of_it(product: Product) -> None:
    ana, owner = product.ana.token, product.owner_token
    assert (await product.ask(ME, token=ana)).json == {
        "enabled": False,
        "since": None,
        "recovery_codes_left": 0,
        "required": False,
    }
    begun = await product.ask(ME, token=ana, method="POST", body={})
    assert (begun.status, begun.headers["cache-control"]) == (201, "no-store")
    assert begun.json["uri"].startswith("otpauth://totp/Tasktalk:")
    made = pyotp.TOTP(begun.json["secret"])
    now = int(datetime.now(UTC).timestamp())
    for code, status in (("000000", 400), (made.at(now), 200)):
        proved = await product.ask(f"{ME}/confirm", token=ana, method="POST", body={"code": code})
        assert proved.status == status
    assert (await product.ask(ME, token=ana, method="POST", body={})).status == 409
    again = await product.ask(f"{ME}/off", token=ana, method="POST", body={"code": made.at(now)})
    assert (again.status, again.json["error"]["data"]["field"]) == (400, "code")  # used already
    code = proved.json["recovery_codes"][0]
    renewed = await product.ask(f"{ME}/recovery-codes", token=ana, method="POST", body={"code": code})
    assert len(renewed.json["recovery_codes"]) == 10
    shown = (await product.ask(ME, token=ana)).json
    assert (shown["enabled"], shown["recovery_codes_left"]) == (True, 10)

    reset = f"/api/users/{product.ana.id}/two-factor"
    assert (await product.ask(reset, token=product.ben.token, method="DELETE")).status == 403
    assert (await product.ask(reset, token=owner, method="DELETE")).status == 204
    assert (await product.ask(reset, token=owner, method="DELETE")).status == 404
    assert (await product.ask(ME, token=ana)).json["enabled"] is False
    kept = (await product.ask("/api/audit", token=owner)).json["items"]
    assert [(each["actor"]["name"], each["action"]) for each in kept] == [
        ("Owner", "user.two_factor_reset"),
        ("Ana", "user.recovery_codes_made"),
        ("Ana", "user.two_factor_on"),
    ]


async def test_wrong_codes_are_counted_whatever_key_they_come_with(product: Product) -> None:
    ana = product.ana.token
    begun = (await product.ask(ME, token=ana, method="POST", body={})).json
    code = pyotp.TOTP(begun["secret"]).now()
    await product.ask(f"{ME}/confirm", token=ana, method="POST", body={"code": code})
    answers = [
        await product.call(
            "POST",
            f"{ME}/off",
            body=b'{"code": "000000"}',
            **{"content-type": "application/json", "authorization": f"Bearer {ana}", "idempotency-key": f"guess-{n}"},
        )
        for n in range(7)
    ]
    assert [each.status for each in answers] == [400, 400, 400, 400, 429, 429, 429]
    assert await product.pool.fetchval("select totp_wrong from users where id = $1", product.ana.id) == 5


async def test_a_token_with_scopes_changes_nothing_of_it(product: Product) -> None:
    body = {"name": "cron", "scopes": ["read", "write"]}
    token = (await product.ask("/api/tokens", token=product.ana.token, method="POST", body=body)).json["token"]
    assert (await product.ask(ME, token=token)).status == 200
    for path in ("", "/confirm", "/recovery-codes", "/off"):
        body = {"code": "000000"} if path else {}
        assert (await product.ask(ME + path, token=token, method="POST", body=body)).status == 403


async def test_where_it_is_demanded_tokens_administer_nothing_without_it(
    database: str, pool: Pool, tmp_path: Path
) -> None:
    product = await open_product(database, pool, tmp_path, two_factor="admins")
    owner = product.owner_token
    refused = await product.ask("/api/users", token=owner)
    assert (refused.status, "two-factor" in refused.json["error"]["message"]) == (403, True)
    hook = {"name": "x", "url": "https://example.org/hook", "events": ["message.received"]}
    assert (await product.ask("/api/webhooks/outgoing", token=owner, method="POST", body=hook)).status in {400, 403}
    assert (await product.ask("/api/tasks", token=owner)).status == 200
    begun = (await product.ask(ME, token=owner, method="POST", body={})).json
    proof = {"code": pyotp.TOTP(begun["secret"]).now()}
    assert (await product.ask(f"{ME}/confirm", token=owner, method="POST", body=proof)).status == 200
    assert (await product.ask("/api/users", token=owner)).status == 200
    assert (await product.ask(ME, token=owner)).json["required"] is True
    assert (await product.ask(ME, token=product.ana.token)).json["required"] is False

"""Who tries doors is told of, once an hour and never without bound."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from product_kit import HOOK, Product, open_product
from tasktalk.accounts.watching.watch import MOST_AN_HOUR, THRESHOLDS, Watch
from tasktalk.db import Pool

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


async def violations(product: Product) -> list[dict[str, Any]]:
    rows = await product.pool.fetch("select subject_id, detail from audit where action like 'security.%' order by seq")
    return [{"id": row["subject_id"], **row["detail"]} for row in rows]


def test_a_source_is_told_of_from_its_threshold_on_and_once_an_hour() -> None:
    watch = Watch()

    def see(count: int, at: datetime, source: str = "a") -> list[int]:
        return [told.count for _ in range(count) if (told := watch.saw("bad_signatures", source, now=at))]

    assert see(19, NOW) == []
    assert see(19, NOW, "b") == []  # each for itself
    assert see(1, NOW + timedelta(minutes=9)) == [20]
    assert see(500, NOW + timedelta(minutes=60)) == []
    assert see(1, NOW + timedelta(minutes=70)) == [501]
    assert see(1, NOW + timedelta(minutes=11), "b") == []  # too slow for the window
    slow = [see(1, NOW + timedelta(minutes=150 + minute)) for minute in range(300)]
    assert not any(slow)  # nor is one that was told of once told of for ever after
    assert see(20, NOW + timedelta(hours=9)) == [20]


def test_ten_thousand_sources_do_not_fill_the_audit_nor_the_memory() -> None:
    watch = Watch()
    told = [watch.saw("revoked_token", str(n), now=NOW + timedelta(seconds=n / 10)) for n in range(20_000)]
    assert sum(each is not None for each in told) == MOST_AN_HOUR
    assert len(watch._seen) <= 10_000
    assert watch.saw("revoked_token", "x", now=NOW + timedelta(hours=2)) is not None


async def test_deliveries_that_nobody_we_know_signed(product: Product) -> None:
    for _ in range(THRESHOLDS["bad_signatures"] + 5):
        answer = await product.deliver({"object": "whatsapp_business_account"}, secret="guess")
        assert answer.status == 403
    forwarded = {"x_forwarded_for": "203.0.113.9"}  # what a proxy on this machine says counts
    for _ in range(THRESHOLDS["bad_signatures"]):
        assert (await product.call("POST", HOOK, b"{}", length=2, **forwarded)).status == 401
    told = await violations(product)
    assert [(each["rule"], each["source"], each["count"]) for each in told] == [
        ("bad_signatures", "127.0.0.1", 20),
        ("bad_signatures", "203.0.113.9", 20),
    ]


async def test_tokens_that_were_revoked_or_try_every_door(product: Product) -> None:
    made = await product.ask("/api/tokens", token=product.ana.token, method="POST", body={"name": "cron"})
    await product.ask(f"/api/tokens/{made.json['id']}", token=product.ana.token, method="DELETE")
    for _ in range(3):
        assert (await product.ask("/api/tasks", token=made.json["token"])).status == 401
    for number in range(THRESHOLDS["refused_requests"] + 3):
        path = "/api/users" if number % 2 else f"/api/tasks/{number}"
        assert (await product.ask(path, token=product.ben.token)).status in {403, 404}
    for _ in range(40):
        await product.ask("/api/tasks/nothing", token=product.ana.token)  # now and then is nothing
    ben = await product.pool.fetchval("select id from api_tokens where user_id = $1", product.ben.id)
    told = await violations(product)
    assert [(each["rule"], str(each["id"]), each["source"], each["count"]) for each in told] == [
        ("revoked_token", made.json["id"], made.json["id"], 1),
        ("refused_requests", str(ben), str(ben), 100),
    ]
    assert made.json["token"] not in json.dumps(told, default=str)


async def test_codes_that_are_guessed(product: Product) -> None:
    me, ana = "/api/users/me/two-factor", product.ana.token
    for _ in range(7):
        await product.ask(f"{me}/off", token=ana, method="POST", body={"code": "000000"})
    told = await violations(product)
    assert [(each["rule"], each["id"], each["count"]) for each in told] == [("two_factor_guessed", product.ana.id, 5)]

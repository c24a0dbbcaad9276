"""An alert opens when its rule has been bad for long enough, is told once, and its end too; a snooze keeps it quiet."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from notice_kit import Pair, open_pair
from ways_kit import go_on

from product_kit import Product
from tasktalk.health.alerts.watch import look
from tasktalk.settings import Settings

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    """Ana is an administrator, Ben is not."""
    one = await open_pair(product, now)
    await product.pool.execute("update users set role = 'admin' where id = $1", product.ana.id)
    return one


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, alert_disk_mib=0)


async def watch(pair: Pair, settings: Settings, after: dt.timedelta = MINUTE / 2) -> None:
    """Half a minute goes by: a worker looks, and tells."""
    pair.now += after
    async with pair.tx() as conn:
        await look(conn, settings, now=pair.now)
    await go_on(pair)
    pair.now += dt.timedelta(seconds=10)
    await go_on(pair)


async def work(pair: Pair, **figures: Any) -> None:
    """A worker is there, and did this in the last minute."""
    await pair.product.pool.execute("delete from workers")
    await pair.product.pool.execute(
        "insert into workers (id, host, pid, figures) values (gen_random_uuid(), 'here', 1, $1)", figures
    )


async def leave_waiting(product: Product) -> None:
    await product.pool.execute(
        "insert into inbox (key, lane, kind, payload, received_at) "
        "values ('1', 'c:1', 'message', '{}', now() - interval '10 minutes')"
    )


async def alerts(product: Product, **asked: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = await product.call("GET", "/api/alerts", query=query, authorization=f"Bearer {product.owner_token}")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.json["items"]
    return items


async def test_what_lasts_is_told_once_and_so_is_its_end(product: Product, pair: Pair, settings: Settings) -> None:
    await work(pair, items=8, failed_items=8)
    await watch(pair, settings)
    assert await alerts(product) == []  # a moment's trouble
    await watch(pair, settings, MINUTE)
    (alert,) = await alerts(product)
    assert (alert["rule"], alert["severity"], alert["number"]) == ("failure_rate", "critical", None)
    await watch(pair, settings)
    (said,) = await pair.heard(product.ana)
    assert said.startswith("🔴 *Tasktalk*: 50 % of what was handled and sent in the last minute failed. → Look at Mess")
    assert await pair.heard(product.ben) == []

    await work(pair, items=80, failed_items=20)  # 20 %: better, but not well
    for _ in range(8):
        await watch(pair, settings)
    assert len(await alerts(product)) == 1
    await work(pair, items=80)
    await watch(pair, settings)
    assert len(await alerts(product)) == 1  # not for long enough
    for _ in range(5):
        await watch(pair, settings)
    assert await alerts(product) == []
    assert [each["rule"] for each in await alerts(product, open="false")] == ["failure_rate"]
    await watch(pair, settings, 11 * MINUTE)
    assert [each[0] for each in await pair.heard(product.ana)] == ["🔴", "🟢"]


async def test_a_snoozed_alert_is_told_when_its_time_is_up(product: Product, pair: Pair, settings: Settings) -> None:
    await leave_waiting(product)
    async with pair.tx() as conn:
        await look(conn, settings, now=pair.now)
    (alert,) = await alerts(product)
    assert (alert["rule"], alert["snoozed_until"]) == ("queue_age", None)
    path = f"/api/alerts/{alert['id']}/snooze"
    assert (await product.ask(path, method="POST", body={"minutes": 60}, token=product.ben.token)).status == 403
    assert (await product.ask(path, method="POST", body={"minutes": -1}, token=product.owner_token)).status == 400
    answer = await product.ask(path, method="POST", body={"minutes": 60}, token=product.owner_token)
    assert answer.status == 204, answer.body
    until = dt.datetime.now(dt.UTC) + 60 * MINUTE
    await watch(pair, settings)
    assert await pair.heard(product.ana) == []
    pair.now = max(pair.now, until)
    await watch(pair, settings)
    assert len(await pair.heard(product.ana)) == 1
    acts = await product.pool.fetch("select action, detail from audit where subject = 'alert'")
    assert [(row["action"], row["detail"]["rule"]) for row in acts] == [("alert.snoozed", "queue_age")]


async def test_what_was_told_before_a_snooze_is_told_again_after(
    product: Product, pair: Pair, settings: Settings
) -> None:
    await leave_waiting(product)
    await watch(pair, settings)
    await watch(pair, settings)
    assert len(await pair.heard(product.ana)) == 1
    await product.pool.execute("update findings set snoozed_until = $1", pair.now + 5 * MINUTE)
    await watch(pair, settings)
    assert len(await pair.heard(product.ana)) == 1
    await watch(pair, settings, 6 * MINUTE)
    assert len(await pair.heard(product.ana)) == 2

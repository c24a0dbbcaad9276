"""A webhook's log is bounded, by person and by webhook: whoever is told much fills no disk."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hook_kit import Receiver, make_hook, posting, receiving

from product_kit import Product, open_product
from tasktalk.db import Pool
from tasktalk.interop.webhooks import deliveries
from tasktalk.interop.webhooks.deliveries import bound_logs, shorten_logs
from tasktalk.interop.webhooks.posting import Poster


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path, webhooks_private="on")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def log_of(product: Product, path: str, token: str) -> list[dict[str, Any]]:
    """The oldest first, each with its `payload`."""
    found = (await product.ask(path + "/deliveries", token=token)).json["items"]
    stories = [(await product.ask(f"{path}/deliveries/{each['id']}", token=token)).json for each in reversed(found)]
    return [{**story["delivery"], "payload": story["payload"]} for story in stories]


async def test_the_oldest_bodies_that_are_over_go_first(
    product: Product, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = product.ana.token, product.ben.token
    first, _ = await make_hook(product, ana, receiver.url, "task.created")
    second, _ = await make_hook(product, ana, receiver.url, "task.created")
    bens, _ = await make_hook(product, ben, receiver.url, "task.created")
    async with posting(product) as post:
        for title in ("one", "two", "three"):
            for token in (ana, ben):
                await product.ask("/api/tasks", token=token, method="POST", body={"title": title})
            await post.go()
        size = await product.pool.fetchval("select max(pg_column_size(body)) from webhook_deliveries")
        monkeypatch.setattr(deliveries.bound_logs, "__kwdefaults__", {"most_bytes": 4 * size})
        receiver.answers = [500, 500, 500]
        for token in (ana, ben):
            await product.ask("/api/tasks", token=token, method="POST", body={"title": "four"})
        await post.go(later=61)  # the loop itself keeps the bound, each minute
    for path in (first, second):
        told = await log_of(product, path, ana)
        assert [each["payload"] is None for each in told] == [True, True, False, False]  # four of hers in all
        assert [each["state"] for each in told] == ["delivered", "delivered", "delivered", "waiting"]
    emptied = (await log_of(product, first, ana))[0]
    again = await product.ask(f"{first}/deliveries/{emptied['id']}/replay", token=ana, method="POST")
    assert (again.status, "make room" in again.json["error"]["message"]) == (409, True)
    assert all(each["payload"] for each in await log_of(product, bens, ben))  # whose sum is his own


async def test_what_waits_is_kept_until_it_is_too_much_alone(product: Product, receiver: Receiver) -> None:
    path, _ = await make_hook(product, product.ana.token, receiver.url, "task.created")
    receiver.answers = [204, 500, 500]
    async with posting(product) as post:
        for title in ("one", "two", "three"):
            await product.ask("/api/tasks", token=product.ana.token, method="POST", body={"title": title})
            await post.go()
    now = datetime.now(UTC)
    size = await product.pool.fetchval("select max(pg_column_size(body)) from webhook_deliveries")
    async with product.pool.acquire() as conn:
        await bound_logs(conn, now=now, since=now + timedelta(hours=1), most_bytes=0)  # nobody was told since
        assert await conn.fetchval("select count(*) from webhook_deliveries where body <> ''") == 3
        await bound_logs(conn, now=now, since=now - timedelta(hours=1), most_bytes=size)
        told = await log_of(product, path, product.ana.token)
        assert [(each["state"], each["payload"] is None) for each in told] == [
            ("delivered", True),
            ("dropped", True),
            ("waiting", False),
        ]
        assert told[1]["why"] == "More waited to be told than is kept for one person."
        await shorten_logs(conn, most=1)
        assert [each["state"] for each in await log_of(product, path, product.ana.token)] == ["waiting"]


async def test_a_bound_that_fails_costs_nobody_their_news(
    product: Product, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went wrong after they were written down is no fault of theirs; the loop above logs it, and tries again."""
    await make_hook(product, product.ana.token, receiver.url, "task.created")

    async def broken(*_: Any, **__: Any) -> None:
        raise LookupError

    async with posting(product) as post:
        monkeypatch.setattr(f"{Poster.__module__}.bound_logs", broken)
        for title in ("one", "two"):
            await product.ask("/api/tasks", token=product.ana.token, method="POST", body={"title": title})
            async with asyncio.timeout(20):
                with pytest.raises(LookupError):
                    await post.poster.hear_all()
        assert await product.pool.fetchval("select count(*) from webhook_deliveries") == 2

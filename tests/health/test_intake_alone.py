"""What pages do with their connections is nothing to the webhook."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from product_kit import Product, open_product
from tasktalk import main
from tasktalk.db import Pool
from tasktalk.settings import Settings
from tasktalk.web.changes import Changes


async def test_a_delivery_is_stored_while_pages_hold_every_connection(
    database: str, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret for tests")
    pools: list[Pool] = []
    opened = main.wait_for_pool

    async def note(*args: str, **more: int | str) -> Pool:
        pools.append(await opened(*args, **more))  # type: ignore[arg-type]
        return pools[-1]

    monkeypatch.setattr(main, "wait_for_pool", note)
    product: Product = await open_product(database, pool, tmp_path)
    async with main._parts(Settings(data=tmp_path), database, Changes()) as app, AsyncExitStack() as pages:
        product.app = app
        for _ in range(main._POOL_SIZE):
            await pages.enter_async_context(pools[0].acquire())
        async with asyncio.timeout(10):
            await product.say(product.ana, "buy milk")

"""The worker process's own loops: showing that it is alive, and keeping a lane for every number."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from product_kit import Product, count, open_product, until
from tasktalk.db import Pool
from tasktalk.messaging.sender import Lane
from tasktalk.settings import Settings
from tasktalk.worker import Worker


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@asynccontextmanager
async def running(product: Product, data: Path) -> AsyncIterator[tuple[Worker, asyncio.Task[None]]]:
    worker = Worker(
        Settings(data=data), dsn=product.dsn, pool=product.pool, directory=product.directory, keyring=product.keyring
    )
    task = asyncio.create_task(worker.run())
    try:
        yield worker, task
    finally:
        worker.stop.set()
        await task


async def test_the_worker_outlives_a_database_that_refuses(product: Product, tmp_path: Path) -> None:
    await product.pool.execute("alter table workers rename to workers_away")
    await product.pool.execute("alter table credentials rename to credentials_away")
    product.directory.forget()
    async with running(product, tmp_path) as (_, task):
        await asyncio.sleep(0.3)
        assert not task.done()
        await product.pool.execute("alter table workers_away rename to workers")
        await product.pool.execute("alter table credentials_away rename to credentials")
        await until(lambda: count(product.pool, "from workers"))
        await until(lambda: _owns_the_number(product))


async def _owns_the_number(product: Product) -> bool:
    return bool(
        await count(
            product.pool,
            "from pg_locks where locktype = 'advisory' and classid = 8 and granted "
            "and database = (select oid from pg_database where datname = current_database())",
        )
    )


async def test_a_lane_that_ended_is_opened_again(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = 0
    real = Lane.run

    async def run(self: Lane) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("a bug")
        await real(self)

    monkeypatch.setattr(Lane, "run", run)
    async with running(product, tmp_path) as (worker, task):
        await until(lambda: _is(runs == 1))
        worker.hear("integrations", "")
        await until(lambda: _owns_the_number(product))
        assert not task.done()
    assert runs == 2


async def _is(value: bool) -> bool:  # noqa: FBT001  (what until wants)
    return value

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_graph import FakeGraph, serving

from product_kit import Product, open_product
from tasktalk.db import Pool
from tasktalk.messaging import sender


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@pytest.fixture
async def graph() -> AsyncIterator[FakeGraph]:
    one = FakeGraph()
    async with serving(one):
        yield one


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a lane looks often."""
    monkeypatch.setattr(sender, "_LOCK_RETRY_SECONDS", 0.05)

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_meta_side import FakeMeta, serving

from product_kit import Product, open_product
from tasktalk.db import Pool


@pytest.fixture
async def meta() -> AsyncIterator[FakeMeta]:
    async with serving(FakeMeta()) as one:
        yield one


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path, meta: FakeMeta) -> Product:
    """The product, whose number is at the fake Meta; its public address is the one that Meta delivers to."""
    return await open_product(
        database, pool, tmp_path, graph_url=meta.url, graph_version="v25.0", public_url="https://tasks.example.org"
    )

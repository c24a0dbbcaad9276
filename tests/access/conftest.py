from pathlib import Path

import pytest
from treasure import Treasure, bury

from product_kit import Product, open_product
from tasktalk.db import Pool


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@pytest.fixture
async def treasure(product: Product) -> Treasure:
    """Everything that Ana can have, each with a word in it that nobody else may read."""
    return await bury(product)

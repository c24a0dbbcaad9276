from pathlib import Path

import pytest
from traffic_kit import Traffic

from product_kit import Product, open_product
from tasktalk.db import Pool


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@pytest.fixture
def traffic(product: Product) -> Traffic:
    return Traffic(product)

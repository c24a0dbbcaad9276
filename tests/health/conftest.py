from pathlib import Path

import pytest

from product_kit import Product, open_product
from tasktalk.db import Pool


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)

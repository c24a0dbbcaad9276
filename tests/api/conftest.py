from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from product_kit import Product, open_product
from tasktalk.db import Pool


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


@pytest.fixture
async def api(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    """The whole product over HTTP, as Ana."""
    async with client_of(product, product.ana.token) as client:
        yield client


@pytest.fixture
def limited(database: str, pool: Pool, tmp_path: Path) -> Callable[..., Awaitable[Product]]:
    """A product with settings of one's own, and limits."""

    async def start(**settings: Any) -> Product:
        return await open_product(database, pool, tmp_path, **({"limits": "on"} | settings))

    return start


def client_of(product: Product, token: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(product.app), base_url="http://x", headers=headers)

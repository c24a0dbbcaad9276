"""How large a body may be, and which pages of other sites may send one."""

from collections.abc import Awaitable, Callable

import pytest

from product_kit import Product, count

MIB = 1024 * 1024


@pytest.mark.parametrize(("path", "most"), [("/api/tasks", MIB), ("/api/tasks/batch", 16 * MIB)])
async def test_too_large_is_refused_before_it_is_read(product: Product, path: str, most: int) -> None:
    auth = f"Bearer {product.ana.token}"
    announced = await product.call("POST", path, b"{}", length=most + 1, authorization=auth)
    assert (announced.status, announced.json["error"]["code"], announced.read) == (413, "BAD_REQUEST", 0)
    assert announced.headers["connection"] == "close"
    pieces = [b" " * (most // 4)] * 12
    counted = await product.call("POST", path, pieces, authorization=auth)
    assert (counted.status, counted.read) == (413, 5)


async def test_what_is_no_number_is_counted_all_the_same(product: Product) -> None:
    auth = f"Bearer {product.ana.token}"
    answer = await product.call("PATCH", "/api/tasks/x", [b" " * MIB, b" "], authorization=auth, content_length="-1")
    assert answer.status == 413
    title = await product.ask("/api/tasks", token=product.ana.token, method="POST", body={"title": "x" * MIB})
    assert title.status == 413
    assert await count(product.pool, "from tasks") == 0


async def test_a_client_that_goes_away_leaves_nothing(product: Product) -> None:
    auth = f"Bearer {product.ana.token}"
    gone = await product.call("POST", "/api/tasks", [], content_type="application/json", authorization=auth)
    assert gone.status == 400


async def ask_from(product: Product, origin: str, method: str = "GET", **headers: str) -> dict[str, str]:
    answer = await product.call(method, "/api/tasks", origin=origin, **headers)
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control")}


async def test_no_other_site_by_default(product: Product) -> None:
    assert await ask_from(product, "https://a.example") == {}
    preflight = await ask_from(product, "https://a.example", "OPTIONS", access_control_request_method="POST")
    assert preflight == {}


async def test_the_sites_that_are_set(limited: Callable[..., Awaitable[Product]]) -> None:
    product = await limited(cors_origins="https://a.example, https://b.example/")
    for origin in ("https://a.example", "https://b.example"):
        allowed = await ask_from(product, origin)
        assert allowed["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in allowed
        exposed = allowed["access-control-expose-headers"]
        assert all(name in exposed for name in ("ETag", "Location", "RateLimit-Remaining", "Retry-After"))
    assert "access-control-allow-origin" not in await ask_from(product, "https://a.example.evil.test")
    asked = {"access_control_request_method": "PATCH", "access_control_request_headers": "authorization,if-match"}
    preflight = await ask_from(product, "https://a.example", "OPTIONS", **asked)
    assert "PATCH" in preflight["access-control-allow-methods"]
    assert "If-Match" in preflight["access-control-allow-headers"]
    page = await product.call("GET", "/sign-in", origin="https://a.example")
    assert "access-control-allow-origin" not in page.headers

"""Addresses that are not pages: a browser gets words, and everybody else the contract's JSON."""

import pytest

from product_kit import Product

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(("path", "status"), [("/logout", 405), ("/workers/pause", 405), ("/nowhere", 404)])
async def test_an_address_that_is_no_page_is_one_in_words(product: Product, path: str, status: int) -> None:
    answer = await product.call("GET", path, **BROWSER)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert b'<a class="button" href="/">' in answer.body
    told = await product.call("GET", path)
    assert (told.status, told.json["error"]["data"]) == (status, None)
    for each in (answer, told):
        assert each.headers.get("allow") == ("POST" if status == 405 else None)


async def test_the_api_answers_in_json_whoever_asks(product: Product) -> None:
    answer = await product.call("PUT", "/api/tasks", **BROWSER)
    assert (answer.status, answer.json["error"]["code"]) == (405, "BAD_REQUEST")
    assert answer.headers["allow"] == "GET, POST"

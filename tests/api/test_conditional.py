import asyncio
import json

import httpx
import pytest

from product_kit import Product
from tasktalk.web.asgi import Message


async def test_a_thing_that_has_not_changed_does_not_travel_again(api: httpx.AsyncClient) -> None:
    path = (await api.post("/api/tasks", json={"title": "x"})).headers["location"]
    shown = await api.get(path)
    assert shown.headers["etag"] == '"1"'
    for known in ('"1"', 'W/"1"', '"7", "1"', "*"):
        same = await api.get(path, headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
        assert "content-type" not in same.headers
    for other in ('"2"', '"11"', "", "1"):
        assert (await api.get(path, headers={"if-none-match": other})).status_code == 200
    await api.patch(path, json={"title": "y"})
    assert (await api.get(path, headers={"if-none-match": '"1"'})).status_code == 200


@pytest.mark.parametrize("path", ["/api/tasks", "/api/projects", "/api/openapi.json", "/api/tasks?filter=all"])
async def test_a_list_has_an_etag_of_what_it_holds(api: httpx.AsyncClient, path: str) -> None:
    first = await api.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert (await api.get(path)).headers["etag"] == tag
    assert (await api.get(path, headers={"if-none-match": tag})).status_code == 304
    await api.post("/api/tasks", json={"title": "x"})
    await api.post("/api/projects", json={"name": "x"})
    changed = await api.get(path, headers={"if-none-match": tag})
    assert changed.status_code == (304 if "openapi" in path else 200)


async def test_errors_and_changes_have_none_of_it(api: httpx.AsyncClient) -> None:
    missing = await api.get("/api/tasks/nothing", headers={"if-none-match": "*"})
    assert (missing.status_code, "etag" in missing.headers) == (404, False)
    made = await api.post("/api/tasks", json={"title": "x"}, headers={"if-none-match": "*"})
    assert made.status_code == 201


async def test_answers_are_for_their_person_alone(api: httpx.AsyncClient, product: Product) -> None:
    assert (await api.get("/api/tasks")).headers["cache-control"] == "private, no-cache"
    assert (await product.ask("/api/tasks")).headers["www-authenticate"] == "Bearer"


async def test_an_export_is_sent_as_it_is_read(product: Product) -> None:
    """Not held whole, though it is JSON."""
    await product.ask("/api/tasks", token=product.ana.token, method="POST", body={"title": "x"})
    pieces: list[bytes] = []

    async def send(message: Message) -> None:
        assert b"etag" not in dict(message.get("headers", ()))
        pieces.append(message.get("body", b""))

    async def receive() -> Message:
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    headers = [(b"authorization", f"Bearer {product.ana.token}".encode())]
    asked = {"method": "GET", "path": "/api/export", "query_string": b"format=json", "headers": headers}
    await product.app({"type": "http", "scheme": "http", "client": ("127.0.0.1", 1), **asked}, receive, send)
    assert len([piece for piece in pieces if piece]) > 2
    assert [task["title"] for task in json.loads(b"".join(pieces))["items"]] == ["x"]

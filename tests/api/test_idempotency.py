import asyncio
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from product_kit import Answer, Product, count
from tasktalk.accounts import request as accounts_request
from tasktalk.db import Conn
from tasktalk.tasks import api as tasks_api
from tasktalk.web import idempotency
from tasktalk.web.idempotency import forget_idempotency


async def post(product: Product, body: Any, *, key: str = "k1", token: str = "", path: str = "/api/tasks") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    auth = f"Bearer {token or product.ana.token}"
    return await product.call(
        "POST", path, content, content_type="application/json", authorization=auth, idempotency_key=key
    )


async def test_the_same_request_again_gets_the_same_answer(product: Product) -> None:
    first, again = [await post(product, {"title": "Once"}) for _ in range(2)]
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await count(product.pool, "from tasks") == 1
    assert await count(product.pool, "from journal") == 1


async def test_a_key_belongs_to_its_request_and_its_person(product: Product) -> None:
    await post(product, {"title": "Once"})
    other = await post(product, {"title": "Twice"})
    assert (other.status, other.json["error"]["code"]) == (409, "CONFLICT")
    elsewhere = await post(product, {"title": "Once"}, path="/api/projects")
    assert elsewhere.status == 409
    bens = await post(product, {"title": "Ben's"}, token=product.ben.token)
    assert (bens.status, bens.json["title"]) == (201, "Ben's")
    assert await count(product.pool, "from tasks") == 2


async def test_what_is_kept_of_a_body_cannot_be_guessed_from_its_digest(product: Product) -> None:
    body = json.dumps({"title": "1234"}).encode()
    await post(product, body)
    kept = await product.pool.fetchval("select fingerprint from idempotency_keys")
    asked = b"POST\n/api/tasks\n\n" + body
    assert kept == product.keyring.sign(asked, purpose="idempotency").encode()
    assert not any(digest in kept for digest in (sha256(asked).digest(), sha256(asked).hexdigest().encode()))


async def test_two_at_once_have_one_effect(product: Product) -> None:
    answers = await asyncio.gather(*(post(product, {"title": "Once"}) for _ in range(8)))
    assert await count(product.pool, "from tasks") == 1
    assert {answer.status for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status == 409:
            assert answer.headers["retry-after"] == "1"
    assert (await post(product, {"title": "Once"})).status == 201
    assert await count(product.pool, "from tasks") == 1


async def test_more_keys_than_connections_do_not_wait_for_each_other(product: Product) -> None:
    answers = await asyncio.gather(*(post(product, {"title": "x"}, key=f"k{n}") for n in range(40)))
    assert {answer.status for answer in answers} == {201}


async def test_a_refusal_is_an_answer_too(product: Product) -> None:
    first, again = [await post(product, {"title": ""}) for _ in range(2)]
    assert (first.status, again.status, again.body) == (400, 400, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    missing = {"title": "x", "project_id": "019a0000-0000-7000-8000-000000000000"}
    assert [(await post(product, missing, key="k2")).status for _ in range(2)] == [404, 404]


async def test_a_bug_leaves_nothing_and_the_next_try_is_a_new_one(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tasks_api.to_json

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(tasks_api, "to_json", broken)
    with pytest.raises(ZeroDivisionError):  # answered 500, and shown to the server's log
        await post(product, {"title": "Once"})
    assert await count(product.pool, "from tasks") == 0
    monkeypatch.setattr(tasks_api, "to_json", real)
    assert (await post(product, {"title": "Once"})).status == 201
    assert await count(product.pool, "from tasks") == 1


async def test_a_deadlock_is_503_and_the_next_try_is_a_new_one(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tasks_api.to_json

    def stuck(*_: Any, **__: Any) -> Any:
        raise asyncpg.DeadlockDetectedError

    monkeypatch.setattr(tasks_api, "to_json", stuck)
    refused = await post(product, {"title": "Once"})
    assert (refused.status, refused.json["error"]["code"]) == (503, "INTERNAL_SERVER_ERROR")
    assert await count(product.pool, "from tasks") == 0
    monkeypatch.setattr(tasks_api, "to_json", real)
    assert (await post(product, {"title": "Once"})).status == 201


async def test_death_before_the_key_is_written_leaves_nothing(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = idempotency._keep

    async def die(conn: Conn, *args: Any, **more: Any) -> None:
        assert await conn.fetchval("select count(*) from tasks") == 1
        await product.pool.execute("select pg_terminate_backend($1, 5000)", conn.get_server_pid())
        await real(conn, *args, **more)

    monkeypatch.setattr(idempotency, "_keep", die)
    assert (await post(product, {"title": "Once"})).status == 503
    assert await count(product.pool, "from tasks") == 0
    monkeypatch.setattr(idempotency, "_keep", real)
    assert (await post(product, {"title": "Once"})).status == 201
    assert await count(product.pool, "from tasks") == 1


@pytest.mark.parametrize("key", [{}, {"idempotency_key": "k"}])
async def test_a_database_that_is_away_is_503_and_no_bug(
    product: Product, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise asyncpg.ConnectionDoesNotExistError("gone")

    monkeypatch.setattr(accounts_request, "find_token", away)
    auth = {"authorization": f"Bearer {product.ana.token}", "content_type": "application/json"}
    answer = await product.call("POST", "/api/tasks", b'{"title": "x"}', **auth, **key)
    assert (answer.status, answer.json["error"]["code"]) == (503, "INTERNAL_SERVER_ERROR")


async def test_death_before_the_answer_is_sent_leaves_the_answer_to_be_asked_for(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: Any) -> None:
        raise ConnectionResetError

    real = idempotency.Caught.pass_on
    monkeypatch.setattr(idempotency.Caught, "pass_on", die)
    with pytest.raises(ConnectionResetError):
        await post(product, {"title": "Once"})
    monkeypatch.setattr(idempotency.Caught, "pass_on", real)
    again = await post(product, {"title": "Once"})
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert await count(product.pool, "from tasks") == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "caf\xe9", "a\x01b", "tab\tbed"])
async def test_keys_that_cannot_be(product: Product, key: str) -> None:
    answer = await post(product, {"title": "x"}, key=key)
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, "Idempotency-Key")
    assert await count(product.pool, "from tasks") == 0


async def test_nobody_has_no_keys(product: Product) -> None:
    assert (await post(product, {"title": "x"}, token="tt_wrong")).status == 401
    assert await count(product.pool, "from idempotency_keys") == 0


async def test_a_body_too_large_to_keep_is_refused(product: Product) -> None:
    answer = await post(product, b'{"operations": []' + b" " * (4 * 1024 * 1024) + b"}", path="/api/tasks/batch")
    assert (answer.status, answer.json["error"]["code"]) == (413, "BAD_REQUEST")


async def test_keys_are_forgotten(product: Product) -> None:
    await post(product, {"title": "Once"})
    now = datetime.now(UTC)
    async with product.pool.acquire() as conn:
        assert await forget_idempotency(conn, before=now - timedelta(hours=24)) == 0
        assert await forget_idempotency(conn, before=now + timedelta(seconds=60)) == 1
    await post(product, {"title": "Once"})
    assert await count(product.pool, "from tasks") == 2


async def test_the_assistant_too_hears_a_sentence_once(product: Product) -> None:
    path = "/api/assistant/messages"
    first, again = [await post(product, {"text": "buy milk"}, path=path) for _ in range(2)]
    assert (first.status, again.body) == (200, first.body)
    assert await count(product.pool, "from tasks") == 1

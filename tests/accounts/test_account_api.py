"""People and tokens over HTTP: who may make whom, and that a token never makes a stronger one."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from product_kit import Answer, Product, count, open_product
from tasktalk.accounts.tokens import create_token
from tasktalk.accounts.users import create_user
from tasktalk.db import Pool


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path, timezone="Europe/Madrid")


async def person(product: Product, role: str, *scopes: str) -> tuple[str, str]:
    """A new person's id, and a token."""
    async with product.pool.acquire() as conn:
        user_id = await create_user(conn, name=role, email=None, role=role)  # type: ignore[arg-type]
        _, token = await create_token(conn, user_id=user_id, name="t", scopes=scopes)
    return str(user_id), token


async def add(product: Product, token: str, **body: Any) -> Answer:
    return await product.ask("/api/users", token=token, method="POST", body={"name": "New"} | body)


async def change(product: Product, token: str, user_id: object, **body: Any) -> Answer:
    return await product.ask(f"/api/users/{user_id}", token=token, method="PATCH", body=body)


async def test_a_token_from_birth_to_end(product: Product) -> None:
    token = product.ana.token
    made = await product.ask("/api/tokens", token=token, method="POST", body={"name": "cron", "scopes": ["read"]})
    assert (made.status, list(made.json)) == (201, ["id", "name", "scopes", "token"])
    assert made.headers["cache-control"] == "no-store"
    plain = made.json["token"]
    assert (await product.ask("/api/tasks", token=plain)).status == 200
    listed = (await product.ask("/api/tokens", token=token)).json
    assert [each["name"] for each in listed["items"]] == ["tests", "cron"]
    assert plain not in str(listed)
    for who, status in ((product.ben.token, 404), (token, 204), (token, 404)):
        assert (await product.ask(made.headers["location"], token=who, method="DELETE")).status == status
    assert (await product.ask("/api/tasks", token=plain)).status == 401


@pytest.mark.parametrize(
    ("own", "wanted", "status"),
    [
        (["write"], ["read"], 201),
        (["write"], ["write", "read"], 201),
        (["write"], [], 403),
        (["write"], ["admin"], 403),
        (["write", "admin"], ["admin"], 201),
        (["read"], ["read"], 403),
        ([], [], 201),
        ([], ["admin"], 201),
    ],
)
async def test_a_token_makes_none_that_may_more(
    product: Product, own: list[str], wanted: list[str], status: int
) -> None:
    _, token = await person(product, "member", *own)
    made = await product.ask("/api/tokens", token=token, method="POST", body={"name": "x", "scopes": wanted})
    assert made.status == status


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x" * 200}, {"name": "x", "scopes": ["all"]}, {"name": "x", "more": 1}]
)
async def test_tokens_that_cannot_be(product: Product, body: Any) -> None:
    answer = await product.ask("/api/tokens", token=product.ana.token, method="POST", body=body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST")
    assert await count(product.pool, "from api_tokens") == 3


async def test_a_secret_is_not_kept_for_a_repeated_request(product: Product) -> None:
    headers = {"authorization": f"Bearer {product.ana.token}", "idempotency_key": "k", "content_type": "text/json"}
    answers = [
        await product.call("POST", "/api/tokens", b'{"name": "once"}', **headers | {"content_type": "application/json"})
        for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [201, 409]
    assert await count(product.pool, "from api_tokens where name = 'once'") == 1
    assert await product.pool.fetchval("select body from idempotency_keys") is None


async def test_somebody_is_added_and_signs_in_by_the_link(product: Product) -> None:
    made = await add(product, product.owner_token, name=" Eve ", email="Eve@Example.org", language="es")
    assert made.status == 201
    user = made.json["user"]
    assert (user["name"], user["email"], user["role"]) == ("Eve", "eve@example.org", "member")
    assert (user["timezone"], user["language"], user["has_password"]) == ("Europe/Madrid", "es", False)
    assert made.headers["cache-control"] == "no-store"
    assert (await product.ask(made.headers["location"], token=product.owner_token)).json == user
    path = made.json["sign_in_link"].removeprefix("http://127.0.0.1:80").removeprefix("http://127.0.0.1")
    opened = await product.call("GET", path)
    assert (opened.status, "tasktalk_session" in opened.headers["set-cookie"]) == (303, True)
    assert "tasktalk_session" not in (await product.call("GET", path)).headers.get("set-cookie", "")


async def test_pages_of_people(product: Product) -> None:
    first = (
        await product.call("GET", "/api/users", query="limit=2", authorization=f"Bearer {product.owner_token}")
    ).json
    assert [user["name"] for user in first["items"]] == ["Owner", "Ana"]
    rest = await product.call(
        "GET", "/api/users", query=f"limit=2&cursor={first['next']}", authorization=f"Bearer {product.owner_token}"
    )
    assert ([user["name"] for user in rest.json["items"]], rest.json["next"]) == (["Ben"], None)
    for query in ("cursor=x", "limit=0", "limit=501", "limit=x", "cursor=%00"):
        answer = await product.call("GET", "/api/users", query=query, authorization=f"Bearer {product.owner_token}")
        assert answer.status == 400


async def test_people_are_for_administrators(product: Product) -> None:
    _, scoped = await person(product, "admin", "read", "write")
    for token, status in ((product.ana.token, 403), (scoped, 403), (None, 401)):
        for answer in (
            await product.ask("/api/users", token=token),
            await product.ask(f"/api/users/{product.ben.id}", token=token),
            await add(product, token or "", name="x"),
            await change(product, token or "", product.ben.id, role="admin"),
        ):
            assert answer.status == status
    assert await count(product.pool, "from users where role = 'admin'") == 1


async def test_only_an_owner_makes_and_changes_owners(product: Product) -> None:
    owner_id = await product.pool.fetchval("select id from users where role = 'owner'")
    admin_id, admin = await person(product, "admin")
    assert (await add(product, admin, role="owner")).status == 403
    for body in ({"role": "member"}, {"disabled": True}, {"name": "x"}):
        assert (await change(product, admin, owner_id, **body)).status == 403
    assert (await change(product, admin, admin_id, role="owner")).status == 403
    assert (await change(product, admin, product.ana.id, role="owner")).status == 403
    assert (await change(product, admin, product.ana.id, role="admin", name="Anna")).json["role"] == "admin"
    assert (await change(product, product.owner_token, product.ana.id, role="owner")).json["role"] == "owner"
    assert await count(product.pool, "from users where role = 'owner'") == 2


async def test_the_last_owner_stays(product: Product) -> None:
    owner_id = await product.pool.fetchval("select id from users where role = 'owner'")
    for body in ({"role": "admin"}, {"disabled": True}):
        answer = await change(product, product.owner_token, owner_id, **body)
        assert (answer.status, answer.json["error"]["code"]) == (409, "CONFLICT")
    other_id, other = await person(product, "owner")
    answers = await asyncio.gather(  # each removes the other
        change(product, product.owner_token, other_id, role="member"),
        change(product, other, owner_id, role="member"),
    )
    assert min(answer.status for answer in answers) == 200
    assert await count(product.pool, "from users where role = 'owner' and disabled_at is null") == 1


async def test_who_is_disabled_is_out_at_once(product: Product) -> None:
    await product.pool.execute(
        "insert into sessions (token_hash, user_id, csrf, expires_at) values ('x', $1, 'c', now() + interval '1 day')",
        product.ana.id,
    )
    out = await change(product, product.owner_token, product.ana.id, disabled=True)
    assert (out.status, out.json["disabled_at"] is None) == (200, False)
    assert (await product.ask("/api/tasks", token=product.ana.token)).status == 401
    assert await count(product.pool, "from sessions") == 0
    back = await change(product, product.owner_token, product.ana.id, disabled=False)
    assert back.json["disabled_at"] is None
    assert (await product.ask("/api/tasks", token=product.ana.token)).status == 401  # tokens were revoked for good
    assert (await product.ask("/api/tasks", token=product.ben.token)).status == 200


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("POST", {}, 400),
        ("POST", {"name": ""}, 400),
        ("POST", {"name": "x", "email": "no"}, 400),
        ("POST", {"name": "x", "email": "ana@example.org"}, 409),
        ("POST", {"name": "x", "role": "king"}, 400),
        ("POST", {"name": "x", "timezone": "Mars/Base"}, 400),
        ("POST", {"name": "x", "timezone": "\x00"}, 400),
        ("POST", {"name": "x", "language": "tlh"}, 400),
        ("POST", {"name": "x", "password": "secret"}, 400),
        ("PATCH", {"role": None}, 400),
        ("PATCH", {"name": ""}, 400),
        ("PATCH", {"disabled": "perhaps"}, 400),
        ("PATCH", {"email": "x@example.org"}, 400),
    ],
)
async def test_people_who_cannot_be(product: Product, method: str, body: Any, status: int) -> None:
    path = "/api/users" if method == "POST" else f"/api/users/{product.ana.id}"
    answer = await product.ask(path, token=product.owner_token, method=method, body=body)
    assert answer.status == status
    assert await count(product.pool, "from users where name not in ('Owner', 'Ana', 'Ben') or role = 'admin'") == 0


async def test_nobody_of_that_id(product: Product) -> None:
    for user_id in ("019a0000-0000-7000-8000-000000000000", "nobody", "me2"):
        assert (await product.ask(f"/api/users/{user_id}", token=product.owner_token)).status == 404

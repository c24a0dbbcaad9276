"""The audit: what was done is kept, in order, for administrators alone."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from product_kit import Product, open_product
from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.db import Pool


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


async def audit(product: Product, query: str = "") -> list[dict[str, Any]]:
    answer = await product.call("GET", "/api/audit", query=query, authorization=f"Bearer {product.owner_token}")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.json["items"]
    return items


async def keep(product: Product, *actions: str, **more: Any) -> None:
    ana = Viewer(product.ana.id, "Ana", "admin", "en", "UTC")
    async with product.pool.acquire() as conn:
        for action in actions:
            await record(conn, by=ana, action=action, subject=action.partition(".")[0], **more)


async def test_entries_newest_first_page_by_page(product: Product) -> None:
    await keep(product, "phone.linked", "phone.revoked", "template.sent", subject_id=product.ben.id, detail={"a": [1]})
    entries = await audit(product)
    assert [entry["action"] for entry in entries] == ["template.sent", "phone.revoked", "phone.linked"]
    assert entries[0]["actor"] == {"id": str(product.ana.id), "name": "Ana"}
    assert (entries[0]["subject"], entries[0]["subject_id"]) == ("template", str(product.ben.id))
    assert entries[0]["detail"] == {"a": [1]}
    token, seen, cursor = f"Bearer {product.owner_token}", [], ""
    while True:
        page = (await product.call("GET", "/api/audit", query=f"limit=2{cursor}", authorization=token)).json
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == entries


async def test_filters_narrow(product: Product) -> None:
    await keep(product, "phone.linked", "phone.revoked", "phonebook.read")
    async with product.pool.acquire() as conn:
        await record(conn, by=None, action="phone.suspended", subject="phone", integration_id=product.integration_id)
    [of_system] = await audit(product, f"integration={product.integration_id}")
    assert of_system["actor"] is None
    for query, found in (
        ("action=phone", 3),
        ("action=phone.linked", 1),
        ("action=pho", 0),
        ("action=%25", 0),
        (f"actor={product.ana.id}", 3),
        (f"actor={product.ben.id}", 0),
        ("subject=phonebook", 1),
        ("since=2026-01-01T00:00:00Z", 4),
        ("until=2026-01-01T00:00:00Z", 0),
        (f"subject_id={product.ana.id}", 0),
    ):
        assert len(await audit(product, query)) == found, query


@pytest.mark.parametrize(
    "query",
    [
        *("cursor=x", f"cursor={'9' * 19}", "limit=0", "limit=501", "actor=ana", "since=yesterday"),
        *("since=2026-01-01T00:00:00", "until=0001-01-01T00:00:00%2B14:00", "action=a%00", "subject=%0A"),
    ],
)
async def test_what_cannot_be_asked(product: Product, query: str) -> None:
    answer = await product.call("GET", "/api/audit", query=query, authorization=f"Bearer {product.owner_token}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST")


async def test_it_is_for_administrators(product: Product) -> None:
    assert (await product.ask("/api/audit", token=product.ana.token)).status == 403
    assert (await product.ask("/api/audit")).status == 401


@pytest.mark.parametrize(
    "change", ["delete from audit", "truncate audit", "update audit set detail = '{}'", "update audit set action = 'x'"]
)
async def test_nobody_rewrites_it(product: Product, change: str) -> None:
    await keep(product, "phone.linked")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await product.pool.execute(change)
    assert len(await audit(product)) == 1


async def test_it_outlives_whoever_acted(product: Product) -> None:
    await keep(product, "phone.linked")
    await product.pool.execute("delete from users where id = $1", product.ana.id)
    assert [entry["actor"] for entry in await audit(product)] == [{"id": None, "name": "Ana"}]


async def test_acts_on_people_tokens_and_workers_are_kept(product: Product) -> None:
    owner, ana = product.owner_token, product.ana.token
    made = await product.ask("/api/users", token=owner, method="POST", body={"name": "Cleo", "role": "admin"})
    cleo = made.json["user"]["id"]
    for change in ({"role": "member"}, {"role": "member"}, {"disabled": True}):
        await product.ask(f"/api/users/{cleo}", token=owner, method="PATCH", body=change)
    token = await product.ask("/api/tokens", token=ana, method="POST", body={"name": "cron", "scopes": ["read"]})
    await product.ask(token.headers["location"], token=ana, method="DELETE")
    await product.ask("/api/workers/whatsapp", token=owner, method="POST", body={"action": "pause"})
    refused = await product.ask("/api/workers/whatsapp", token=owner, method="POST", body={"action": "x" * 100})
    assert refused.status == 400
    entries = (await audit(product))[::-1]
    assert [(entry["actor"]["name"], entry["action"], entry["detail"]) for entry in entries] == [
        ("Owner", "user.created", {"name": "Cleo", "role": "admin"}),
        ("Owner", "user.changed", {"before": {"role": "admin"}, "after": {"role": "member"}}),
        ("Owner", "user.changed", {"before": {"disabled": False}, "after": {"disabled": True}}),
        ("Ana", "token.created", {"name": "cron", "scopes": ["read"]}),
        ("Ana", "token.revoked", {}),
        ("Owner", "workers.pause", {"status": "paused"}),
    ]
    assert token.json["token"] not in str(entries)

"""The audit as a chain: whatever is done to it behind our back is found, and where."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from product_kit import Product, open_product
from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.audit.chain import forget, verify
from tasktalk.cli import app
from tasktalk.db import Pool

_BEHIND = "set session_replication_role = replica"  # as whoever owns the server may: no trigger is asked


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


async def verdict(product: Product, query: str = "") -> dict[str, Any]:
    token = f"Bearer {product.owner_token}"
    answer = await product.call("GET", "/api/audit/verify", query=query, authorization=token)
    assert answer.status == 200, answer.body
    told: dict[str, Any] = answer.json
    return told


async def keep(product: Product, *details: dict[str, Any]) -> None:
    ana = Viewer(product.ana.id, "Ana", "admin", "en", "UTC")
    for detail in details:
        async with product.pool.acquire() as conn, conn.transaction():
            await record(conn, by=ana, action="phone.linked", subject="phone", detail=detail)


async def behind(product: Product, sql: str) -> None:
    async with product.pool.acquire() as conn:
        await conn.execute(f"{_BEHIND}; {sql}; set session_replication_role = default")


async def test_many_writers_make_one_chain(product: Product) -> None:
    async def write(number: int) -> None:
        async with product.pool.acquire() as conn, conn.transaction():
            for part in range(3):
                await record(conn, by=None, action="a.b", subject="a", detail={"n": number, "part": part})
            if number % 4 == 0:
                raise ZeroDivisionError  # what is taken back leaves no gap

    done = await asyncio.gather(*(write(number) for number in range(20)), return_exceptions=True)
    assert sum(isinstance(each, ZeroDivisionError) for each in done) == 5
    told = await verdict(product)
    assert (told["ok"], told["entries"], told["misfit"]) == (True, 45, None)
    await keep(product, {"a": 1})
    assert (await verdict(product, f"seen={told['hash']}"))["ok"] is True


_SWAPPED = "update audit set place = -place where place in (2, 3); update audit set place = 5 + place where place < 0"
_DONE = [
    ("update audit set detail = '{}' where place = 2", 2, "changed"),
    ("update audit set actor = 'Ben' where place = 2", 2, "changed"),
    ("update audit set at = at - interval '1 microsecond' where place = 3", 3, "changed"),
    ("update audit set hash = sha256('x') where place = 2", 2, "changed"),
    ("delete from audit where place = 2", 2, "missing"),
    ("delete from audit where place = 4", 4, "missing"),
    ("delete from audit", 1, "missing"),
    (_SWAPPED, 2, "changed"),
    ("delete from audit where place = 4; update audit_chain set place = 3", 3, "end of the chain"),
]


async def test_what_was_done_behind_our_back_is_found(product: Product) -> None:
    await keep(product, {"a": 1}, {"b": [True, None]}, {"c": "\u00fc"}, {"d": 2})
    assert (await verdict(product))["entries"] == 4
    async with product.pool.acquire() as conn:
        for sql, place, why in _DONE:
            transaction = conn.transaction()
            await transaction.start()
            await conn.execute(f"{_BEHIND}; {sql}")
            told = await verify(conn)
            await transaction.rollback()
            assert told.misfit is not None, sql
            assert (told.ok, told.misfit.place) == (False, place), sql
            assert why in told.misfit.why, sql


async def test_a_chain_written_anew_is_known_by_a_hash_noted_before(product: Product) -> None:
    await keep(product, {"a": 1}, {"b": 2})
    noted = (await verdict(product))["hash"]
    anew = "update audit set hash = sha256(%s || convert_to(audit_content(audit), 'UTF8')) where place = %s"
    await behind(
        product,
        "update audit set detail = '{}' where place = 1; "
        + anew % ("''::bytea", 1)
        + ";"
        + anew % ("(select hash from audit where place = 1)", 2)
        + "; update audit_chain set hash = (select hash from audit where place = 2)",
    )
    assert (await verdict(product))["ok"] is True
    told = await verdict(product, f"seen={noted}")
    assert (told["ok"], "noted" in told["misfit"]["why"]) == (False, True)
    answer = await product.call(
        "GET", "/api/audit/verify", query="seen=xyz", authorization=f"Bearer {product.owner_token}"
    )
    assert (answer.status, answer.json["error"]["data"]["field"]) == (400, "seen")


async def test_it_holds_when_whoever_acted_is_forgotten_and_when_retention_took_the_oldest(product: Product) -> None:
    await keep(product, {"a": 1}, {"b": 2}, {"c": 3})
    await product.pool.execute("delete from users where id = $1", product.ana.id)
    assert (await verdict(product))["ok"] is True
    long_ago = "update audit set at = at - interval '400 days' where place <= 2"
    await behind(product, long_ago)
    async with product.pool.acquire() as conn, conn.transaction():
        assert await forget(conn, before=datetime.now(UTC) - timedelta(days=365)) == 2
        assert await forget(conn, before=datetime.now(UTC) - timedelta(days=365)) == 0
    told = await verdict(product)
    assert (told["ok"], told["entries"]) == (True, 1)
    for sql in ("delete from audit", "update audit set place = 9", "update audit set hash = 'x'", "truncate audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await product.pool.execute(sql)


async def test_it_is_for_administrators(product: Product) -> None:
    assert (await product.ask("/api/audit/verify", token=product.ana.token)).status == 403


async def test_at_the_command_line(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep(product, {"a": 1}, {"b": 2})
    monkeypatch.setenv("DATABASE_URL", product.dsn)

    def run() -> tuple[int, str]:
        result = CliRunner().invoke(app, ["audit", "verify"])
        return result.exit_code, result.output

    code, said = await asyncio.to_thread(run)
    assert (code, "2 entries" in said) == (0, True), said
    await behind(product, "update audit set detail = '{}' where place = 2")
    code, said = await asyncio.to_thread(run)
    assert code == 1
    assert "Entry 2 of " in said
    assert "The 1 before it do." in said

"""DATABASE_URL in the forms people write it, and what a connection of the pool is like."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasktalk.db import Pool
from tasktalk.db.pool import _SETTINGS, BadDatabaseUrl, open_pool, read_dsn
from tasktalk.errors import Unavailable


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://ana:s%40fe@db:5433/tt", "postgresql://ana:s%40fe@db:5433/tt"),
        ("postgresql+asyncpg://db/tt", "postgresql://db/tt"),
        ("postgresql:///tt?host=/run/postgresql", "postgresql:///tt?host=/run/postgresql"),
        (" postgresql://db/tt?sslmode=require&schema=public&pgbouncer=true\n", "postgresql://db/tt?sslmode=require"),
        ("postgresql://[::1]:5432/tt", "postgresql://[::1]:5432/tt"),
    ],
)
def test_every_common_form_is_read(written: str, read: str) -> None:
    assert read_dsn(written) == read


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "no scheme"),
        ("localhost/tt", "no scheme"),
        ("mysql://ana:hunter2@db/tt", "`mysql://`"),
        ("postgresql://ana:hunter2@db", "names no database"),
        ("postgresql://ana:hunter2@[::1/tt", "cannot be read"),
    ],
)
def test_a_wrong_url_says_why_and_keeps_the_password_to_itself(written: str, complaint: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=complaint) as caught:
        read_dsn(written)
    assert "hunter2" not in str(caught.value)


async def test_an_unreachable_server_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await open_pool("postgresql://ana:hunter2@127.0.0.1:1/tt")


async def test_jsonb_goes_in_and_comes_out_as_objects(pool: Pool) -> None:
    value = {"a": [1, None, "ü"], "b": {"c": True}}
    assert await pool.fetchval("select $1::jsonb", value) == value
    assert await pool.fetchval("select array[$1::jsonb]", value) == [value]
    assert await pool.fetchval("select null::jsonb") is None


async def test_a_transaction_left_open_ends_with_its_borrower(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await conn.execute("begin")
        await conn.execute("create table left_behind ()")
    assert await pool.fetchval("select to_regclass('left_behind')") is None


async def test_connections_keep_utc_and_short_statements(pool: Pool) -> None:
    shown = await pool.fetchrow(
        "select current_setting('TimeZone') zone, current_setting('jit') jit, current_setting('statement_timeout') t"
    )
    assert shown is not None
    assert tuple(shown) == ("UTC", "off", "30s")
    assert await pool.fetchval("select $1::timestamptz", datetime(2026, 11, 23, tzinfo=UTC)) == datetime(
        2026, 11, 23, tzinfo=UTC
    )


def test_the_how_to_tells_pgbouncer_of_every_setting() -> None:
    """It refuses a connection that comes with one it does not know; of ours it knows `timezone`."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "connect-your-database.md").read_text()
    told = re.search(r"^ignore_startup_parameters = (.*)$", page, re.MULTILINE)
    assert told is not None
    assert told[1].split(", ") == [name for name in _SETTINGS if name != "timezone"]

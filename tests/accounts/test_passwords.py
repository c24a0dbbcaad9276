import asyncio
import threading
from collections.abc import Iterator

import pytest

from product_kit import until
from tasktalk.accounts import passwords
from tasktalk.accounts.passwords import MOST_AT_ONCE, hash_password, is_right_password
from tasktalk.accounts.users import check_own_password, check_password, create_user
from tasktalk.db import Pool
from tasktalk.db.pool import open_pool
from tasktalk.errors import RateLimited

PASSWORD = "correct horse battery"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every check of a password waits for it."""
    gate, verify = threading.Event(), passwords._verify

    def wait(stored: str | None, password: str) -> bool:
        gate.wait(30)
        return verify(stored, password)

    monkeypatch.setattr(passwords, "_verify", wait)
    yield gate
    gate.set()


async def is_under_way() -> bool:
    return bool(passwords._under_way)


@pytest.mark.parametrize("check", ["check_password", "check_own_password"])
async def test_no_connection_is_held_while_a_password_is_checked(
    database: str, pool: Pool, gate: threading.Event, check: str
) -> None:
    user_id = await create_user(pool, name="Ana", email="ana@example.com", password=PASSWORD)
    single = await open_pool(database, max_size=1)
    if check == "check_password":
        checking = asyncio.ensure_future(check_password(single, email="ana@example.com", password=PASSWORD))
    else:
        checking = asyncio.ensure_future(check_own_password(single, user_id=user_id, password=PASSWORD))
    await until(is_under_way)
    async with asyncio.timeout(10):
        assert await single.fetchval("select 1") == 1
    gate.set()
    await checking
    await single.close()


async def test_the_checks_under_way_are_bounded(gate: threading.Event) -> None:
    hashed = await hash_password(PASSWORD)
    checks = [asyncio.create_task(is_right_password(PASSWORD, hashed)) for _ in range(MOST_AT_ONCE + 4)]
    refused, waiting = await asyncio.wait(checks, timeout=0.2)
    assert [type(each.exception()) for each in refused] == [RateLimited] * 4
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * MOST_AT_ONCE
    assert await is_right_password(PASSWORD, hashed)

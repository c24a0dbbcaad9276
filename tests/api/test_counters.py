"""Requests are counted together in Redis while it answers, and in each process while it does not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import structlog
from limits import RateLimitItemPerMinute

from product_kit import Product
from redis_kit import fake_redis, free_port, is_installed, real_redis
from tasktalk.errors import AppError
from tasktalk.settings import load_settings
from tasktalk.web import counters
from tasktalk.web.counters import Counters

ITEM = RateLimitItemPerMinute(100, namespace="requests")
Redis = Callable[[Path, int], AbstractAsyncContextManager[None]]
REAL = pytest.param(real_redis, marks=pytest.mark.skipif(not is_installed(), reason="redis-server is not installed"))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "_REST_SECONDS", 0.0)


async def count(counted: Counters, who: str = "ana") -> int:
    return (await counted.hit(ITEM, who))[0]


@pytest.mark.parametrize("redis", [fake_redis, REAL])
async def test_processes_count_together_and_on_when_it_is_away(redis: Redis, tmp_path: Path) -> None:
    port = free_port()
    one, other = (Counters(f"redis://127.0.0.1:{port}/0") for _ in range(2))
    with structlog.testing.capture_logs() as said:
        async with redis(tmp_path, port):
            assert [await count(each) for each in (one, other, one)] == [1, 2, 3]
            assert await count(other, "ben") == 1
            _, ends_at = await one.hit(ITEM, "zoe")
            assert 50 < ends_at - time.time() <= 61
            assert await Counters(f"redis://127.0.0.1:{port}").answers()
        assert said == []
        assert not await Counters(f"redis://127.0.0.1:{port}").answers()
        assert [await count(each) for each in (one, one, other)] == [1, 2, 1]
        async with redis(tmp_path, port):
            assert [await count(each) for each in (one, other)] == [1, 2]
    assert [(each["event"], each["log_level"]) for each in said] == [
        ("redis_away", "warning"),
        ("redis_away", "warning"),
        ("redis_back", "info"),
        ("redis_back", "info"),
    ]
    for each in (one, other):
        await each.close()


async def test_one_that_hangs_holds_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "_WAIT_SECONDS", 0.02)
    hung = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hung.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    counted = Counters(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with asyncio.timeout(10):
        assert [await count(counted), await count(counted)] == [1, 2]
    await counted.close()
    hung.set()
    server.close()


async def test_the_api_keeps_its_limits_with_it_and_without(
    limited: Callable[..., Awaitable[Product]], tmp_path: Path
) -> None:
    port = free_port()
    product = await limited(requests_per_minute=2, redis_url=f"redis://127.0.0.1:{port}")

    async def statuses() -> list[int]:
        return [(await product.ask("/api/tasks", token=product.ana.token)).status for _ in range(3)]

    async with fake_redis(tmp_path, port):
        elsewhere = Counters(f"redis://127.0.0.1:{port}")
        await elsewhere.hit(RateLimitItemPerMinute(2, namespace="requests"), str(product.ana.id))
        assert await statuses() == [200, 429, 429]  # one was asked of another process
        await elsewhere.close()
    assert await statuses() == [200, 200, 429]


@pytest.mark.parametrize("value", ["localhost:6379", "http://redis:6379"])
def test_an_address_that_is_none_is_said_at_the_start(value: Any) -> None:
    with pytest.raises(AppError, match="redis://host:6379") as refused:
        load_settings(redis_url=value)
    assert value not in refused.value.message

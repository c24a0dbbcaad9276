"""Probes and figures that tell the truth, and tell strangers no more than that."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from product_kit import Product, delivery, message, status
from tasktalk.db import Conn
from tasktalk.ids import new_id
from tasktalk.queue.claim import Q

HEALTH, WORKERS = "/api/webhooks/whatsapp/health", "/api/workers/whatsapp"


async def beat(product: Product, *, breaker: str = "closed", **figures: float) -> None:
    """A worker shows itself."""
    known = {"memory_mib": 50.0, "breaker": {"state": breaker, "reason": "Meta says no"}} | figures
    async with product.pool.acquire() as conn:
        await Q.beat(conn, id=new_id(), host="here", pid=1, processing=0, figures=known)


async def test_live_without_anything_ready_with_everything(product: Product) -> None:
    assert (await product.call("GET", "/livez")).status == 200
    answer = await product.call("GET", "/readyz")
    assert (answer.status, answer.json["checks"]) == (503, {"database": True, "schema": True, "worker": False})
    await beat(product)
    assert (await product.call("GET", "/readyz")).status == 200
    await product.pool.execute("update workers set beat_at = now() - interval '1 minute'")
    assert (await product.call("GET", "/readyz")).status == 503


async def test_health_with_the_database_gone_tells_why_to_nobody_but_administrators(
    product: Product, database: str, admin: Conn
) -> None:
    await beat(product)
    answer = await product.call("GET", HEALTH)
    assert (answer.status, answer.json["status"]) == (200, "healthy")
    name = urlsplit(database).path.strip("/")
    await admin.execute(f"alter database {name} allow_connections false")
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    try:
        for token in (None, product.ana.token):
            answer = await product.ask(HEALTH, token=token)
            assert (answer.status, answer.json["status"]) == (503, "unhealthy")
            assert answer.json["checks"]["database"]["status"] == "unhealthy"
            assert name.encode() not in answer.body
            assert "error" not in answer.json["checks"]["database"]
        assert (await product.call("GET", "/readyz")).status == 503
        assert (await product.call("GET", "/livez")).status == 200
        assert (await product.ask(WORKERS)).json["status"] == "stopped"
    finally:
        await admin.execute(f"alter database {name} allow_connections true")


@pytest.mark.parametrize("path", ["/readyz", HEALTH, WORKERS])
async def test_a_database_that_does_not_answer_is_not_waited_for(product: Product, path: str) -> None:
    await beat(product)
    async with product.pool.acquire() as conn, conn.transaction():
        await conn.execute("lock table workers, queue_control, queue_totals, alembic_version in access exclusive mode")
        async with asyncio.timeout(5):
            answer = await product.ask(path, token=product.owner_token)
    assert answer.status == (200 if path == WORKERS else 503)
    assert (await product.call("GET", "/readyz")).status == 200


async def test_another_schema_is_told_apart_from_no_database(product: Product) -> None:
    await beat(product)
    await product.pool.execute("update alembic_version set version_num = '9999'")
    answer = await product.call("GET", "/readyz")
    assert (answer.status, answer.json["checks"]["database"], answer.json["checks"]["schema"]) == (503, True, False)
    assert "9999" in answer.json["reason"]


@pytest.mark.parametrize(
    "lost", [ConnectionRefusedError("/run/pg"), TimeoutError(), asyncpg.CannotConnectNowError("no")]
)
async def test_while_the_database_is_away_every_answer_is_503(
    product: Product, monkeypatch: pytest.MonkeyPatch, lost: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise lost

    monkeypatch.setattr(type(product.pool), "acquire", refuse)
    for path in ("/api/tasks", "/api/projects"):
        answer = await product.ask(path, token=product.ana.token)
        assert (answer.status, answer.json["error"]["code"]) == (503, "INTERNAL_SERVER_ERROR")
        assert "cannot be reached" in answer.json["error"]["message"]
        assert b"/run/pg" not in answer.body


async def test_a_breaker_degrades_and_its_reason_is_for_administrators(product: Product) -> None:
    await beat(product, breaker="open")
    plain, for_admin = await product.ask(HEALTH), await product.ask(HEALTH, token=product.owner_token)
    for answer in (plain, for_admin):
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        assert answer.json["checks"]["circuitBreakers"]["whatsappApi"] == "open"
    assert b"Meta says no" not in plain.body
    assert b"Meta says no" in for_admin.body


async def test_errors_degrade(product: Product) -> None:
    await beat(product, items=4, sends=2, failed_sends=2, failed_items=1)
    checks = (await product.ask(HEALTH)).json["checks"]
    assert checks["errorRate"]["status"] == "degraded"
    assert 0.25 < checks["errorRate"]["rate"] < 1


async def test_figures_count_items(product: Product) -> None:
    await beat(product, items=6, busy_ms=30)
    ana = product.ana
    await product.deliver(
        delivery(message(ana, "a", wamid="w1"), message(ana, "b", wamid="w2"), 5, statuses=[status("wx", "sent")])
    )
    await product.deliver({"object": "other", "entry": []})
    answer = (await product.ask(WORKERS)).json
    assert answer["workers"]["queue"]["queue"] == {"size": 5, "processing": 0, "completed": 0, "failed": 0}
    assert answer["workers"]["queue"]["throughput"] == {"messagesPerMinute": 6, "avgProcessingTime": 5}
    await product.settle()
    answer = (await product.ask(WORKERS)).json
    assert answer["workers"]["queue"]["queue"] == {"size": 0, "processing": 0, "completed": 5, "failed": 0}


@pytest.mark.parametrize("action", ["pause", "resume", "restart", "drain", "clear_failed", "retry_failed"])
async def test_workers_are_told_by_administrators_alone(product: Product, action: str) -> None:
    order = {"action": action}
    for token, expected in ((None, 401), ("tt_wrong", 401), (product.ana.token, 403), (product.owner_token, 200)):
        answer = await product.ask(WORKERS, method="POST", body=order, token=token)
        assert answer.status == expected, (token, answer.body)
    assert set(answer.json) == {"success", "message", "newStatus"}
    assert answer.json["success"] is True


@pytest.mark.parametrize("body", [{"action": "explode"}, {"action": 5}, {}, []])
async def test_an_unknown_order_is_a_bad_request(product: Product, body: object) -> None:
    answer = await product.ask(WORKERS, method="POST", body=body, token=product.owner_token)
    assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST")


async def test_paused_is_shown(product: Product) -> None:
    await product.ask(WORKERS, method="POST", body={"action": "pause"}, token=product.owner_token)
    await beat(product)
    assert (await product.ask(WORKERS)).json["status"] == "paused"
    await product.ask(WORKERS, method="POST", body={"action": "resume"}, token=product.owner_token)
    assert (await product.ask(WORKERS)).json["status"] == "active"


async def test_dead_letters_are_seen_to_without_ending_a_pause(product: Product) -> None:
    for action in ("pause", "retry_failed", "clear_failed"):
        answer = await product.ask(WORKERS, method="POST", body={"action": action}, token=product.owner_token)
        assert answer.json["newStatus"] == "paused", action
    assert (await product.ask(WORKERS)).json["status"] == "paused"

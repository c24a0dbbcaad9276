"""`/metrics` of a web process: how things stand for all, and, with the database away, that it is; what work counts."""

import aiohttp
import pytest
from prometheus_client import REGISTRY

from product_kit import Product, delivery, message
from tasktalk.integrations.findings import Trouble, open_findings
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph


async def scrape(product: Product) -> dict[str, float]:
    answer = await product.call("GET", "/metrics")
    assert answer.status == 200
    lines = [line for line in answer.body.decode().splitlines() if not line.startswith("#")]
    names = [line.rpartition(" ")[0] for line in lines]
    assert len(set(names)) == len(names)
    return {name: float(line.rpartition(" ")[2]) for name, line in zip(names, lines, strict=True)}


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_how_things_stand_for_all(product: Product) -> None:
    await product.pool.execute(
        "insert into inbox (key, lane, kind, payload, state, received_at) values "
        "('1', 'c:1', 'message', '{}', 'waiting', now() - interval '1 minute'), "
        "('2', 'c:1', 'message', '{}', 'dead', now())"
    )
    await product.pool.execute(
        'update integrations set number = \'{"quality": "YELLOW"}\', token = \'{"expires_at": "2030-01-01T00:00:00Z"}\''
    )
    async with product.pool.acquire() as conn:
        trouble = Trouble("disk", "critical", "Full.")
        await open_findings(conn, integration_id=None, troubles=[trouble], now=await conn.fetchval("select now()"))
    shown = await scrape(product)
    expected = {
        "tasktalk_database_up": 1,
        "tasktalk_queue_waiting": 1,
        "tasktalk_queue_dead": 1,
        "tasktalk_workers": 0,
        'tasktalk_breaker_open{breaker="whatsapp"}': 0,
        'tasktalk_outbox_messages{state="waiting"}': 0,
        'tasktalk_alerts{rule="disk",severity="critical"}': 1,
        f'tasktalk_number_quality{{number="{product.integration_id}"}}': 2,
        f'tasktalk_token_expires_timestamp_seconds{{number="{product.integration_id}"}}': 1893456000,
    }
    assert {name: shown.get(name) for name in expected} == expected
    assert shown["tasktalk_queue_oldest_seconds"] >= 60
    assert "tasktalk_backup_timestamp_seconds" not in shown


async def test_with_the_database_away_it_says_so_and_nothing_else(product: Product) -> None:
    await product.pool.close()
    shown = await scrape(product)
    assert shown["tasktalk_database_up"] == 0
    assert "tasktalk_queue_waiting" not in shown
    assert shown["tasktalk_disk_free_bytes"] > 0


async def test_work_is_counted_from_the_delivery_to_the_call(product: Product) -> None:
    names = [f"tasktalk_{name}_seconds_count" for name in ("queue_wait", "turn", "understand")]
    before = [counted(name) for name in names]
    await product.deliver(delivery(message(product.ana, "buy milk", wamid=product.wamid())))
    await product.settle()
    assert [counted(name) - start for name, start in zip(names, before, strict=True)] == [1, 1, 1]
    lost = counted("tasktalk_graph_requests_total", edge="messages", code="none")
    async with aiohttp.ClientSession() as session:
        graph = Graph(session, base_url="http://127.0.0.1:9", version="v25.0", access_token="t")
        with pytest.raises(GraphError):
            await graph.mark_read("301", "wamid.1")
    assert counted("tasktalk_graph_requests_total", edge="messages", code="none") == lost + 1

"""A worker's figures for Prometheus, and the web process's own breaker of the language model."""

import socket
import urllib.error
import urllib.request
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest

from product_kit import open_product
from tasktalk import metrics
from tasktalk.assistant.llm.mind import open_mind
from tasktalk.db import Pool
from tasktalk.health import scraping
from tasktalk.health.scraping import serving_metrics


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def scrape(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_worker_is_a_target_of_its_own_while_it_runs() -> None:
    metrics.GRAPH_CALLS.labels("accepted", "").inc()
    port = free_port()
    for _ in range(2):  # a worker that starts afresh finds its port again
        with serving_metrics("127.0.0.1", port):
            shown = scrape(port)
        assert 'tasktalk_graph_calls_total{code="",outcome="accepted"}' in shown
        assert "tasktalk_queue_handled_total" in shown
    with pytest.raises(urllib.error.URLError):
        scrape(port)


def test_a_port_that_is_taken_keeps_no_worker_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(scraping, "log", SimpleNamespace(error=lambda event, **_: said.append(event)))
    with socket.create_server(("127.0.0.1", 0)) as other, serving_metrics("127.0.0.1", other.getsockname()[1]):
        worked = True
    assert worked
    assert said == ["metrics_not_served"]


def test_by_default_nothing_listens() -> None:
    with serving_metrics("127.0.0.1", 0):
        pass


async def test_the_model_that_the_console_cannot_reach_is_seen(
    database: str, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker has met it: people write in the console, whose process asks the model itself."""
    made = []
    monkeypatch.setattr("tasktalk.main.open_mind", lambda settings: made.append(open_mind(settings)) or made[0])
    product = await open_product(database, pool, tmp_path, model="test-model", model_url="http://127.0.0.1:9/v1")
    health = "/api/webhooks/whatsapp/health"
    assert (await product.ask(health)).json["checks"]["circuitBreakers"]["aiProcessing"] == "closed"
    mind = made[0]
    assert mind is not None
    for _ in range(5):
        mind.breaker.failed(monotonic(), "The model does not answer.")
    shown = (await product.ask(health, token=product.owner_token)).json
    assert shown["checks"]["circuitBreakers"] == {
        "status": "degraded",
        "whatsappApi": "closed",
        "aiProcessing": "open",
        "reason": "The model does not answer.",
    }
    assert shown["status"] == "degraded"
    assert "reason" not in (await product.ask(health)).json["checks"]["circuitBreakers"]

"""What `/metrics` shows. Each process counts for itself; names end in their unit."""

from collections.abc import Iterator
from typing import Protocol

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

# From a turn that takes no time to one that waited for a language model.
_WAITS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_FAST = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)

INTAKE_DELIVERIES = Counter(
    "tasktalk_intake_deliveries_total", "Webhook deliveries by HTTP status answered.", ["status"]
)
INTAKE_ITEMS = Counter("tasktalk_intake_items_total", "Messages, statuses and changes cut out of deliveries.", ["kind"])
INTAKE_SECONDS = Histogram(
    "tasktalk_intake_commit_seconds",
    "One commit of the inbox, shared by the deliveries that came meanwhile.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
CHANGES = Counter("tasktalk_changes_total", "Webhook fields other than messages that were handled.", ["field"])
QUEUE_HANDLED = Counter("tasktalk_queue_handled_total", "Items whose effects were committed.")
QUEUE_FAILED = Counter("tasktalk_queue_failed_total", "Attempts at an item that raised.")
QUEUE_SECONDS = Histogram("tasktalk_queue_batch_seconds", "Handling one batch, its statements included.")
QUEUE_WAIT_SECONDS = Histogram(
    "tasktalk_queue_wait_seconds", "From storing an item until its effects were committed.", buckets=_WAITS
)
TURN_SECONDS = Histogram(
    "tasktalk_turn_seconds",
    "One message's turn, without waiting for it: from who sent it to its reply.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
UNDERSTAND_SECONDS = Histogram("tasktalk_understand_seconds", "Understanding one text by the grammar.", buckets=_FAST)
SEND_WAIT_SECONDS = Histogram(
    "tasktalk_send_wait_seconds", "From writing a message to the outbox until its first attempt.", buckets=_WAITS
)
GRAPH_CALLS = Counter("tasktalk_graph_calls_total", "Attempts to send by outcome and Meta's code.", ["outcome", "code"])
GRAPH_SECONDS = Histogram("tasktalk_graph_seconds", "An attempt to send, until its answer was read.")
GRAPH_REQUESTS = Counter(
    "tasktalk_graph_requests_total",
    "Everything asked of the Graph API by edge and code: 0 is well, `none` is no answer.",
    ["edge", "code"],
)
MODEL_CALLS = Counter(
    "tasktalk_model_calls_total", "Questions to the language model by what came of them.", ["outcome"]
)
MODEL_SECONDS = Histogram(
    "tasktalk_model_seconds",
    "A question to the language model, until it was answered or given up.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60),
)
MODEL_TOKENS = Counter("tasktalk_model_tokens_total", "Tokens that the language model counted.", ["direction"])


class PoolFigures(Protocol):
    """What is asked of a pool of database connections."""

    def get_size(self) -> int:
        """Those that are open."""
        ...

    def get_idle_size(self) -> int:
        """Those of them that nobody has."""
        ...

    def get_max_size(self) -> int:
        """How many there may be."""
        ...


class CacheFigures(Protocol):
    """What is asked of a cache."""

    hits: int
    misses: int


_pools: dict[str, PoolFigures] = {}
_caches: dict[str, CacheFigures] = {}


def watch_pool(name: str, pool: PoolFigures) -> None:
    """Show this pool from now on, in the place of one with that name."""
    _pools[name] = pool


def watch_cache(name: str, cache: CacheFigures) -> None:
    """Show this cache from now on."""
    _caches[name] = cache


class _Kept(Collector):
    """What is counted elsewhere, read when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        connections = GaugeMetricFamily(
            "tasktalk_database_connections", "Connections to the database, by pool.", labels=["pool", "state"]
        )
        most = GaugeMetricFamily("tasktalk_database_connections_max", "How many a pool may have.", labels=["pool"])
        for name, pool in _pools.items():
            idle = pool.get_idle_size()
            connections.add_metric([name, "idle"], idle)
            connections.add_metric([name, "busy"], pool.get_size() - idle)
            most.add_metric([name], pool.get_max_size())
        hits = CounterMetricFamily("tasktalk_cache_hits", "What was found in a cache.", labels=["cache"])
        misses = CounterMetricFamily("tasktalk_cache_misses", "What was not, and had to be read.", labels=["cache"])
        for name, cache in _caches.items():
            hits.add_metric([name], cache.hits)
            misses.add_metric([name], cache.misses)
        yield from (connections, most, hits, misses)


REGISTRY.register(_Kept())

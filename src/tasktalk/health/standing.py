"""How things stand for the installation as a whole, in Prometheus' words: read when it is asked for, by a web process.

A process that only counts what it does itself cannot tell these; so workers' own `/metrics` are without them.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from asyncpg import Record
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tasktalk.backup.runs import newest_backup_at
from tasktalk.db import Pool
from tasktalk.db.pool import LOST
from tasktalk.db.sql import queries
from tasktalk.health import report
from tasktalk.health.alerts.watch import Q as ALERTS
from tasktalk.health.alerts.watch import find_free_mib
from tasktalk.queue.control import Figures
from tasktalk.settings import Settings

Q = queries(__file__, "standing.sql")

_SECONDS = 2.0
_MIB = 1024 * 1024
_QUALITIES = {"GREEN": 3, "YELLOW": 2, "RED": 1}

# Name: (help, labels). All are gauges.
STANDING: Mapping[str, tuple[str, Sequence[str]]] = {
    "tasktalk_database_up": ("Whether the database answers and has this release's schema.", ()),
    "tasktalk_database_answer_seconds": ("How long the database took to answer.", ()),
    "tasktalk_queue_waiting": ("Items in the inbox that wait.", ()),
    "tasktalk_queue_processing": ("Items that are in hand.", ()),
    "tasktalk_queue_dead": ("Items given up after errors.", ()),
    "tasktalk_queue_completed": ("Items ever completed, over restarts.", ()),
    "tasktalk_queue_oldest_seconds": ("How long the oldest item has waited.", ()),
    "tasktalk_queue_paused": ("Whether an administrator paused the workers.", ()),
    "tasktalk_workers": ("Workers that showed themselves in the last ten seconds.", ()),
    "tasktalk_failed_ratio": ("Of what was handled and sent in the last minute, how much failed.", ()),
    "tasktalk_breaker_open": ("Whether calls rest after failures.", ("breaker",)),
    "tasktalk_outbox_messages": ("Messages to be sent, by state.", ("state",)),
    "tasktalk_outbox_oldest_seconds": ("The age of the oldest message to be sent, by state.", ("state",)),
    "tasktalk_number_quality": ("What Meta says of a number: 3 green, 2 yellow, 1 red, 0 unknown.", ("number",)),
    "tasktalk_token_expires_timestamp_seconds": ("When a number's access token expires.", ("number",)),
    "tasktalk_alerts": ("Alerts that are open.", ("rule", "severity")),
    "tasktalk_disk_free_bytes": ("What is free where this process has its data folder.", ()),
    "tasktalk_backup_timestamp_seconds": ("When the newest backup was begun.", ()),
}


@dataclass(slots=True, eq=False)
class _Once(Collector):
    """One reading."""

    found: dict[str, GaugeMetricFamily] = field(default_factory=dict)

    def put(self, name: str, value: float, *labels: str) -> None:
        if name not in self.found:
            words, names = STANDING[name]
            self.found[name] = GaugeMetricFamily(name, words, labels=names)
        self.found[name].add_metric(labels, value)

    def collect(self) -> Iterator[Metric]:
        yield from self.found.values()


async def read_standing(pool: Pool, settings: Settings) -> bytes:
    """As `/metrics` shows it. What cannot be read is left out, and `tasktalk_database_up` is 0."""
    once = _Once()
    reading = await report.read(pool)
    free = find_free_mib(settings.data)
    if free is not None:
        once.put("tasktalk_disk_free_bytes", free * _MIB)
    rows: _Rows | None = None
    if reading.figures is not None:
        try:
            rows = await asyncio.wait_for(_read(pool), _SECONDS)
        except (*LOST, asyncpg.PostgresError):  # it went away meanwhile
            rows = None
    once.put("tasktalk_database_up", float(rows is not None))
    if reading.figures is not None and rows is not None:
        once.put("tasktalk_database_answer_seconds", reading.milliseconds / 1000)
        _put_figures(once, reading.figures)
        _put_rows(once, rows)
    registry = CollectorRegistry()
    registry.register(once)
    return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class _Rows:
    outbox: list[Record]
    numbers: list[Record]
    alerts: list[Record]
    backup_at: datetime | None


async def _read(pool: Pool) -> _Rows:
    async with pool.acquire() as conn:
        return _Rows(
            [row async for row in Q.read_outbox(conn)],
            [row async for row in Q.read_numbers(conn)],
            [row async for row in ALERTS.count_open(conn)],
            await newest_backup_at(conn),
        )


def _put_figures(once: _Once, figures: Figures) -> None:
    values: dict[str, Any] = {
        "tasktalk_queue_waiting": figures.size,
        "tasktalk_queue_processing": figures.processing,
        "tasktalk_queue_dead": figures.failed,
        "tasktalk_queue_completed": figures.completed,
        "tasktalk_queue_oldest_seconds": figures.oldest_seconds,
        "tasktalk_queue_paused": figures.status == "paused",
        "tasktalk_workers": figures.workers,
        "tasktalk_failed_ratio": figures.error_rate,
    }
    for name, value in values.items():
        once.put(name, float(value))
    once.put("tasktalk_breaker_open", float(figures.breaker != "closed"), "whatsapp")
    once.put("tasktalk_breaker_open", float(figures.model != "closed"), "model")


def _put_rows(once: _Once, rows: _Rows) -> None:
    ages = {row["state"]: row for row in rows.outbox}
    for state in ("waiting", "sending", "doubtful"):
        row = ages.get(state)
        once.put("tasktalk_outbox_messages", row["messages"] if row else 0, state)
        once.put("tasktalk_outbox_oldest_seconds", row["oldest_seconds"] if row else 0, state)
    for row in rows.numbers:
        once.put("tasktalk_number_quality", _QUALITIES.get(row["quality"] or "", 0), row["id"])
        if row["expires_at"] is not None:
            once.put("tasktalk_token_expires_timestamp_seconds", row["expires_at"].timestamp(), row["id"])
    for row in rows.alerts:
        once.put("tasktalk_alerts", row["alerts"], row["kind"], row["severity"])
    if rows.backup_at is not None:
        once.put("tasktalk_backup_timestamp_seconds", rows.backup_at.timestamp())

"""The contract's JSON of the webhook's health and of the workers."""

import asyncio
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from tasktalk.db import Pool, migrate
from tasktalk.db.pool import LOST
from tasktalk.errors import AppError
from tasktalk.integrations.connections import Directory
from tasktalk.logs import describe
from tasktalk.queue import control
from tasktalk.queue.breaker import Breaker
from tasktalk.queue.control import Figures

_STARTED = time.monotonic()
_BAD_RATE = 0.25
_SECONDS = 2.0  # within which probes want an answer
_late: set["asyncio.Task[Reading]"] = set()
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the database: how long it took, the figures, or why there are none.

    `schema`: why the schema is not ours, which has no figures either.
    """

    milliseconds: float
    figures: Figures | None
    failure: str | None = None
    schema: str | None = None
    late: bool = False


async def read(pool: Pool) -> Reading:
    """Look, for two seconds at most; what takes longer ends by itself, for a silent server may not let it be ended."""
    began = time.perf_counter()
    looking = asyncio.create_task(_look(pool, began))
    done, _ = await asyncio.wait({looking}, timeout=_SECONDS)
    if done:
        return looking.result()
    looking.cancel()
    _late.add(looking)
    looking.add_done_callback(_late.discard)
    return Reading(_since(began), None, f"It did not answer within {_SECONDS:.0f} seconds.", late=True)


async def read_all(
    pool: Pool, directory: Directory, model: Breaker | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both reports of one look, with the details for administrators."""
    reading = await read(pool)
    return webhook_health(reading, directory, details=True, model=model), worker_status(reading, directory)


async def _look(pool: Pool, began: float) -> Reading:
    try:
        async with pool.acquire() as conn:
            await conn.execute("select 1")
            milliseconds = _since(began)
            try:
                await migrate.check(conn)
            except AppError as error:
                return Reading(milliseconds, None, error.message, schema=error.message)
            return Reading(milliseconds, await control.get_figures(conn))
    except (*LOST, asyncpg.PostgresError) as error:
        return Reading(_since(began), None, describe(error))


def _since(began: float) -> float:
    """Milliseconds."""
    return round((time.perf_counter() - began) * 1000, 2)


def webhook_health(
    reading: Reading, directory: Directory, *, details: bool, model: Breaker | None = None
) -> dict[str, Any]:
    """`GET /api/webhooks/whatsapp/health`; `details` of a failure are for administrators.

    `model`: this process's own breaker of the language model, which people meet who write in the console.
    """
    figures, own = reading.figures, model or Breaker()
    breaker, thinking = (figures.breaker, figures.model) if figures else ("closed", "closed")
    reason = (figures.breaker_reason or figures.model_reason) if figures else ""
    if thinking == "closed":
        thinking, reason = own.state(time.monotonic()), reason or own.reason
    rate = figures.error_rate if figures else 0.0
    checks: dict[str, dict[str, Any]] = {
        "database": {"status": "healthy" if figures else "unhealthy", "responseTime": reading.milliseconds},
        "circuitBreakers": {
            "status": "healthy" if breaker == thinking == "closed" else "degraded",
            "whatsappApi": breaker,
            "aiProcessing": thinking,
        },
        "cache": {"status": "healthy", "hitRate": _hit_rate(directory)},
        "messageQueue": {
            "status": _queue_status(figures),
            "size": figures.size if figures else None,
            "processing": figures.processing if figures else None,
        },
        "errorRate": {"status": "healthy" if rate < _BAD_RATE else "degraded", "rate": round(rate, 4)},
    }
    if details and reading.failure:
        checks["database"]["error"] = reading.failure
    if details and reason:
        checks["circuitBreakers"]["reason"] = reason
    healthy = all(check["status"] == "healthy" for check in checks.values())
    return {
        "status": "unhealthy" if figures is None else "healthy" if healthy else "degraded",
        "timestamp": datetime.now(UTC).isoformat(),
        "uptime": round((time.monotonic() - _STARTED) * 1000),
        "checks": checks,
    }


def worker_status(reading: Reading, directory: Directory) -> dict[str, Any]:
    """`GET /api/workers/whatsapp`."""
    figures = reading.figures
    nothing: dict[str, Any] = dict.fromkeys(Figures.__dataclass_fields__, 0)
    known = asdict(figures) if figures else nothing | {"status": "stopped"}
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _MIB
    used = known["memory_mib"]
    hit_rate = _hit_rate(directory)
    return {
        "status": known["status"],
        "workers": {
            "queue": {
                "status": known["status"],
                "queue": {key: known[key] for key in ("size", "processing", "completed", "failed")},
                "throughput": {
                    "messagesPerMinute": known["per_minute"],
                    "avgProcessingTime": known["average_ms"],
                },
                "count": known["workers"],
                "draining": bool(known["draining"]),
                "oldestSeconds": round(known["oldest_seconds"], 1),
            }
        },
        "performance": {
            "memoryUsage": {
                "used": round(used, 1),
                "total": round(total, 1),
                "percentage": round(100 * used / total, 2),
            },
            "cacheMetrics": {"hitRate": hit_rate, "missRate": round(1 - hit_rate, 4)},
        },
    }


def _hit_rate(directory: Directory) -> float:
    """Of the integrations kept in memory; 1 before anybody asked."""
    asked = directory.hits + directory.misses
    return round(directory.hits / asked, 4) if asked else 1.0


def _queue_status(figures: Figures | None) -> str:
    if figures is None:
        return "unhealthy"
    return "healthy" if figures.status == "active" else "degraded"

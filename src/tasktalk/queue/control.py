"""Pausing, resuming, draining; dead letters; and the figures of the queue and its workers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.errors import BadRequest, NotFound
from tasktalk.queue.claim import Q

Action = Literal["pause", "resume", "restart", "drain", "clear_failed", "retry_failed"]
OneAction = Literal["retry", "discard"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Exact over restarts: size + processing + completed + failed is every item ever stored."""

    status: Literal["active", "paused", "stopped"]
    draining: bool
    size: int
    processing: int
    completed: int
    failed: int
    oldest_seconds: float
    per_minute: float
    average_ms: float
    workers: int
    memory_mib: float
    error_rate: float
    breaker: str
    breaker_reason: str
    model: str
    model_reason: str
    tried: int  # handled and sent in the last minute, failures included


async def get_figures(conn: Conn) -> Figures:
    """What waits, what is in hand, what is done; `stopped` when no worker has shown itself for ten seconds."""
    rows, workers = await Q.count_rows(conn), [row async for row in Q.list_workers(conn)]
    processing = min(rows["waiting"], sum(worker["processing"] for worker in workers))
    total = Counter[str]()
    for worker in workers:
        total.update({name: value for name, value in worker["figures"].items() if isinstance(value, int | float)})
    items, busy_ms = total["items"], total["busy_ms"]
    tried, failed = items + total["sends"] + total["failed_items"], total["failed_items"] + total["failed_sends"]
    breaker, model = _worst(workers, "breaker"), _worst(workers, "model")
    average = busy_ms / items if items else rows["busy_ms"] / max(rows["completed"], 1)
    paused = rows["state"] == "paused"
    return Figures(
        status="paused" if paused else "active" if workers else "stopped",
        draining=rows["state"] == "draining",
        size=rows["waiting"] - processing,
        processing=processing,
        completed=rows["completed"],
        failed=rows["dead"],
        oldest_seconds=float(rows["oldest_seconds"] or 0),
        per_minute=items,
        average_ms=round(average, 2),
        workers=len(workers),
        memory_mib=total["memory_mib"],
        error_rate=failed / tried if tried else 0.0,
        breaker=breaker["state"],
        breaker_reason=breaker["reason"],
        model=model["state"],
        model_reason=model["reason"],
        tried=int(tried),
    )


def _worst(workers: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, str]:
    """The breaker of that name that is not closed, of whichever worker."""
    breakers = (worker["figures"].get(name) for worker in workers)
    return next((each for each in breakers if each and each["state"] != "closed"), {"state": "closed", "reason": ""})


async def control(conn: Conn, *, action: str, actor: UUID | None) -> tuple[str, str]:
    """Carry out an Action; answers a sentence and the new status (active, paused, draining)."""
    if action == "pause":
        await Q.set_control(conn, state="paused", actor=actor)
        return "Paused: what arrives is stored and waits.", "paused"
    if action == "resume":
        await Q.set_control(conn, state="active", actor=actor)
        return "Resumed.", "active"
    if action == "drain":
        await Q.set_control(conn, state="draining", actor=actor)
        return "Draining: what is due by now is finished, then the queue pauses.", "draining"
    if action == "restart":
        await Q.bump_generation(conn, actor=actor)
        return "Workers finish what they have in hand and start afresh.", await _state(conn)
    if action == "retry_failed":
        return f"{await Q.retry_dead(conn)} dead letters wait again.", await _state(conn)
    if action == "clear_failed":
        return f"{await Q.clear_dead(conn)} dead letters cleared.", await _state(conn)
    raise BadRequest(f"action must be one of {', '.join(get_args(Action))}", field="action")


async def control_one(conn: Conn, *, seq: int, action: str) -> None:
    """Retry or discard one dead letter. Raises NotFound unless it is one, BadRequest for another action."""
    if action not in get_args(OneAction):
        raise BadRequest(f"action must be one of {', '.join(get_args(OneAction))}", field="action")
    do = Q.retry_one if action == "retry" else Q.clear_one
    if await do(conn, seq=seq) is None:
        raise NotFound("There is no such dead letter.")
    await Q.announce(conn)


async def _state(conn: Conn) -> str:
    return str((await Q.get_control(conn))["state"])

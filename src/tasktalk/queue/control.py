"""Pausing, resuming, draining; dead letters; and the figures of the queue and its workers."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.queue.claim import Q

Action = Literal["pause", "resume", "restart", "drain", "clear_failed", "retry_failed"]


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


async def get_figures(conn: Conn) -> Figures:
    """What waits, what is in hand, what is done; `stopped` when no worker has shown itself for ten seconds."""
    rows, workers = await Q.count_rows(conn), await Q.list_workers(conn)
    processing = min(rows["waiting"], sum(worker["processing"] for worker in workers))
    items = sum(worker["figures"].get("items", 0) for worker in workers)
    busy_ms = sum(worker["figures"].get("busy_ms", 0.0) for worker in workers)
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
        memory_mib=sum(worker["figures"].get("memory_mib", 0.0) for worker in workers),
    )


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
        return "Draining: what waits is finished, then the queue pauses.", "draining"
    if action == "restart":
        await Q.bump_generation(conn, actor=actor)
        return "Workers finish what they have in hand and start afresh.", "active"
    if action == "retry_failed":
        return f"{await Q.retry_dead(conn)} dead letters wait again.", await _state(conn)
    if action == "clear_failed":
        return f"{await Q.clear_dead(conn)} dead letters cleared.", await _state(conn)
    raise BadRequest(f"action must be one of {', '.join(get_args(Action))}", field="action")


async def _state(conn: Conn) -> str:
    return str((await Q.get_control(conn))["state"])

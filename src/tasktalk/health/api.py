"""Probes, metrics, the webhook's health, and the workers."""

from contextlib import suppress
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.request import api_admin, api_viewer
from tasktalk.db import Pool
from tasktalk.db.pool import LOST
from tasktalk.errors import AppError
from tasktalk.health import report
from tasktalk.queue import control

router = APIRouter()


class Order(BaseModel):
    """What the workers are told."""

    action: str


@router.get("/livez", include_in_schema=False)
async def livez() -> PlainTextResponse:
    """The process answers; nothing else is looked at."""
    return PlainTextResponse("ok")


@router.get("/readyz", include_in_schema=False)
async def readyz(request: Request) -> JSONResponse:
    """The database answers, the schema is ours, a worker has shown itself lately."""
    reading = await report.read(request.app.state.pool)
    figures = reading.figures
    checks = {
        "database": figures is not None or reading.schema is not None,
        "schema": figures is not None,
        "worker": figures is not None and figures.workers > 0,
    }
    ready = all(checks.values())
    reason = {"reason": reading.schema} if reading.schema else {}
    return JSONResponse({"ready": ready, "checks": checks} | reason, 200 if ready else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/webhooks/whatsapp/health")
async def webhook_health(request: Request) -> JSONResponse:
    """Healthy, degraded or unhealthy (503), check by check."""
    state = request.app.state
    reading = await report.read(state.pool)
    details = False
    if not reading.late:  # else the database would not say in time who asks
        with suppress(AppError, *LOST, asyncpg.PostgresError):  # anybody may ask; who they are only adds details
            details = (await api_viewer(request)).is_admin
    health = report.webhook_health(
        reading, state.directory, details=details, model=state.mind.breaker if state.mind else None
    )
    return JSONResponse(health, 503 if health["status"] == "unhealthy" else 200)


@router.get("/api/workers/whatsapp")
async def worker_status(request: Request) -> dict[str, Any]:
    """Queue depth, throughput and memory; `size + processing + completed + failed` is every item ever stored."""
    state = request.app.state
    return report.worker_status(await report.read(state.pool), state.directory)


@router.post("/api/workers/whatsapp")
async def control_workers(
    request: Request, order: Order, viewer: Annotated[Viewer, Depends(api_admin)]
) -> dict[str, Any]:
    """`pause`, `resume`, `restart`, `drain`, `retry_failed` or `clear_failed`."""
    return await carry_out(request.app.state.pool, order.action, viewer)


async def carry_out(pool: Pool, action: str, viewer: Viewer) -> dict[str, Any]:
    """Tell the workers; the contract's answer. Raises BadRequest for an action unknown."""
    async with pool.acquire() as conn, conn.transaction():
        message, status = await control.control(conn, action=action, actor=viewer.user_id)
        await record(conn, by=viewer, action=f"workers.{action}", subject="workers", detail={"status": status})
    return {"success": True, "message": message, "newStatus": status}

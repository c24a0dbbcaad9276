"""Probes, metrics, the webhook's health, and the workers."""

from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_admin, api_viewer
from tasktalk.db import migrate
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
    checks = {"database": reading.figures is not None, "schema": False, "worker": False}
    if reading.figures is not None:
        checks["worker"] = reading.figures.workers > 0
        async with request.app.state.pool.acquire() as conn:
            try:
                await migrate.check(conn)
                checks["schema"] = True
            except AppError as error:
                return JSONResponse({"ready": False, "checks": checks, "reason": error.message}, 503)
    return JSONResponse({"ready": all(checks.values()), "checks": checks}, 200 if all(checks.values()) else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/webhooks/whatsapp/health")
async def webhook_health(request: Request) -> JSONResponse:
    """Healthy, degraded or unhealthy (503), check by check."""
    state = request.app.state
    details = False
    try:
        details = (await api_viewer(request)).is_admin
    except (AppError, *LOST, asyncpg.PostgresError):  # anybody may ask, at any time; who they are only adds details
        details = False
    health = report.webhook_health(await report.read(state.pool), state.directory, details=details)
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
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        message, status = await control.control(conn, action=order.action, actor=viewer.user_id)
    return {"success": True, "message": message, "newStatus": status}

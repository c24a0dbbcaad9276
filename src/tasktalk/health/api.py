"""Probes, metrics, the webhook's health, and the workers."""

from contextlib import suppress
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
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
from tasktalk.health.dead_letters import LIMIT, MOST, DeadLetterPage, carry_out_one, list_dead_letters
from tasktalk.health.standing import read_standing
from tasktalk.queue import control
from tasktalk.web.http import answers, pool_of, to_json

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
async def metrics(request: Request) -> Response:
    """For Prometheus: what this process did, and how things stand for all."""
    state = request.app.state
    standing = await read_standing(state.pool, state.settings)
    return Response(generate_latest() + standing, media_type=CONTENT_TYPE_LATEST)


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


@router.get("/api/workers/whatsapp/failed", responses=answers(DeadLetterPage))
async def show_dead_letters(
    request: Request,
    viewer: Annotated[Viewer, Depends(api_admin)],
    *,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What was given up after errors, newest first; with what was said only where TASKTALK_SHOW_CONVERSATIONS is on."""
    words = request.app.state.settings.show_conversations == "on"
    async with pool_of(request).acquire() as conn, conn.transaction():
        return to_json(await list_dead_letters(conn, viewer=viewer, words=words, cursor=cursor, limit=limit))


@router.post("/api/workers/whatsapp/failed/{seq}", status_code=204)
async def control_dead_letter(
    request: Request, seq: int, order: Order, viewer: Annotated[Viewer, Depends(api_admin)]
) -> None:
    """`retry` or `discard` one of them."""
    await carry_out_one(pool_of(request), seq, order.action, viewer)


async def carry_out(pool: Pool, action: str, viewer: Viewer) -> dict[str, Any]:
    """Tell the workers; the contract's answer. Raises BadRequest for an action unknown."""
    async with pool.acquire() as conn, conn.transaction():
        message, status = await control.control(conn, action=action, actor=viewer.user_id)
        await record(conn, by=viewer, action=f"workers.{action}", subject="workers", detail={"status": status})
    return {"success": True, "message": message, "newStatus": status}

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from desk import Browser, Desk, Report
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app_kit import share_routes
from tasktalk.console.routes import router
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.errors import AppError
from tasktalk.ids import new_id
from tasktalk.tasks.model import Act


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    app = FastAPI()
    app.state.pool, app.state.keyring = pool, Keyring("a secret for tests")
    app.include_router(router)
    share_routes(app)

    @app.exception_handler(AppError)
    async def refuse(_: Request, error: AppError) -> JSONResponse:
        return JSONResponse(error.as_json(), error.status)

    desk = Desk(app, pool, [])
    yield desk
    for http in desk.browsers:
        await http.aclose()


@pytest.fixture
async def ana(desk: Desk) -> Browser:
    return await desk.person("Ana", "owner", "Europe/Madrid")


@pytest.fixture
async def ben(desk: Desk) -> Browser:
    return await desk.person("Ben")


@pytest.fixture
def act() -> Act:
    return Act(new_id(), "web", datetime.now(UTC))


@pytest.fixture
def report() -> Report:
    """`state.health` in the contract's shape."""

    async def health() -> tuple[dict[str, Any], dict[str, Any]]:
        checks = {
            "database": {"status": "healthy", "responseTime": 1.5},
            "circuitBreakers": {"status": "degraded", "whatsappApi": "open", "aiProcessing": "closed"},
            "cache": {"status": "healthy", "hitRate": 0.97},
            "messageQueue": {"status": "healthy", "size": 4, "processing": 1},
            "errorRate": {"status": "healthy", "rate": 0.004},
        }
        queue = {"size": 4, "processing": 1, "completed": 12873, "failed": 2}
        pace = {"messagesPerMinute": 37, "avgProcessingTime": 12.3}
        return (
            {"status": "degraded", "timestamp": "2026-11-22T10:00:00Z", "uptime": 90_000, "checks": checks},
            {
                "status": "active",
                "workers": {"queue": {"status": "active", "queue": queue, "throughput": pace}},
                "performance": {"memoryUsage": {"used": 143, "total": 2000, "percentage": 7}},
            },
        )

    return health

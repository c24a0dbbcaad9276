"""Some routes in this process, with `Authorization: ana` and the like instead of tokens (which accounts test)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Request
from task_people import People

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_viewer
from tasktalk.console.page import error_page
from tasktalk.db import Pool
from tasktalk.web.errors import add_error_handlers

BEN, ZOE = {"authorization": "ben"}, {"authorization": "zoe"}


@asynccontextmanager
async def open_client(pool: Pool, people: People, *routers: APIRouter) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is Ana unless it says otherwise."""
    app = FastAPI()
    app.state.pool = pool
    for router in routers:
        app.include_router(router)
    add_error_handlers(app, draw=error_page)

    async def by_name(request: Request) -> Viewer:
        viewer: Viewer = getattr(people, request.headers["authorization"])
        return viewer

    app.dependency_overrides[api_viewer] = by_name
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"authorization": "ana"}) as client:
        yield client


def failure(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and field of an error."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], (error["data"] or {}).get("field")

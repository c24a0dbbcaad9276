"""Ana and Ben share a project; Zoe, a stranger, shares nothing. Everybody has a private task-to-be."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import cache

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.datastructures import State
from task_people import ActMaker, People

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_viewer
from tasktalk.accounts.users import create_user
from tasktalk.assistant.exporting import api as exporting_api
from tasktalk.console.page import error_page
from tasktalk.db import Conn, Pool
from tasktalk.ids import new_id
from tasktalk.tasks import Act, add_member, create_project
from tasktalk.tasks import api as tasks_api
from tasktalk.tasks.comments import api as comments_api
from tasktalk.tasks.journal import api as journal_api
from tasktalk.tasks.labels import api as labels_api
from tasktalk.tasks.preferences import api as preferences_api
from tasktalk.tasks.projects import api as projects_api
from tasktalk.tasks.projects.sharing import api as sharing_api
from tasktalk.tasks.projects.teams import api as teams_api
from tasktalk.tasks.relations import api as relations_api
from tasktalk.tasks.reminders import api as reminders_api
from tasktalk.tasks.saved import api as saved_api
from tasktalk.web.errors import add_error_handlers

ROUTERS = (
    *(tasks_api.router, journal_api.router, projects_api.router, sharing_api.router, teams_api.router),
    *(comments_api.router, relations_api.router, labels_api.router, saved_api.router),
    *(reminders_api.router, preferences_api.router, exporting_api.router),
)


@pytest.fixture
async def people(pool: Pool, now: datetime) -> People:
    async with pool.acquire() as conn:
        ana, ben, zoe = [
            await _person(conn, name, zone)
            for name, zone in (("Ana", "Europe/Madrid"), ("Ben", "America/New_York"), ("Zoe", "Europe/Madrid"))
        ]
        home = await create_project(conn, viewer=ana, name="Home", by=Act(new_id(), "test", now))
        await add_member(conn, viewer=ana, project_id=home.id, user_id=ben.user_id, role="editor", now=now)
        lair = await create_project(conn, viewer=zoe, name="Lair", by=Act(new_id(), "test", now))
    return People(ana, ben, zoe, home.id, lair.id)


@pytest.fixture
async def api(pool: Pool, people: People) -> AsyncIterator[httpx.AsyncClient]:
    """The routes, with `Authorization: ana` and the like instead of tokens (which are tested with accounts)."""
    app = _app()
    app.state = State({"pool": pool, "people": people})
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"authorization": "ana"}) as client:
        yield client


@cache
def _app() -> FastAPI:
    """One for all tests: FastAPI works out every route when it is first asked for one."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    add_error_handlers(app, draw=error_page)

    async def by_name(request: Request) -> Viewer:
        viewer: Viewer = getattr(request.app.state.people, request.headers["authorization"])
        return viewer

    app.dependency_overrides[api_viewer] = by_name
    return app


@pytest.fixture
def act(now: datetime) -> ActMaker:
    return lambda: Act(new_id(), "test", now)


@pytest.fixture
async def conn(pool: Pool) -> AsyncIterator[Conn]:
    async with pool.acquire() as conn:
        yield conn


async def _person(conn: Conn, name: str, zone: str) -> Viewer:
    user_id = await create_user(conn, name=name, email=f"{name.lower()}@example.org", timezone=zone)
    return Viewer(user_id, name, "member", "en", zone)

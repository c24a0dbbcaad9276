"""Ana and Ben share a project; Zoe, a stranger, shares nothing. Everybody has a private task-to-be."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from task_people import ActMaker, People

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import create_user
from tasktalk.db import Conn, Pool
from tasktalk.ids import new_id
from tasktalk.tasks import Act, add_member, create_project


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
def act(now: datetime) -> ActMaker:
    return lambda: Act(new_id(), "test", now)


@pytest.fixture
async def conn(pool: Pool) -> AsyncIterator[Conn]:
    async with pool.acquire() as conn:
        yield conn


async def _person(conn: Conn, name: str, zone: str) -> Viewer:
    user_id = await create_user(conn, name=name, email=f"{name.lower()}@example.org", timezone=zone)
    return Viewer(user_id, name, "member", "en", zone)

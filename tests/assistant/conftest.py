from datetime import datetime, timedelta

import pytest
from talk import Talk

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import create_user
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.tasks import Act, add_member, create_project


@pytest.fixture
async def talks(pool: Pool, now: datetime) -> tuple[Talk, Talk]:
    """Ana and Ben, who share the project Home."""
    people = []
    async with pool.acquire() as conn, conn.transaction():
        for name in ("Ana", "Ben"):
            user_id = await create_user(conn, name=name, email=f"{name}@example.org", timezone="Europe/Madrid")
            people.append(Viewer(user_id, name, "member", "en", "Europe/Madrid"))
        home = await create_project(
            conn, viewer=people[0], name="Home", by=Act(new_id(), "test", now - timedelta(days=1))
        )
        await add_member(conn, viewer=people[0], project_id=home.id, user_id=people[1].user_id, role="viewer", now=now)
    return Talk(pool, people[0], now), Talk(pool, people[1], now)


@pytest.fixture
def ana(talks: tuple[Talk, Talk]) -> Talk:
    return talks[0]


@pytest.fixture
def ben(talks: tuple[Talk, Talk]) -> Talk:
    return talks[1]

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from race import waits_or_ended
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from product_kit import until
from tasktalk.db import Conn, Pool
from tasktalk.tasks import NewTask, create_project, create_tasks, find_task
from tasktalk.tasks.projects.teams.projects import put_project_team
from tasktalk.tasks.projects.teams.teams import create_team, put_team_member

KEYS = ["id", "name", "role", "members", "version", "created_at", "updated_at"]
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def crew(conn: Conn, people: People, act: ActMaker) -> UUID:
    """A team: Ana owns it, Ben is a member."""
    team = await create_team(conn, viewer=people.ana, name="Crew", by=act())
    await put_team_member(
        conn, viewer=people.ana, team_id=team.id, user_id=people.ben.user_id, role="member", by=act(), new=True
    )
    return team.id


@pytest.fixture
async def attic(conn: Conn, people: People, act: ActMaker) -> UUID:
    """Ana's own project."""
    return (await create_project(conn, viewer=people.ana, name="Attic", by=act())).id


async def role(api: httpx.AsyncClient, project_id: UUID, headers: dict[str, str]) -> str | None:
    answer = await api.get(f"/api/projects/{project_id}", headers=headers)
    found: str | None = answer.json().get("role")
    return found


async def test_a_team_from_birth_to_end(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    made = await api.post("/api/teams", json={"name": " The\ncrew "})
    team = made.json()
    assert (made.status_code, list(team), team["name"], team["role"]) == (201, KEYS, "The crew", "owner")
    path = made.headers["location"]
    assert (await api.get(path)).json() == team
    assert (await api.get("/api/teams")).json() == {"items": [team], "next": None}

    ben = await api.post(f"{path}/members", json={"user": str(people.ben.user_id)})
    assert (ben.status_code, ben.json()["role"]) == (201, "member")
    assert failure(await api.post(f"{path}/members", json={"user": str(people.ben.user_id)}))[0] == 409
    assert failure(await api.post(f"{path}/members", json={"user": str(people.zoe.user_id)}))[0] == 404
    listed = (await api.get(f"{path}/members", headers=BEN)).json()["items"]
    assert [(member["name"], member["role"]) for member in listed] == [("Ana", "owner"), ("Ben", "member")]

    renamed = await api.patch(path, json={"name": "Crew"}, headers={"if-match": '"1"'})
    assert (renamed.json()["name"], renamed.headers["etag"]) == ("Crew", '"2"')
    assert failure(await api.patch(path, json={"name": "X"}, headers={"if-match": '"1"'}))[0] == 409
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == (await api.delete(path)).status_code == 404
    rows = await conn.fetch("select verb, project_id from journal where subject_id = $1 order by seq", UUID(team["id"]))
    assert [tuple(row) for row in rows] == [("created", None), ("joined", None), ("changed", None), ("deleted", None)]


async def test_a_team_has_a_project_at_once_and_loses_it(
    api: httpx.AsyncClient, conn: Conn, people: People, crew: UUID, attic: UUID
) -> None:
    path = f"/api/projects/{attic}/teams"
    assert await role(api, attic, BEN) is None
    put = await api.put(path, json={"team": str(crew), "role": "viewer"})
    assert (put.status_code, list(put.json())) == (200, ["id", "name", "role", "added_at"])
    assert await role(api, attic, BEN) == "viewer"
    assert await role(api, attic, {}) == "owner"
    assert (await api.put(path, json={"team": {"id": str(crew)}})).json()["role"] == "editor"
    assert await role(api, attic, BEN) == "editor"
    teams = (await api.get(path, headers=BEN)).json()["items"]
    assert [(team["name"], team["role"]) for team in teams] == [("Crew", "editor")]

    through = await api.delete(f"/api/projects/{attic}/members/me", headers=BEN)
    assert failure(through)[:2] == (409, "CONFLICT")  # only through the team: it has to let them go
    assert (await api.delete(f"{path}/{crew}")).status_code == 204
    assert await role(api, attic, BEN) is None
    assert failure(await api.delete(f"{path}/{crew}"))[0] == 404
    rows = await conn.fetch(
        "select verb from journal where subject = 'member' and subject_id = $1 order by seq", people.ben.user_id
    )
    assert [row["verb"] for row in rows] == ["joined", "changed", "left"]


async def test_who_has_a_project_by_themselves_keeps_it(api: httpx.AsyncClient, people: People, crew: UUID) -> None:
    path = f"/api/projects/{people.home}"
    await api.patch(f"{path}/members/{people.ben.user_id}", json={"role": "viewer"})
    await api.put(f"{path}/teams", json={"team": str(crew)})
    assert await role(api, people.home, BEN) == "editor"  # the best of both
    [ben] = [each for each in (await api.get(f"{path}/members")).json()["items"] if each["name"] == "Ben"]
    assert (ben["role"], ben["own_role"]) == ("editor", "viewer")

    assert (await api.delete(f"/api/teams/{crew}/members/me", headers=BEN)).status_code == 204
    assert await role(api, people.home, BEN) == "viewer"
    await api.post(f"/api/teams/{crew}/members", json={"user": str(people.ben.user_id)})
    assert await role(api, people.home, BEN) == "editor"
    assert (await api.delete(f"{path}/members/me", headers=BEN)).status_code == 204  # now through the team alone
    assert await role(api, people.home, BEN) == "editor"
    assert (await api.delete(f"/api/teams/{crew}")).status_code == 204
    assert await role(api, people.home, BEN) is None
    assert await role(api, people.home, {}) == "owner"


async def test_who_leaves_a_team_is_taken_off_its_tasks(
    api: httpx.AsyncClient, conn: Conn, people: People, crew: UUID, act: ActMaker
) -> None:
    attic = (await create_project(conn, viewer=people.ana, name="Attic", by=act())).id
    await api.put(f"/api/projects/{attic}/teams", json={"team": str(crew)})
    ana, ben = people.ana.user_id, people.ben.user_id
    new = [NewTask(title=str(place), project_id=place, assignees=(ben, ana)) for place in (attic, people.home)]
    await create_tasks(conn, viewer=people.ben, new=new, by=act())
    await api.delete(f"/api/teams/{crew}/members/{ben}")
    assert await find_task(conn, viewer=people.ben, task_id=new[0].id) is None
    assigned = {task.id: await conn.fetchval("select assignees from tasks where id = $1", task.id) for task in new}
    assert assigned == {new[0].id: [ana], new[1].id: [ben, ana]}


async def test_the_fence_of_teams(api: httpx.AsyncClient, people: People, crew: UUID, attic: UUID) -> None:
    ana, ben = people.ana.user_id, people.ben.user_id
    team, project = f"/api/teams/{crew}", f"/api/projects/{people.home}/teams"

    async def all_of(headers: dict[str, str]) -> list[int]:
        answers: list[Any] = [
            await api.get(team, headers=headers),
            await api.get(f"{team}/members", headers=headers),
            await api.patch(team, json={"name": "X"}, headers=headers),
            await api.post(f"{team}/members", json={"user": str(ana)}, headers=headers),
            await api.patch(f"{team}/members/{ben}", json={"role": "owner"}, headers=headers),
            await api.delete(f"{team}/members/{ana}", headers=headers),
            await api.delete(team, headers=headers),
            await api.get(project, headers=headers),
            await api.put(project, json={"team": str(crew)}, headers=headers),
            await api.delete(f"{project}/{crew}", headers=headers),
        ]
        return [answer.status_code for answer in answers]

    assert await all_of(BEN) == [200, 200, 403, 403, 403, 403, 403, 200, 403, 403]
    assert await all_of(ZOE) == [404] * 10
    assert (await api.get("/api/teams", headers=ZOE)).json()["items"] == []
    # A team is given by somebody in it, to a project of theirs.
    lair = f"/api/projects/{people.lair}/teams"
    assert failure(await api.put(lair, json={"team": str(crew)}, headers=ZOE)) == (404, "NOT_FOUND", "team")
    assert failure(await api.put(lair, json={"team": str(crew)}))[0] == 404
    assert failure(await api.put(f"/api/projects/{attic}/teams", json={"team": NOBODY}))[0] == 404
    for path in (f"/api/teams/{NOBODY}", "/api/teams/none"):
        assert (await api.get(path)).status_code == (await api.delete(path)).status_code == 404
    assert (await api.delete(f"{team}/members/{people.zoe.user_id}")).status_code == 404


async def test_the_last_owner_of_a_team_stays(api: httpx.AsyncClient, people: People, crew: UUID) -> None:
    path = f"/api/teams/{crew}/members"
    for answer in (
        await api.delete(f"{path}/me"),
        await api.patch(f"{path}/{people.ana.user_id}", json={"role": "member"}),
    ):
        assert failure(answer) == (409, "CONFLICT", "role")
    assert (await api.patch(f"{path}/{people.ben.user_id}", json={"role": "owner"})).json()["role"] == "owner"
    assert (await api.delete(f"{path}/me")).status_code == 204
    assert (await api.get(f"/api/teams/{crew}")).status_code == 404
    assert (await api.get(f"/api/teams/{crew}", headers=BEN)).json()["role"] == "owner"


@pytest.mark.parametrize(
    "body", [{}, {"name": "\x00"}, {"name": "x" * 201}, {"name": 1}, {"name": "x", "role": "owner"}]
)
async def test_teams_that_cannot_be(api: httpx.AsyncClient, conn: Conn, crew: UUID, body: dict[str, object]) -> None:
    for answer in (await api.post("/api/teams", json=body), await api.patch(f"/api/teams/{crew}", json=body)):
        assert failure(answer)[:2] == (400, "BAD_REQUEST")
    assert await conn.fetchval("select array_agg(name) from teams") == ["Crew"]


async def test_roles_in_teams_that_cannot_be(api: httpx.AsyncClient, people: People, crew: UUID) -> None:
    for answer in (
        await api.post(f"/api/teams/{crew}/members", json={"user": str(people.ben.user_id), "role": "editor"}),
        await api.patch(f"/api/teams/{crew}/members/{people.ben.user_id}", json={"role": None}),
        await api.put(f"/api/projects/{people.home}/teams", json={"team": str(crew), "role": "owner"}),
        await api.put(f"/api/projects/{people.home}/teams", json={}),
    ):
        assert failure(answer)[:2] == (400, "BAD_REQUEST")


async def test_a_person_and_a_project_that_come_to_a_team_at_once_meet(
    pool: Pool, conn: Conn, people: People, attic: UUID, act: ActMaker
) -> None:
    team = await create_team(conn, viewer=people.ana, name="Crew", by=act())

    async def give_project() -> None:
        async with pool.acquire() as own, own.transaction():
            await put_project_team(own, viewer=people.ana, project_id=attic, team_id=team.id, role="viewer", by=act())

    async with pool.acquire() as first, first.transaction():
        ben = people.ben.user_id
        await put_team_member(first, viewer=people.ana, team_id=team.id, user_id=ben, role="member", by=act(), new=True)
        second = asyncio.create_task(give_project())
        await until(lambda: waits_or_ended(conn, second))
    await second
    found = "select role from project_members where project_id = $1 and user_id = $2"
    assert await conn.fetchval(found, attic, people.ben.user_id) == "viewer"

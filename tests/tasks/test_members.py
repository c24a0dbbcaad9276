import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from race import waits_or_ended
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from product_kit import until
from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import create_user
from tasktalk.db import Conn, Pool
from tasktalk.errors import AppError, BadRequest, Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.tasks import NewTask, TaskChanges, add_member, change_task, create_project, create_tasks, get_task
from tasktalk.tasks.journal.undo import find_last_change, undo
from tasktalk.tasks.projects.sharing.members import change_member, remove_member
from tasktalk.tasks.projects.sharing.settling import lock_sharing, settle_members
from tasktalk.tasks.reminders.model import NewReminder
from tasktalk.tasks.reminders.reminders import add_reminders
from tasktalk.up import sandbox

NOBODY = "00000000-0000-0000-0000-000000000000"


def members(people: People) -> str:
    return f"/api/projects/{people.home}/members"


async def roles(api: httpx.AsyncClient, people: People) -> dict[str, str]:
    page = (await api.get(members(people))).json()
    assert page["next"] is None
    return {member["name"]: member["role"] for member in page["items"]}


async def join(conn: Conn, people: People, who: Viewer, role: str, now: datetime) -> None:
    await add_member(
        conn,
        viewer=people.ana,
        project_id=people.home,
        user_id=who.user_id,
        role=role,  # type: ignore[arg-type]
        now=now,
    )


async def noted(conn: Conn, user_id: UUID) -> list[tuple[str, UUID, str | None, str | None]]:
    rows = await conn.fetch("select * from journal where subject = 'member' and subject_id = $1 order by seq", user_id)
    return [
        (
            row["verb"],
            row["project_id"],
            row["before"] and row["before"]["role"],
            row["after"] and row["after"]["role"],
        )
        for row in rows
    ]


async def test_people_come_change_and_go(api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker) -> None:
    attic = await create_project(conn, viewer=people.ana, name="Attic", by=act())
    path = f"/api/projects/{attic.id}/members"
    made = await api.post(path, json={"user": {"id": str(people.ben.user_id)}, "role": "viewer"})
    assert (made.status_code, list(made.json())) == (201, ["id", "name", "role", "own_role", "added_at"])
    assert (made.json()["name"], made.json()["role"], made.json()["own_role"]) == ("Ben", "viewer", "viewer")
    assert failure(await api.post(path, json={"user": str(people.ben.user_id)})) == (409, "CONFLICT", "user")

    one = f"{path}/{people.ben.user_id}"
    assert (await api.patch(one, json={"role": "owner"})).json()["role"] == "owner"
    assert (await api.patch(one, json={"role": "owner"})).status_code == 200
    assert (await api.delete(one)).status_code == 204
    assert failure(await api.delete(one))[0] == 404
    assert (await api.get(path, headers=BEN)).status_code == 404
    assert await noted(conn, people.ben.user_id) == [
        ("joined", attic.id, None, "viewer"),
        ("changed", attic.id, "viewer", "owner"),
        ("left", attic.id, "owner", None),
    ]


async def test_strangers_are_invited_not_added(api: httpx.AsyncClient, people: People) -> None:
    unknown = [await api.post(members(people), json={"user": user}) for user in (str(people.zoe.user_id), NOBODY)]
    assert [answer.json() for answer in unknown] == [unknown[0].json()] * 2
    assert failure(unknown[0]) == (404, "NOT_FOUND", "user")
    assert await roles(api, people) == {"Ana": "owner", "Ben": "editor"}


async def test_only_owners_say_who_is_in(api: httpx.AsyncClient, conn: Conn, people: People, now: datetime) -> None:
    path, ana, ben = members(people), people.ana.user_id, people.ben.user_id

    async def all_of(headers: dict[str, str]) -> list[int]:
        return [
            (await api.get(path, headers=headers)).status_code,
            (await api.get(f"{path}/me", headers=headers)).status_code,
            (await api.post(path, json={"user": str(ana)}, headers=headers)).status_code,
            (await api.patch(f"{path}/{ben}", json={"role": "owner"}, headers=headers)).status_code,
            (await api.delete(f"{path}/{ana}", headers=headers)).status_code,
        ]

    assert await all_of(BEN) == [200, 200, 403, 403, 403]
    assert await all_of(ZOE) == [404] * 5
    assert (await api.delete(f"{path}/me", headers=ZOE)).status_code == 404
    await join(conn, people, people.zoe, "viewer", now)
    assert await all_of(ZOE) == [200, 200, 403, 403, 403]
    assert await roles(api, people) == {"Ana": "owner", "Ben": "editor", "Zoe": "viewer"}
    for change in (await api.patch(f"{path}/{NOBODY}", json={"role": "owner"}), await api.delete(f"{path}/x")):
        assert failure(change)[0] == 404


async def test_the_last_owner_stays(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    path, ana, ben = members(people), people.ana.user_id, people.ben.user_id
    for answer in (
        await api.patch(f"{path}/{ana}", json={"role": "viewer"}),
        await api.delete(f"{path}/{ana}"),
        await api.delete(f"{path}/me"),
    ):
        assert failure(answer)[:2] == (409, "CONFLICT")
    await api.patch(f"{path}/{ben}", json={"role": "owner"})
    assert (await api.delete(f"{path}/me")).status_code == 204
    assert (await api.get(path)).status_code == 404
    assert (await api.get(path, headers=BEN)).status_code == 200
    assert await conn.fetchval("select owner_id from projects where id = $1", people.home) == ben
    assert failure(await api.delete(f"{path}/me", headers=BEN))[0] == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "user"),
        ({"user": "ben"}, "user"),
        ({"user": NOBODY, "role": "king"}, "role"),
        ({"user": NOBODY, "switches": {}}, "switches"),
    ],
)
async def test_members_that_cannot_be(
    api: httpx.AsyncClient, people: People, body: dict[str, object], field: str
) -> None:
    status, _, where = failure(await api.post(members(people), json=body))
    assert (status, str(where).split(".")[0]) == (400, field)
    path = f"{members(people)}/{people.ben.user_id}"
    assert failure(await api.patch(path, json={**body, "user": 1}))[0] == 400


async def test_who_leaves_is_taken_off_the_tasks(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    await join(conn, people, people.zoe, "viewer", now)
    ana, ben, zoe = people.ana.user_id, people.ben.user_id, people.zoe.user_id
    new = [NewTask(title=str(n), project_id=people.home, assignees=(ben, zoe, ana)) for n in range(3)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    await change_task(conn, viewer=people.ana, task_id=new[0].id, changes={"accepted": (ben, zoe)}, by=act())
    await change_task(conn, viewer=people.ana, task_id=new[1].id, changes={"status": "done"}, by=act())
    await change_task(conn, viewer=people.ana, task_id=new[2].id, changes={"deleted": True}, by=act())

    assert (await api.delete(f"{members(people)}/me", headers=ZOE)).status_code == 204  # a viewer may always leave
    rows = await conn.fetch("select * from tasks where project_id = $1 order by id", people.home)
    assert [row["assignees"] for row in rows] == [[ben, ana]] * 3
    assert rows[0]["accepted"] == [ben]
    change_set = await conn.fetchval("select change_set from journal where verb = 'left' and subject_id = $1", zoe)
    changed = await conn.fetch(
        "select * from journal where change_set = $1 and subject = 'task' order by task_id", change_set
    )
    assert [row["task_id"] for row in changed] == [task.id for task in new]
    assert {row["actor_id"] for row in changed} == {zoe}
    assert changed[0]["before"]["accepted"] == [str(ben), str(zoe)]


async def test_leaving_is_not_taken_back(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    new = NewTask(title="Paint", project_id=people.home, assignees=(people.ben.user_id,))
    making, leaving = act(), act()
    await create_tasks(conn, viewer=people.ana, new=[new], by=making)
    await remove_member(conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, by=leaving)
    assert (await get_task(conn, viewer=people.ana, task_id=new.id)).assignees == []
    assert await find_last_change(conn, viewer=people.ana, since=now) == making.change_set
    with pytest.raises(NotFound):
        await undo(conn, viewer=people.ana, change_set=leaving.change_set, by=act())


async def test_what_somebody_wants_to_hear(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    path = f"{members(people)}/me"
    mine = await api.patch(path, json={"notifications": {"commented": False, "completed": True}}, headers=BEN)
    assert mine.json()["notifications"] == {"commented": False, "completed": True}
    await api.patch(path, json={"notifications": {"commented": None, "added": False}}, headers=BEN)
    assert (await api.get(path, headers=BEN)).json()["notifications"] == {"completed": True, "added": False}
    assert (await api.get(path)).json()["notifications"] == {}
    for body in (
        {"notifications": {"sneezed": True}},
        {"notifications": {"added": "perhaps"}},
        {"notifications": None},
        {"notifications": {}, "role": "owner"},
        {},
    ):
        assert failure(await api.patch(path, json=body, headers=BEN))[:2] == (400, "BAD_REQUEST")
    assert (await api.patch(path, json={"notifications": {}}, headers=ZOE)).status_code == 404
    assert await noted(conn, people.ben.user_id) == []
    await api.patch(f"{members(people)}/{people.ben.user_id}", json={"role": "viewer"})
    assert (await api.get(path, headers=BEN)).json()["notifications"] == {"completed": True, "added": False}


async def test_adding_by_hand(conn: Conn, people: People, now: datetime) -> None:
    def add(viewer: Viewer, user_id: UUID, role: str) -> object:
        return add_member(
            conn,
            viewer=viewer,
            project_id=people.home,
            user_id=user_id,
            role=role,  # type: ignore[arg-type]
            now=now,
        )

    refused: list[tuple[Viewer, UUID, str, type[AppError]]] = [
        (people.ben, people.zoe.user_id, "editor", Forbidden),
        (people.zoe, people.zoe.user_id, "editor", NotFound),
        (people.ana, UUID(NOBODY), "editor", NotFound),
        (people.ana, people.zoe.user_id, "king", BadRequest),
        (people.ana, people.ana.user_id, "editor", Conflict),
    ]
    for viewer, user_id, role, error in refused:
        with pytest.raises(error):
            await add(viewer, user_id, role)  # type: ignore[misc]
    await join(conn, people, people.zoe, "viewer", now)
    await join(conn, people, people.zoe, "editor", now)
    rows = await conn.fetch("select role, own_role from project_members where user_id = $1", people.zoe.user_id)
    assert ("editor", "editor") in {(row["role"], row["own_role"]) for row in rows}
    assert await noted(conn, people.zoe.user_id) == []  # part of a set-up: nobody is told


async def test_settling_what_is_settled_writes_nothing(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    await lock_sharing(conn, project_ids=[people.home, people.lair])
    places = [people.home, people.lair]
    before = await conn.fetch("select *, xmin from project_members order by project_id, user_id")
    assert await settle_members(conn, viewer=people.ana, project_ids=places, now=now, by=act()) == []
    assert await conn.fetch("select *, xmin from project_members order by project_id, user_id") == before


async def test_the_project_of_the_sandbox_is_its_peoples_own(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    emails = ["ana@example.org", "ben@example.org"]
    place = new_id()
    await sandbox.Q.share_project(conn, id=place, owner_email=emails[0], name="Shared", emails=emails)
    assert await settle_members(conn, viewer=people.ana, project_ids=[place], now=now, by=act()) == []
    assert await conn.fetchval("select count(*) from project_members where project_id = $1", place) == 2


async def test_of_two_owners_who_leave_at_once_one_stays(
    pool: Pool, conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    await join(conn, people, people.ben, "owner", now)

    async def leave(own: Conn, viewer: Viewer) -> None:
        await remove_member(own, viewer=viewer, project_id=people.home, user_id=viewer.user_id, by=act())

    async def leave_too() -> None:
        async with pool.acquire() as own, own.transaction():
            await leave(own, people.ben)

    async with pool.acquire() as first, first.transaction():
        await leave(first, people.ana)
        second = asyncio.create_task(leave_too())
        await until(lambda: waits_or_ended(conn, second))
    with pytest.raises(Conflict):
        await second
    left = await conn.fetch("select user_id from project_members where project_id = $1", people.home)
    assert [row["user_id"] for row in left] == [people.ben.user_id]


async def test_an_account_that_goes_takes_nobody_elses_project(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    maker = Viewer(await create_user(conn, name="Mia", email=None), "Mia", "member", "en", "UTC")
    project = await create_project(conn, viewer=maker, name="Shared", by=act())
    await add_member(conn, viewer=maker, project_id=project.id, user_id=people.ana.user_id, role="owner", now=now)
    await change_member(conn, viewer=people.ana, project_id=project.id, user_id=maker.user_id, role="editor", by=act())
    await conn.execute("delete from users where id = $1", maker.user_id)
    assert await conn.fetchval("select owner_id from projects where id = $1", project.id) == people.ana.user_id


async def test_who_leaves_while_they_are_given_a_task_does_not_keep_it(
    conn: Conn, pool: Pool, people: People, act: ActMaker
) -> None:
    old = NewTask(title="Paint", project_id=people.home)
    new = NewTask(title="Mow", project_id=people.home, assignees=(people.ben.user_id,))
    await create_tasks(conn, viewer=people.ana, new=[old], by=act())

    async def leave() -> None:
        async with pool.acquire() as other, other.transaction():
            await remove_member(other, viewer=people.ben, project_id=people.home, user_id=people.ben.user_id, by=act())

    async with pool.acquire() as watch:
        async with conn.transaction():
            given: TaskChanges = {"assignees": (people.ben.user_id,)}
            await change_task(conn, viewer=people.ana, task_id=old.id, changes=given, by=act())
            await create_tasks(conn, viewer=people.ana, new=[new], by=act())
            leaving = asyncio.create_task(leave())
            await until(lambda: waits_or_ended(watch, leaving))
        await leaving
    for task in (old, new):
        assert (await get_task(conn, viewer=people.ana, task_id=task.id)).assignees == []


async def test_who_comes_back_is_reminded_again(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    due: dict[str, Any] = {"due_on": date(2030, 1, 1), "due_time": time(9), "project_id": people.home}
    [anas] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Anas", **due)], by=act())
    [bens] = await create_tasks(conn, viewer=people.ben, new=[NewTask(title="Bens", **due)], by=act())
    before = [NewReminder(offset=-timedelta(minutes=30))]
    await add_reminders(conn, viewer=people.ben, task_ids=[anas.id], new=before, by=act())
    await remove_member(conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, by=act())
    for task in (anas, bens):
        later: TaskChanges = {"due_on": date(2030, 1, 2)}
        await change_task(conn, viewer=people.ana, task_id=task.id, changes=later, by=act())
    count = "select count(ring_at) from reminders where user_id = $1"
    assert await conn.fetchval(count, people.ben.user_id) == 0
    back = {"project_id": people.home, "user_id": people.ben.user_id}
    await add_member(conn, viewer=people.ana, **back, role="editor", now=now, by=act())
    assert await conn.fetchval(count, people.ben.user_id) == 2

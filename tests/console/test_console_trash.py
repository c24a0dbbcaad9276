"""The trash on screen: what lies in it, out of it again, and gone for good."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk import Browser, Desk

from tasktalk.ids import new_id
from tasktalk.settings import Settings
from tasktalk.tasks.changes import change_task
from tasktalk.tasks.model import Act, NewTask
from tasktalk.tasks.projects.projects import change_project, create_project
from tasktalk.tasks.tasks import create_tasks


@pytest.fixture(autouse=True)
def settled(desk: Desk) -> None:
    desk.app.state.settings = Settings(_env_file=None)


def act() -> Act:
    return Act(new_id(), "web", datetime.now(UTC))


async def deleted(desk: Desk, who: Browser, title: str, project: UUID | None = None) -> UUID:
    assert who.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        new = [NewTask(title=title, project_id=project), NewTask(title="A step")]
        [task, step] = await create_tasks(conn, viewer=who.viewer, new=new, by=act())
        if project is None:
            await change_task(conn, viewer=who.viewer, task_id=step.id, changes={"parent_id": task.id}, by=act())
        await change_task(conn, viewer=who.viewer, task_id=task.id, changes={"deleted": True}, by=act())
    return task.id


async def test_a_task_comes_back_or_goes_for_good(ana: Browser, ben: Browser, desk: Desk) -> None:
    assert "Nothing in the trash" in await ana.read("/trash")
    first, second = await deleted(desk, ana, "<b>Milk</b>"), await deleted(desk, ana, "Bread")
    page = await ana.read("/trash")
    for words in ("&lt;b&gt;Milk", "Bread", "stays here for 30 days", "goes for good"):
        assert words in page, words
    assert "A step" not in page  # goes with its parent
    assert 'href="/trash"' in await ana.read("/tasks?view=all")
    assert 'href="/trash"' in await ana.read("/account/data")

    assert "Bread" not in await ben.read("/trash")
    for way in (f"/trash/tasks/{first}/restore", f"/trash/{second}/purge", f"/trash/{new_id()}/purge"):
        assert (await ben.send(way, on="/trash")).status_code == 404, way
    assert (await ana.open("/trash?after=x")).status_code == 400
    assert (await ana.send("/trash/x/purge", on="/trash")).status_code == 404

    assert (await ana.send(f"/trash/tasks/{first}/restore", on="/trash")).status_code == 303
    assert "Restored: &lt;b&gt;Milk" in (page := await ana.read("/trash"))
    assert "/undo/" in page
    assert (await ana.send(f"/trash/{first}/purge", on="/trash")).status_code == 404  # it is not there any more
    assert (await ana.send(f"/trash/{second}/purge", on="/trash")).status_code == 303
    assert "Deleted for good: Bread" in await ana.read("/trash")
    assert await desk.pool.fetchval("select count(*) from tasks") == 2
    assert await desk.pool.fetchval("select count(*) from journal where task_id = $1", second) == 0
    assert await desk.pool.fetchval("select count(*) from journal where task_id = $1", first) > 0


async def test_what_is_shared_goes_for_good_by_its_owner_alone(ana: Browser, ben: Browser, desk: Desk) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        home = await create_project(conn, viewer=ana.viewer, name="Attic", by=act())
        await conn.execute(
            "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'editor', 'editor')",
            home.id,
            ben.viewer.user_id,
        )
    task = await deleted(desk, ben, "Paint", home.id)
    page = await ben.read("/trash")
    assert f"/trash/tasks/{task}/restore" in page
    assert f"/trash/{task}/purge" not in page
    assert f"/trash/{task}/purge" in await ana.read("/trash")
    assert (await ben.send(f"/trash/{task}/purge", on="/trash")).status_code == 403

    async with desk.pool.acquire() as conn, conn.transaction():
        await change_project(conn, viewer=ana.viewer, project_id=home.id, changes={"deleted": True}, by=act())
    page = await ana.read("/trash")
    assert f"/trash/{home.id}/purge" in page
    assert "Paint" not in page  # lies in the project, with which it comes and goes
    assert (await ana.send(f"/trash/{task}/purge", on="/trash")).status_code == 404
    assert "Its owners may restore it." in await ben.read("/trash")
    for way in (f"/trash/{home.id}/purge", f"/trash/projects/{home.id}/restore"):
        assert (await ben.send(way, on="/trash")).status_code == 403, way
    assert (await ana.send(f"/trash/projects/{home.id}/restore", on="/trash")).status_code == 303
    assert f"/trash/{home.id}/purge" not in await ana.read("/trash")
    async with desk.pool.acquire() as conn, conn.transaction():
        await change_project(conn, viewer=ana.viewer, project_id=home.id, changes={"deleted": True}, by=act())
    assert (await ana.send(f"/trash/{home.id}/purge", on="/trash")).status_code == 303
    assert await desk.pool.fetchval("select count(*) from projects where id = $1", home.id) == 0
    assert await desk.pool.fetchval("select count(*) from tasks where id = $1", task) == 0
    assert await desk.pool.fetchval("select count(*) from journal where project_id = $1", home.id) == 0


async def test_what_is_offered_is_what_one_may(ana: Browser, ben: Browser, desk: Desk) -> None:
    """In an archived project as in others; who only looks is offered nothing."""
    assert ana.viewer is not None
    assert ben.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        shed = await create_project(conn, viewer=ana.viewer, name="Shed", by=act())
        await conn.execute(
            "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'viewer', 'viewer')",
            shed.id,
            ben.viewer.user_id,
        )
    task = await deleted(desk, ana, "Sweep", shed.id)
    async with desk.pool.acquire() as conn, conn.transaction():
        await change_project(conn, viewer=ana.viewer, project_id=shed.id, changes={"archived": True}, by=act())
    page = await ben.read("/trash")
    assert "Sweep" in page
    assert str(task) not in page
    page = await ana.read("/trash")
    for way in (f"/trash/tasks/{task}/restore", f"/trash/{task}/purge"):
        assert way in page, way
    assert (await ana.send(f"/trash/{task}/purge", on="/trash")).status_code == 303

from datetime import date, time

import pytest
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.errors import Conflict, NotFound
from tasktalk.tasks import (
    NewTask,
    change_task,
    change_tasks,
    create_project,
    create_tasks,
    find_project_by_name,
    find_task,
    get_task,
    list_projects,
    undo,
)
from tasktalk.tasks.projects.sharing.members import remove_member


async def test_undoing_a_capture_and_redoing_it(conn: Conn, people: People, act: ActMaker) -> None:
    made, back, again = act(), act(), act()
    tasks = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Milk"), NewTask(title="Eggs")], by=made)

    changes = await undo(conn, viewer=people.ana, change_set=made.change_set, by=back)
    assert [(change.title, change.verb) for change in changes] == [("Milk", "deleted"), ("Eggs", "deleted")]
    assert await find_task(conn, viewer=people.ana, task_id=tasks[0].id) is None
    with pytest.raises(NotFound):
        await undo(conn, viewer=people.ana, change_set=made.change_set, by=act())

    changes = await undo(conn, viewer=people.ana, change_set=back.change_set, by=again)
    assert [change.verb for change in changes] == ["restored", "restored"]
    assert (await get_task(conn, viewer=people.ana, task_id=tasks[0].id)).title == "Milk"


async def test_undo_restores_every_column_of_several_tasks(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewTask(
        title="Plan",
        notes="all",
        priority=2,
        due_on=date(2026, 11, 27),
        due_time=time(17),
        labels=("x",),
        section="Later",
        project_id=people.home,
        assignees=(people.ben.user_id,),
        recurrence={"rrule": "FREQ=WEEKLY", "from": "schedule", "text": "weekly"},
    )
    before = await create_tasks(conn, viewer=people.ana, new=[new, NewTask(title="Other")], by=act())
    done = act()
    await change_tasks(conn, viewer=people.ana, changes=[(task.id, {"status": "done"}) for task in before], by=done)
    await change_task(
        conn, viewer=people.ana, task_id=new.id, changes={"project_id": None, "due_on": None, "labels": ()}, by=done
    )
    await undo(conn, viewer=people.ana, change_set=done.change_set, by=act())
    for task in before:
        now = await get_task(conn, viewer=people.ana, task_id=task.id)
        assert {**_plain(now), "version": 0} == {**_plain(task), "version": 0}
        assert now.version > task.version


async def test_what_changed_since_is_not_undone(conn: Conn, people: People, act: ActMaker) -> None:
    first, second = act(), act()
    new = [NewTask(title="Paint", project_id=people.home), NewTask(title="Dust", project_id=people.home)]
    await create_tasks(conn, viewer=people.ana, new=new, by=first)
    await change_task(conn, viewer=people.ben, task_id=new[0].id, changes={"title": "Paint it red"}, by=second)
    with pytest.raises(Conflict) as refused:
        await undo(conn, viewer=people.ana, change_set=first.change_set, by=act())
    assert refused.value.data == {"titles": ["Paint"]}
    assert await find_task(conn, viewer=people.ana, task_id=new[1].id) is not None

    # Once the later change is taken back by its own maker it stays a later change; the row has moved on.
    await undo(conn, viewer=people.ben, change_set=second.change_set, by=act())
    assert (await get_task(conn, viewer=people.ana, task_id=new[0].id)).title == "Paint"


async def test_nobody_takes_back_what_another_did(conn: Conn, people: People, act: ActMaker) -> None:
    made = act()
    await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Paint", project_id=people.home)], by=made)
    for viewer in (people.ben, people.zoe):
        with pytest.raises(NotFound):
            await undo(conn, viewer=viewer, change_set=made.change_set, by=act())


async def test_a_project_and_its_tasks_go_and_come_back(conn: Conn, people: People, act: ActMaker) -> None:
    made, back = act(), act()
    project = await create_project(conn, viewer=people.ana, name="Été", by=made)
    found = await find_project_by_name(conn, viewer=people.ana, name="#ete")
    assert found is not None
    assert found.id == project.id
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Swim", project_id=project.id)], by=made)

    changes = await undo(conn, viewer=people.ana, change_set=made.change_set, by=back)
    assert {(change.subject, change.verb) for change in changes} == {("task", "deleted"), ("project", "deleted")}
    assert "Été" not in {listed.name for listed in await list_projects(conn, viewer=people.ana)}

    await undo(conn, viewer=people.ana, change_set=back.change_set, by=act())
    assert (await get_task(conn, viewer=people.ana, task_id=task.id)).project is not None


async def test_a_task_does_not_go_back_to_where_its_mover_is_out(conn: Conn, people: People, act: ActMaker) -> None:
    moved = act()
    [task] = await create_tasks(conn, viewer=people.ben, new=[NewTask(title="Mine", project_id=people.home)], by=act())
    await change_task(conn, viewer=people.ben, task_id=task.id, changes={"project_id": None}, by=moved)
    await conn.execute("delete from project_members where user_id = $1", people.ben.user_id)
    with pytest.raises(Conflict):
        await undo(conn, viewer=people.ben, change_set=moved.change_set, by=act())


async def test_who_left_is_not_given_a_task_again(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewTask(title="Paint", project_id=people.home, assignees=(people.ben.user_id, people.ana.user_id))
    [task] = await create_tasks(conn, viewer=people.ana, new=[new], by=act())
    off = act()
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"assignees": ()}, by=off)
    await remove_member(conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, by=act())
    await undo(conn, viewer=people.ana, change_set=off.change_set, by=act())
    back = await get_task(conn, viewer=people.ana, task_id=task.id)
    assert [person.name for person in back.assignees] == ["Ana"]


def _plain(task: object) -> dict[str, object]:
    return {name: getattr(task, name) for name in task.__slots__ if name != "updated_at"}  # type: ignore[attr-defined]

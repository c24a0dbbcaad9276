import asyncio
from datetime import UTC, date, datetime, time
from uuid import UUID

import msgspec
import pytest
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.tasks import (
    Act,
    NewTask,
    TaskChanges,
    add_member,
    change_task,
    change_tasks,
    create_tasks,
    find_task,
    get_task,
    list_tasks_by_ids,
)


async def test_a_new_task_has_the_contracts_json(conn: Conn, people: People, now: datetime) -> None:
    by = Act(new_id(), "whatsapp", now)
    new = NewTask(
        title="  Pay\trent \x00now",
        notes="line\r\nline",
        priority=1,
        due_on=date(2026, 12, 1),
        due_time=time(9),
        deadline_on=date(2026, 12, 3),
        recurrence={"rrule": "FREQ=MONTHLY;BYMONTHDAY=1", "from": "schedule", "text": "every month on the 1st"},
        project_id=people.home,
        labels=("@money", "Money", "home"),
        assignees=(people.ben.user_id,),
        source_message_id="wamid.X",
    )
    [task] = await create_tasks(conn, viewer=people.ana, new=[new], by=by)
    shown = msgspec.json.decode(msgspec.json.encode(task))
    moment = now.isoformat().replace("+00:00", "Z")
    assert shown == {
        "id": str(new.id),
        "title": "Pay rent now",
        "notes": "line\nline",
        "status": "open",
        "priority": 1,
        "due": {"date": "2026-12-01", "time": "09:00", "datetime": "2026-12-01T09:00:00+01:00"},
        "start": None,
        "deadline": "2026-12-03",
        "duration_minutes": None,
        "recurrence": {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1", "from": "schedule", "text": "every month on the 1st"},
        "project": {"id": str(people.home), "name": "Home"},
        "section": None,
        "labels": ["money", "home"],
        "assignees": [{"id": str(people.ben.user_id), "name": "Ben"}],
        "parent_id": None,
        "subtasks_count": 0,
        "attachments": [],
        "comments_count": 0,
        "position": now.timestamp(),
        "created_at": moment,
        "updated_at": moment,
        "completed_at": None,
        "version": 1,
        "source": {"channel": "whatsapp", "message_id": "wamid.X"},
        "due_zone": None,
        "moved": False,
    }
    assert await get_task(conn, viewer=people.ben, task_id=task.id) == task


async def test_a_batch_keeps_its_order_and_its_subtasks(conn: Conn, people: People, act: ActMaker) -> None:
    parent = NewTask(title="Move house", project_id=people.home)
    child = NewTask(title="Pack", parent_id=parent.id)
    last = NewTask(title="Sleep")
    made = await create_tasks(conn, viewer=people.ana, new=[last, parent, child], by=act())
    assert [task.title for task in made] == ["Sleep", "Move house", "Pack"]
    assert made[1].subtasks_count == 1
    assert made[2].parent_id == parent.id
    assert made[2].project == made[1].project
    [grown] = await create_tasks(conn, viewer=people.ben, new=[NewTask(title="Tape", parent_id=child.id)], by=act())
    assert grown.project == made[1].project


@pytest.mark.parametrize(
    "new",
    [
        {"title": " \x00 "},
        {"title": "x" * 1001},
        {"priority": 5},
        {"due_time": time(9)},
        {"due_on": date(9999, 12, 31)},
        {"duration_minutes": 0},
        {"labels": ("x" * 101,)},
        {"labels": tuple(str(n) for n in range(51))},
        {"recurrence": {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "from": "schedule", "text": ""}},
        {"recurrence": {"rrule": "FREQ=SECONDLY", "from": "schedule", "text": ""}},
        {"recurrence": {"rrule": "nonsense", "from": "schedule", "text": ""}},
        {"position": float("nan")},
        {"due_on": date(2026, 1, 1), "due_time": time(9), "due_zone": "Mars/Olympus"},
    ],
)
async def test_what_a_task_cannot_hold_is_refused_whole(
    conn: Conn, people: People, act: ActMaker, new: dict[str, object]
) -> None:
    bad = NewTask(**({"title": "Bad"} | new))  # type: ignore[arg-type]
    with pytest.raises(BadRequest) as refused:
        await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Good"), bad], by=act())
    assert refused.value.data["field"]
    assert await conn.fetchval("select count(*) from tasks") == 0


async def test_nobody_writes_where_they_may_not(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    [private] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Secret")], by=act())
    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.zoe.user_id, role="viewer", now=now
    )
    [shared] = await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="Paint", project_id=people.home)], by=act()
    )

    for viewer in (people.ben, people.zoe):
        assert await find_task(conn, viewer=viewer, task_id=private.id) is None
        with pytest.raises(NotFound):
            await change_task(conn, viewer=viewer, task_id=private.id, changes={"title": "Mine"}, by=act())
        with pytest.raises(NotFound):
            await create_tasks(conn, viewer=viewer, new=[NewTask(title="Under", parent_id=private.id)], by=act())
    with pytest.raises(NotFound):
        await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Trap", project_id=people.lair)], by=act())
    with pytest.raises(NotFound):
        await change_task(conn, viewer=people.ana, task_id=private.id, changes={"project_id": people.lair}, by=act())

    assert await find_task(conn, viewer=people.zoe, task_id=shared.id) == shared
    with pytest.raises(Forbidden):
        await change_task(conn, viewer=people.zoe, task_id=shared.id, changes={"title": "No"}, by=act())
    with pytest.raises(Forbidden):
        await create_tasks(conn, viewer=people.zoe, new=[NewTask(title="No", project_id=people.home)], by=act())
    with pytest.raises(BadRequest):
        await change_task(
            conn, viewer=people.ana, task_id=private.id, changes={"assignees": (people.ben.user_id,)}, by=act()
        )
    with pytest.raises(BadRequest):
        await create_tasks(
            conn, viewer=people.ana, new=[NewTask(title="No", assignees=(people.ben.user_id,))], by=act()
        )


async def test_a_change_touches_only_what_is_sent(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewTask(title="Call", notes="ask", due_on=date(2026, 11, 24), due_time=time(17), labels=("phone",))
    [task] = await create_tasks(conn, viewer=people.ana, new=[new], by=act())

    moved = await change_task(
        conn, viewer=people.ana, task_id=task.id, changes={"due_on": date(2026, 11, 27)}, by=act()
    )
    assert moved.due is not None
    assert (moved.due.date, moved.due.time) == (date(2026, 11, 27), "17:00")
    assert (moved.title, moved.notes, moved.labels, moved.version) == ("Call", "ask", ["phone"], 2)

    same = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"title": "Call"}, by=act())
    assert same == moved
    cleared = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_on": None}, by=act())
    assert cleared.due is None

    with pytest.raises(Conflict) as stale:
        await change_task(conn, viewer=people.ana, task_id=task.id, changes={"title": "X"}, by=act(), version=1)
    assert stale.value.data == {"version": 3}


async def test_done_and_open_again(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Milk")], by=act())
    done = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "done"}, by=act())
    assert (done.status, done.completed_at) == ("done", now)
    again = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "open"}, by=act())
    assert (again.status, again.completed_at) == ("open", None)
    verbs = await conn.fetch("select verb from journal where subject_id = $1 order by seq", task.id)
    assert [row["verb"] for row in verbs] == ["created", "completed", "reopened"]


async def test_a_recurring_task_moves_on_when_done(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewTask(
        title="Water plants",
        due_on=date(2026, 11, 20),
        due_time=time(8),
        recurrence={"rrule": "FREQ=WEEKLY;BYDAY=FR;COUNT=3", "from": "schedule", "text": "every friday"},
    )
    [task] = await create_tasks(conn, viewer=people.ana, new=[new], by=act())
    days = []
    for _ in range(2):
        task = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "done"}, by=act())
        assert task.status == "open"
        assert task.due is not None
        days.append((task.due.date, task.due.time))
    assert days == [(date(2026, 11, 27), "08:00"), (date(2026, 12, 4), "08:00")]
    task = await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "done"}, by=act())
    assert task.status == "done"


async def test_moving_takes_subtasks_along_and_lets_outsiders_go(conn: Conn, people: People, act: ActMaker) -> None:
    parent = NewTask(title="Party", project_id=people.home, section="Ideas", assignees=(people.ben.user_id,))
    child = NewTask(title="Cake", parent_id=parent.id, section="Ideas", assignees=(people.ben.user_id,))
    await create_tasks(conn, viewer=people.ana, new=[parent, child], by=act())
    moved = await change_task(conn, viewer=people.ana, task_id=parent.id, changes={"project_id": None}, by=act())
    assert (moved.project, moved.section, moved.assignees, moved.subtasks_count) == (None, None, [], 1)
    [along] = await list_tasks_by_ids(conn, viewer=people.ana, ids=[child.id])
    assert (along.project, along.section, along.assignees) == (None, None, [])
    assert await list_tasks_by_ids(conn, viewer=people.ben, ids=[parent.id, child.id]) == []


async def test_no_task_lies_under_itself(conn: Conn, people: People, act: ActMaker) -> None:
    top, low = NewTask(title="Top"), NewTask(title="Low")
    await create_tasks(conn, viewer=people.ana, new=[top, low], by=act())
    await change_task(conn, viewer=people.ana, task_id=low.id, changes={"parent_id": top.id}, by=act())
    for parent in (top.id, low.id):
        with pytest.raises(BadRequest):
            await change_task(conn, viewer=people.ana, task_id=top.id, changes={"parent_id": parent}, by=act())


async def test_several_are_changed_at_once_or_not_at_all(conn: Conn, people: People, act: ActMaker) -> None:
    new = [NewTask(title=str(n)) for n in range(3)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    order = [new[2].id, new[0].id]
    done = await change_tasks(conn, viewer=people.ana, changes=[(id_, {"status": "done"}) for id_ in order], by=act())
    assert [task.id for task in done] == order
    with pytest.raises(NotFound):
        await change_tasks(
            conn, viewer=people.ana, changes=[(new[1].id, {"status": "done"}), (UUID(int=0), {"title": "?"})], by=act()
        )
    assert (await get_task(conn, viewer=people.ana, task_id=new[1].id)).status == "open"


async def test_a_deleted_task_is_gone_until_restored(conn: Conn, people: People, act: ActMaker) -> None:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Oops")], by=act())
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"deleted": True}, by=act())
    assert await find_task(conn, viewer=people.ana, task_id=task.id) is None
    with pytest.raises(NotFound):
        await change_task(conn, viewer=people.ana, task_id=task.id, changes={"title": "X"}, by=act())
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"deleted": False}, by=act())
    assert await find_task(conn, viewer=people.ana, task_id=task.id) is not None


async def test_hours_that_the_clock_skips_or_repeats(conn: Conn, people: People, act: ActMaker) -> None:
    skipped = NewTask(title="Gap", due_on=date(2027, 3, 28), due_time=time(2, 30))
    repeated = NewTask(title="Fold", due_on=date(2026, 10, 25), due_time=time(2, 30))
    made = await create_tasks(conn, viewer=people.ana, new=[skipped, repeated], by=act())
    moments = [task.due.datetime for task in made if task.due and task.due.datetime]
    assert [m.astimezone(UTC) for m in moments] == [
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ]
    assert moments[0].isoformat() == "2027-03-28T03:30:00+02:00"


async def test_a_turn_costs_a_statement_to_make_and_three_to_change(conn: Conn, people: People, act: ActMaker) -> None:
    await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Warm")], by=act())  # the driver learns the types
    said: list[str] = []
    conn.add_query_logger(lambda query: said.append(query.query))  # type: ignore[union-attr]
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Fast", project_id=people.home)], by=act())
    await asyncio.sleep(0)  # the driver tells its listeners a moment later
    assert len(said) == 1
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"status": "done"}, by=act())
    await asyncio.sleep(0)
    assert len(said) == 4


async def test_what_is_made_is_answered_as_it_is_read(conn: Conn, people: People, act: ActMaker) -> None:
    whole = NewTask(
        title="Paint",
        notes="twice",
        priority=2,
        due_on=date(2026, 12, 1),
        due_time=time(9),
        start_on=date(2026, 11, 30),
        duration_minutes=30,
        recurrence={"rrule": "FREQ=DAILY", "from": "schedule", "text": "daily"},
        project_id=people.home,
        section="Walls",
        labels=("blue",),
        assignees=(people.ben.user_id, people.ana.user_id),
    )
    new = [
        whole,
        NewTask(title="Buy brushes", parent_id=whole.id, due_on=date(2026, 12, 1), due_time=time(9), due_zone="UTC"),
        NewTask(title="Mine alone", labels=("Blue",)),
    ]
    made = await create_tasks(conn, viewer=people.ana, new=new, by=act())
    assert made == await list_tasks_by_ids(conn, viewer=people.ana, ids=[task.id for task in new])
    assert (made[0].subtasks_count, made[0].section) == (1, "Walls")


async def test_two_changes_of_one_task_are_one(conn: Conn, people: People, act: ActMaker) -> None:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Twice")], by=act())
    both = [(task.id, TaskChanges(priority=1)), (task.id, TaskChanges(notes="and notes"))]
    first, second = await change_tasks(conn, viewer=people.ana, changes=both, by=act())
    assert first == second
    assert (first.priority, first.notes, first.version) == (1, "and notes", 2)


async def test_labels_of_others_do_not_become_mine(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewTask(title="Paint", project_id=people.home, labels=("anas",))
    [task] = await create_tasks(conn, viewer=people.ana, new=[new], by=act())
    both: TaskChanges = {"labels": ("anas", "bens")}
    await change_task(conn, viewer=people.ben, task_id=task.id, changes=both, by=act())
    rows = await conn.fetch("select owner_id, name from labels")
    assert {(row["owner_id"], row["name"]) for row in rows} == {
        (people.ana.user_id, "anas"),
        (people.ben.user_id, "bens"),
    }

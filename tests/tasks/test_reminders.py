"""When reminders ring, and who takes them."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from task_people import ActMaker, People

from tasktalk.db import Conn, Pool
from tasktalk.errors import BadRequest, NotFound
from tasktalk.ids import new_id
from tasktalk.tasks import Act, NewTask, Task, TaskChanges, change_task, change_tasks, create_tasks, undo
from tasktalk.tasks.projects.projects import change_project
from tasktalk.tasks.reminders import due as due_reminders
from tasktalk.tasks.reminders.due import find_next_due, find_next_ring, take_due_reminders
from tasktalk.tasks.reminders.model import Moment, NewReminder
from tasktalk.tasks.reminders.planning import plan_reminders
from tasktalk.tasks.reminders.reading import read_offset, read_reminder, spell_offset
from tasktalk.tasks.reminders.reminders import (
    add_reminders,
    change_reminder,
    delete_reminder,
    list_task_reminders,
    list_upcoming,
)

HALF_HOUR = NewReminder(offset=-timedelta(minutes=30))
TODAY = date(2026, 11, 23)
FIVE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # 17:00 in Madrid


async def make(conn: Conn, people: People, act: ActMaker, **values: Any) -> Task:
    """A task of Ana's, due today at 17:00 unless `values` say otherwise."""
    values = {"title": "Call", "due_on": TODAY, "due_time": time(17)} | values
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(**values)], by=act())
    return task


async def rings(conn: Conn, task: Task) -> list[tuple[UUID, datetime | None, bool]]:
    """Who hears of a task when, and whether by default."""
    rows = await conn.fetch(
        "select user_id, ring_at, is_default from reminders where task_id = $1 order by ring_at, user_id", task.id
    )
    return [tuple(row) for row in rows]


async def change(conn: Conn, people: People, act: ActMaker, task: Task, changes: TaskChanges) -> Task:
    return await change_task(conn, viewer=people.ana, task_id=task.id, changes=changes, by=act())


async def test_a_task_with_a_time_rings_its_owner_when_it_is_due(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    assert await rings(conn, task) == [(people.ana.user_id, FIVE, True)]
    later = await change(conn, people, act, task, {"due_time": time(18, 30)})
    assert await rings(conn, later) == [(people.ana.user_id, FIVE + timedelta(minutes=90), True)]
    await change(conn, people, act, task, {"due_time": None})
    assert await rings(conn, task) == []
    assert await rings(conn, await make(conn, people, act, due_time=None)) == []
    assert await rings(conn, await make(conn, people, act, due_time=time(9))) == [(people.ana.user_id, None, True)]


async def test_those_it_is_given_to_are_reminded(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act, project_id=people.home, assignees=(people.ben.user_id,))
    assert await rings(conn, task) == [(people.ben.user_id, FIVE, True)]
    await change(conn, people, act, task, {"assignees": (people.ana.user_id, people.ben.user_id)})
    assert {user for user, _, _ in await rings(conn, task)} == {people.ana.user_id, people.ben.user_id}
    await change(conn, people, act, task, {"assignees": ()})
    assert await rings(conn, task) == [(people.ana.user_id, FIVE, True)]


async def test_one_s_own_take_the_place_of_the_default(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act, project_id=people.home)
    [own] = await add_reminders(conn, viewer=people.ana, task_ids=[task.id], new=[HALF_HOUR], by=act())
    assert (own.offset, own.next_at, own.default) == ("-PT30M", FIVE - timedelta(minutes=30), False)
    assert await rings(conn, task) == [(people.ana.user_id, FIVE - timedelta(minutes=30), False)]
    await add_reminders(
        conn, viewer=people.ben, task_ids=[task.id], new=[NewReminder(offset=timedelta(hours=1))], by=act()
    )
    assert len(await rings(conn, task)) == 2
    await delete_reminder(conn, viewer=people.ana, reminder_id=own.id, by=act())
    assert (people.ana.user_id, FIVE, True) in await rings(conn, task)


async def test_a_default_that_was_dropped_does_not_come_back(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    [default] = await list_task_reminders(conn, viewer=people.ana, task_id=task.id)
    by = act()
    await delete_reminder(conn, viewer=people.ana, reminder_id=default.id, by=by)
    await change(conn, people, act, task, {"due_time": time(18)})
    assert await list_task_reminders(conn, viewer=people.ana, task_id=task.id) == []
    assert await find_next_ring(conn) is None
    await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
    assert await find_next_ring(conn) == FIVE + timedelta(hours=1)


@pytest.mark.parametrize("ended", [{"status": "done"}, {"status": "cancelled"}, {"deleted": True}])
async def test_what_is_over_does_not_ring_until_it_is_open_again(
    conn: Conn, people: People, act: ActMaker, ended: TaskChanges
) -> None:
    absolute, daily = Moment(TODAY, time(20)), Moment(TODAY, time(8))
    new = (HALF_HOUR, NewReminder(at=absolute), NewReminder(at=daily, rrule="FREQ=DAILY"))
    task = await make(conn, people, act, reminders=new)
    before = await rings(conn, task)
    assert [ring_at for _, ring_at, _ in before] == [
        datetime(2026, 11, 23, 15, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 19, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
    ]
    await change(conn, people, act, task, ended)
    assert {ring_at for _, ring_at, _ in await rings(conn, task)} == {None}
    await change(conn, people, act, task, {"status": "open", "deleted": False})
    assert await rings(conn, task) == before


@pytest.mark.parametrize("key", ["archived", "deleted", "is_template"])
async def test_a_project_that_comes_back_by_undoing_rings_again(
    conn: Conn, people: People, act: ActMaker, key: str
) -> None:
    task = await make(conn, people, act, project_id=people.home)
    before, away = await rings(conn, task), act()
    await change_project(conn, viewer=people.ana, project_id=people.home, changes={key: True}, by=away)  # type: ignore[misc]
    assert before[0][1] is not None
    assert [ring_at for _, ring_at, _ in await rings(conn, task)] == [None]
    await undo(conn, viewer=people.ana, change_set=away.change_set, by=act())
    assert await rings(conn, task) == before


async def test_undoing_a_change_of_the_default_reminder(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    [default] = await list_task_reminders(conn, viewer=people.ana, task_id=task.id)
    changed = act()
    moment = Moment(TODAY, time(16))  # one of its own comes beside the default one, which is made anew
    await change_reminder(conn, viewer=people.ana, reminder_id=default.id, changes={"at": moment}, by=changed)
    assert len(await rings(conn, task)) == 2
    await undo(conn, viewer=people.ana, change_set=changed.change_set, by=act())
    assert await rings(conn, task) == [(people.ana.user_id, FIVE, True)]


async def test_an_archived_project_is_silent(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act, project_id=people.home)
    await conn.execute("update projects set archived_at = now() where id = $1", people.home)
    assert await take_due_reminders(conn, now=FIVE) == []
    await change(conn, people, act, task, {"due_time": time(18)})
    assert await rings(conn, task) == [(people.ana.user_id, None, True)]


async def test_who_leaves_a_project_hears_no_more_of_it(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    task = await make(conn, people, act, project_id=people.home)
    await add_reminders(conn, viewer=people.ben, task_ids=[task.id], new=[HALF_HOUR], by=act())
    await conn.execute("delete from project_members where user_id = $1", people.ben.user_id)
    [ring] = await take_due_reminders(conn, now=FIVE)
    assert (ring.user_id, ring.ring_at, ring.is_default) == (people.ana.user_id, FIVE, True)
    await plan_reminders(conn, task_ids=[task.id], now=now)
    assert (people.ben.user_id, None, False) in await rings(conn, task)


async def test_a_whole_day_rings_at_the_person_s_hour(conn: Conn, people: People, act: ActMaker) -> None:
    tomorrow = TODAY + timedelta(days=1)
    task = await make(conn, people, act, due_on=tomorrow, due_time=None, project_id=people.home, reminders=(HALF_HOUR,))
    await conn.execute("insert into preferences (user_id, day_starts) values ($1, '07:30')", people.ben.user_id)
    day_before = NewReminder(offset=-timedelta(days=1))
    await add_reminders(conn, viewer=people.ben, task_ids=[task.id], new=[day_before], by=act())
    assert await rings(conn, task) == [
        (people.ben.user_id, datetime(2026, 11, 23, 12, 30, tzinfo=UTC), False),  # 07:30 in New York
        (people.ana.user_id, datetime(2026, 11, 24, 8, 0, tzinfo=UTC), False),  # 09:00 in Madrid
    ]


async def test_a_late_worker_still_rings(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    late = FIVE + timedelta(minutes=5)
    by = Act(act().change_set, "test", late)
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"title": "Ring"}, by=by)
    await plan_reminders(conn, task_ids=[task.id], now=late)
    assert await find_next_ring(conn) == FIVE
    [ring] = await take_due_reminders(conn, now=late)
    assert (ring.task_id, ring.ring_at) == (task.id, FIVE)
    for again in (FIVE - timedelta(seconds=1), late):  # whosever clock
        await plan_reminders(conn, task_ids=[task.id], now=again)
        assert await find_next_ring(conn) is None
    # Moved to later, it rings again; to what is past, not.
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_time": time(17, 2)}, by=by)
    assert await find_next_ring(conn) is None
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_time": time(18)}, by=by)
    assert await find_next_ring(conn) == FIVE + timedelta(hours=1)


async def test_each_ring_is_taken_once_whoever_is_at_work(
    pool: Pool, conn: Conn, people: People, act: ActMaker
) -> None:
    new = [NewTask(title=f"T{n}", due_on=TODAY, due_time=time(17, n)) for n in range(6)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    now = FIVE + timedelta(minutes=4)
    async with pool.acquire() as other, other.transaction():
        first = await take_due_reminders(other, now=now, limit=2)
        async with conn.transaction():
            second = await take_due_reminders(conn, now=now, limit=10)
    assert [ring.task_id for ring in [*first, *second]] == [task.id for task in new[:5]]
    assert await take_due_reminders(conn, now=now) == []
    assert await find_next_due(conn) == await find_next_ring(conn) == FIVE + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ((), None),
        ((NewReminder(offset=timedelta()),), None),
        ((NewReminder(at=Moment(TODAY, time(17)), rrule="FREQ=DAILY"),), FIVE + timedelta(days=1)),
    ],
    ids=["default", "own", "repeating"],
)
async def test_who_plans_while_it_rings_waits_and_sees(
    pool: Pool, conn: Conn, people: People, act: ActMaker, *, own: tuple[NewReminder, ...], left: datetime | None
) -> None:
    task = await make(conn, people, act, reminders=own)
    async with pool.acquire() as other:
        worker = other.transaction()
        await worker.start()
        assert len(await take_due_reminders(other, now=FIVE)) == 1
        planning = asyncio.ensure_future(plan_reminders(conn, task_ids=[task.id], now=FIVE - timedelta(seconds=1)))
        async with pool.acquire() as watcher:
            while not await watcher.fetchval("select exists (select from pg_locks where not granted)"):
                assert not planning.done()
        await worker.commit()
        await planning
    assert await find_next_ring(conn) == left


async def test_what_was_not_committed_is_due_still(pool: Pool, conn: Conn, people: People, act: ActMaker) -> None:
    await make(conn, people, act)
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        assert len(await take_due_reminders(other, now=FIVE)) == 1
        await transaction.rollback()
    assert len(await take_due_reminders(conn, now=FIVE)) == 1


async def test_silent_ones_do_not_hide_those_behind_them(conn: Conn, people: People, act: ActMaker) -> None:
    new = [NewTask(title=f"T{n}", due_on=TODAY, due_time=time(17, n)) for n in range(5)]
    await create_tasks(conn, viewer=people.ana, new=new, by=act())
    await conn.execute("update tasks set status = 'done' where id = any($1)", [task.id for task in new[:4]])
    rung = await take_due_reminders(conn, now=FIVE + timedelta(hours=1), limit=2)
    assert [ring.task_id for ring in rung] == [new[4].id]
    assert await find_next_ring(conn) is None


async def test_again_and_again_until_the_rule_ends(conn: Conn, people: People, act: ActMaker) -> None:
    new = NewReminder(at=Moment(TODAY, time(20)), rrule="FREQ=DAILY;COUNT=4")
    task = await make(conn, people, act, due_on=None, due_time=None, reminders=(new,))
    eight = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    [first] = await take_due_reminders(conn, now=eight)
    assert first.ring_at == eight
    await plan_reminders(conn, task_ids=[task.id], now=eight)
    assert await find_next_ring(conn) == eight + timedelta(days=1)
    # The worker slept over one; it rings the one that was planned, not those between.
    [late] = await take_due_reminders(conn, now=eight + timedelta(days=2, hours=1))
    assert late.ring_at == eight + timedelta(days=1)
    [last] = await take_due_reminders(conn, now=eight + timedelta(days=3))
    assert last.ring_at == eight + timedelta(days=3)
    assert await find_next_ring(conn) is None
    await plan_reminders(conn, task_ids=[task.id], now=eight + timedelta(days=3))
    assert await find_next_ring(conn) is None


async def test_a_reminder_is_its_person_s_alone(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act, project_id=people.home)
    secret = await make(conn, people, act)
    [own] = await add_reminders(conn, viewer=people.ben, task_ids=[task.id], new=[HALF_HOUR], by=act())
    assert [each.id for each in await list_upcoming(conn, viewer=people.ben, limit=9)] == [own.id]
    assert own.id not in {each.id for each in await list_task_reminders(conn, viewer=people.ana, task_id=task.id)}
    for viewer in (people.ana, people.zoe):
        with pytest.raises(NotFound):
            await delete_reminder(conn, viewer=viewer, reminder_id=own.id, by=act())
        with pytest.raises(NotFound):
            await change_reminder(conn, viewer=viewer, reminder_id=own.id, changes={"offset": timedelta()}, by=act())
    for viewer, ids in ((people.ben, [task.id, secret.id]), (people.zoe, [task.id])):
        with pytest.raises(NotFound):
            await add_reminders(conn, viewer=viewer, task_ids=ids, new=[HALF_HOUR], by=act())
        with pytest.raises(NotFound):
            await list_task_reminders(conn, viewer=viewer, task_id=ids[-1])
    assert await list_upcoming(conn, viewer=people.zoe, limit=9) == []
    assert (
        await conn.fetchval("select count(*) from journal where subject = 'reminder' and project_id is not null") == 0
    )


async def test_twenty_are_enough(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    many = [NewReminder(offset=-timedelta(minutes=n)) for n in range(15)]
    await add_reminders(conn, viewer=people.ana, task_ids=[task.id], new=many, by=act())
    with pytest.raises(BadRequest, match="at most 20"):
        await add_reminders(conn, viewer=people.ana, task_ids=[task.id], new=many[:6], by=act())
    assert len(await rings(conn, task)) == 15
    await add_reminders(conn, viewer=people.ana, task_ids=[task.id], new=many[:5], by=act())
    with pytest.raises(BadRequest, match="at most 20"):
        async with conn.transaction():
            await make(conn, people, act, reminders=tuple(many[:1] * 21))
    assert await conn.fetchval("select count(*) from tasks") == 1


async def test_everything_can_be_taken_back(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    added, moved, gone = act(), act(), act()
    [own] = await add_reminders(conn, viewer=people.ana, task_ids=[task.id], new=[HALF_HOUR], by=added)
    at = Moment(TODAY, time(20))
    await change_reminder(conn, viewer=people.ana, reminder_id=own.id, changes={"at": at}, by=moved)
    await delete_reminder(conn, viewer=people.ana, reminder_id=own.id, by=gone)
    expected = [
        [(FIVE, True), (FIVE + timedelta(hours=3), False)],
        [(FIVE - timedelta(minutes=30), False)],
        [(FIVE, True)],
    ]
    for by, left in zip((gone, moved, added), expected, strict=True):
        await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
        assert [row[1:] for row in await rings(conn, task)] == left


async def test_undoing_a_task_brings_its_time_back(conn: Conn, people: People, act: ActMaker) -> None:
    task, by = await make(conn, people, act), act()
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_time": time(20)}, by=by)
    assert await find_next_ring(conn) == FIVE + timedelta(hours=3)
    await undo(conn, viewer=people.ana, change_set=by.change_set, by=act())
    assert await find_next_ring(conn) == FIVE


async def test_nothing_to_do_costs_nothing(conn: Conn, now: datetime) -> None:
    await plan_reminders(conn, task_ids=[], now=now)
    assert await take_due_reminders(conn, now=now) == []
    assert await find_next_due(conn) is None


async def test_those_that_wait_cost_nothing(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people, act)
    await conn.execute(
        "insert into reminders (id, task_id, user_id, offset_seconds, ring_at) "
        "select gen_random_uuid(), $1, $2, 0, $3::timestamptz + n * interval '1 minute' "
        "from generate_series(1, 30000) n",
        task.id,
        people.ana.user_id,
        FIVE,
    )
    await conn.execute("analyze reminders")
    due = due_reminders.Q
    for statement, arguments in ((due.lock_due, (FIVE, 500)), (due.find_next_ring, ()), (due.find_next_due, ())):
        rows = await conn.fetch(f"explain (analyze, format json) {statement.sql}", *arguments)
        scans = [node for node in _nodes(rows[0][0][0]["Plan"]) if node.get("Relation Name") == "reminders"]
        assert [(node["Index Name"], node["Actual Rows"]) for node in scans] == [("reminders_due", 1)]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


@pytest.mark.parametrize(
    ("text", "seconds", "normal"),
    [
        ("-PT30M", -1800, "-PT30M"),
        ("PT0S", 0, "PT0S"),
        ("-P1D", -86400, "-P1D"),
        ("-P1DT2H", -93600, "-P1DT2H"),
        ("P1W", 604800, "P7D"),
        ("-PT90M", -5400, "-PT1H30M"),
        ("+PT90S", 90, "PT1M30S"),
    ],
)
def test_durations(text: str, seconds: int, normal: str) -> None:
    offset = read_offset(text, field="offset")
    assert offset == timedelta(seconds=seconds)
    assert spell_offset(offset) == normal
    assert read_offset(normal, field="offset") == offset


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "-P1DT", "30m", "-PT30", "P1Y", "-P9999D", "PT1.5H", "-PT٣M", "P" * 5000),
        *("tomorrow", "2026-13-01", "0001-01-01T00:00", "9999-12-31T23:59-12:00", "2026-11-23T09:00"),
    ],
)
def test_reminders_that_cannot_be(text: str, now: datetime) -> None:
    with pytest.raises(BadRequest) as refused:
        read_reminder(text, zone="Europe/Madrid", now=now)
    assert refused.value.data["field"] == "reminders"


def test_an_instant_is_on_its_person_s_wall_clock(now: datetime) -> None:
    for text in ("2026-12-01T09:00", "2026-12-01T08:00Z", "2026-12-01T03:00:00-05:00"):
        new = read_reminder(text, zone="Europe/Madrid", now=now)
        assert new == NewReminder(at=Moment(date(2026, 12, 1), time(9)))


CHANGES = st.sampled_from(
    [
        {"due_on": TODAY, "due_time": time(17)},
        {"due_on": TODAY, "due_time": time(11, 1)},
        {"due_on": date(2026, 3, 29), "due_time": time(2, 30)},
        {"due_on": TODAY + timedelta(days=2), "due_time": None},
        {"due_on": None},
        {"status": "done"},
        {"status": "open"},
        {"deleted": True},
        {"deleted": False},
    ]
)
OWN = st.sampled_from(
    [
        HALF_HOUR,
        NewReminder(offset=timedelta(days=-1)),
        NewReminder(at=Moment(TODAY, time(12))),
        NewReminder(at=Moment(TODAY, time(8)), rrule="FREQ=HOURLY;INTERVAL=3"),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    own=st.lists(OWN, max_size=3),
    changes=st.lists(CHANGES, max_size=4),
    steps=st.lists(st.integers(0, 400), max_size=4),
)
async def test_planning_twice_changes_nothing(
    conn: Conn, people: People, *, own: Sequence[NewReminder], changes: Sequence[TaskChanges], steps: Sequence[int]
) -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    task = await make(conn, people, lambda: Act(new_id(), "test", now), reminders=tuple(own))
    for change_, minutes in zip(changes, [*steps, 0, 0, 0, 0], strict=False):
        now += timedelta(minutes=minutes)
        by = Act(new_id(), "test", now)
        if change_.get("deleted") is not False and await conn.fetchval(
            "select deleted_at from tasks where id = $1", task.id
        ):
            continue
        await change_tasks(conn, viewer=people.ana, changes=[(task.id, change_)], by=by)
        await take_due_reminders(conn, now=now)
        rows = await conn.fetch("select * from reminders where task_id = $1 order by id", task.id)
        await plan_reminders(conn, task_ids=[task.id], now=now)
        assert await conn.fetch("select * from reminders where task_id = $1 order by id", task.id) == rows
        assert not [row for row in rows if row["ring_at"] and row["ring_at"] <= now]

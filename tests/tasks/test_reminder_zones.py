"""Reminders and digests over changes of the clock, and when their person moves."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from task_people import ActMaker, People

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import find_viewer
from tasktalk.db import Conn
from tasktalk.ids import new_id
from tasktalk.tasks import Act, NewTask, Task, TaskChanges, change_task, create_tasks, get_task, undo
from tasktalk.tasks.preferences.preferences import change_preferences
from tasktalk.tasks.reminders.digests import find_next_digest, next_digest, take_due_digests
from tasktalk.tasks.reminders.due import find_next_due, find_next_ring, take_due_reminders
from tasktalk.tasks.reminders.model import Moment, NewReminder

MADRID, TOKYO = "Europe/Madrid", "Asia/Tokyo"
GAP, FOLD = date(2027, 3, 28), date(2027, 10, 31)  # in Madrid, at 02:00 and at 03:00
FIRST = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]


async def make(conn: Conn, viewer: Viewer, now: datetime = FIRST, **values: Any) -> Task:
    [task] = await create_tasks(
        conn, viewer=viewer, new=[NewTask(title="Call", **values)], by=Act(new_id(), "test", now)
    )
    return task


async def ring_of(conn: Conn, task: Task) -> datetime | None:
    """The moment of the one reminder of a task."""
    [row] = await conn.fetch("select ring_at from reminders where task_id = $1", task.id)
    ring_at: datetime | None = row["ring_at"]
    return ring_at


async def move(conn: Conn, viewer: Viewer, zone: str, now: datetime = FIRST) -> Viewer:
    await change_preferences(conn, viewer=viewer, changes={"timezone": zone}, now=now)
    moved = await find_viewer(conn, user_id=viewer.user_id)
    assert moved is not None
    return moved


@pytest.mark.parametrize(
    ("on", "at", "rings"),
    [
        (GAP, time(3, 15), utc(2027, 3, 28, 0, 45)),  # half an hour before 03:15 it was 01:45
        (GAP, time(2, 15), utc(2027, 3, 28, 0, 45)),  # 02:15 is skipped and means 03:15
        (FOLD, time(3, 15), utc(2027, 10, 31, 1, 45)),  # the second 02:45
        (FOLD, time(2, 15), utc(2027, 10, 30, 23, 45)),  # of two 02:15 the first is meant
    ],
)
async def test_half_an_hour_is_half_an_hour(conn: Conn, people: People, on: date, at: time, rings: datetime) -> None:
    half = NewReminder(offset=-timedelta(minutes=30))
    assert await ring_of(conn, await make(conn, people.ana, due_on=on, due_time=at, reminders=(half,))) == rings


async def test_a_day_before_is_at_the_same_hour_of_a_whole_day(conn: Conn, people: People) -> None:
    before = (NewReminder(offset=-timedelta(days=1)),)
    task = await make(conn, people.ana, due_on=GAP + timedelta(days=1), reminders=before)
    assert await ring_of(conn, task) == utc(2027, 3, 28, 7)  # 09:00 in summer
    task = await make(conn, people.ana, due_on=GAP, reminders=before)
    assert await ring_of(conn, task) == utc(2027, 3, 27, 8)  # 09:00 in winter


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (GAP, [utc(2027, 3, 27, 1, 30), utc(2027, 3, 28, 1, 30), utc(2027, 3, 29, 0, 30)]),
        (FOLD, [utc(2027, 10, 30, 0, 30), utc(2027, 10, 31, 0, 30), utc(2027, 11, 1, 1, 30)]),
    ],
)
async def test_every_night_at_half_past_two(
    conn: Conn, people: People, changes: date, expected: list[datetime]
) -> None:
    start = Moment(changes - timedelta(days=1), time(2, 30))
    await make(conn, people.ana, reminders=(NewReminder(at=start, rrule="FREQ=DAILY"),))
    rung = []
    for _ in expected:
        due = await find_next_ring(conn)
        assert due is not None
        rung += [ring.ring_at for ring in await take_due_reminders(conn, now=due)]
    assert rung == expected


async def test_every_hour_through_an_hour_that_comes_twice(conn: Conn, people: People) -> None:
    hourly = NewReminder(at=Moment(FOLD, time(0, 30)), rrule="FREQ=HOURLY")
    await make(conn, people.ana, reminders=(hourly,))
    rung, now = [], utc(2027, 10, 30, 22)
    while now < utc(2027, 10, 31, 4):
        rung += [ring.ring_at for ring in await take_due_reminders(conn, now=now)]
        now += timedelta(minutes=10)
    assert len(rung) == len(set(rung))
    assert [f"{ring:%H:%M}" for ring in rung] == ["22:30", "23:30", "00:30", "02:30", "03:30"]


async def test_who_wakes_in_the_second_hour_rings_no_more_of_it(conn: Conn, people: People) -> None:
    hourly = NewReminder(at=Moment(FOLD, time(0, 30)), rrule="FREQ=HOURLY")
    await make(conn, people.ana, reminders=(hourly,))
    assert len(await take_due_reminders(conn, now=utc(2027, 10, 31, 1, 15))) == 1  # it is 02:15 again
    assert await find_next_ring(conn) == utc(2027, 10, 31, 2, 30)


async def test_what_floats_goes_along_and_what_is_fixed_stays(conn: Conn, people: People) -> None:
    day = date(2026, 12, 1)
    floating = await make(conn, people.ana, due_on=day, due_time=time(9))
    fixed = await make(conn, people.ana, due_on=day, due_time=time(9), due_zone=MADRID)
    whole = await make(conn, people.ana, due_on=day, reminders=(NewReminder(offset=timedelta()),))
    by_itself = await make(conn, people.ana, reminders=(NewReminder(at=Moment(day, time(20))),))
    in_zone = await make(conn, people.ana, reminders=(NewReminder(at=Moment(day, time(20), MADRID)),))
    daily = await make(conn, people.ana, reminders=(NewReminder(at=Moment(day, time(20)), rrule="FREQ=DAILY"),))
    tasks = (floating, fixed, whole, by_itself, in_zone, daily)
    at_home = [utc(2026, 12, 1, hour) for hour in (8, 8, 8, 19, 19, 19)]
    assert [await ring_of(conn, task) for task in tasks] == at_home
    noted = await conn.fetchval("select count(*) from journal")

    there = await move(conn, people.ana, TOKYO)
    assert [await ring_of(conn, task) for task in tasks] == [utc(2026, 12, 1, hour) for hour in (0, 8, 0, 11, 19, 11)]
    moved = await get_task(conn, viewer=there, task_id=floating.id)
    assert moved.due is not None
    assert (moved.due.time, moved.due.datetime, moved.version) == ("09:00", utc(2026, 12, 1), 1)
    assert str(moved.due.datetime).endswith("+09:00")
    assert await conn.fetchval("select count(*) from journal") == noted

    await move(conn, there, MADRID)
    assert [await ring_of(conn, task) for task in tasks] == at_home


async def test_what_somebody_took_into_their_inbox_goes_along_with_nobody_else(
    conn: Conn, people: People, act: ActMaker
) -> None:
    task = await make(conn, people.ana, project_id=people.home, due_on=GAP, due_time=time(9))
    taken = await change_task(conn, viewer=people.ben, task_id=task.id, changes={"project_id": None}, by=act())
    assert (taken.due, taken.due_zone) == (task.due, MADRID)
    await move(conn, people.ana, TOKYO)
    assert await get_task(conn, viewer=people.ben, task_id=task.id) == taken


async def test_those_whom_it_concerns_are_told_at_the_new_instant(conn: Conn, people: People) -> None:
    task = await make(
        conn,
        people.ana,
        due_on=date(2026, 12, 1),
        due_time=time(9),
        project_id=people.home,
        assignees=(people.ben.user_id,),
    )
    await move(conn, people.ben, TOKYO)
    assert await ring_of(conn, task) == utc(2026, 12, 1, 8)  # it is Ana's wall clock
    await move(conn, people.ana, TOKYO)
    assert await ring_of(conn, task) == utc(2026, 12, 1)


async def test_undo_still_works_after_a_move(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people.ana, due_on=date(2026, 12, 1), due_time=time(9))
    by = act()
    await change_task(conn, viewer=people.ana, task_id=task.id, changes={"due_time": time(11)}, by=by)
    there = await move(conn, people.ana, TOKYO)
    again = act()
    await undo(conn, viewer=there, change_set=by.change_set, by=again)
    restored = await get_task(conn, viewer=there, task_id=task.id)
    assert restored.due is not None
    assert (restored.due.time, restored.due.datetime) == ("09:00", utc(2026, 12, 1))
    assert await ring_of(conn, task) == utc(2026, 12, 1)
    await undo(conn, viewer=there, change_set=again.change_set, by=act())
    assert await ring_of(conn, task) == utc(2026, 12, 1, 2)


async def test_what_was_done_meanwhile_is_opened_on_the_new_clock(conn: Conn, people: People, act: ActMaker) -> None:
    task = await make(conn, people.ana, due_on=date(2026, 12, 1), due_time=time(9))

    async def change(viewer: Viewer, changes: TaskChanges) -> None:
        await change_task(conn, viewer=viewer, task_id=task.id, changes=changes, by=act())

    await change(people.ana, {"status": "done"})
    there = await move(conn, people.ana, TOKYO)
    await change(there, {"status": "open"})
    assert await ring_of(conn, task) == utc(2026, 12, 1)


async def test_a_moment_that_the_move_has_passed_does_not_ring(conn: Conn, people: People) -> None:
    task = await make(conn, people.ana, due_on=date(2026, 11, 23), due_time=time(12))
    await move(conn, people.ana, TOKYO)  # where it is 19:00
    assert await ring_of(conn, task) is None


async def digest(conn: Conn, people: People, now: datetime = FIRST, **changes: Any) -> None:
    await change_preferences(conn, viewer=people.ana, changes=changes, now=now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (utc(2027, 3, 27, 0), [utc(2027, 3, 27, 1, 30), utc(2027, 3, 28, 1, 30), utc(2027, 3, 29, 0, 30)]),
        (utc(2027, 10, 30, 0), [utc(2027, 10, 30, 0, 30), utc(2027, 10, 31, 0, 30), utc(2027, 11, 1, 1, 30)]),
    ],
)
async def test_a_digest_comes_once_a_day(conn: Conn, people: People, begin: datetime, expected: list[datetime]) -> None:
    await digest(conn, people, begin, digest_time=time(2, 30))
    taken, now = [], begin
    while now < expected[-1] + timedelta(hours=2):
        taken += [each.due_at for each in await take_due_digests(conn, now=now)]
        now += timedelta(minutes=10)
    assert taken == expected


async def test_a_review_comes_on_its_weekday(conn: Conn, people: People) -> None:
    await digest(conn, people, review_time=time(18), review_weekday=5)
    friday = utc(2026, 11, 27, 17)
    assert await find_next_digest(conn) == friday
    [due] = await take_due_digests(conn, now=friday + timedelta(days=30))  # after a long silence it comes once
    assert (due.kind, due.due_at, due.user_id) == ("review", friday, people.ana.user_id)
    assert await find_next_digest(conn) == utc(2027, 1, 1, 17)
    await digest(conn, people, review_weekday=1)
    assert await find_next_digest(conn) == utc(2026, 11, 23, 17)


async def test_digests_move_along(conn: Conn, people: People) -> None:
    await digest(conn, people, digest_time=time(8))
    assert await find_next_digest(conn) == utc(2026, 11, 24, 7)
    await move(conn, people.ana, TOKYO)
    assert await find_next_digest(conn) == await find_next_due(conn) == utc(2026, 11, 23, 23)
    ring = await make(conn, people.ben, due_on=date(2026, 11, 23), due_time=time(12))
    assert await find_next_due(conn) == await ring_of(conn, ring) == utc(2026, 11, 23, 17)


@pytest.mark.parametrize(
    "off",
    [{"digest_time": None}, {"muted": True}, {"notifications": {"digest": False}}],
    ids=["hour", "muted", "switch"],
)
async def test_a_digest_can_be_switched_off(conn: Conn, people: People, off: dict[str, Any]) -> None:
    await digest(conn, people, digest_time=time(8))
    await digest(conn, people, **off)
    assert await find_next_digest(conn) is None


async def test_who_is_gone_gets_no_digest(conn: Conn, people: People) -> None:
    await digest(conn, people, digest_time=time(8))
    await conn.execute("update users set disabled_at = now()")
    assert await take_due_digests(conn, now=FIRST + timedelta(days=1)) == []
    await conn.execute("update users set disabled_at = null")
    assert len(await take_due_digests(conn, now=FIRST + timedelta(days=2))) == 1


def test_the_next_hour_is_never_the_present_one() -> None:
    assert next_digest(time(11), MADRID, after=utc(2026, 11, 23, 10)) == utc(2026, 11, 24, 10)
    assert next_digest(time(11), MADRID, after=utc(2026, 11, 23, 10), weekday=1) == utc(2026, 11, 30, 10)

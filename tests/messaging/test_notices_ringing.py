"""From a due reminder to the phone: at its time, once, as one message a moment."""

import asyncio
import datetime as dt
import time

import pytest
from notice_kit import GATHER, Pair, buttons_of, open_pair

from product_kit import Product, count, until
from tasktalk.db import Pool
from tasktalk.db.pool import connect
from tasktalk.messaging.notices.hear import Q
from tasktalk.messaging.notices.loop import Teller
from tasktalk.tasks import Task
from tasktalk.tasks.reminders import due
from tasktalk.tasks.reminders.model import Moment, NewReminder
from tasktalk.tasks.reminders.reminders import add_reminders

HOUR = dt.timedelta(hours=1)


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    return await open_pair(product, now)


async def due_at(pair: Pair, title: str, hour: int, *, minute: int = 0, **more: object) -> Task:
    """Ana's own task, today."""
    day = pair.now.date()
    return await pair.add(
        pair.ana, title, **{"project_id": None, "due_on": day, "due_time": dt.time(hour, minute)} | more
    )


async def test_a_task_with_a_time_rings_then_and_can_be_answered(pair: Pair) -> None:
    await due_at(pair, "Call Bob", 11)
    await pair.tell(after=HOUR - dt.timedelta(seconds=1))
    assert await pair.heard(pair.product.ana) == []
    await pair.tell(after=dt.timedelta(seconds=1))
    assert await pair.heard(pair.product.ana) == ["⏰ *Call Bob*\n📅 Mon 23 Nov (today), 11:00"]
    message = await pair.product.pool.fetchval("select message from outbox")
    assert list(buttons_of(message)) == ["Done", "In 1 hour", "Tomorrow"]


async def test_in_an_hour_it_rings_again(pair: Pair) -> None:
    pair.now = dt.datetime.now(dt.UTC)  # taps read the machine's clock
    await pair.open_window(pair.product.ana)
    soon = pair.now + dt.timedelta(minutes=2)
    task = await pair.add(pair.ana, "Call Bob", project_id=None, due_on=soon.date(), due_time=soon.time())
    await pair.tell(after=dt.timedelta(minutes=3))
    message = await pair.product.pool.fetchval("select message from outbox")
    for _ in range(2):
        answer = await pair.product.ask(
            "/api/assistant/messages",
            method="POST",
            body={"tap": buttons_of(message)["In 1 hour"]},
            token=pair.product.ana.token,
        )
        assert "⏰" in answer.json["reply"]["text"]
    assert await pair.product.pool.fetchval("select due_at from tasks where id = $1", task.id) < pair.now
    await pair.tell(after=2 * HOUR)
    await pair.tell()
    assert len(await pair.heard(pair.product.ana)) == 2


async def test_in_an_hour_leaves_what_repeats_as_it_was(pair: Pair) -> None:
    """A moment of its own comes beside the default reminder; a day later that rings as ever."""
    daily = {"rrule": "FREQ=DAILY", "from": "schedule", "text": "every day"}
    pills = await due_at(pair, "Pills", 11, recurrence=daily)
    await pair.tell(after=HOUR)
    pair.now += dt.timedelta(seconds=1)
    async with pair.tx() as conn:
        at = Moment(pair.now.date(), dt.time(12))
        await add_reminders(conn, viewer=pair.ana, task_ids=[pills.id], new=[NewReminder(at=at)], by=pair.act())
    await pair.tell(after=HOUR)
    await pair.change(pair.ana, pills, status="done")
    await pair.tell(after=dt.timedelta(days=1))
    assert len(await pair.heard(pair.product.ana)) == 3


async def test_many_of_one_moment_are_one_message(pair: Pair) -> None:
    tasks = [await due_at(pair, f"Task {n}", 11) for n in range(3)]
    await pair.add(pair.ben, "Given", assignees=(pair.ana.user_id,))
    await pair.tell(after=HOUR - dt.timedelta(seconds=3))
    await pair.add(pair.ben, "Just given", assignees=(pair.ana.user_id,))
    await pair.tell(after=dt.timedelta(seconds=3))
    first, second = await pair.heard(pair.product.ana)
    assert "Given" in first
    assert second.splitlines()[:5] == [
        "🔔 *News*",
        *(f"{n + 1}. ⏰ Task {n} — Mon 23 Nov (today), 11:00" for n in range(3)),
        "4. 👤 Ben gave you Just given",
    ]
    await pair.product.say(pair.product.ana, "done 2")
    await pair.product.settle()
    assert await pair.product.pool.fetchval("select id from tasks where status = 'done'") == tasks[1].id


async def test_a_default_reminder_waits_for_the_morning_ones_own_does_not(pair: Pair) -> None:
    await pair.prefer(pair.ana, quiet_from=dt.time(22), quiet_to=dt.time(7))
    default = await due_at(pair, "Default", 23)
    own = await due_at(pair, "Own", 23, minute=30)
    async with pair.tx() as conn:
        await add_reminders(
            conn, viewer=pair.ana, task_ids=[own.id], new=[NewReminder(offset=dt.timedelta())], by=pair.act()
        )
    await pair.tell(after=14 * HOUR)
    assert [text.splitlines()[0] for text in await pair.heard(pair.product.ana)] == ["⏰ *Own*"]
    await pair.tell(after=6 * HOUR)
    assert len(await pair.heard(pair.product.ana)) == 1
    await pair.tell(after=HOUR)
    assert [text.splitlines()[0] for text in await pair.heard(pair.product.ana)][1:] == ["⏰ *Default*"]
    assert await pair.product.pool.fetchval("select task_ids from outbox order by seq desc limit 1") == [default.id]


async def test_what_was_done_or_moved_in_the_night_does_not_ring_in_the_morning(pair: Pair) -> None:
    await pair.prefer(pair.ana, quiet_from=dt.time(22), quiet_to=dt.time(7))
    done, moved = await due_at(pair, "Done", 23), await due_at(pair, "Moved", 23)
    await pair.tell(after=13 * HOUR + dt.timedelta(minutes=1))
    await pair.change(pair.ana, done, status="done")
    await pair.change(pair.ana, moved, due_on=pair.now.date() + dt.timedelta(days=3))
    await pair.tell(after=8 * HOUR)
    assert await pair.heard(pair.product.ana) == []
    assert {why for _, _, why in await pair.states(pair.ana)} == {
        "The task was finished before it left.",
        "The reminder was moved to a later time before it left.",
    }


async def test_muted_reminders_ring(pair: Pair) -> None:
    await pair.prefer(pair.ana, muted=True)
    await due_at(pair, "Call Bob", 11)
    await pair.tell(after=HOUR)
    assert len(await pair.heard(pair.product.ana)) == 1


async def test_who_switched_reminders_off_gets_none(pair: Pair) -> None:
    await pair.prefer(pair.ana, switches={"reminder": False})
    await due_at(pair, "Call Bob", 11)
    await pair.tell(after=HOUR)
    assert await pair.heard(pair.product.ana) == []


async def test_each_reads_the_hour_on_their_own_clock(pair: Pair) -> None:
    await pair.product.pool.execute("update users set timezone = 'America/New_York' where id = $1", pair.ben.user_id)
    await pair.add(
        pair.ana, "Call", due_on=pair.now.date(), due_time=dt.time(11), assignees=(pair.ana.user_id, pair.ben.user_id)
    )
    await pair.product.pool.execute("delete from news")
    await pair.tell(after=HOUR)
    assert "11:00" in (await pair.heard(pair.product.ana))[0]
    assert "Mon 23 Nov (today), 06:00" in (await pair.heard(pair.product.ben))[0]


async def crowd(pool: Pool, size: int, *, at: dt.datetime, integration_id: object) -> None:
    """So many people, each with a phone, a task, and a reminder of it."""
    await pool.execute(
        """
        with new as materialized (
            select gen_random_uuid() as person, gen_random_uuid() as contact, gen_random_uuid() as task, n
            from generate_series(1, $1::int) n
        ), people as (
            insert into users (id, name) select person, 'Person ' || n from new
        ), phones as (
            insert into contacts (id, integration_id, wa_id, user_id, window_until)
            select contact, $2, contact::text, person, $3::timestamptz + interval '1 day' from new
        ), due as (
            insert into tasks (id, owner_id, title, due_on, due_time, due_at, due_zone)
            select task, person, 'Task ' || n, ($3::timestamptz)::date, ($3::timestamptz)::time, $3, 'UTC' from new
        )
        insert into reminders (id, task_id, user_id, offset_seconds, is_default, ring_at)
        select gen_random_uuid(), task, person, 0, true, $3 from new
        """,
        size,
        integration_id,
        at,
    )


async def ring_out(pair: Pair, *, workers: int) -> float:
    """Seconds until nothing is due."""
    tellers = [Teller(pair.product.pool, pair.product.keyring, GATHER, clock=lambda: pair.now) for _ in range(workers)]
    began = time.perf_counter()
    while await count(pair.product.pool, "from reminders where ring_at is not null") or await count(
        pair.product.pool, "from notices where state = 'waiting'"
    ):
        await asyncio.gather(*(teller.look() for teller in tellers))
    return time.perf_counter() - began


async def test_a_thousand_at_once_ring_once_whoever_works(pair: Pair) -> None:
    await crowd(pair.product.pool, 1000, at=pair.now, integration_id=pair.product.integration_id)
    seconds = await ring_out(pair, workers=2)
    assert await count(pair.product.pool, "from outbox") == 1000
    assert await count(pair.product.pool, "from (select distinct contact_id from outbox) one") == 1000
    assert await count(pair.product.pool, "from notices where state = 'sent' and outbox_id is not null") == 1000
    assert seconds < 30


@pytest.mark.slow
async def test_ten_thousand_in_a_minute_leave_within_it(
    pair: Pair, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if "slow" not in request.config.option.markexpr:
        pytest.skip("the long version of the proof above; run it with -m slow")
    await crowd(pair.product.pool, 10_000, at=pair.now, integration_id=pair.product.integration_id)
    seconds = await ring_out(pair, workers=1)
    with capsys.disabled():
        print(f"\n10,000 reminders of one moment: {seconds:.1f} s, {seconds / 10:.2f} ms each")  # noqa: T201
    assert await count(pair.product.pool, "from outbox") == 10_000
    assert seconds < 60


async def test_at_rest_a_look_touches_the_first_rows_of_indexes(pair: Pair) -> None:
    """However many reminders are pending; here a few thousand, so that the planner has a choice to make."""
    pool = pair.product.pool
    await crowd(pool, 3000, at=pair.now + dt.timedelta(days=30), integration_id=pair.product.integration_id)
    async with pool.acquire() as conn:
        await conn.execute("delete from news")
        await conn.execute("vacuum analyze")
        blocks = 0
        for query in (Q.find_next.sql, due.Q.find_next_due.sql):
            [top] = await conn.fetchval(f"explain (analyze, buffers, format json) {query}")
            blocks += top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"]
    assert blocks < 20


async def test_the_loop_rings_within_a_second_and_survives_trouble(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    pair.now = dt.datetime.now(dt.UTC)
    pool = pair.product.pool
    teller = Teller(pool, pair.product.keyring, GATHER)
    await pool.execute("alter table notices rename to away")
    loop = asyncio.create_task(teller.run())
    try:
        await until(lambda: _logged(caplog))
        await pool.execute("alter table away rename to notices")
        at = dt.datetime.now(dt.UTC)
        for sent in range(2):  # the first one says that the loop is on its feet again
            await crowd(pool, 1, at=at, integration_id=pair.product.integration_id)
            await until(lambda so_far=sent: count_more(pool, so_far), seconds=15)
            late = dt.datetime.now(dt.UTC) - at
            at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.5)
        assert dt.timedelta() <= late < dt.timedelta(seconds=1)
    finally:
        teller.stop.set()
        await loop


async def count_more(pool: Pool, so_far: int) -> bool:
    return await count(pool, "from outbox") > so_far


async def _logged(caplog: pytest.LogCaptureFixture) -> bool:
    return "loop_held_up" in caplog.text


async def test_only_one_worker_owns_the_notices(pair: Pair) -> None:
    """The other looks again soon; when the first is killed its lock goes with its connection."""
    await due_at(pair, "Call Bob", 11)
    pair.now += HOUR
    other = Teller(pair.product.pool, pair.product.keyring, GATHER, clock=lambda: pair.now)
    conn = await connect(pair.product.dsn)
    assert await Q.try_own(conn)
    assert await other.look() <= 0.25
    assert await pair.heard(pair.product.ana) == []
    pid = conn.get_server_pid()
    await pair.product.pool.execute("select pg_terminate_backend($1)", pid)
    await until(lambda: _gone(pair.product.pool, pid))
    conn.terminate()
    await other.look()
    assert len(await pair.heard(pair.product.ana)) == 1


async def _gone(pool: Pool, pid: int) -> bool:
    return not await count(pool, "from pg_stat_activity where pid = $1", pid)


async def test_a_look_hears_news_while_something_else_is_due_later(pair: Pair) -> None:
    teller = Teller(pair.product.pool, pair.product.keyring, GATHER, clock=lambda: pair.now)
    await teller.look()  # the sweep at the start is over
    await due_at(pair, "Call Bob", 11)
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    assert 0 < await teller.look() <= 1
    assert [event for event, _, _ in await pair.states(pair.ben)] == ["assigned"]


async def test_a_paused_queue_rings(pair: Pair) -> None:
    await pair.product.pool.execute("update queue_control set state = 'paused'")
    await due_at(pair, "Call Bob", 11)
    await pair.tell(after=HOUR)
    assert len(await pair.heard(pair.product.ana)) == 1


async def test_every_day_at_nine(pair: Pair) -> None:
    task = await due_at(pair, "Pills", 23)
    async with pair.tx() as conn:
        moment = Moment(pair.now.date() + dt.timedelta(days=1), dt.time(9))
        await add_reminders(
            conn, viewer=pair.ana, task_ids=[task.id], new=[NewReminder(at=moment, rrule="FREQ=DAILY")], by=pair.act()
        )
    for _ in range(3):
        await pair.tell(after=dt.timedelta(days=1))
    assert len(await pair.heard(pair.product.ana)) == 3

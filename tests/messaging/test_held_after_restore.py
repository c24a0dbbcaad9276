"""What was on its way when a backup was made may have left since: after a restore it leaves at an operator's word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fake_graph import FakeGraph
from sender_kit import put, sending, states

from product_kit import Product, count, until
from tasktalk.backup.holding import count_held, forget_held, resume_sending
from tasktalk.backup.restoring import Wishes, restore_backup
from tasktalk.backup.runs import run_backup
from tasktalk.db import Pool
from tasktalk.db.pool import open_pool
from tasktalk.messaging.contacts import Q
from tasktalk.messaging.notices.loop import Teller
from tasktalk.settings import Settings
from tasktalk.tasks.reminders.due import take_due_reminders


def quiet(_what: str, _done: int, _total: int) -> None:
    pass


async def restored(product: Product, dsn: str, folder: Path) -> Product:
    """The product as its backup of now brings it back, in another database."""
    settings = Settings(data=folder, _env_file=None)  # type: ignore[call-arg]
    await run_backup(product.dsn, folder / "a.zip", settings=settings, progress=quiet)
    await restore_backup(dsn, folder / "a.zip", settings=settings, wishes=Wishes(), progress=quiet)
    pool = await open_pool(dsn, min_size=1, max_size=4)
    return replace(product, dsn=dsn, pool=pool)


async def test_nothing_is_sent_twice_that_was_sent(
    product: Product, graph: FakeGraph, empty_database: str, tmp_path: Path
) -> None:
    await put(product, "one", "two", "three")
    await product.pool.execute("update outbox set state = 'sending', sending_at = now() where message like '%two%'")
    again = await restored(product, empty_database, tmp_path)
    try:
        await product.pool.execute("update outbox set state = 'waiting'")
        async with sending(product, graph):  # the first life goes on after its backup, and is lost
            await until(states(product, "accepted", "accepted", "accepted"))
        assert sorted(graph.carried_out) == ["one", "three", "two"]

        async with sending(again, graph) as lane:
            await put(again, "four")
            await until(states(again, "held", "held", "held", "accepted"))
            assert graph.carried_out.count("four") == 1
            assert len(graph.carried_out) == 4
            async with again.pool.acquire() as conn, conn.transaction():
                assert await resume_sending(conn, by=None) == 3
            lane.wake.set()
            await until(states(again, *["accepted"] * 4))
        assert sorted(graph.carried_out) == ["four", "one", "one", "three", "three", "two", "two"]
        assert await again.pool.fetchval("select detail ->> 'messages' from audit order by seq desc limit 1") == "3"
    finally:
        await again.pool.close()


async def test_reminders_of_the_lost_time_ring_once_and_what_was_about_to_be_told_is_held(
    product: Product, empty_database: str, tmp_path: Path
) -> None:
    now, ana = datetime.now(UTC), product.ana.id
    soon, later = now + timedelta(seconds=3), now + timedelta(hours=5)
    await product.pool.execute("insert into tasks (id, owner_id, title) values ($1, $1, 'x')", ana)
    await product.pool.executemany(
        "insert into notices (id, user_id, event, task_id, not_before) "
        "values (gen_random_uuid(), $1, 'commented', $1, $2)",
        [(ana, soon), (ana, later)],
    )
    await product.pool.execute(
        "insert into reminders (id, task_id, user_id, at_on, at_time, zone, rrule, ring_at) "
        "values (gen_random_uuid(), $1, $1, $2, '08:00', 'UTC', 'FREQ=DAILY', $3)",
        ana,
        now.date(),
        now + timedelta(minutes=5),
    )
    await product.pool.execute(
        "insert into letters (id, user_id, way, subject, body) values (gen_random_uuid(), $1, 'email', 'x', 'x')", ana
    )
    again = await restored(product, empty_database, tmp_path)
    try:
        days_later = now + timedelta(days=3)
        async with again.pool.acquire() as conn:
            assert await count_held(conn) == 2  # the notice that was about to leave, and the letter
            rung = [len(await take_due_reminders(conn, now=days_later)) for _ in range(2)]
            assert rung == [1, 0]
        # Neither the loop nor its person's writing lets go what is held.
        await Teller(again.pool, again.keyring, timedelta(0), clock=lambda: later - timedelta(hours=1)).look()
        assert await count(again.pool, "from notices where state = 'held' and why like 'Restored%'") == 1
        assert await count(again.pool, "from notices where state = 'waiting' and not_before = $1", later) == 1
        async with again.pool.acquire() as conn, conn.transaction():
            assert await forget_held(conn, by=None, at=now) == 2
            assert await count_held(conn) == 0
        assert await count(again.pool, "from letters") == 0
        assert await count(again.pool, "from notices where state = 'dropped'") == 1
    finally:
        await again.pool.close()


async def test_a_person_who_writes_does_not_let_go_what_is_held(product: Product, pool: Pool) -> None:
    await pool.execute(
        "insert into notices (id, user_id, event, state, why, not_before) "
        "values (gen_random_uuid(), $1, 'review', 'held', 'Restored from a backup: …', now())",
        product.ana.id,
    )
    one = {"ids": [product.ana.contact_id], "names": ["Ana"], "usernames": [None], "seen_ats": [datetime.now(UTC)]}
    async with pool.acquire() as conn:
        await Q.see_contacts(conn, **one, answered=[True], messages=[1])
    assert await pool.fetchval("select state from notices") == "held"

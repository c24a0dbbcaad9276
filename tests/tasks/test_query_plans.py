"""The plans of the lists that people open all day: none reads a whole table, whether somebody has much or little.

A few thousand tasks are enough for PostgreSQL to think about its indexes, once it has counted them.
"""

import asyncio
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import create_user
from tasktalk.assistant import dialogue
from tasktalk.db import Conn, Pool
from tasktalk.db.migrate import migrate
from tasktalk.db.pool import connect
from tasktalk.ids import new_id
from tasktalk.interop.webhooks import hearing
from tasktalk.tasks import Act, NewTask, create_tasks, list_tasks, listing
from tasktalk.tasks.journal import trash
from tasktalk.tasks.reminders.planning import plan_reminders

BIG = {"tasks", "comments", "journal"}  # what grows with use; that of few rows is soonest read whole
ROWS = """
create temp table me as select a.id as ana, b.id as ben from users a, users b where a.name = 'Ana' and b.name = 'Ben';
insert into users (id, name) select gen_random_uuid(), 'Person ' || i from generate_series(1, 100) i;
create temp table person as
    select u.id, row_number() over (order by u.id) as n from users u, me where u.id not in (ana, ben);
insert into projects (id, owner_id, name)
    select gen_random_uuid(), case when i % 10 = 0 then ana else p.id end, 'Project ' || i
    from me, generate_series(1, 400) i join person p on p.n = 1 + i % 100;
insert into projects (id, owner_id, name)
    select gen_random_uuid(), id, 'Home' from me, unnest(array[ana, ben]) id;
insert into project_members (project_id, user_id, role) select id, owner_id, 'owner' from projects;
insert into project_members (project_id, user_id, role)
    select pr.id, p.id, 'editor' from projects pr cross join generate_series(1, 5) k
    join person p on p.n = 1 + ((hashtext(pr.id::text) & 1023) + k * 37) % 100 on conflict do nothing;
create temp table place as
    select id, owner_id, row_number() over (order by name <> 'Home', id) as n from projects;
insert into tasks (id, owner_id, project_id, title, notes, status, completed_at, priority, due_on, labels, assignees,
                   position, updated_at)
    select ('01a00000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
        coalesce(pl.owner_id, case when i % 16 = 0 then ana when i % 400 = 2 then ben else p.id end), pl.id,
        'Task ' || i || ' ' || (array['bread', 'letters', 'windows', 'wheels'])[1 + i % 4],
        repeat('some more words ', i % 5),
        case when i % 3 = 0 then 'done' else 'open' end, case when i % 3 = 0 then now() - i * interval '1 minute' end,
        case when i % 7 < 4 then 1 + i % 7 end, case when i % 5 > 0 then date '2026-11-23' + (i * 31) % 300 - 100 end,
        case when i % 8 = 0 then array['calls'] when i % 200 = 1 then array['rare'] else '{}' end,
        case when i % 5 = 0 then array[p.id] when i % 500 = 1 then array[ana] else '{}' end,
        i, now() - i * interval '1 minute'
    from me, generate_series(1, 24000) i join person p on p.n = 1 + (i * 13) % 100
    left join place pl on i % 2 = 1 and pl.n = 1 + (i * 7) % 402;
insert into comments (id, task_id, text)
    select gen_random_uuid(), id, 'They said ' || title from tasks where position::int % 3 = 0;
"""
LISTS: tuple[tuple[str | None, str], ...] = (
    (None, "id"),
    (None, "-id"),
    (None, "due"),
    (None, "-updated"),
    ("all", "due"),
    ("all", "priority"),
    ("done", "-completed"),
    ("#Home", "position"),
    ("#Home & @calls", "id"),
    ("(today | overdue) & p1", "id"),
    ("today | overdue", "due"),
    ("7 days", "due"),
    ("no date", "id"),
    ("@rare", "id"),
    ("@calls & no date & p1", "due"),
    ("assigned to: Person 7", "due"),
    ("assigned to: me", "due"),
    ("search: 1234", "id"),
    ("search: bread 77", "due"),
    ("trash", "id"),
)


@pytest.fixture
async def filled(pool: Pool) -> tuple[Pool, dict[str, Viewer]]:
    """Ana has a tenth of all tasks and projects, Ben has some sixty tasks and one project."""
    async with pool.acquire() as conn:
        ids = [await create_user(conn, name=name, email=f"{name}@example.org") for name in ("Ana", "Ben")]
        await conn.execute(ROWS)
        # So many that every row is in the sample: what the planner knows does not turn on chance.
        await conn.execute("set default_statistics_target = 1000")
        await conn.execute("vacuum analyze")
    return pool, {"much": _viewer("Ana", ids[0]), "little": _viewer("Ben", ids[1])}


def _viewer(name: str, user_id: UUID) -> Viewer:
    return Viewer(user_id, name, "member", "en", "Europe/Madrid")


async def test_no_list_reads_a_whole_table_and_every_index_serves_one(
    filled: tuple[Pool, dict[str, Viewer]], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, viewers = filled
    read_whole, used = [], set[str]()
    for name, count in (("_MUCH", 500), ("_STEPS", 1000)):  # as little as there are tasks
        monkeypatch.setattr(listing, name, count)
    async with pool.acquire() as conn:
        # With so few rows a whole table costs little more than its index, and which of the two wins turns on when the
        # server last tidied up. Made dear, a whole table is read only where no index can serve.
        await conn.execute("set enable_seqscan = off")
        asked: list[tuple[str, tuple[Any, ...]]] = []
        conn.add_query_logger(lambda query: asked.append((query.query, query.args)))  # in the loop's next round
        fetch = listing._fetch

        async def noted(conn: Conn, sql: str, params: Sequence[object]) -> list[tuple[Any, ...]]:
            asked.append((sql, tuple(params)))
            return await fetch(conn, sql, params)

        monkeypatch.setattr(listing, "_fetch", noted)
        for who, viewer in viewers.items():
            for text, sort in LISTS:
                page = await list_tasks(conn, viewer=viewer, now=now, filter=text, sort=sort, limit=50)
                if page.next:
                    await list_tasks(conn, viewer=viewer, now=now, filter=text, sort=sort, limit=50, cursor=page.next)
                await asyncio.sleep(0)
                hot = [(sql, params) for sql, params in asked if not sql.startswith("explain")]
                asked.clear()
                for sql, params in hot:
                    nodes = list(_nodes(await conn.fetchval(f"explain (format json) {sql}", *params)))
                    used |= {node["Index Name"] for node in nodes if "Index Name" in node}
                    read_whole += [
                        (who, text, sort, sql)
                        for node in nodes
                        if "Seq Scan" in node["Node Type"] and node["Relation Name"] in BIG
                    ]
        has_trigrams = await conn.fetchval("select to_regclass('tasks_words') is not null")
    assert not read_whole
    expected = {f"tasks_{name}" for name in ("owner", "owner_open", "project", "project_open", "labels", "assignees")}
    expected |= {f"tasks_by_{name}" for name in ("due", "due_ever", "priority", "update", "completion")}
    expected |= {"tasks_words", "comments_words"} if has_trigrams else set()
    assert expected - used == set()


async def test_planning_a_task_reads_no_reminder_of_another(pool: Pool, now: datetime) -> None:
    async with pool.acquire() as conn:
        ana = _viewer("Ana", await create_user(conn, name="Ana", email="ana@example.org"))
        await conn.execute(
            "insert into tasks (id, owner_id, title, position, due_on, due_at) "
            "select gen_random_uuid(), $1, 'Task ' || i, i, '2026-12-01', '2026-12-01T09:00Z' "
            "from generate_series(1, 6000) i",
            ana.user_id,
        )
        await conn.execute(
            "insert into reminders (id, task_id, user_id, offset_seconds, is_default, ring_at) "
            "select gen_random_uuid(), id, owner_id, 0, true, due_at from tasks"
        )
        await conn.execute("analyze")
        asked: list[tuple[str, tuple[Any, ...]]] = []
        conn.add_query_logger(lambda query: asked.append((query.query, query.args)))
        [task_id] = await conn.fetchrow("select id from tasks limit 1")
        await plan_reminders(conn, task_ids=[task_id], now=now)
        await asyncio.sleep(0)
        [(sql, params)] = [each for each in asked if "reminders" in each[0]]
        nodes = _nodes(await conn.fetchval(f"explain (format json) {sql}", *params))
        whole = [node for node in nodes if "Seq Scan" in node["Node Type"]]
    assert {node["Relation Name"] for node in whole} & {"tasks", "reminders"} == set()


async def test_a_kept_plan_reads_no_whole_journal(pool: Pool) -> None:
    """What the person did last, a project that goes for good, whom to tell: the journal is the longest table of all."""
    async with pool.acquire() as conn:
        ana = await create_user(conn, name="Ana", email="ana@example.org")
        await conn.execute(
            "insert into journal (actor_id, change_set, subject, subject_id, task_id, project_id, verb) "
            "select $1, gen_random_uuid(), 'task', id, id, id, 'created' "
            "from (select gen_random_uuid() as id from generate_series(1, 6000)) each",
            ana,
        )
        await conn.execute("analyze; set plan_cache_mode = force_generic_plan")
        for number, query in enumerate((dialogue.Q.find_last_act, trash.Q.purge_project, hearing.Q.list_pairs)):
            await conn.execute(f"prepare kept{number} as {query.sql}")
            given = ", ".join(["null"] * len(set(re.findall(r"\$\d+", query.sql))))  # the plan is for whatever is asked
            nodes = _nodes(await conn.fetchval(f"explain (format json) execute kept{number}({given})"))
            whole = {node["Relation Name"] for node in nodes if "Seq Scan" in node["Node Type"]}
            assert whole & {"journal", "webhooks"} == set()


async def test_searching_works_where_the_server_allows_no_trigrams(
    empty_database: str, admin: Conn, now: datetime
) -> None:
    role = f"plain_{secrets.token_hex(4)}"
    await admin.execute(f"create role {role}")
    owner = await connect(empty_database)
    try:
        await owner.execute(f"alter schema public owner to {role}")
        await migrate(f"{empty_database}{'&' if '?' in empty_database else '?'}role={role}")
        assert await owner.fetchval(
            "select to_regclass('tasks_words') is null and to_regclass('tasks_by_due') is not null"
        )
        ana = _viewer("Ana", await create_user(owner, name="Ana", email="ana@example.org"))
        new = [NewTask(title="Crème brûlée"), NewTask(title="bread")]
        await create_tasks(owner, viewer=ana, new=new, by=Act(new_id(), "test", now))
        for text in ("search: creme", "search: br le"):
            page = await list_tasks(owner, viewer=ana, now=now, filter=text)
            assert [task.title for task in page.items] == ["Crème brûlée"]
    finally:
        await owner.execute(f"drop owned by {role} cascade")
        await owner.close()
        await admin.execute(f"drop role {role}")


def _nodes(plans: Any) -> Iterator[dict[str, Any]]:
    for plan in plans:
        node = plan.get("Plan", plan)
        yield node
        yield from _nodes(node.get("Plans", ()))

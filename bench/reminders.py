"""Reminders: what a million of them cost while none rings, and how soon ten thousand of one minute have left."""

import asyncio
import json
import time
from dataclasses import dataclass

from bench import processes
from bench.figures import percentile
from bench.system import Running
from bench.wire import Client
from tasktalk.db import Conn

_PENDING = """
insert into reminders (id, task_id, user_id, offset_seconds, ring_at, is_default)
select gen_random_uuid(), t.id, t.owner_id, -60 * k, now() + interval '1 year' + k * interval '1 minute', false
from (select id, owner_id from tasks where status = 'open' order by id limit $1) t
cross join generate_series(1, $2::int) k
"""
_DUE = """
insert into bench_rings
select id, now() + interval '2 seconds' + row_number() over () * interval '1 second' * $2::float8 / $1
from (select r.id from reminders r join contacts c on c.user_id = r.user_id order by md5(r.id::text) limit $1) r
"""
_LEFT = """
select extract(epoch from o.created_at - b.ring_at)::float8 as late
from bench_rings b join notices n on n.facts ->> 'reminder_id' = b.id::text join outbox o on o.id = n.outbox_id
"""
_CLOSED = "select exists (select from contacts where user_id is not null and window_until is null)"
_WAIT_SECONDS = 60
_ASKED: tuple[str, ...] = ("worker", "postgres")


@dataclass(frozen=True, slots=True)
class Reminders:
    """`cpu`: processor at rest, as a share of one core (`cpu_without`: before there were any).

    `late`: seconds from the ring to its message's outbox row.
    """

    pending: int
    rest_seconds: float
    cpu: dict[str, float]
    cpu_without: dict[str, float]
    due: int
    within_seconds: float
    late: list[float]

    def late_seconds(self, percent: float) -> float:
        """A percentile."""
        return percentile(self.late, percent)

    @property
    def more(self) -> float:
        """What the pending ones cost at rest, as a share of one core."""
        return sum(self.cpu.values()) - sum(self.cpu_without.values())

    @property
    def missing(self) -> int:
        """Rings that came to nothing."""
        return self.due - len(self.late)


async def measure(running: Running, conn: Conn, *, quick: bool) -> Reminders | None:
    """None where the product has no reminders yet."""
    if not await conn.fetchval("select to_regclass('reminders') is not null and to_regclass('notices') is not null"):
        return None
    tasks, each = (20_000, 5) if quick else (100_000, 10)
    rest_seconds = 2.0 if quick else 10.0
    due, within = (500, 3.0) if quick else (10_000, 60.0)
    without = await _rest(running, rest_seconds)
    await conn.execute(_PENDING, tasks, each)
    await conn.execute("vacuum analyze reminders")
    await conn.execute("checkpoint")
    cpu = await _rest(running, rest_seconds)
    await _open_windows(running, conn)
    late = await _ring(conn, due=due, within=within)
    return Reminders(tasks * each, rest_seconds, cpu, without, due, within, late)


async def _rest(running: Running, seconds: float) -> dict[str, float]:
    await asyncio.sleep(1.0)  # until what went before is done
    before, began = processes.read_cpu_seconds(running.pid), time.perf_counter()
    await asyncio.sleep(seconds)
    after, took = processes.read_cpu_seconds(running.pid), time.perf_counter() - began
    return {name: (after.get(name, 0.0) - before.get(name, 0.0)) / took for name in _ASKED}


async def _open_windows(running: Running, conn: Conn) -> None:
    """Everybody says hello: Meta's side, too, takes free-form messages from then on."""
    phones = [person["wa_id"] for person in running.facts["phones"] if person["linked"]]
    hello = json.dumps({"type": "text", "text": {"body": "hello"}}).encode()
    async with Client(running.facts["sandbox"]) as client:
        for phone in phones:
            await client.call("POST", f"/phones/{phone}/messages", hello)
    until = time.perf_counter() + _WAIT_SECONDS
    while await conn.fetchval(_CLOSED) and time.perf_counter() < until:  # noqa: ASYNC110  (the worker does it)
        await asyncio.sleep(0.1)


async def _ring(conn: Conn, *, due: int, within: float) -> list[float]:
    await conn.execute("create table bench_rings (id uuid primary key, ring_at timestamptz not null)")
    await conn.execute(_DUE, due, within)
    await conn.execute("update reminders r set ring_at = b.ring_at from bench_rings b where r.id = b.id")
    await asyncio.sleep(within + 2)
    until = time.perf_counter() + _WAIT_SECONDS
    while len(rows := await conn.fetch(_LEFT)) < due and time.perf_counter() < until:  # noqa: ASYNC110  (the worker does it)
        await asyncio.sleep(0.5)
    await conn.execute("drop table bench_rings")
    return [row["late"] for row in rows]

"""Storing what was delivered: one row an item, once, in the order of arrival, many deliveries a commit."""

import time
from collections import Counter
from collections.abc import Sequence

import asyncpg

from tasktalk import metrics
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import LOST
from tasktalk.logs import get_log
from tasktalk.queue.group_commit import GroupCommit
from tasktalk.whatsapp.delivery import Item

log = get_log("messaging.inbox")

# One statement: insert, skip what is there already, wake the workers once a commit (NOTIFY takes a global lock).
_STORE = """
with stored as (
    insert into inbox (key, lane, kind, phone_number_id, payload)
    select * from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[])
    on conflict (key) do nothing
    returning 1
)
select pg_notify('inbox', '') from (select 1 from stored limit 1) as any_new
"""


# So that an operator sees that deliveries arrive; who changes the integration at this moment is not waited for.
_SEE = """
with seen as (
    update integrations set delivered_at = now() where id = any(array(
        select id from integrations where phone_number_id = any($1::text[]) for no key update skip locked))
    returning id
)
update findings f set resolved_at = now() from seen
where f.integration_id = seen.id and f.kind = 'deliveries' and f.resolved_at is null
"""
_SEE_SECONDS = 60.0
_MOST_NUMBERS = 1000


def open_inbox(pool: Pool) -> GroupCommit[Item]:
    """The inbox of this process; `await inbox.put(items)` returns once they are committed."""
    seen: dict[str, float] = {}

    async def see(conn: Conn, numbers: set[str]) -> None:
        """Once a minute for each number."""
        now = time.monotonic()
        due = [number for number in numbers if now - seen.get(number, -_SEE_SECONDS) >= _SEE_SECONDS]
        if not due:
            return
        if len(seen) > _MOST_NUMBERS:
            seen.clear()
        seen.update(dict.fromkeys(due, now))
        try:
            await conn.execute(_SEE, due)
        except (*LOST, asyncpg.PostgresError) as error:  # what was delivered is stored, and that alone matters
            log.warning("delivery_not_seen", error=type(error).__name__)

    async def write(items: Sequence[Item]) -> None:
        columns = ([], [], [], [], [])  # type: tuple[list[bytes], list[str], list[str], list[str | None], list[str]]
        for item in items:
            columns[0].append(item.key)
            columns[1].append(item.lane)
            columns[2].append(item.kind)
            columns[3].append(item.phone_number_id)
            columns[4].append(item.payload)
        began = time.perf_counter()
        async with pool.acquire() as conn:
            await conn.execute(_STORE, *columns)
            await see(conn, {number for number in columns[3] if number is not None})
        metrics.INTAKE_SECONDS.observe(time.perf_counter() - began)
        for kind, count in Counter(columns[2]).items():
            metrics.INTAKE_ITEMS.labels(kind).inc(count)

    return GroupCommit(write)

"""Storing what was delivered: one row an item, once, in the order of arrival, many deliveries a commit."""

import time
from collections import Counter
from collections.abc import Sequence

from tasktalk import metrics
from tasktalk.db import Pool
from tasktalk.queue.group_commit import GroupCommit
from tasktalk.whatsapp.delivery import Item

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


def open_inbox(pool: Pool) -> GroupCommit[Item]:
    """The inbox of this process; `await inbox.put(items)` returns once they are committed."""

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
        metrics.INTAKE_SECONDS.observe(time.perf_counter() - began)
        for kind, count in Counter(columns[2]).items():
            metrics.INTAKE_ITEMS.labels(kind).inc(count)

    return GroupCommit(write)

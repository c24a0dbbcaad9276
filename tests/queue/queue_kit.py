"""Items of named lanes, effects that can be counted, and what one looks at."""

from collections import defaultdict
from collections.abc import Sequence

from product_kit import count
from tasktalk.db import Conn, Pool
from tasktalk.messaging.inbox import open_inbox
from tasktalk.queue import control
from tasktalk.queue.claim import Item
from tasktalk.queue.control import Figures
from tasktalk.whatsapp.delivery import Item as Delivered


def item(lane: str, number: int) -> Delivered:
    name = f"{lane}/{number}"
    return Delivered("message", name.encode(), lane, None, name)


async def fill(pool: Pool, *items: tuple[str, int]) -> None:
    await open_inbox(pool).put([item(lane, number) for lane, number in items])


async def make_effects(pool: Pool) -> None:
    await pool.execute("create table effects (seq bigint generated always as identity, payload text not null)")


async def take_effect(conn: Conn, items: Sequence[Item], _notes: dict[int, str]) -> None:
    payloads = [each.payload for each in items]
    await conn.execute("insert into effects (payload) select unnest($1::text[])", payloads)


async def effects_by_lane(pool: Pool) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in await pool.fetch("select payload from effects order by seq"):
        lane, _, number = row["payload"].partition("/")
        found[lane].append(int(number))
    return found


async def is_empty(pool: Pool) -> bool:
    return not await count(pool, "from inbox where state = 'waiting'")


async def figures(pool: Pool) -> Figures:
    async with pool.acquire() as conn:
        return await control.get_figures(conn)


async def order(pool: Pool, action: str) -> tuple[str, str]:
    async with pool.acquire() as conn, conn.transaction():
        return await control.control(conn, action=action, actor=None)


async def add_up(pool: Pool) -> bool:
    known = await figures(pool)
    return known.size + known.processing + known.completed + known.failed == await count(pool, "from inbox")

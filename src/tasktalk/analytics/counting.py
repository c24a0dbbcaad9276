"""Counting what went through the numbers, a quarter of an hour at a time, once it is over and settled."""

from datetime import UTC, datetime, timedelta

from tasktalk.analytics.costs import Q
from tasktalk.analytics.periods import QUARTER
from tasktalk.db import Pool

KEPT = timedelta(days=400)
_SETTLED = timedelta(minutes=5)  # no transaction that writes messages takes longer
_AT_ONCE = timedelta(hours=6)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


async def count_traffic(pool: Pool, now: datetime) -> int:
    """The next six hours that are not counted yet; how many quarters that were, 0 when there are none."""
    last = _quarter(now - _SETTLED)
    async with pool.acquire() as conn, conn.transaction():
        upto: datetime = await Q.lock_counted(conn)
        if upto == _EPOCH:  # never before
            beginning = await Q.get_beginning(conn)
            upto = _quarter(beginning) if beginning else last
            await Q.set_counted(conn, upto=upto)
        if upto >= last:
            await Q.forget_traffic(conn, before=now - KEPT)
            return 0
        until = min(upto + _AT_ONCE, last)
        await Q.count_quarters(conn, since=upto, until=until)
        await Q.count_writers(conn, since=upto, until=until)
        await Q.set_counted(conn, upto=until)
    return (until - upto) // QUARTER


def _quarter(moment: datetime) -> datetime:
    return moment - (moment - _EPOCH) % QUARTER

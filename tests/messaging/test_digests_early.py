"""A digest whose hour finds the window closed comes before it closes."""

import datetime as dt
from typing import Any

import pytest
from notice_kit import Pair, open_pair
from ways_kit import go_on

from product_kit import Product
from tasktalk.messaging.notices.ways import Means
from tasktalk.tasks.preferences.preferences import change_preferences

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    """It is ten; Ana has a digest at noon, and something to do today and tomorrow."""
    pair = await open_pair(product, now)
    await want(pair, digest_time=dt.time(12))
    for days in (0, 1):
        day = now.date() + dt.timedelta(days=days)
        await pair.add(pair.ana, f"Day {days}", project_id=None, due_on=day)
    return pair


async def want(pair: Pair, **wanted: Any) -> None:
    async with pair.tx() as conn:
        await change_preferences(conn, viewer=pair.ana, changes=wanted, now=pair.now)  # type: ignore[arg-type]


async def heard_from(pair: Pair, *, until: dt.datetime, every: dt.timedelta = 5 * MINUTE) -> list[dt.datetime]:
    """When Ana's phone showed something, as the clock goes on."""
    moments: list[dt.datetime] = []
    while pair.now <= until:
        before = len(await pair.heard(pair.product.ana))
        await go_on(pair, means=Means())
        moments += [pair.now] * (len(await pair.heard(pair.product.ana)) - before)
        pair.now += every
    return moments


async def test_it_comes_ten_minutes_before_the_window_closes_and_not_again(pair: Pair) -> None:
    closes = pair.now + HOUR
    await pair.open_window(pair.product.ana, until=closes)
    assert await heard_from(pair, until=pair.now + 3 * HOUR) == [closes - 10 * MINUTE]
    await pair.open_window(pair.product.ana)
    pair.now = pair.now.replace(hour=11, minute=55) + dt.timedelta(days=1)
    assert [at.hour for at in await heard_from(pair, until=pair.now + HOUR)] == [12]  # the next day at its hour


@pytest.mark.parametrize(
    ("closes", "why"),
    [
        (dt.time(12, 30), "it is open at noon"),
        (dt.time(10, 0, 30), "it is closed already, as far as a message goes"),
    ],
)
async def test_otherwise_it_keeps_its_hour(pair: Pair, closes: dt.time, why: str) -> None:
    await pair.open_window(pair.product.ana, until=dt.datetime.combine(pair.now.date(), closes, dt.UTC))
    heard = await heard_from(pair, until=pair.now + 3 * HOUR)
    assert [at.hour for at in heard] == ([12] if closes.hour == 12 else []), why


async def test_not_more_than_two_hours_before(pair: Pair) -> None:
    await want(pair, digest_time=dt.time(12, 11))
    await pair.open_window(pair.product.ana, until=pair.now + 5 * MINUTE)
    assert await heard_from(pair, until=pair.now + MINUTE, every=MINUTE) == []


async def test_nobody_is_woken_for_it(pair: Pair) -> None:
    await want(pair, quiet_hours=(dt.time(22), dt.time(11, 30)))
    await pair.open_window(pair.product.ana, until=pair.now + HOUR)
    assert await heard_from(pair, until=pair.now + 3 * HOUR) == []


async def test_the_digest_of_a_day_does_not_come_on_the_day_before(pair: Pair) -> None:
    await want(pair, timezone="Pacific/Auckland", digest_time=dt.time(0, 30))  # half past eleven in UTC
    await pair.open_window(pair.product.ana, until=pair.now + 55 * MINUTE)
    assert await heard_from(pair, until=pair.now + 3 * HOUR) == []

"""The loop itself: it looks, does what is due, and says when to look again."""

import datetime as dt

import pytest
from notice_kit import GATHER, LATER, Pair, open_pair

from product_kit import Product
from tasktalk.messaging.notices.loop import Teller


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    return await open_pair(product, now)


async def test_news_are_heard_while_a_reminder_is_still_to_come(pair: Pair) -> None:
    """Each of the two says when it is next due, in its own way: what is due now must not hide what comes later."""
    teller = Teller(pair.product.pool, pair.product.keyring, GATHER, clock=lambda: pair.now)
    await teller.look()
    task = await pair.add(
        pair.ana, "Paint", due_on=pair.now.date(), due_time=dt.time(12), assignees=(pair.ben.user_id,)
    )
    assert 0 < await teller.look() <= 1
    pair.now += LATER
    await teller.look()
    assert [text.splitlines()[0] for text in await pair.heard(pair.product.ben)] == ["👤 Ana gave you *Paint*"]

    pair.now = dt.datetime.combine(pair.now.date(), dt.time(11, 59, 59, 500_000), dt.UTC)
    assert 0 < await teller.look() <= 0.5
    assert len(await pair.heard(pair.product.ben)) == 1
    pair.now = dt.datetime.combine(pair.now.date(), dt.time(12), dt.UTC)
    await teller.look()
    assert (await pair.heard(pair.product.ben))[1].startswith(f"⏰ *{task.title}*")

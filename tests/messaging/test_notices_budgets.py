"""Budgets: what was not asked for goes by e-mail or waits when a month is used up; one's own reminders still go."""

import datetime as dt
from decimal import Decimal

import pytest
from notice_kit import LATER, Pair, open_pair
from ways_kit import accept, go_on, letters_of, say_status, sent_to

from product_kit import Product, count
from tasktalk.integrations.findings import words_of
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.budgets import check_budgets
from tasktalk.messaging.notices.ways import Means

PRICES = {"service": Decimal("0.02"), "utility": Decimal("0.03")}


@pytest.fixture
async def pair(product: Product) -> Pair:
    return await open_pair(product, dt.datetime.now(dt.UTC))


async def give(pair: Pair, title: str, *, means: Means | None = None) -> None:
    await pair.add(pair.ana, title, assignees=(pair.ben.user_id,))
    await go_on(pair, means=means or Means(email=True, prices=PRICES))
    pair.now += LATER
    await go_on(pair, means=means or Means(email=True, prices=PRICES))


async def remind(pair: Pair) -> None:
    await pair.add(pair.ben, "Call", project_id=None, due_on=pair.now.date(), due_time=pair.now.time(), due_zone="UTC")
    await pair.product.pool.execute("update reminders set ring_at = $1", pair.now)
    await go_on(pair)


async def charge(pair: Pair, pricing: tuple[str, str]) -> None:
    """Every message that was accepted is delivered, and costs."""
    for row in await pair.product.pool.fetch("select id, state from outbox"):
        if row["state"] == "waiting":
            await accept(pair.product, row["id"])
        await say_status(pair.product, row["id"], "delivered")
    await pair.product.pool.execute("update statuses set pricing = $1", "/".join(pricing))


async def check(pair: Pair, prices: dict[str, Decimal] = PRICES, *, later: dt.timedelta = dt.timedelta()) -> list[str]:
    """The open findings."""
    async with pair.tx() as conn:
        await check_budgets(conn, prices=prices, now=pair.now + later)
    rows = await pair.product.pool.fetch("select kind, detail from findings where resolved_at is null")
    return [f"{row['kind']}: {words_of(row['detail'])[0]}" for row in rows]


async def test_a_person_has_so_many_messages_a_month_and_their_own_reminders(pair: Pair) -> None:
    await pair.prefer(pair.ben, monthly_messages=2)
    for title in ("Paint", "Sand", "Saw"):
        await give(pair, title)
    assert len(await sent_to(pair.product, pair.product.ben)) == 2
    assert await letters_of(pair.product, pair.product.ben) == [("email", "👤 Ana gave you Saw")]
    await remind(pair)
    assert len(await sent_to(pair.product, pair.product.ben)) == 3
    await give(pair, "Nail", means=Means())
    assert (await pair.states(pair.ben))[-1] == ("assigned", "held", sentences.MESSAGES_SPENT)
    pair.now = (pair.now.replace(day=1) + dt.timedelta(days=32)).replace(day=1, hour=12)
    await go_on(pair)
    assert len(await sent_to(pair.product, pair.product.ben)) == 4


async def test_a_number_has_so_much_money_a_month(pair: Pair) -> None:
    await pair.product.pool.execute("update integrations set monthly_budget = 0.05, currency = 'EUR'")
    for title in ("Paint", "Sand", "Saw"):
        assert await check(pair) == []
        await give(pair, title)
    await charge(pair, ("service", "regular"))
    assert await check(pair) == [
        f"budget_spent: The budget of {pair.now.astimezone(dt.UTC):%Y-%m} is used up: 0.06 of 0.05 EUR."
    ]
    await give(pair, "Nail")
    await remind(pair)
    assert len(await sent_to(pair.product, pair.product.ben)) == 4
    assert await letters_of(pair.product, pair.product.ben) == [("email", "👤 Ana gave you Nail")]

    assert await check(pair, later=dt.timedelta(days=32)) == []  # another month
    assert len(await check(pair)) == 1
    await pair.product.pool.execute("update integrations set monthly_budget = null")
    assert await check(pair) == []


@pytest.mark.parametrize(
    ("pricing", "prices"),
    [
        (("service", "free_customer_service"), PRICES),
        (("authentication", "regular"), PRICES),
        (("service", "regular"), {}),
    ],
)
async def test_what_is_free_or_has_no_price_spends_nothing(
    pair: Pair, pricing: tuple[str, str], prices: dict[str, Decimal]
) -> None:
    await pair.product.pool.execute("update integrations set monthly_budget = 0.01")
    await give(pair, "Paint")
    await charge(pair, pricing)
    assert await check(pair, prices) == []
    assert await count(pair.product.pool, "from statuses where pricing is not null") == 1

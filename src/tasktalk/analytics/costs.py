"""What delivered messages cost: Meta says each one's category and whether it is free, the operator what one costs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tasktalk.analytics.periods import whole_days
from tasktalk.analytics.shown import CategoryCost, Cost, PersonCost
from tasktalk.db import Conn
from tasktalk.db.sql import queries

Q = queries(__file__)

Prices = Mapping[str, Decimal]

_PEOPLE = 100
_DIGITS = 4  # after the point


@dataclass(frozen=True, slots=True)
class Charge:
    """Messages of a number, or to one contact. `pricing` is Meta's `category/type`; types that begin with free are."""

    integration_id: UUID | None
    person: UUID | None
    pricing: str
    messages: int

    @property
    def category(self) -> str:
        """Such as `utility`."""
        return self.pricing.partition("/")[0].lower()

    @property
    def charged(self) -> int:
        """Those that are not free."""
        return 0 if self.pricing.partition("/")[2].startswith("free") else self.messages

    def cost(self, prices: Prices) -> Decimal | None:
        """None: nothing says what such a message costs."""
        price = prices.get(self.category)
        return None if price is None else price * self.charged


async def list_charges(
    conn: Conn, *, ids: Sequence[UUID], upto: datetime, since: datetime, until: datetime, prices: Prices
) -> list[Charge]:
    """Of each number; then of the people who cost most."""
    rows = Q.list_charges(
        conn,
        ids=ids,
        upto=upto,
        since=since,
        until=until,
        **whole_days(since, min(until, upto)),
        categories=list(prices),
        prices=list(prices.values()),
        most=_PEOPLE,
    )
    return [Charge(**row) async for row in rows]


def cost_of(charges: Iterable[Charge], prices: Prices) -> float | None:
    """Of all of them that have a price; None when none has, though there are some."""
    costs = [charge.cost(prices) for charge in charges]
    known = [cost for cost in costs if cost is not None]
    return round(float(sum(known)), _DIGITS) if known or (prices and not costs) else None


async def sum_up(conn: Conn, charges: Sequence[Charge], *, prices: Prices, currencies: Sequence[str]) -> Cost:
    """By category and by person; `currencies`: those of the numbers concerned."""
    categories, people = defaultdict[str, list[Charge]](list), defaultdict[UUID, list[Charge]](list)
    for charge in charges:
        if charge.person is None:
            categories[charge.category].append(charge)
        else:
            people[charge.person].append(charge)
    currency = currencies[0] if len(set(currencies)) == 1 else None
    of_numbers = [charge for charge in charges if charge.person is None]
    return Cost(
        currency=currency,
        total=cost_of(of_numbers, prices) if currency else None,
        by_category=[
            CategoryCost(category=category, **_sums(found), cost=cost_of(found, prices))
            for category, found in sorted(categories.items())
        ],
        by_person=await _people(conn, people, prices),
    )


async def _people(conn: Conn, people: Mapping[UUID, Sequence[Charge]], prices: Prices) -> list[PersonCost]:
    known = {row["id"]: row async for row in Q.list_people(conn, ids=list(people))}
    shown = [
        PersonCost(
            contact_id=person,
            user_id=known[person]["user_id"] if person in known else None,
            name=known[person]["name"] if person in known else None,
            **_sums(found),
            cost=cost_of(found, prices),
        )
        for person, found in people.items()
    ]
    return sorted(shown, key=lambda each: (-(each.cost or 0), -each.messages, each.contact_id))


def _sums(charges: Sequence[Charge]) -> dict[str, int]:
    return {"messages": sum(each.messages for each in charges), "charged": sum(each.charged for each in charges)}

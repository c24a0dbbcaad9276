"""What WhatsApp has cost this month, and whether that is all it may: for administrators to see, the planner to heed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.integrations.findings import Trouble, open_findings, resolve_findings
from tasktalk.messaging.notices.hear import Q
from tasktalk.phrases import Told, phrase

KIND = "budget_spent"  # of the finding
_FREE = "free"  # types of Meta's that cost nothing begin so


@dataclass(slots=True)
class _Spending:
    """Of one number this month, in `currency`."""

    budget: Decimal
    currency: str
    cost: Decimal = Decimal(0)


async def check_budgets(conn: Conn, *, prices: Mapping[str, Decimal], now: dt.datetime) -> None:
    """Finds which numbers have spent their month (in UTC); without prices none has."""
    month = now.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first_id = UUID(int=int(month.timestamp() * 1000) << 80)  # ids begin with their milliseconds
    numbers: dict[UUID, _Spending] = {}
    async for row in Q.list_spending(conn, first_id=first_id):
        spending = numbers.setdefault(row["id"], _Spending(row["monthly_budget"], row["currency"]))
        category, _, kind = (row["pricing"] or "").partition("/")
        if not kind.startswith(_FREE):
            spending.cost += prices.get(category.lower(), Decimal(0)) * row["messages"]
    well = [row["integration_id"] async for row in Q.list_unbudgeted(conn)]
    for integration_id, spending in numbers.items():
        if prices and spending.cost >= spending.budget:
            await open_findings(conn, integration_id=integration_id, troubles=[_trouble(spending, month)], now=now)
        else:
            well.append(integration_id)
    for integration_id in well:
        await resolve_findings(conn, integration_id=integration_id, kinds=[KIND], now=now)


def _trouble(spending: _Spending, month: dt.datetime) -> Trouble:
    return Trouble(
        KIND,
        "warning",
        Told(
            "The budget of {month} is used up: {spent} of {budget} {currency}.",
            month=f"{month:%Y-%m}",
            spent=f"{spending.cost:.2f}",
            budget=f"{spending.budget:.2f}",
            currency=spending.currency,
        ),
        phrase(
            "Replies and people's own reminders still go by WhatsApp; all else goes by e-mail, or waits. Raise "
            "monthly_budget, or wait for the next month."
        ),
    )

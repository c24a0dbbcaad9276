"""Figures of what really came through the doors: deliveries, statuses with prices; who may look, and how often."""

import csv
import io
from pathlib import Path

import pytest
from traffic_kit import Traffic

from product_kit import Product, count, delivery, message, open_product, status
from tasktalk.db import Pool

UTILITY = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
FREE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
PRICES = '{"Utility": 0.05, "service": 0.02}'


async def accept_all(product: Product) -> list[str]:
    """WhatsApp takes all that waits; their wamids."""
    rows = await product.pool.fetch(
        "update outbox set state = 'accepted', attempts = 1, finished_at = now(), wamid = 'wamid.out' || seq"
        " where state = 'waiting' returning seq, wamid"
    )
    return [row["wamid"] for row in sorted(rows, key=lambda row: row["seq"])]


async def test_what_is_delivered_twice_counts_once(product: Product, traffic: Traffic) -> None:
    said = delivery(message(product.ana, "buy milk tomorrow", wamid="wamid.1"))
    stranger = {**message(product.ben, "hi", wamid="wamid.2"), "from": "15551234567", "from_user_id": "US.x1"}
    for each in (said, said, delivery(stranger), delivery(stranger | {"id": "wamid.3"}, number="999")):
        assert (await product.deliver(each)).status == 200
    await product.settle()
    wamids = await accept_all(product)
    for _ in range(2):
        await product.deliver(delivery(statuses=[status(wamid, "delivered", pricing=FREE) for wamid in wamids]))
        await product.deliver(delivery(statuses=[status(wamids[0], "read")]))
    await product.settle()
    totals = (await traffic.of_number("analytics"))["totals"]
    assert totals == {
        "messagesReceived": 2,
        "messagesSent": 2,
        "messagesDelivered": 2,
        "messagesRead": 1,
        "messagesFailed": 0,
        "uniqueUsers": 2,
        "totalConversations": 2,
        "errorCount": 0,
    }


async def priced(product: Product) -> None:
    """Ana gets two templates and a free message, Ben one that is never delivered, and one of a new category."""
    outbox = Traffic(product)
    now = await product.pool.fetchval("select now()")
    for person in (product.ana, product.ana, product.ana, product.ben, product.ben):
        await outbox.sent(person.contact_id, now, state="waiting", finished_at=None)
    wamids = await accept_all(product)
    new = UTILITY | {"category": "telepathy"}
    told = [
        *[status(wamid, word, pricing=UTILITY) for wamid in wamids[:2] for word in ("sent", "delivered")],
        status(wamids[2], "delivered", pricing=FREE),
        status(wamids[3], "sent", pricing=UTILITY),
        status(wamids[4], "sent", pricing=new),
        status(wamids[4], "read"),
    ]
    await product.deliver(delivery(statuses=told))
    await product.settle()


async def test_without_prices_messages_are_only_counted(product: Product, traffic: Traffic) -> None:
    await priced(product)
    cost = (await traffic.of_number("analytics"))["cost"]
    assert (cost["currency"], cost["total"]) == ("USD", None)
    assert cost["byCategory"] == [
        {"category": "service", "messages": 1, "charged": 0, "cost": None},
        {"category": "telepathy", "messages": 1, "charged": 1, "cost": None},
        {"category": "utility", "messages": 2, "charged": 2, "cost": None},
    ]


async def test_what_it_costs_by_category_and_person(database: str, pool: Pool, tmp_path: Path) -> None:
    product = await open_product(database, pool, tmp_path, prices=PRICES)
    traffic = Traffic(product)
    await priced(product)
    await pool.execute("update integrations set currency = 'EUR'")
    cost = (await traffic.of_number("analytics"))["cost"]
    assert (cost["currency"], cost["total"]) == ("EUR", 0.1)
    assert [(each["category"], each["charged"], each["cost"]) for each in cost["byCategory"]] == [
        ("service", 0, 0.0),
        ("telepathy", 1, None),
        ("utility", 2, 0.1),
    ]
    assert cost["byPerson"] == [
        {
            "contactId": str(product.ana.contact_id), "userId": str(product.ana.id), "name": "Ana",
            "messages": 3, "charged": 2, "cost": 0.1,
        },
        {
            "contactId": str(product.ben.contact_id), "userId": str(product.ben.id), "name": "Ben",
            "messages": 1, "charged": 1, "cost": None,
        },
    ]  # fmt: skip
    system = (await traffic.ask("/api/analytics/system")).json
    assert [(each["cost"], each["currency"]) for each in system["integrations"]] == [(0.1, "EUR")]
    await pool.execute("insert into integrations (id, name, waba_id, phone_number_id) values "
                       "('019a0000-0000-7000-8000-000000000001', 'B', '2', '2')")  # fmt: skip
    system = (await traffic.ask("/api/analytics/system")).json
    assert (system["cost"]["currency"], system["cost"]["total"]) == (None, None)  # euros and dollars


async def test_a_spreadsheet_takes_no_name_for_a_formula(product: Product, traffic: Traffic) -> None:
    await priced(product)
    await product.pool.execute("update users set name = '=HYPERLINK(\"http://evil\")' where name = 'Ana'")
    await product.pool.execute("update users set name = '@SUM(1;2), \"x\"' where name = 'Ben'")
    path = f"/api/integrations/{product.integration_id}/analytics"
    answer = await traffic.ask(path, format="csv", table="people")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("http://evil")', '\'@SUM(1;2), "x"']
    assert rows[0]["userId"] == str(product.ana.id)
    hours = list(csv.DictReader(io.StringIO((await traffic.ask(path, format="csv")).body.decode())))
    assert len(hours) == 24
    assert sum(int(row["messagesSent"]) for row in hours) == 5
    categories = await traffic.ask("/api/analytics/system", format="csv", table="categories")
    assert categories.body.decode().splitlines()[1] == "service,1,0,"


async def test_only_administrators_look(product: Product, traffic: Traffic) -> None:
    number = f"/api/integrations/{product.integration_id}"
    for path in (f"{number}/analytics", "/api/analytics/system", f"{number}/messages", f"{number}/conversations"):
        assert (await product.ask(path)).status == 401
        assert (await product.ask(path, token=product.ben.token)).status == 403
        assert (await product.ask(path, token=product.owner_token)).status == 200
    for other in ("019a0000-0000-7000-8000-000000000000", "nonsense", str(product.ana.id)):
        for what in ("analytics", "messages", "conversations", "messages/in-1"):
            assert (await traffic.ask(f"/api/integrations/{other}/{what}")).status == 404


async def test_ten_a_minute(database: str, pool: Pool, tmp_path: Path) -> None:
    product = await open_product(database, pool, tmp_path, limits="on")
    traffic = Traffic(product)
    paths = [f"/api/integrations/{product.integration_id}/analytics", "/api/analytics/system"]
    for number in range(10):
        assert (await traffic.ask(paths[number % 2])).status == 200
    answer = await traffic.ask(paths[0])
    assert (answer.status, answer.json["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert (await traffic.ask(f"/api/integrations/{product.integration_id}/messages")).status == 200


@pytest.mark.parametrize("prices", ["{", "[]", '{"utility": "x"}', '{"utility": -1}', '{"utility": 1e999}'])
async def test_prices_that_are_none_are_refused(database: str, pool: Pool, tmp_path: Path, prices: str) -> None:
    with pytest.raises(ValueError, match="prices"):
        await open_product(database, pool, tmp_path, prices=prices)
    assert not await count(pool, "from traffic")

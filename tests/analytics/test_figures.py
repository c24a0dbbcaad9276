"""Figures are exact, whether their quarters were counted already or not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from traffic_kit import Traffic

from product_kit import Product

MADRID = {"timezone": "Europe/Madrid"}
AUTUMN = {"since": "2026-10-25T00:00:00+02:00", "until": "2026-10-26T00:00:00+01:00", **MADRID}  # 25 hours
SPRING = {"since": "2026-03-29T00:00:00+01:00", "until": "2026-03-30T00:00:00+02:00", **MADRID}  # 23 hours
LATER = datetime(2026, 10, 27, tzinfo=UTC)
TOTALS = [
    *("messagesReceived", "messagesSent", "messagesDelivered", "messagesRead", "messagesFailed"),
    *("uniqueUsers", "totalConversations", "errorCount"),
]
HOUR = [
    *("date", "hour", "messagesReceived", "messagesSent", "messagesDelivered", "messagesRead", "messagesFailed"),
    *("uniqueUsers", "avgResponseTime", "maxResponseTime", "errorRate"),
]


def utc(hour: int, minute: int = 0, second: int = 0, *, day: int = 25) -> datetime:
    return datetime(2026, 10, day, hour, minute, second, tzinfo=UTC)


async def a_day(traffic: Traffic) -> None:
    """The Sunday on which Madrid's clocks show 2 o'clock twice: from 0:00 and from 1:00 UTC."""
    ana, ben = traffic.product.ana, traffic.product.ben
    await traffic.received(ana.bsuid, utc(21, 59, 59, day=24))  # the day before
    at_two = await traffic.received(ana.bsuid, utc(0, 50))
    await traffic.received(ben.bsuid, utc(0, 59, 59))
    again = await traffic.received(ana.wa_id, utc(1, 10))  # by her phone: the same person
    await traffic.received("GB.stranger", utc(1, 59, 59))
    await traffic.received(ben.bsuid, utc(2, 0))
    await traffic.received(ben.bsuid, utc(9, 20), state="dead", attempts=5, error="time-out")
    await traffic.received(ana.bsuid, utc(22, 59))
    await traffic.received(ana.bsuid, utc(23, 0))  # the day after
    first = await traffic.sent(ana.contact_id, utc(0, 50), took=2, inbox_seq=at_two)
    await traffic.sent(ana.contact_id, utc(0, 50), took=9, inbox_seq=at_two)  # the rest of the reply
    second = await traffic.sent(ana.contact_id, utc(1, 10), took=4, inbox_seq=again)
    refused = await traffic.sent(ben.contact_id, utc(9, 21), state="refused", error_code=131026)
    lost = await traffic.sent(ben.contact_id, utc(9, 22))
    await traffic.sent(ben.contact_id, utc(9, 23), state="waiting", finished_at=None)
    await traffic.heard(first, "sent", utc(0, 50, 3))
    await traffic.heard(first, "delivered", utc(0, 50, 4))
    await traffic.heard(first, "read", utc(5, 0))
    await traffic.heard(second, "read", utc(1, 30))  # read before we heard that it was delivered
    await traffic.heard(second, "delivered", utc(3, 30))
    await traffic.heard(second, "played", utc(4, 30))
    await traffic.heard(lost, "failed", utc(9, 40))
    await traffic.heard(refused, "failed", utc(9, 41))  # known already


def figures(answer: Any, hour: int) -> dict[str, Any]:
    """Of an hour, without what is nought."""
    [found] = [each for each in answer["hourlyData"] if each["hour"] == hour]
    return {key: value for key, value in found.items() if value and key not in {"date", "hour"}}


@pytest.mark.parametrize("counted", [None, utc(1, 20), LATER], ids=["fresh", "in part", "counted"])
async def test_a_day_of_25_hours_is_counted_exactly(traffic: Traffic, counted: datetime | None) -> None:
    await a_day(traffic)
    if counted is not None:
        await traffic.count(counted)
    answer = await traffic.of_number("analytics", **AUTUMN)
    assert (answer["since"], answer["until"]) == ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
    assert answer["timezone"] == "Europe/Madrid"
    assert list(answer["totals"]) == TOTALS
    assert list(answer["totals"].values()) == [7, 4, 2, 2, 2, 3, 3, 3]
    assert answer["averages"] == {
        "avgResponseTime": 3000.0,  # 2 and 4 seconds; the rest of a reply is none
        "avgMessagesPerUser": 2.33,
        "avgConversationLength": 3.67,
    }
    assert [list(each) for each in answer["hourlyData"]] == [HOUR] * 24
    assert [each["hour"] for each in answer["hourlyData"]] == list(range(24))
    assert {each["date"] for each in answer["hourlyData"]} == {"2026-10-25"}
    assert figures(answer, 2) == {
        "messagesReceived": 4,
        "messagesSent": 3,
        "messagesDelivered": 2,
        "messagesRead": 1,
        "uniqueUsers": 3,
        "avgResponseTime": 3000.0,
        "maxResponseTime": 4000.0,
    }
    assert figures(answer, 3) == {"messagesReceived": 1, "uniqueUsers": 1}
    assert figures(answer, 6) == {"messagesRead": 1}
    assert figures(answer, 10) == {
        "messagesReceived": 1,
        "messagesSent": 1,
        "messagesFailed": 2,
        "uniqueUsers": 1,
        "errorRate": 1.0,
    }
    assert figures(answer, 23) == {"messagesReceived": 1, "uniqueUsers": 1}
    assert sum(each["messagesReceived"] for each in answer["hourlyData"]) == 7


async def test_counted_twice_is_counted_once(traffic: Traffic) -> None:
    await a_day(traffic)
    before = await traffic.of_number("analytics", **AUTUMN)
    for now in (utc(1, 20), utc(1, 21), utc(12), LATER, LATER):
        await traffic.count(now)
        assert await traffic.of_number("analytics", **AUTUMN) == before
    assert await traffic.product.pool.fetchval("select sum(received) from traffic") == 9


@pytest.mark.parametrize("counted", [None, datetime(2026, 10, 22, 9, tzinfo=UTC), LATER])
@pytest.mark.parametrize("hour", [0, 5])
async def test_days_and_parts_of_days_are_one_time(traffic: Traffic, counted: datetime | None, hour: int) -> None:
    """Six days less a bit: whole days are read as such, and nobody is counted twice or left out."""
    ana, ben = traffic.product.ana, traffic.product.ben
    for day in range(19, 26):
        await traffic.received(ana.bsuid, utc(4, 59, 59, day=day))
        await traffic.received(f"GB.only{day}", utc(5, 0, day=day))
        reply = await traffic.sent(ben.contact_id, utc(6, 0, day=day))
        await traffic.heard(reply, "delivered", utc(6, 1, day=day), pricing="utility/regular")
    if counted is not None:
        await traffic.count(counted)
    since, until = utc(hour, day=19), utc(hour, day=25)
    found = await traffic.of_number("analytics", since=since.isoformat(), until=until.isoformat(), timezone="UTC")
    assert found["totals"]["uniqueUsers"] == 7  # Ana, and one who wrote but once on each of six days
    assert found["totals"]["totalConversations"] == 8
    assert found["totals"]["messagesReceived"] == 12
    [cost] = found["cost"]["byCategory"]
    assert (cost["messages"], cost["charged"]) == (6, 6)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"])
async def test_every_zone_has_hours_of_its_own(traffic: Traffic, zone: str) -> None:
    await a_day(traffic)
    asked = {"since": "2026-10-24T12:00:00Z", "until": "2026-10-26T12:00:00Z", "timezone": zone}
    fresh = await traffic.of_number("analytics", **asked)
    await traffic.count(LATER)
    counted = await traffic.of_number("analytics", **asked)
    assert counted == fresh
    assert counted["totals"]["messagesReceived"] == 9
    assert sum(each["messagesReceived"] for each in counted["hourlyData"]) == 9
    keys = [(each["date"], each["hour"]) for each in counted["hourlyData"]]
    assert len(keys) == len(set(keys))


async def test_a_day_of_23_hours(traffic: Traffic) -> None:
    answer = await traffic.of_number("analytics", **SPRING)
    assert [each["hour"] for each in answer["hourlyData"]] == [0, 1, *range(3, 24)]


async def test_nothing_is_nought(traffic: Traffic) -> None:
    for period, hours in (("24h", 24), ("7d", 168), ("30d", 720)):
        answer = await traffic.of_number("analytics", period=period, timezone="UTC")
        assert set(answer["totals"].values()) == {0}
        assert set(answer["averages"].values()) == {0}
        assert len(answer["hourlyData"]) == hours
        assert answer["cost"] == {"currency": "USD", "total": None, "byCategory": [], "byPerson": []}
    await traffic.count(datetime.now(UTC))  # there is nothing to count
    assert set((await traffic.of_number("analytics"))["totals"].values()) == {0}


async def test_the_last_hours_end_with_this_one(traffic: Traffic) -> None:
    now = datetime.now(UTC)
    await traffic.received(traffic.product.ana.bsuid, now - timedelta(hours=25))
    await traffic.received(traffic.product.ana.bsuid, now)
    answer = await traffic.of_number("analytics", timezone="UTC")
    assert answer["totals"]["messagesReceived"] == 1
    assert answer["hourlyData"][-1]["messagesReceived"] == 1 or answer["hourlyData"][-2]["messagesReceived"] == 1
    assert (await traffic.of_number("analytics", period="7d"))["totals"]["messagesReceived"] == 2


async def test_the_whole_system_adds_its_numbers_up(traffic: Traffic, product: Product) -> None:
    await a_day(traffic)
    other = "019a0000-0000-7000-8000-000000000001"
    await product.pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, 'Other', '2', '999')", other
    )
    await traffic.received("GB.x", utc(5), lane="c:999:GB.x", phone_number_id="999")
    await traffic.received("GB.y", utc(6), lane="c:777:GB.y", phone_number_id="777")  # nobody's number
    for _ in range(2):
        answer = (await traffic.ask("/api/analytics/system", **AUTUMN)).json
        assert list(answer["totals"].values()) == [8, 4, 2, 2, 2, 4, 4, 3]
        received = {each["name"]: each["messagesReceived"] for each in answer["integrations"]}
        assert received == {"Tests": 7, "Other": 1}
        assert answer["queue"]["failed"] == 1
        assert answer["queue"]["status"] == "stopped"
        assert answer["queue"]["outboxWaiting"] == 1
        assert (await traffic.of_number("analytics", **AUTUMN))["totals"]["messagesReceived"] == 7
        await traffic.count(LATER)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "1y"}, "period"),
        ({"period": "7d", "since": "2026-10-25T00:00:00Z"}, "period"),
        ({"until": "2026-10-25T00:00:00Z"}, "since"),
        ({"since": "2026-10-25T00:00:00Z", "until": "2026-10-24T00:00:00Z"}, "until"),
        ({"since": "2026-10-25T00:00:00Z", "until": "2026-10-25T00:00:00Z"}, "until"),
        ({"since": "2026-01-01T00:00:00Z", "until": "2026-10-24T00:00:00Z"}, "since"),
        ({"since": "0001-01-01T00:00:00+14:00", "until": "2026-10-24T00:00:00Z"}, "since"),
        ({"since": "2026-10-25T00:00:00Z", "until": "9999-12-31T23:59:59-14:00"}, "until"),
        ({"since": "2026-10-25T00:00:00"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "UTC\0"}, "timezone"),
        ({"format": "xml"}, "format"),
        ({"format": "csv", "table": "secrets"}, "table"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(traffic: Traffic, query: Any, field: str) -> None:
    for path in (f"/api/integrations/{traffic.product.integration_id}/analytics", "/api/analytics/system"):
        answer = await traffic.ask(path, **query)
        assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST"), answer.body
        assert answer.json["error"]["data"]["field"] == field

"""Calendars to subscribe to: read back with the library, by whoever has the address, as their person sees it."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from product_kit import Product, open_product
from tasktalk.db import Pool

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    product = await open_product(database, pool, tmp_path, public_url="https://tasks.example.org")
    await pool.execute("update users set timezone = 'Europe/Madrid' where name = 'Ana'")
    return product


async def do(product: Product, method: str, path: str, body: Any = None, *, token: str) -> Any:
    answer = await product.ask(path, token=token, method=method, body=body)
    assert answer.status < 300, answer.body
    return answer.json if answer.body else None


async def subscribe(product: Product, token: str, **more: Any) -> tuple[str, str]:
    """Its id, and the path of its address."""
    made = await do(product, "POST", "/api/feeds", {"name": "Mine"} | more, token=token)
    assert made["url"].startswith("https://tasks.example.org/feeds/")
    return made["feed"]["id"], made["url"].removeprefix("https://tasks.example.org")


async def read(product: Product, path: str) -> Calendar:
    answer = await product.call("GET", path)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.body.split(b"\r\n"))  # RFC 5545, 3.1
    return Calendar.from_ical(answer.body)


def by_title(calendar: Calendar, kind: str) -> dict[str, Any]:
    return {str(each["SUMMARY"]): each for each in calendar.walk(kind)}


async def test_events_are_whole_days_or_times_in_their_zone_or_floating(product: Product) -> None:
    ana = product.ana.token
    day = {"date": "2026-12-01"}
    tasks: list[dict[str, Any]] = [
        {
            "title": "Whole day, with; marks",
            "due": day,
            "notes": "Über *alles*\nsecond",
            "priority": 1,
            "labels": ["a,b"],
        },
        {"title": "Floats", "due": day | {"time": "09:00"}, "duration_minutes": 45},
        {"title": "Fixed", "due": day | {"time": "09:00", "zone": "America/New_York"}},
        {
            "title": "Repeats",
            "due": day | {"time": "09:00", "zone": "America/New_York"},
            "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270131", "from": "schedule", "text": "weekly"},
        },
        {
            "title": "After it was done",
            "due": day,
            "recurrence": {"rrule": "FREQ=DAILY;INTERVAL=3", "from": "completion", "text": "every 3 days"},
        },
        {"title": "No date"},
    ]
    made = [await do(product, "POST", "/api/tasks", task, token=ana) for task in tasks]
    _, path = await subscribe(product, ana)
    calendar = await read(product, path)
    events = by_title(calendar, "VEVENT")
    assert sorted(events) == sorted(task["title"] for task in tasks[:-1])
    assert (str(calendar["NAME"]), str(calendar["X-WR-TIMEZONE"])) == ("Mine", "Europe/Madrid")
    whole, floats, fixed, repeats, after = (events[task["title"]] for task in tasks[:-1])
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (dt.date(2026, 12, 1), dt.date(2026, 12, 2))
    assert (whole["UID"], whole["PRIORITY"], whole["TRANSP"]) == (made[0]["id"], 1, "TRANSPARENT")
    assert (str(whole["DESCRIPTION"]), whole["CATEGORIES"].cats) == ("Über *alles*\nsecond", ["a,b"])
    assert str(whole["URL"]) == f"https://tasks.example.org/tasks/{made[0]['id']}"
    at = dt.datetime(2026, 12, 1, 9, 0)  # noqa: DTZ001  (it floats)
    assert (floats["DTSTART"].dt, floats["DTEND"].dt) == (at, at + dt.timedelta(minutes=45))
    assert floats["DTSTART"].to_ical() == b"20261201T090000"
    assert fixed["DTSTART"].params["TZID"] == "America/New_York"
    assert fixed["DTSTART"].dt == at.replace(tzinfo=ZoneInfo("America/New_York"))
    assert [zone.tz_name for zone in calendar.timezones] == ["America/New_York"]
    assert repeats["RRULE"]["BYDAY"] == ["TU"]
    assert repeats["RRULE"]["UNTIL"] == [dt.datetime(2027, 2, 1, 4, 59, 59, tzinfo=dt.UTC)]  # 3.3.10: UTC beside a TZID
    assert "RRULE" not in after


async def test_a_moved_occurrence_and_days_left_out(product: Product) -> None:
    ana = product.ana.token
    body = {
        "title": "Bins",
        "due": {"date": "2026-12-01"},
        "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=TU\nEXDATE:20261208", "from": "schedule", "text": "weekly"},
    }
    task = await do(product, "POST", "/api/tasks", body, token=ana)
    await do(product, "PATCH", f"/api/tasks/{task['id']}", {"due": {"date": "2026-12-03"}}, token=ana)
    for kind, component, when in (("events", "VEVENT", "DTSTART"), ("todos", "VTODO", "DTSTART")):
        _, path = await subscribe(product, ana, kind=kind)
        series, moved = (await read(product, path)).walk(component)
        assert (series[when].dt, series["EXDATE"].dts[0].dt) == (dt.date(2026, 12, 1), dt.date(2026, 12, 8))
        assert (moved["RECURRENCE-ID"].dt, moved[when].dt) == (dt.date(2026, 12, 1), dt.date(2026, 12, 3))
        assert series["UID"] == moved["UID"] == task["id"]
        assert "RRULE" not in moved


async def test_to_dos_have_due_start_status_parents_and_ones_own_alarms(product: Product) -> None:
    ana, ben = product.ana.token, product.ben.token
    home = await do(product, "POST", "/api/projects", {"name": "Home"}, token=ana)
    await product.pool.execute(
        "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'editor', 'editor')",
        home["id"],
        product.ben.id,
    )
    body = {
        "title": "Taxes",
        "due": {"date": "2036-12-10", "time": "18:00"},
        "start": "2036-12-01",
        "project": home["id"],
    }
    task = await do(product, "POST", "/api/tasks", body, token=ana)
    child = await do(product, "POST", "/api/tasks", {"title": "Receipts", "parent_id": task["id"]}, token=ana)
    whole = {"title": "Day", "due": {"date": "2036-12-10"}, "project": home["id"]}
    day = await do(product, "POST", "/api/tasks", whole, token=ana)
    for task_id, offset, token in ((task["id"], "-PT30M", ana), (task["id"], "-PT2H", ben), (day["id"], "-P1D", ana)):
        await do(product, "POST", "/api/reminders", {"task_id": task_id, "offset": offset}, token=token)
    _, path = await subscribe(product, ana, kind="todos", project_id=home["id"], alarms=True)
    todos = by_title(await read(product, path), "VTODO")
    assert sorted(todos) == ["Day", "Receipts", "Taxes"]
    taxes = todos["Taxes"]
    assert (taxes["DUE"].to_ical(), taxes["DTSTART"].to_ical()) == (b"20361210T180000", b"20361201T000000")
    assert (taxes["STATUS"], str(todos["Receipts"]["RELATED-TO"])) == ("NEEDS-ACTION", task["id"])
    assert str(todos["Receipts"]["UID"]) == child["id"]
    triggers = {title: [alarm["TRIGGER"] for alarm in todo.walk("VALARM")] for title, todo in todos.items()}
    assert dt.timedelta(minutes=-30) in [each.dt for each in triggers["Taxes"]]
    assert dt.timedelta(hours=-2) not in [each.dt for each in triggers["Taxes"]]  # Ben's own
    assert {each.params.get("RELATED") for each in triggers["Taxes"]} == {"END"}
    assert [each.dt for each in triggers["Day"]] == [dt.timedelta(hours=9 - 24)]  # it rings when the day starts
    # Ben has a time of hers on her clock, not on his own.
    _, his = await subscribe(product, ben, kind="todos")
    theirs = by_title(await read(product, his), "VTODO")["Taxes"]
    assert theirs["DUE"].dt == dt.datetime(2036, 12, 10, 18, tzinfo=MADRID)
    assert theirs["DUE"].params["TZID"] == "Europe/Madrid"


async def test_the_address_is_a_secret_that_shows_what_its_person_sees(product: Product) -> None:
    ana, ben = product.ana.token, product.ben.token
    home = await do(product, "POST", "/api/projects", {"name": "Home"}, token=ana)
    await product.pool.execute(
        "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'viewer', 'viewer')",
        home["id"],
        product.ben.id,
    )
    for title, project in (("private", None), ("shared", home["id"])):
        body = {"title": title, "due": {"date": "2026-12-01"}, "project": project}
        await do(product, "POST", "/api/tasks", body, token=ana)
    feed_id, path = await subscribe(product, ben, project_id=home["id"])
    assert list(by_title(await read(product, path), "VEVENT")) == ["shared"]
    stored = await product.pool.fetchval("select token_hash from feeds")
    assert path.removeprefix("/feeds/").removesuffix(".ics").encode() not in stored
    for method, of in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")):
        answer = await product.ask(f"/api/feeds/{feed_id}{of}", token=ana, method=method, body={} if of == "" else None)
        assert answer.status == 404
    stranger = await product.ask("/api/projects", token=ana, method="POST", body={"name": "Lair"})
    refused = await product.ask(
        "/api/feeds", token=ben, method="POST", body={"name": "x", "project_id": stranger.json["id"]}
    )
    assert refused.status == 404
    await product.pool.execute("delete from project_members where user_id = $1", product.ben.id)
    assert by_title(await read(product, path), "VEVENT") == {}  # he was put out
    made = await do(product, "POST", f"/api/feeds/{feed_id}/rotate", token=ben)
    assert (await product.call("GET", path)).status == 404
    path = made["url"].removeprefix("https://tasks.example.org")
    assert (await product.call("HEAD", path)).status == 200
    await product.pool.execute("update users set disabled_at = now() where id = $1", product.ben.id)
    assert (await product.call("GET", path)).status == 404
    for odd in ("/feeds/x.ics", "/feeds/" + "y" * 5000 + ".ics", "/feeds/%00.ics"):
        assert (await product.call("GET", odd)).status == 404


async def test_who_asks_too_often_waits(database: str, pool: Pool, tmp_path: Path) -> None:
    product = await open_product(
        database, pool, tmp_path, public_url="https://tasks.example.org", limits="on", requests_per_minute=3
    )
    _, path = await subscribe(product, product.ana.token)
    assert [(await product.call("GET", path)).status for _ in range(4)] == [200, 200, 200, 429]
    _, other = await subscribe(product, product.ana.token)
    assert (await product.call("GET", other)).status == 200
    guesses = [(await product.call("GET", f"/feeds/{number}.ics")).status for number in range(200)]
    assert (guesses[0], guesses[-1]) == (404, 429)


async def test_what_is_as_it_was_is_not_sent_again(product: Product) -> None:
    ana = product.ana.token
    task = await do(product, "POST", "/api/tasks", {"title": "x", "due": {"date": "2026-12-01"}}, token=ana)
    feed_id, path = await subscribe(product, ana, filter="search: x")
    first = await product.call("GET", path)
    again = await product.call("GET", path, if_none_match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "max-age=300" in first.headers["cache-control"]
    assert (await product.call("GET", path)).body == first.body
    await do(product, "PATCH", f"/api/tasks/{task['id']}", {"priority": 2}, token=ana)
    changed = await product.call("GET", path, if_none_match=first.headers["etag"])
    assert (changed.status, b"PRIORITY:3" in changed.body) == (200, True)
    await do(product, "PATCH", f"/api/tasks/{task['id']}", {"status": "done"}, token=ana)
    assert by_title(await read(product, path), "VEVENT") == {}
    for body, field in (
        ({"filter": "today & ("}, "query"),
        ({"filter": "today", "project_id": feed_id}, "filter"),
        ({"kind": "journal"}, "kind"),
        ({"name": " "}, "name"),
        ({"token": "mine"}, "token"),
    ):
        answer = await product.ask(f"/api/feeds/{feed_id}", token=ana, method="PATCH", body=body)
        assert (answer.status, answer.json["error"]["data"]["field"]) == (400, field)
    await do(product, "DELETE", f"/api/feeds/{feed_id}", token=ana)
    assert (await product.call("GET", path)).status == 404

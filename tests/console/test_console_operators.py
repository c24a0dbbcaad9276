"""People, the audit log and the figures, as an operator sees them."""

import re

import pytest
from desk import Browser, Desk

from tasktalk.settings import Settings


@pytest.fixture(autouse=True)
def settled(desk: Desk) -> None:
    desk.app.state.settings = Settings(_env_file=None)


async def test_somebody_is_added_and_their_way_in_is_shown_once(ana: Browser, desk: Desk) -> None:
    answer = await ana.send(
        "/people", on="/people", name="Eve <i>", email="eve@example.com", role="member", language="de"
    )
    assert answer.status_code == 200
    assert "Eve &lt;i&gt;" in answer.text
    link = re.search(r'<code id="way-in">([^<]+)</code>', answer.text)
    assert link is not None
    assert answer.headers["cache-control"] == "no-store"
    assert "way-in" not in await ana.read("/people")
    eve = desk.browser()
    assert (await eve.open(link[1].removeprefix("http://console.test"))).status_code == 303
    assert '<html lang="de"' in await eve.read("/")


async def test_what_cannot_be_is_told_in_place(ana: Browser, ben: Browser) -> None:
    assert ana.viewer is not None
    again = await ana.send("/people", on="/people", name="Ana", email="ana@example.com", role="member")
    assert again.status_code == 409
    assert 'value="ana@example.com"' in again.text
    last = await ana.send(f"/people/{ana.viewer.user_id}", on="/people", role="member")
    assert last.status_code == 409
    assert "last owner" in last.text
    assert ben.viewer is not None
    for wrong in ({"role": "king"}, {}, {"disabled": "perhaps"}):
        assert (await ana.send(f"/people/{ben.viewer.user_id}", on="/people", **wrong)).status_code == 400


async def test_who_is_shut_out_stays_out_until_let_in(ana: Browser, ben: Browser) -> None:
    assert ben.viewer is not None
    place = f"/people/{ben.viewer.user_id}"
    assert (await ana.send(place, on="/people", disabled="yes")).status_code == 303
    assert (await ben.open("/")).status_code == 302
    assert (await ana.send(place, on="/people", disabled="no")).status_code == 303
    assert (await ben.open("/")).status_code == 302  # the session is over; they sign in again


async def test_nobody_gets_a_way_into_somebody_elses_account(ana: Browser, ben: Browser) -> None:
    assert ben.viewer is not None
    for place in (f"/people/{ben.viewer.user_id}/link", f"/people/{ben.viewer.user_id}/way-in"):
        assert (await ana.send(place, on="/people")).status_code == 404
    assert "/login/" not in await ana.read("/people")


async def test_the_audit_log_is_narrowed_and_taken_along(ana: Browser, ben: Browser) -> None:
    assert ben.viewer is not None
    await ana.send(f"/people/{ben.viewer.user_id}", on="/people", role="admin")
    assert "user.changed" in await ana.read("/audit")
    assert "user.changed" in await ana.read("/audit?kind=user&from=2020-01-01")
    assert "Nothing found" in await ana.read("/audit?kind=template")
    assert "Nothing found" in await ana.read("/audit?to=2020-01-01")
    assert (await ana.open("/audit?from=yesterday")).status_code == 400
    assert (await ana.open("/audit?after=x")).status_code == 400
    table = await ana.open("/audit.csv?kind=user")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[0] == "at,actor,action,subject,subject_id,integration_id,detail"
    assert "user.changed" in table.text


async def test_the_audit_log_is_verified_where_it_is_read(ana: Browser, ben: Browser, desk: Desk) -> None:
    assert ben.viewer is not None
    await ana.send(f"/people/{ben.viewer.user_id}", on="/people", role="admin")
    assert (await ana.send("/audit/verify", on="/audit")).headers["location"] == "/audit"
    assert "1 entry, as it was written." in await ana.read("/audit")
    async with desk.pool.acquire() as conn, conn.transaction():
        await conn.execute("set local session_replication_role = replica; update audit set detail = '{}'")
    await ana.send("/audit/verify", on="/audit")
    assert "Entry 1 was changed" in await ana.read("/audit")


async def test_no_name_in_the_table_is_a_formula(ana: Browser, desk: Desk) -> None:
    added = await ana.send("/people", on="/people", name="=cmd()", email="", role="admin", language="en")
    link = re.search(r'<code id="way-in">http://console.test([^<]+)<', added.text)
    assert link is not None
    eve = desk.browser()
    await eve.open(link[1])
    assert (await eve.send("/people", on="/people", name="Zoe", email="", role="member")).status_code == 200
    lines = (await ana.open("/audit.csv")).text.splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["'=cmd()", "'=cmd()", "Ana"]


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "nonsense"])
async def test_figures_are_shown_for_a_time_and_as_a_table(ana: Browser, period: str) -> None:
    page = await ana.read(f"/analytics?period={period}")
    assert page.count('aria-current="page"') >= 2
    table = await ana.open(f"/analytics.csv?period={period}")
    assert table.text.startswith("date,hour,messagesReceived")
    hours = {"7d": 168, "30d": 720}.get(period, 24)
    assert abs(len(table.text.splitlines()) - 1 - hours) <= 1

"""Alerts, open and past, with what to do; and the rules, with what they read."""

from datetime import UTC, datetime, timedelta

import pytest
from desk import Browser, Desk

from tasktalk.db import Pool
from tasktalk.health.alerts.watch import look
from tasktalk.ids import new_id
from tasktalk.integrations.findings import Trouble, open_findings, resolve_findings
from tasktalk.settings import Settings


@pytest.fixture(autouse=True)
def settings(desk: Desk) -> Settings:
    desk.app.state.settings = Settings(alert_disk_mib=0, alert_queue_seconds=120)
    found: Settings = desk.app.state.settings
    return found


async def test_it_tells_what_is_wrong_and_what_was(ana: Browser, pool: Pool, settings: Settings) -> None:
    page = await ana.read("/alerts")
    for words in ("All is well", "not looked at yet", "TASKTALK_ALERT_QUEUE_SECONDS", ">2 min<", ">off<"):
        assert words in page
    await pool.execute(
        "insert into inbox (key, lane, kind, payload, received_at) "
        "values ('1', 'c:1', 'message', '{}', now() - interval '5 minutes')"
    )
    now, number = datetime.now(UTC), new_id()
    await pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, '<A>', '1', '3')", number
    )
    async with pool.acquire() as conn:
        await look(conn, settings, now=now)
        await open_findings(conn, integration_id=number, troubles=[Trouble("token", "warning", "Bad token.")], now=now)
    page = await ana.read("/alerts")
    for words in (
        "1 item waits, the oldest for 300 s.",
        "start more where there is",
        "&lt;A&gt;: Bad token.",
        "not told yet",
    ):
        assert words in page
    assert f'href="/integrations/{number}"' in page
    async with pool.acquire() as conn:
        await resolve_findings(conn, integration_id=None, kinds=["queue_age"], now=now + timedelta(hours=1))
    before, _, past = (await ana.read("/alerts")).partition("<h2>Past alerts</h2>")
    assert "item waits" in past
    assert "item waits" not in before


async def test_an_alert_is_snoozed_and_woken(ana: Browser, ben: Browser, pool: Pool) -> None:
    async with pool.acquire() as conn:
        trouble = Trouble("disk", "warning", "5 MiB are free.")
        await open_findings(conn, integration_id=None, troubles=[trouble], now=datetime.now(UTC))
    path = f"/alerts/{await pool.fetchval('select id from findings')}/snooze"
    assert (await ana.send(path, on="/alerts", minutes="5")).status_code == 400
    assert (await ana.send(path, on="/alerts", minutes="60")).headers["location"] == "/alerts"
    assert "snoozed until" in await ana.read("/alerts")
    assert await pool.fetchval("select snoozed_until > now() + interval '59 minutes' from findings")
    await ana.send(path, on="/alerts", minutes="0")
    assert await pool.fetchval("select snoozed_until from findings") is None
    assert [row["action"] for row in await pool.fetch("select action from audit order by seq")] == [
        "alert.snoozed",
        "alert.woken",
    ]
    assert (await ana.send(f"/alerts/{new_id()}/snooze", on="/alerts", minutes="60")).status_code == 404
    assert (await ben.open("/alerts")).status_code == 403
    assert (await ben.send(path, minutes="60")).status_code == 403


async def test_open_alerts_are_counted_beside_system(ana: Browser, ben: Browser, pool: Pool) -> None:
    assert "open alerts" not in await ana.read("/")
    now = datetime.now(UTC)
    troubles = [Trouble("disk", "warning", "5 MiB are free."), Trouble("backup", "warning", "The newest is too old.")]
    async with pool.acquire() as conn:
        await open_findings(conn, integration_id=None, troubles=troubles, now=now)
    assert '>2<span class="hidden"> open alerts' in await ana.read("/")
    assert "Alerts (2)" in await ana.read("/system")
    assert "open alerts" not in await ben.read("/")
    async with pool.acquire() as conn, conn.transaction():
        await resolve_findings(conn, integration_id=None, kinds=["disk"], now=now)
        await conn.execute("set local enable_seqscan = off")  # which a table of two rows would have
        plan = await conn.fetch("explain (costs off) select count(*) from findings where resolved_at is null")
    assert '>1<span class="hidden"> open alerts' in await ana.read("/")
    assert "findings_open" in "".join(row[0] for row in plan)


async def test_it_is_told_in_the_readers_language(ana: Browser, pool: Pool, settings: Settings) -> None:
    """What is kept is the sentence and its figures; each page says them in the language of whoever reads it."""
    await pool.execute(
        "insert into inbox (key, lane, kind, payload, received_at) "
        "values ('1', 'c:1', 'message', '{}', now() - interval '5 minutes')"
    )
    async with pool.acquire() as conn:
        await look(conn, settings, now=datetime.now(UTC))
    await pool.execute("update users set language = 'de'")
    page = await ana.read("/alerts")
    assert "1 Eintrag wartet, der älteste seit 300 s. Es wird nicht schnell genug bearbeitet" in page
    assert "starte mehr, wenn es einfach viel zu tun gibt." in page
    await pool.execute("update users set language = 'pt'")
    assert "1 item espera, o mais antigo há 300 s. Não é tratado rápido o bastante" in await ana.read("/alerts")

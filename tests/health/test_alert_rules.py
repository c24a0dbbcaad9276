"""Each rule on both sides of its limit, between its two, and switched off."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from product_kit import Product
from tasktalk.health.alerts.rules import Reading, judge
from tasktalk.health.alerts.watch import EVERY_SECONDS, list_jobs, read
from tasktalk.queue.upkeep import run_due
from tasktalk.settings import Settings

WELL = Reading(0, 0.0, False, 0, 100, 0.0, "closed", "", "closed", "", 9000.0, 3600.0, 10**7)  # noqa: FBT003
REAL = Settings(sandbox=False, alert_dead_letters=3)


def verdicts(reading: Reading, settings: Settings = REAL) -> dict[str, str]:
    return {sign.rule: sign.verdict for sign in judge(reading, settings) if sign.verdict != "well"}


@pytest.mark.parametrize(
    ("rule", "changes", "verdict"),
    [
        ("queue_age", {"oldest_seconds": 300.0}, "bad"),
        ("queue_age", {"oldest_seconds": 200.0}, "between"),
        ("queue_age", {"oldest_seconds": 100.0}, None),
        ("dead_letters", {"dead": 3}, "bad"),
        ("dead_letters", {"dead": 2}, "between"),
        ("failure_rate", {"failed_percent": 25.0}, "bad"),
        ("failure_rate", {"failed_percent": 100.0, "tried": 4}, None),
        ("violations", {"violations": 1}, "bad"),
        ("breaker", {"breaker": "half_open"}, "bad"),
        ("model_breaker", {"model": "open"}, "bad"),
        ("disk", {"free_mib": 2000.0}, "bad"),
        ("disk", {"free_mib": 2100.0}, "between"),
        ("disk", {"free_mib": None}, None),
        ("backup", {"backup_seconds": 48 * 3600.0}, "bad"),
        ("backup", {"backup_seconds": None}, "bad"),
        ("backup", {"backup_seconds": None, "age_seconds": 3600.0}, None),
    ],
)
def test_a_rule_by_its_limits(rule: str, changes: dict[str, Any], verdict: str | None) -> None:
    assert verdicts(WELL) == {}
    assert verdicts(replace(WELL, **changes)) == ({rule: verdict} if verdict else {})
    off = {name: 0 for name in Settings.model_fields if name.startswith("alert_") and name != "alert_quality"}
    assert verdicts(replace(WELL, **changes), Settings(sandbox=False, **off)) == {}


def test_a_full_disk_is_critical_and_nobody_needs_backups_in_the_sandbox() -> None:
    (sign,) = (sign for sign in judge(replace(WELL, free_mib=200.0), REAL) if sign.verdict == "bad")
    assert sign.severity == "critical"
    assert verdicts(replace(WELL, backup_seconds=None), Settings()) == {}


async def test_it_is_read_from_the_database_and_the_disk(product: Product, now: Any, tmp_path: Path) -> None:
    await product.pool.execute(
        "insert into backups (id, kind, state, at) "
        "select gen_random_uuid(), 'command', state, $1::timestamptz - age "
        "from (values ('ok', interval '2 hours'), ('ok', '1 day'), ('error', '1 hour')) as made (state, age)",
        now,
    )
    async with product.pool.acquire() as conn:
        reading = await read(conn, Settings(data=tmp_path), now=now)
    assert (reading.waiting, reading.dead, reading.breaker, reading.backup_seconds) == (0, 0, "closed", 7200)
    assert reading.free_mib


async def test_one_worker_looks_every_half_minute(product: Product, now: Any, tmp_path: Path) -> None:
    jobs, stop = list_jobs(Settings(data=tmp_path)), asyncio.Event()
    looked = []
    for seconds in (0, 29, 30, 31):
        at = now + timedelta(seconds=seconds)
        await run_due(product.pool, "alerts", jobs["alerts"], now=at, stop=stop, every_seconds=EVERY_SECONDS)
        looked.append(await product.pool.fetchval("select max(looked_at) from alert_rules"))
    assert [(at - now).total_seconds() for at in looked] == [0, 0, 30, 30]

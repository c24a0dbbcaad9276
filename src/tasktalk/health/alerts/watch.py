"""Looking: every half minute one worker reads the figures and opens, updates or ends alerts."""

import shutil
from datetime import datetime
from pathlib import Path

from tasktalk.backup.runs import newest_backup_at
from tasktalk.db import Conn, Pool
from tasktalk.db.sql import queries
from tasktalk.health.alerts.marks import Mark, step
from tasktalk.health.alerts.rules import Reading, Sign, judge
from tasktalk.integrations.findings import Trouble, open_findings, resolve_findings
from tasktalk.queue.control import get_figures
from tasktalk.queue.upkeep import Job
from tasktalk.settings import Settings

Q = queries(__file__)

EVERY_SECONDS = 30.0
_MIB = 1024 * 1024


def list_jobs(settings: Settings) -> dict[str, Job]:
    """For `keep_up`."""

    async def alerts(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn, conn.transaction():
            await look(conn, settings, now=now)
        return 0

    return {"alerts": alerts}


async def look(conn: Conn, settings: Settings, *, now: datetime) -> None:
    """Read, judge, and bring the alerts up to date; wake what was snoozed until now."""
    signs = judge(await read(conn, settings, now=now), settings)
    marks = {row["rule"]: Mark(row["bad_since"], row["well_since"]) async for row in Q.lock_marks(conn)}
    stepped = [(sign, *step(marks.get(sign.rule, Mark()), sign, now=now)) for sign in signs]
    opened = {row["kind"] async for row in Q.list_own(conn)}
    worse = [
        _trouble(sign) for sign, _, what in stepped if what == "open" or (sign.verdict == "bad" and sign.rule in opened)
    ]
    right = [sign.rule for sign, _, what in stepped if what == "end" and sign.rule in opened]
    await open_findings(conn, integration_id=None, troubles=worse, now=now)
    await resolve_findings(conn, integration_id=None, kinds=right, now=now)
    await Q.keep_marks(
        conn,
        rules=[sign.rule for sign in signs],
        figures=[sign.value for sign in signs],
        bads=[mark.bad_since for _, mark, _ in stepped],
        wells=[mark.well_since for _, mark, _ in stepped],
        now=now,
    )
    woken = [row["id"] async for row in Q.wake_snoozed(conn, now=now)]
    if right or woken or {trouble.kind for trouble in worse} - opened:
        await Q.announce(conn)


async def read(conn: Conn, settings: Settings, *, now: datetime) -> Reading:
    """The figures of all workers, this machine's disk, and the newest backup."""
    figures, state = await get_figures(conn), await Q.read_state(conn)
    backup_at = await newest_backup_at(conn)
    return Reading(
        waiting=figures.size + figures.processing,
        oldest_seconds=figures.oldest_seconds,
        paused=figures.status == "paused",
        dead=figures.failed,
        tried=figures.tried,
        failed_percent=100 * figures.error_rate,
        breaker="closed" if state["stopped"] else figures.breaker,
        breaker_reason=figures.breaker_reason,
        model=figures.model,
        model_reason=figures.model_reason,
        free_mib=find_free_mib(settings.data),
        backup_seconds=(now - backup_at).total_seconds() if backup_at else None,
        age_seconds=state["age_seconds"] or 0.0,
        violations=state["violations"],
    )


def find_free_mib(folder: Path) -> float | None:
    """What is free where `folder` is; None where it cannot be seen."""
    try:
        return shutil.disk_usage(folder.absolute()).free / _MIB
    except OSError:
        return None


def _trouble(sign: Sign) -> Trouble:
    return Trouble(sign.rule, sign.severity, sign.message, sign.what_to_do)

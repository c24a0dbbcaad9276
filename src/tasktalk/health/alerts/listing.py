"""Alerts as administrators see them: those of the installation and those of its numbers, open and past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.health.alerts.rules import limits_of
from tasktalk.health.alerts.watch import Q
from tasktalk.integrations.findings import Severity, words_of
from tasktalk.phrases import phrase
from tasktalk.settings import Settings

LIMIT, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Alert:
    """`integration_id` and `number` null: of the installation. `told_at`: when administrators were told."""

    id: UUID
    rule: str
    severity: Severity
    integration_id: UUID | None
    number: str | None
    message: str
    what_to_do: str | None
    opened_at: datetime
    told_at: datetime | None
    seen_at: datetime
    snoozed_until: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts, newest first; `next`: the cursor of the page after, null on the last."""

    items: list[Alert]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule: what it read last, and its limit by the setting of that name; 0: off. `looked_at` null: not yet."""

    rule: str
    value: float | None
    limit: float
    setting: str
    is_bad: bool
    looked_at: datetime | None


async def list_alerts(conn: Conn, *, is_open: bool, after: UUID | None = None, limit: int = LIMIT) -> AlertPage:
    """A page of those that are open, or of those that are over."""
    found = [_alert(row) async for row in Q.list_alerts(conn, is_open=is_open, after=after, limit=limit + 1)]
    return AlertPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def list_rules(conn: Conn, settings: Settings) -> list[Watched]:
    """Every rule of the installation; those of numbers are their checks."""
    marks = {row["rule"]: row async for row in Q.list_marks(conn)}
    return [_watched(rule, limit, setting, marks.get(rule)) for rule, limit, setting in limits_of(settings)]


async def snooze(conn: Conn, *, by: Viewer, alert_id: UUID, until: datetime | None) -> None:
    """Nobody is told of it until then; None: it is told of as ever. Raises NotFound unless it is open."""
    row = await Q.snooze(conn, id=alert_id, until=until)
    if row is None:
        raise NotFound(phrase("There is no such alert, or it is over."))
    await record(
        conn,
        by=by,
        action="alert.snoozed" if until else "alert.woken",
        subject="alert",
        subject_id=alert_id,
        integration_id=row["integration_id"],
        detail={"rule": row["kind"], "until": until.isoformat() if until else None},
    )
    await Q.announce(conn)


def _alert(row: Mapping[str, Any]) -> Alert:
    message, what_to_do, _ = words_of(row["detail"])
    return Alert(
        row["id"],
        row["kind"],
        row["severity"],
        row["integration_id"],
        row["number"],
        message,
        what_to_do,
        row["found_at"],
        row["told_at"],
        row["seen_at"],
        row["snoozed_until"],
        row["resolved_at"],
    )


def _watched(rule: str, limit: float, setting: str, mark: Mapping[str, Any] | None) -> Watched:
    if mark is None:
        return Watched(rule, None, limit, setting, is_bad=False, looked_at=None)
    bad = mark["bad_since"] is not None
    return Watched(rule, mark["value"], limit, setting, is_bad=bad, looked_at=mark["looked_at"])

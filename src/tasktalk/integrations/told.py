"""Keeping what Meta tells of a number: findings, and what is known of it. Old news never replaces newer."""

from datetime import datetime
from typing import Any

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.integrations.connections import Integration
from tasktalk.integrations.findings import open_findings, resolve_findings
from tasktalk.integrations.tellings import READERS, News

Q = queries(__file__)

TOLD = "told"  # in `number`: when each thing was last told of


async def hear(conn: Conn, integration: Integration, field: str, value: dict[str, Any], at: datetime) -> str:
    """Keep a change of one of READERS' fields; what became of it. `at`: when Meta says that it was so."""
    news = READERS[field](value)
    row = await Q.lock_number(conn, id=integration.id)
    if row is None:
        return "for a number that is not connected here"
    number: dict[str, Any] = row["number"]
    told: dict[str, str] = number.get(TOLD, {})
    topics = [*(trouble.kind for trouble in news.troubles), *news.right] or [field]
    if any(topic in told and datetime.fromisoformat(told[topic]) > at for topic in topics) and not news.counts:
        return "older than what is known"
    await open_findings(conn, integration_id=integration.id, troubles=news.troubles, now=at)
    await resolve_findings(conn, integration_id=integration.id, kinds=news.right, now=at)
    kept = told | dict.fromkeys(topics, at.isoformat())
    await Q.tell_number(
        conn,
        id=integration.id,
        number=number | news.number | _counted(number, news) | {TOLD: kept},
        per_second=news.per_second,
    )
    if news.per_second not in {None, row["per_second"]}:
        await Q.announce(conn)
    return news.note


def _counted(number: dict[str, Any], news: News) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in news.counts:
        known = counts.get(name, number.get(name, 0))
        counts[name] = (known if type(known) is int else 0) + 1
    return counts

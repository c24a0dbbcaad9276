"""Reading a number's templates from Meta: by schedule, after a refusal, when a webhook says too little, when asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
from asyncpg import Record

from tasktalk.crypto import Keyring
from tasktalk.db import Conn, Pool
from tasktalk.ids import new_id
from tasktalk.integrations.checks.asking import open_graph
from tasktalk.integrations.connections import find_integration
from tasktalk.logs import get_log
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.drafts import Sample, read_samples
from tasktalk.messaging.templates.meta import Listed, list_all, read_object
from tasktalk.messaging.templates.pack import KINDS, find_purpose, write
from tasktalk.messaging.templates.pack import LANGUAGES as PACK_LANGUAGES
from tasktalk.messaging.templates.seen import OURS, judge, keep
from tasktalk.settings import Settings
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.fields import get_text

log = get_log("messaging.templates")

EVERY = timedelta(hours=6)
_WARNED_BEFORE = timedelta(hours=24)
_GONE = frozenset({"DELETED", "PENDING_DELETION"})


@dataclass(frozen=True, slots=True)
class Synced:
    """How many templates Meta has; how many of them were new here or had changed; how many it has no more."""

    seen: int
    added: int
    changed: int
    gone: int


async def sync_due(pool: Pool, settings: Settings, keyring: Keyring, now: datetime) -> None:
    """Read those that were not read for six hours, or since one was refused. One number's trouble is not another's."""
    async with pool.acquire() as conn:
        due = [row["id"] async for row in Q.list_due(conn, before=now - EVERY)]
        numbers = [await find_integration(conn, keyring=keyring, integration_id=each) for each in due]
    async with aiohttp.ClientSession() as session:
        for each in numbers:
            if each is None or not each.access_token:
                continue
            try:
                graph = open_graph(session, each, settings, token=each.access_token)
                listed = await list_all(graph, waba_id=each.waba_id)
                async with pool.acquire() as conn, conn.transaction():
                    await keep_all(conn, integration_id=each.id, listed=listed, now=now)
            except GraphError as error:
                log.warning("templates_unread", integration_id=str(each.id), code=error.code, error=str(error))
            except Exception:
                log.exception("templates_not_kept", integration_id=str(each.id))


async def keep_all(conn: Conn, *, integration_id: UUID, listed: Listed, now: datetime) -> Synced:
    """Keep what Meta has; where that is all, what is not among it is gone."""
    rows = [row async for row in Q.lock_all(conn, integration_id=integration_id)]
    by_id = {row["meta_id"]: row for row in rows if row["meta_id"]}
    by_name = {(row["name"], row["language"]): row for row in rows}
    added = changed = gone = 0
    met: set[UUID] = set()
    for each in listed.items:
        said = read_object(each)
        name, language = get_text(each, "name"), get_text(each, "language")
        row = by_id.get(said["meta_id"]) or by_name.get((name, language))
        if row is None:
            if name and language and said.get("status") not in _GONE:
                await _adopt(conn, integration_id, name, language, said, now=now)
                added += 1
            continue
        met.add(row["id"])
        changed += bool(await keep(conn, row, _timed(row, said, now), at=now))
    for row in rows if listed.complete else ():
        if row["id"] not in met and row["meta_id"] is not None and row["status"] not in {*OURS, "DELETED"}:
            await keep(conn, row, {"status": "DELETED", "reason": None}, at=now)
            gone += 1
    await Q.set_synced(conn, integration_id=integration_id, at=now)
    await judge(conn, integration_id=integration_id, now=now)
    return Synced(len(listed.items), added, changed, gone)


async def _adopt(
    conn: Conn, integration_id: UUID, name: str, language: str, said: dict[str, Any], *, now: datetime
) -> None:
    """One that is at Meta and not here: of our pack, or somebody's own."""
    purpose, components = find_purpose(name), said.get("components", [])
    known: Sequence[Sample] = ()
    if purpose is not None:
        known = write(purpose, language if language in PACK_LANGUAGES else "en").samples
    samples = read_samples(components, known)
    wanted = KINDS[purpose].category if purpose else said.get("category", "UTILITY")
    row = await Q.add_template(
        conn,
        id=new_id(),
        integration_id=integration_id,
        name=name,
        language=language,
        purpose=purpose,
        wanted_category=wanted,
        status=said.get("status", "PENDING"),
        parameter_format=said.get("parameter_format", "POSITIONAL"),
        components=components,
        samples=[{"name": each.name, "example": each.example} for each in samples],
        created_by=None,
        at=now,
    )
    await Q.add_event(
        conn, template_id=row["id"], at=now, actor_id=None, event="found", detail={"status": row["status"]}
    )
    await keep(conn, row, said, at=now)


def _timed(row: Record, said: dict[str, Any], now: datetime) -> dict[str, Any]:
    """When a category that was announced counts: as Meta told; what never came about is over."""
    told, at = row["next_category"], row["next_category_at"]
    if (coming := said.get("next_category")) is not None:
        return said | {"next_category_at": at if told == coming and at else now + _WARNED_BEFORE}
    if told is not None and ("next_category" in said or said.get("category") == told or (at and at <= now)):
        return said | {"next_category": None, "next_category_at": None}
    return {key: value for key, value in said.items() if key != "next_category"}

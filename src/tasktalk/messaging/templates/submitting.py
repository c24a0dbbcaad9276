"""Handing in: one template, or the whole pack; Meta is asked outside any transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.db import Pool
from tasktalk.integrations.connections import Integration
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.editing import DRAFT, add_draft, note_submitted
from tasktalk.messaging.templates.meta import Listed, exists_already, hand_in, refused
from tasktalk.messaging.templates.pack import write_pack
from tasktalk.messaging.templates.shown import lock_template
from tasktalk.messaging.templates.sync import keep_all
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

_AT_ONCE = 4
_STOPS = ("number", "rate")  # scopes of an error that every further call would meet


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of one of the pack. `exists`: it was there already; `message`: what Meta said against it."""

    template_id: UUID
    name: str
    language: str
    outcome: Literal["submitted", "exists", "refused"]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PackResult:
    """Each template of the pack; how many were handed in, and how many refused."""

    submitted: int
    refused: int
    items: list[Handed]


async def submit_one(
    pool: Pool, graph: Graph, integration: Integration, row: Record, *, by: Viewer, now: datetime
) -> Record:
    """Hand in a checked row; the row after that. Raises Conflict with what Meta said, Unavailable without an answer."""
    try:
        said = await hand_in(graph, waba_id=integration.waba_id, row=row)
    except GraphError as error:
        async with pool.acquire() as conn, conn.transaction():
            detail = {"code": error.code, "message": error.details or error.message}
            await Q.add_event(
                conn, template_id=row["id"], at=now, actor_id=by.user_id, event="not_taken", detail=detail
            )
            if error.fate == "unknown" or exists_already(error):  # it may be there: the next look tells
                await Q.ask_for_sync(conn, integration_id=integration.id)
        raise refused(error) from error
    async with pool.acquire() as conn, conn.transaction():
        locked = await lock_template(conn, integration_id=integration.id, template_id=row["id"])
        await note_submitted(conn, locked, said, by=by, now=now)
        return await lock_template(conn, integration_id=integration.id, template_id=row["id"])


async def submit_pack(
    pool: Pool,
    graph: Graph,
    integration: Integration,
    listed: Listed,
    *,
    languages: tuple[str, ...],
    by: Viewer,
    now: datetime,
) -> PackResult:
    """Hand in what of the pack is not at Meta yet, which is what it `listed`; what it refuses stays a draft."""
    async with pool.acquire() as conn, conn.transaction():
        await keep_all(conn, integration_id=integration.id, listed=listed, now=now)
        pack = write_pack(languages)
        await Q.revive(
            conn, integration_id=integration.id, names=[draft.name for draft in pack], languages=list(languages)
        )
        for draft in pack:
            await add_draft(conn, integration_id=integration.id, draft=draft, by=by, now=now)
        wanted = {(draft.name, draft.language) for draft in pack}
        rows = [
            row
            async for row in Q.lock_all(conn, integration_id=integration.id)
            if (row["name"], row["language"]) in wanted
        ]
    answers = await _hand_in_all(graph, integration, [row for row in rows if _is_new(row)])
    items = [_tell(row, answers.get(row["id"])) for row in rows]
    async with pool.acquire() as conn, conn.transaction():
        for id_, answer in answers.items():
            if isinstance(answer, dict):
                locked = await lock_template(conn, integration_id=integration.id, template_id=id_)
                await note_submitted(conn, locked, answer, by=by, now=now)
        if any(isinstance(answer, GraphError) and answer.fate == "unknown" for answer in answers.values()):
            await Q.ask_for_sync(conn, integration_id=integration.id)
        counts = {kind: sum(item.outcome == kind for item in items) for kind in ("submitted", "refused")}
        await record(
            conn,
            by=by,
            action="template.pack_submitted",
            subject="integration",
            subject_id=integration.id,
            integration_id=integration.id,
            detail={"languages": list(languages), **counts},
        )
    return PackResult(counts["submitted"], counts["refused"], items)


async def _hand_in_all(
    graph: Graph, integration: Integration, rows: Sequence[Record]
) -> dict[UUID, dict[str, Any] | GraphError]:
    """What Meta answered for each; after an error that the rest would meet too, it is the answer for them."""
    free, fatal = asyncio.Semaphore(_AT_ONCE), list[GraphError]()

    async def one(row: Record) -> dict[str, Any] | GraphError:
        async with free:
            if fatal:
                return fatal[0]
            try:
                return await hand_in(graph, waba_id=integration.waba_id, row=row)
            except GraphError as error:
                if error.scope in _STOPS or error.code is None:
                    fatal.append(error)
                return error

    answers = await asyncio.gather(*(one(row) for row in rows))
    return {row["id"]: answer for row, answer in zip(rows, answers, strict=True)}


def _is_new(row: Record) -> bool:
    return row["status"] == DRAFT and row["meta_id"] is None


def _tell(row: Record, answer: dict[str, Any] | GraphError | None) -> Handed:
    if answer is None or (isinstance(answer, GraphError) and exists_already(answer)):
        return Handed(row["id"], row["name"], row["language"], "exists")
    if isinstance(answer, GraphError):
        return Handed(row["id"], row["name"], row["language"], "refused", refused(answer).message)
    return Handed(row["id"], row["name"], row["language"], "submitted")

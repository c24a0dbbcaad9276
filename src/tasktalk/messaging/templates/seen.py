"""What Meta says of a template, kept with an event for each thing that changed, and the findings that follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.integrations.findings import Trouble, open_findings, resolve_findings
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.drafts import Sample, read_samples
from tasktalk.phrases import Told, join, phrase

# What an administrator has in hand; Meta knows the version before, or none.
OURS = ("DRAFT", "IN_REVIEW")
PENDING = "PENDING"
_COLUMNS = (
    *("status", "category", "next_category", "next_category_at", "quality", "reason", "meta_id"),
    *("parameter_format", "components", "samples"),
)
_NOTED = ("status", "category", "next_category", "quality", "components")  # each with an event of that name
_TOO_MANY = 5


async def keep(
    conn: Conn, row: Record, said: Mapping[str, Any], *, at: datetime, actor_id: UUID | None = None
) -> list[str]:
    """Bring a locked row up to date with what was `said` of its columns; the names of the events that were noted.

    While a changed text waits here to be submitted, what Meta says of the state of the old one does not count.
    """
    said = dict(said)
    if row["status"] in OURS and row["meta_id"] is not None and said.get("status") not in {PENDING, *OURS}:
        for column in ("status", "reason", "components", "parameter_format"):
            said.pop(column, None)
    if "components" in said and said["components"] != row["components"]:
        known = [Sample(**each) for each in row["samples"]]
        samples = read_samples(said["components"], known)
        said["samples"] = [{"name": each.name, "example": each.example} for each in samples]
    now = {column: said.get(column, row[column]) for column in _COLUMNS}
    changed = [column for column in _COLUMNS if now[column] != row[column]]
    await Q.save_seen(conn, id=row["id"], changed=bool(changed), at=at, **now)
    as_expected = {"category": row["wanted_category"], "quality": "UNKNOWN"}
    noted = [
        column
        for column in _NOTED
        if column in changed and not (row[column] is None and now[column] == as_expected.get(column, ...))
    ]
    for column in noted:
        detail: dict[str, Any] = {}
        if column != "components":
            detail = {"from": row[column], "to": now[column]}
        if column == "status" and now["reason"]:
            detail["reason"] = now["reason"]
        if column == "next_category" and now["next_category_at"]:
            detail["at"] = now["next_category_at"].isoformat()
        await Q.add_event(conn, template_id=row["id"], at=at, actor_id=actor_id, event=column, detail=detail)
    return noted


async def judge(conn: Conn, *, integration_id: UUID, now: datetime) -> None:
    """Open or end the findings about a number's templates."""
    drifted = [_drift(row) async for row in Q.list_drifted(conn, integration_id=integration_id)]
    stopped = [_stop(row) async for row in Q.list_stopped(conn, integration_id=integration_id)]
    disliked = [_call(row) async for row in Q.list_disliked(conn, integration_id=integration_id)]
    troubles = []
    if drifted:
        troubles.append(
            Trouble(
                "template_category",
                "warning",
                Told("WhatsApp moved templates to another category: {templates}.", templates=_join(drifted)),
                phrase(
                    "What is marketing is not sent any more, for nobody agreed to it. Word it plainly, without "
                    "promotion, and submit it under a new name, or ask Meta for a review of its category in WhatsApp "
                    "Manager."
                ),
            )
        )
    if stopped:
        troubles.append(
            Trouble(
                "template_stopped",
                "warning",
                Told("Templates cannot be sent: {templates}.", templates=_join(stopped)),
                phrase(
                    "Until then people outside the window are reached in other ways. A paused one comes back by "
                    "itself; change the text of one that was rejected and submit it again."
                ),
            )
        )
    if disliked:
        troubles.append(
            Trouble(
                "template_quality",
                "warning",
                Told("People block or report templates: {templates}.", templates=_join(disliked)),
                phrase(
                    "WhatsApp pauses them if that goes on. Send fewer, or word them so that people know why they get "
                    "them."
                ),
            )
        )
    await open_findings(conn, integration_id=integration_id, troubles=troubles, now=now)
    kinds = {"template_category", "template_stopped", "template_quality"} - {each.kind for each in troubles}
    await resolve_findings(conn, integration_id=integration_id, kinds=sorted(kinds), now=now)


async def note_refusal(conn: Conn, *, template_id: UUID, code: int, at: datetime) -> None:
    """Meta refused to send it for what it is (132xxx): paused or switched off it is not chosen any more at once."""
    row = await Q.refuse(conn, template_id=template_id, code=code, at=at)
    if row is not None:
        await judge(conn, integration_id=row["integration_id"], now=at)


async def note_refusals(conn: Conn, *, outbox_ids: Sequence[UUID], at: datetime) -> None:
    """As `note_refusal`, for what of these messages was refused for its template."""
    for row in [row async for row in Q.list_refused(conn, outbox_ids=list(outbox_ids))]:
        await note_refusal(conn, template_id=row["template_id"], code=row["code"], at=at)


def _drift(row: Record) -> str:
    moved = f"{_call(row)} → {row['category']}"
    return Told("{moved} on {day}", moved=moved, day=f"{day:%Y-%m-%d}") if (day := row["next_category_at"]) else moved


def _stop(row: Record) -> str:
    stopped = Told("{template} is {status}", template=_call(row), status=row["status"])
    return join([stopped, f"({row['reason']})"]) if row["reason"] else stopped


def _call(row: Record) -> str:
    return f"{row['name']} ({row['language']})"


def _join(names: Sequence[str]) -> Told:
    first, more = join(names[:_TOO_MANY], ", "), len(names) - _TOO_MANY
    return (
        Told.count("{names} and {number} more", "{names} and {number} more", more, names=first) if more > 0 else first
    )

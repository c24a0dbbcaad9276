"""Writing templates: drafts, changes, and what is noted when an administrator hands one in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.db import Conn
from tasktalk.errors import Conflict
from tasktalk.ids import new_id
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.drafts import UTILITY, Draft, read_draft
from tasktalk.messaging.templates.rules import check_draft
from tasktalk.messaging.templates.seen import OURS, judge, keep
from tasktalk.phrases import Told, phrase

DRAFT, IN_REVIEW = OURS
_EDITABLE = frozenset({*OURS, "APPROVED", "REJECTED", "PAUSED"})  # what Meta takes an edit of, and what it has not seen


async def make_draft(
    conn: Conn, *, by: Viewer, integration_id: UUID, values: Mapping[str, Any], now: datetime
) -> Record:
    """A template of `values` (fields of Draft). Raises BadRequest for what Meta would refuse, Conflict if it exists."""
    draft = Draft(category=UTILITY, **values)
    check_draft(draft)
    row = await add_draft(conn, integration_id=integration_id, draft=draft, by=by, now=now)
    if row is None:
        raise Conflict(phrase("There is a template of this name in this language."), field="name")
    await note(conn, row, by=by, event="created", now=now)
    return row


async def add_draft(conn: Conn, *, integration_id: UUID, draft: Draft, by: Viewer, now: datetime) -> Record | None:
    """Its row; None if there is one of its name and language."""
    row: Record | None = await Q.add_template(
        conn,
        id=new_id(),
        integration_id=integration_id,
        wanted_category=draft.category,
        status=DRAFT,
        created_by=by.user_id,
        at=now,
        **_columns(draft),
    )
    return row


async def change_draft(conn: Conn, *, by: Viewer, row: Record, values: Mapping[str, Any], now: datetime) -> Record:
    """Change a locked row; it is a draft again, to be submitted, unless only its purpose changes.

    Raises Conflict for what cannot be changed: its name at Meta, or parts that are not written here.
    """
    draft = read_draft(row)
    if draft is None:
        raise Conflict(phrase("This template has parts that are edited in WhatsApp Manager alone; then sync."))
    changed = replace(draft, **values)
    if changed == draft:
        return row
    check_draft(changed)
    rewritten = replace(changed, purpose=draft.purpose) != draft
    renamed = (changed.name, changed.language) != (draft.name, draft.language)
    if rewritten and row["status"] not in _EDITABLE:
        raise Conflict(Told("A template that is {status} cannot be changed.", status=row["status"]), field="status")
    if renamed and row["meta_id"] is not None:
        raise Conflict(phrase("WhatsApp knows it by this name and language: make a new one."), field="name")
    taken = {"integration_id": row["integration_id"], "name": changed.name, "language": changed.language}
    if renamed and await Q.find_taken(conn, id=row["id"], **taken) is not None:
        raise Conflict(phrase("There is a template of this name in this language."), field="name")
    status = DRAFT if rewritten else row["status"]
    after: Record = await Q.change_template(conn, id=row["id"], status=status, at=now, **_columns(changed))
    await note(conn, after, by=by, event="changed", now=now, detail={"fields": sorted(values)})
    if status != row["status"]:
        await judge(conn, integration_id=row["integration_id"], now=now)
    return after


def is_editable(row: Record) -> bool:
    """Whether its words may be changed here, as it is now."""
    return row["status"] in _EDITABLE and read_draft(row) is not None


def check_submittable(row: Record, *, status: str = DRAFT) -> None:
    """Raises Conflict unless it is in that state, BadRequest for what Meta would refuse."""
    if row["status"] != status:
        sentences = {DRAFT: phrase("It is {status}, not a draft."), IN_REVIEW: phrase("It is {status}, not in review.")}
        raise Conflict(Told(sentences[status], status=row["status"]), field="status")
    draft = read_draft(row)
    if draft is not None:
        check_draft(draft)


async def note_submitted(conn: Conn, row: Record, said: Mapping[str, Any], *, by: Viewer, now: datetime) -> None:
    """Meta took it; a webhook that was faster than its own answer counts."""
    faster = row["status"] not in OURS
    kept = {key: value for key, value in said.items() if not faster or key in {"meta_id", "category"}}
    await note(conn, row, by=by, event="submitted", now=now)
    await keep(conn, row, kept, at=now, actor_id=by.user_id)
    await judge(conn, integration_id=row["integration_id"], now=now)


async def put_in_review(conn: Conn, row: Record, *, by: Viewer, now: datetime) -> None:
    """It waits for another administrator."""
    await keep(conn, row, {"status": IN_REVIEW}, at=now, actor_id=by.user_id)
    await note(conn, row, by=by, event="review_asked", now=now)


async def check_reviewer(conn: Conn, row: Record, *, by: Viewer) -> None:
    """Raises Conflict for whoever asked for the review."""
    if await Q.find_last_actor(conn, template_id=row["id"], event="review_asked") == by.user_id:
        raise Conflict(phrase("Another administrator has to approve what you submitted."), field="status")


async def note(
    conn: Conn, row: Record, *, by: Viewer, event: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """An act of an administrator, in the template's history and in the audit."""
    await Q.add_event(conn, template_id=row["id"], at=now, actor_id=by.user_id, event=event, detail=dict(detail or {}))
    await record(
        conn,
        by=by,
        action=f"template.{event}",
        subject="template",
        subject_id=row["id"],
        integration_id=row["integration_id"],
        detail={"name": row["name"], "language": row["language"], **(detail or {})},
    )


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "language": draft.language,
        "purpose": draft.purpose,
        "parameter_format": "NAMED" if draft.named else "POSITIONAL",
        "components": draft.to_components(),
        "samples": [{"name": each.name, "example": each.example} for each in draft.samples],
    }

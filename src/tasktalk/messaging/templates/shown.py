"""Templates as administrators see them: their words, their state at Meta, and how they look filled in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.errors import NotFound
from tasktalk.messaging.templates.choosing import Q, fill
from tasktalk.messaging.templates.drafts import AUTHENTICATION, MARKETING, Sample
from tasktalk.messaging.templates.pack import KINDS
from tasktalk.messaging.templates.parts import kind_of, list_buttons, text_of
from tasktalk.phrases import phrase

_CODE_TEXT = "*{{1}}* is your verification code. For your security, do not share this code."


@dataclass(frozen=True, slots=True)
class ShownButton:
    """`does`: what a tap on a quick reply does, as its purpose says."""

    kind: str
    text: str
    url: str | None
    phone_number: str | None
    does: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a phone shows with the samples filled in."""

    header: str
    body: str
    footer: str
    buttons: list[str]


@dataclass(frozen=True, slots=True)
class ShownTemplate:
    """`wanted_category`: what we asked for; `category`: what Meta says it is, `next_category` will be from then on.

    `drifted`: those differ. `sendable`: it is approved, for a purpose, and not marketing. `status`: DRAFT and IN_REVIEW
    are ours, the others Meta's words.
    """

    id: UUID
    name: str
    language: str
    purpose: str | None
    status: str
    reason: str | None
    quality: str | None
    wanted_category: str
    category: str | None
    next_category: str | None
    next_category_at: datetime | None
    drifted: bool
    sendable: bool
    parameter_format: str
    header: str
    body: str
    footer: str
    buttons: list[ShownButton]
    samples: list[Sample]
    preview: Preview
    meta_id: str | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """Templates, newest first; `next`: the cursor of the page after, null on the last."""

    items: list[ShownTemplate]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a template; `actor` null: Meta, or the system."""

    at: datetime
    event: str
    actor_id: UUID | None
    actor: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """Events, newest first, and the cursor of older ones."""

    items: list[Event]
    next: str | None


async def lock_template(conn: Conn, *, integration_id: UUID, template_id: UUID) -> Record:
    """Its row, locked until the transaction ends. Raises NotFound."""
    row: Record | None = await Q.lock_template(conn, integration_id=integration_id, id=template_id)
    if row is None:
        raise NotFound(phrase("There is no such template."))
    return row


async def list_templates(
    conn: Conn,
    *,
    integration_id: UUID,
    status: str | None = None,
    purpose: str | None = None,
    language: str | None = None,
    after: UUID | None = None,
    limit: int,
) -> TemplatePage:
    """A page of a number's."""
    rows = Q.list_templates(
        conn,
        integration_id=integration_id,
        after=after,
        status=status,
        purpose=purpose,
        language=language,
        limit=limit + 1,
    )
    found = [show(row) async for row in rows]
    return TemplatePage(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def list_history(conn: Conn, *, template_id: UUID, before: int | None, limit: int) -> History:
    """What happened to it."""
    rows = [row async for row in Q.list_events(conn, template_id=template_id, before=before, limit=limit + 1)]
    page = rows[:limit]
    events = [Event(row["at"], row["event"], row["actor_id"], row["actor"], row["detail"]) for row in page]
    return History(events, str(page[-1]["seq"]) if len(rows) > limit else None)


def show(row: Record) -> ShownTemplate:
    """A row of `templates`."""
    components, samples = row["components"], [Sample(**each) for each in row["samples"]]
    actions = iter(_actions(row["purpose"]))
    buttons = [
        ShownButton(
            kind_of(each),
            str(each.get("text", "")),
            each.get("url"),
            each.get("phone_number"),
            next(actions, None) if kind_of(each) == "QUICK_REPLY" else None,
        )
        for each in list_buttons(components)
    ]
    categories = {row["category"] or row["wanted_category"], row["wanted_category"]}
    return ShownTemplate(
        id=row["id"],
        name=row["name"],
        language=row["language"],
        purpose=row["purpose"],
        status=row["status"],
        reason=row["reason"],
        quality=row["quality"],
        wanted_category=row["wanted_category"],
        category=row["category"],
        next_category=row["next_category"],
        next_category_at=row["next_category_at"],
        drifted=len(categories | {row["next_category"] or row["wanted_category"]}) > 1,
        sendable=row["status"] == "APPROVED" and row["purpose"] is not None and MARKETING not in categories,
        parameter_format=row["parameter_format"],
        header=text_of(components, "HEADER"),
        body=text_of(components, "BODY"),
        footer=text_of(components, "FOOTER"),
        buttons=buttons,
        samples=samples,
        preview=_preview(row, samples, [button.text for button in buttons]),
        meta_id=row["meta_id"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        synced_at=row["synced_at"],
    )


def _preview(row: Record, samples: list[Sample], buttons: list[str]) -> Preview:
    values = {sample.name: sample.example for sample in samples}
    values |= {str(number): sample.example for number, sample in enumerate(samples, 1)}
    body = text_of(row["components"], "BODY")
    if not body and row["wanted_category"] == AUTHENTICATION:
        body = _CODE_TEXT
    header, footer = text_of(row["components"], "HEADER"), text_of(row["components"], "FOOTER")
    return Preview(fill(header, values), fill(body, values), footer, buttons)


def _actions(purpose: str | None) -> tuple[str, ...]:
    return next((kind.actions for known, kind in KINDS.items() if known == purpose), ())

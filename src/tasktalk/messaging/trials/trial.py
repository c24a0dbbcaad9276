"""Sending a test message: past the queue, so that the answer says within seconds what Meta said, in plain words.

It is in the outbox all the same, so that it stands in the message log and its statuses find it. It is never sent again
by itself: whoever tests decides that.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from asyncpg import Record

from tasktalk.accounts.linking.numbers import check_phone
from tasktalk.db import Conn, Pool
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest
from tasktalk.ids import new_id
from tasktalk.integrations.connections import Integration
from tasktalk.messaging.answers import Answer, record
from tasktalk.messaging.templates.choosing import find_template, render_template
from tasktalk.phrases import Told, phrase
from tasktalk.whatsapp import render
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain, explain_error
from tasktalk.whatsapp.fields import sort_identities
from tasktalk.whatsapp.graph import Graph

Q = queries(__file__)

TEXT = "This is a test message from Tasktalk. If you can read it, the number works."
_HELLO = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
_LOOK_SECONDS = 0.1
_ARRIVED = ("delivered", "read", "played")
# The window or the template is what is in the way, not the number: another way may be open.
_ANOTHER_WAY = (131047, 131058, 132000, 132001, 132012, 132015, 132016)

SentAs = Literal["text", "template"]


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went. `ok`: WhatsApp took the message, and has not said since that it failed.

    `status`: the furthest that WhatsApp told within the time; null: nothing yet. `code` and `said`: Meta's own words.
    """

    ok: bool
    message: str
    what_to_do: str | None
    sent_as: SentAs
    wamid: str | None = None
    status: str | None = None
    code: int | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """How to reach Meta, and how long to wait: for its answer, and for the first word of the message's fate."""

    graph: Graph
    timeout_seconds: float
    status_seconds: float


async def send_trial(pool: Pool, integration: Integration, call: Call, *, to: str, now: datetime) -> Trial:
    """Send one message to `to`: a phone number, or a business-scoped id that we know. Raises BadRequest for neither.

    Inside the 24-hour window it is a text, else an approved template, else Meta's sample.
    """
    async with pool.acquire() as conn, conn.transaction():
        contact = await _get_contact(conn, integration.id, to)
        ways = [way async for way in _list_ways(conn, integration.id, contact, now)]
    for number, (sent_as, message) in enumerate(ways, 1):
        trial = await _send(pool, integration, call, contact=contact, sent_as=sent_as, message=message, now=now)
        if trial.ok or trial.code not in _ANOTHER_WAY or number == len(ways):
            return trial
    raise AssertionError("Meta's sample is always a way")


def note_of(trial: Trial, integration: Integration) -> dict[str, Any]:
    """What the audit keeps of it."""
    return {
        "action": "integration.test_message",
        "subject": "integration",
        "subject_id": integration.id,
        "integration_id": integration.id,
        "detail": {"ok": trial.ok, "sent_as": trial.sent_as, "code": trial.code},
    }


async def _get_contact(conn: Conn, integration_id: UUID, to: str) -> Record:
    _, bsuid = sort_identities(to.strip())
    if bsuid is not None:
        contact: Record | None = await Q.find_contact(conn, integration_id=integration_id, wa_id=None, bsuid=bsuid)
        if contact is None:
            raise BadRequest(phrase("Nobody with this id has written to the number yet."), field="to")
        return contact
    wa_id = _read_phone(to.strip())
    found: Record | None = await Q.find_contact(conn, integration_id=integration_id, wa_id=wa_id, bsuid=None)
    if found is None:
        await Q.add_contact(conn, id=new_id(), integration_id=integration_id, wa_id=wa_id)
        found = await Q.find_contact(conn, integration_id=integration_id, wa_id=wa_id, bsuid=None)
    assert found is not None  # noqa: S101  (it was added, or is there)
    return found


def _read_phone(text: str) -> str:
    """Digits; the plus may be missing, as WhatsApp writes numbers."""
    try:
        return check_phone(text if text.startswith("+") else f"+{text}", made_up=True)
    except BadRequest as error:
        raise BadRequest(error.message, field="to") from error


async def _list_ways(
    conn: Conn, integration_id: UUID, contact: Record, now: datetime
) -> AsyncIterator[tuple[SentAs, dict[str, Any]]]:
    if contact["window_until"] is not None and contact["window_until"] > now:
        (message,) = render.text(TEXT)
        yield "text", message
    template = await find_template(conn, integration_id=integration_id, purpose="reminder", language="en")
    if template is not None:
        yield "template", render_template(template, {"task": TEXT, "due": f"{now:%H:%M} UTC"})
    yield "template", _HELLO


async def _send(
    pool: Pool,
    integration: Integration,
    call: Call,
    *,
    contact: Record,
    sent_as: SentAs,
    message: dict[str, Any],
    now: datetime,
) -> Trial:
    trial_id = new_id()
    async with pool.acquire() as conn, conn.transaction():
        await Q.open_trial(
            conn,
            id=trial_id,
            integration_id=integration.id,
            contact_id=contact["id"],
            message=msgspec.json.encode(message).decode(),
            now=now,
        )
    try:
        sent = await call.graph.send(
            integration.phone_number_id,
            message,
            to=contact["wa_id"],
            recipient=contact["bsuid"],
            opaque=str(trial_id),
            timeout_seconds=call.timeout_seconds,
        )
    except GraphError as error:
        answer = Answer(trial_id, 1, "refused", error.http_status, error.code, str(error)[:1000])
        await _record(pool, answer)
        return _refused(error, sent_as)
    await _record(pool, Answer(trial_id, 1, "accepted", 200, wamid=sent.wamid))
    return await _follow(pool, trial_id, sent.wamid, sent_as, seconds=call.status_seconds)


async def _record(pool: Pool, answer: Answer) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await record(conn, [answer])


def _refused(error: GraphError, sent_as: SentAs) -> Trial:
    means = explain_error(error)
    meaning = means.meaning
    if error.fate == "unknown":
        meaning = phrase("WhatsApp did not answer in time; the message may have arrived.")
    said = f"{error}: {error.details}" if error.details else str(error)
    return Trial(ok=False, message=meaning, what_to_do=means.what_to_do, sent_as=sent_as, code=error.code, said=said)


async def _follow(pool: Pool, trial_id: UUID, wamid: str, sent_as: SentAs, *, seconds: float) -> Trial:
    """Wait for what the webhook tells of the message: that it comes back is the round trip."""
    ends_at = time.monotonic() + seconds
    while True:
        async with pool.acquire() as conn:
            row = await Q.get_trial(conn, id=trial_id)
        status: str | None = row["status"]
        if status == "failed":
            means = explain(row["error_code"]) if row["error_code"] is not None else explain(1)
            return Trial(
                ok=False,
                message=means.meaning,
                what_to_do=means.what_to_do,
                sent_as=sent_as,
                wamid=wamid,
                status=status,
                code=row["error_code"],
                said=row["error"],
            )
        if status in _ARRIVED:
            return _accepted(phrase("It arrived on the phone."), None, sent_as, wamid, status)
        if time.monotonic() >= ends_at:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    if status is not None:
        sent = phrase("WhatsApp sent it; it has not reached the phone yet.")
        return _accepted(sent, None, sent_as, wamid, status)
    return _accepted(
        Told("WhatsApp took it, but nothing was heard of it since, for {seconds} seconds.", seconds=f"{seconds:g}"),
        phrase("If it arrived, deliveries do not reach us: test the connection, and look whether a worker runs."),
        sent_as,
        wamid,
        None,
    )


def _accepted(message: str, what_to_do: str | None, sent_as: SentAs, wamid: str, status: str | None) -> Trial:
    return Trial(ok=True, message=message, what_to_do=what_to_do, sent_as=sent_as, wamid=wamid, status=status)

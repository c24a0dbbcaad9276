"""What administrators' webhooks are told: messages, numbers, phones, and what the audit calls a violation."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.interop.webhooks.events import (
    Data,
    IntegrationData,
    MappingData,
    MessageData,
    Person,
    Told,
    ViolationData,
)
from tasktalk.interop.webhooks.webhooks import Q
from tasktalk.whatsapp.explanations import explain

_REASON = 300  # characters


async def read_admin_news(conn: Conn, taken: Sequence[Record]) -> list[tuple[Record, Told]]:
    """Happenings (none of the journal) with what is told of each; without those whose row is gone."""
    readers = {"inbox": _read_received, "outbox": _read_sent, "audit": _read_audited}
    found: dict[tuple[str, int], Data] = {}
    for source, read in readers.items():
        if seqs := [row["ref"] for row in taken if row["source"] == source]:
            found |= {(source, seq): data for seq, data in (await read(conn, seqs)).items()}
    return [
        (row, Told(row["event"], row["at"], data))
        for row in taken
        if (data := found.get((row["source"], row["ref"]))) is not None
    ]


async def _read_received(conn: Conn, seqs: Sequence[int]) -> Mapping[int, Data]:
    found: dict[int, Data] = {}
    for row in [row async for row in Q.read_received(conn, seqs=seqs)]:
        payload = _object(row["payload"])
        message, contact = _within(payload, "message"), _within(payload, "contact")
        if "group_id" in message:  # is stored, and has no effect
            continue
        bsuid, wa_id = _word(message.get("from_user_id"), contact.get("user_id")), _word(message.get("from"))
        writer = await Q.find_writer(conn, integration_id=row["integration_id"], bsuid=bsuid, wa_id=wa_id)
        found[row["seq"]] = MessageData(
            id=f"in-{row['seq']}",
            integration_id=row["integration_id"],
            direction="in",
            type=_word(message.get("type")) or "unknown",
            kind=None,
            contact_id=writer["id"] if writer else None,
            person=_person(writer) if writer else None,
            error_code=None,
            reason=None,
        )
    return found


async def _read_sent(conn: Conn, seqs: Sequence[int]) -> Mapping[int, Data]:
    return {
        row["seq"]: MessageData(
            id=f"out-{row['seq']}",
            integration_id=row["integration_id"],
            direction="out",
            type=_word(_object(row["message"]).get("type")) or "unknown",
            kind=row["kind"],
            contact_id=row["contact_id"],
            person=_person(row),
            error_code=row["error_code"],
            reason=_reason(row),
        )
        async for row in Q.read_sent(conn, seqs=seqs)
    }


async def _read_audited(conn: Conn, seqs: Sequence[int]) -> Mapping[int, Data]:
    return {row["seq"]: data async for row in Q.read_audit(conn, seqs=seqs) if (data := _audited(row)) is not None}


def _audited(row: Record) -> Data | None:
    actor = Person(row["actor_id"], row["actor"]) if row["actor_id"] else None
    if row["action"].startswith("integration."):
        if row["integration_id"] is None or row["number_name"] is None:
            return None
        return IntegrationData(row["integration_id"], row["number_name"], row["display_phone_number"], actor)
    if row["action"] == "phone.linked":
        if row["person_id"] is None:
            return None
        person = Person(row["person_id"], row["person"])
        return MappingData(row["subject_id"], row["integration_id"], person, _word(row["detail"].get("by")), actor)
    return ViolationData(row["id"], row["action"], row["subject"], row["subject_id"], row["detail"], actor)


def _reason(row: Record) -> str | None:
    """In our own words; Meta's may repeat what was sent."""
    if row["error_code"] is not None:
        return explain(row["error_code"]).meaning
    return row["error"][:_REASON] if row["error"] else None


def _person(row: Record) -> Person | None:
    return Person(row["user_id"], row["name"]) if row["user_id"] else None


def _object(text: str) -> dict[str, Any]:
    try:
        payload = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _within(payload: Mapping[str, Any], key: str) -> dict[str, Any]:
    inner = payload.get(key)
    return inner if isinstance(inner, dict) else {}


def _word(*values: object) -> str | None:
    return next((value for value in values if isinstance(value, str)), None)

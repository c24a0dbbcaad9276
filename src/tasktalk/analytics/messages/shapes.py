"""From rows of the inbox and the outbox to messages as they are shown."""

from uuid import UUID

from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.model import ContactShown, Message, Status, Timeline
from tasktalk.analytics.messages.rows import Row, masked, message_of, payload_of, sent_message

_INBOUND: dict[str, Status] = {"waiting": "waiting", "done": "handled", "dead": "failed"}


def received(row: Row, writer: Row | None, *, with_text: bool) -> Message:
    """A row of the inbox, and the contact who wrote it."""
    message, status = message_of(payload_of(row)), _INBOUND[row["state"]]
    return Message(
        id=f"in-{row['seq']}",
        direction="in",
        at=row["received_at"],
        type=_type(message),
        kind=None,
        status=status,
        timeline=Timeline(
            received=row["received_at"],
            handled=row["finished_at"] if status == "handled" else None,
            sent=None,
            delivered=None,
            read=None,
            failed=row["finished_at"] if status == "failed" else None,
            reason=_stuck(row),
        ),
        contact=None if writer is None else contact_of(writer, writer["id"]),
        attempts=row["attempts"],
        answers_to=None,
        note=row["note"],
        text=words.plain_text_of(message) if with_text else None,
    )


def sent(row: Row, *, with_text: bool) -> Message:
    """A row of the outbox with its contact, and when it was delivered and read."""
    message, status = sent_message(row), _outbound(row)
    return Message(
        id=f"out-{row['seq']}",
        direction="out",
        at=row["created_at"],
        type=_type(message),
        kind=row["kind"],
        status=status,
        timeline=Timeline(
            received=None,
            handled=None,
            sent=row["finished_at"] if row["state"] == "accepted" else None,
            delivered=row["delivered_at"] or row["read_at"],
            read=row["read_at"],
            failed=row["failed_at"] or (row["finished_at"] if row["state"] == "refused" else None),
            reason=_refused(row, status),
        ),
        contact=contact_of(row, row["contact_id"]),
        attempts=row["attempts"],
        answers_to=f"in-{row['inbox_seq']}" if row["inbox_seq"] else None,
        note=None,
        text=words.plain_text_of(message) if with_text else None,
    )


def contact_of(row: Row, id_: UUID) -> ContactShown:
    """The contact in a row; `name` in it is that of the person they are linked to."""
    return ContactShown(
        id=id_,
        name=row["profile_name"],
        phone=masked(row["wa_id"]),
        username=row["username"],
        user_id=row["user_id"],
        user_name=row["name"],
    )


def _type(message: Row) -> str:
    type_ = message.get("type")
    return type_ if isinstance(type_, str) else "unknown"


def _outbound(row: Row) -> Status:
    """As the query's filter has it."""
    if row["state"] == "refused" or row["status"] == "failed":
        return "failed"
    if row["status"] in {"read", "played"}:
        return "read"
    if row["status"] == "delivered":
        return "delivered"
    return {"accepted": "sent", "waiting": "waiting"}.get(row["state"], "sending")  # type: ignore[return-value]


def _stuck(row: Row) -> str | None:
    if row["state"] == "done" or not row["attempts"]:
        return None
    tries = "1 try" if row["attempts"] == 1 else f"{row['attempts']} tries"
    said = row["error"] or "no reason given"
    return f"Given up after {tries}: {said}" if row["state"] == "dead" else f"Not handled in {tries}: {said}"


def _refused(row: Row, status: Status) -> str | None:
    if row["error_code"] is None and not row["error"]:
        return None
    if status not in {"failed", "waiting", "sending"}:
        return None
    return words.error_words(row["error_code"], row["error"])

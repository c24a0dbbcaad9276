"""What Meta tells of templates by webhook: status, quality, components, category (facts sheet, section 1.6)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from tasktalk.db import Conn
from tasktalk.integrations.connections import Integration
from tasktalk.messaging.templates.choosing import Q
from tasktalk.messaging.templates.parts import clean_json
from tasktalk.messaging.templates.seen import judge, keep
from tasktalk.whatsapp.fields import find_id, find_instant, get_object, get_text

Json = dict[str, Any]
Handler = Callable[[Conn, Integration, Json, datetime], Awaitable[str]]

_WARNED_BEFORE = timedelta(hours=24)
_LONGEST_REASON, _LONGEST_TEXT = 500, 4096
_STATES = frozenset(
    (
        *("APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "IN_APPEAL"),
        *("PENDING_DELETION", "DELETED", "LIMIT_EXCEEDED", "LOCKED", "ARCHIVED"),
    )
)
_CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
_SCORES = frozenset({"GREEN", "YELLOW", "RED", "UNKNOWN"})


def _hears(read: Callable[[Json, datetime], Json | None]) -> Handler:
    """A handler that keeps what `read` makes of the value; None: it is to be read from Meta."""

    async def handle(conn: Conn, integration: Integration, value: Json, at: datetime) -> str:
        value = clean_json(value)
        name, language = _text(value, "message_template_name"), _text(value, "message_template_language")
        row = await Q.lock_told(
            conn,
            integration_id=integration.id,
            meta_id=find_id(value, "message_template_id"),
            name=name,
            language=language.replace("-", "_"),
        )
        said = read(value, at)
        if row is None or said is None:
            await Q.ask_for_sync(conn, integration_id=integration.id)
            return "templates are to be read"
        if said.pop("stale", False):
            await Q.ask_for_sync(conn, integration_id=integration.id)
        meta_id = row["meta_id"] or find_id(value, "message_template_id")
        noted = await keep(conn, row, said | {"meta_id": meta_id}, at=at)
        await judge(conn, integration_id=integration.id, now=at)
        return "template: " + (", ".join(noted) or "nothing new")

    return handle


def _status(value: Json, _at: datetime) -> Json | None:
    event = _text(value, "event").upper()
    if event == "FLAGGED":
        return {"quality": "RED"}
    if event == "REINSTATED":
        event = "APPROVED"
    if event not in _STATES:
        return None
    said: Json = {"status": event, "reason": None if event == "APPROVED" else _reason(value)}
    category = _text(value, "message_template_category").upper()
    return said | ({"category": category} if category in _CATEGORIES else {})


def _quality(value: Json, _at: datetime) -> Json | None:
    score = _text(value, "new_quality_score").upper()
    return {"quality": score} if score in _SCORES else None


def _category(value: Json, at: datetime) -> Json | None:
    """A day ahead `new_category` is still the one it has, and `correct_category` the one it will have."""
    new, correct = _text(value, "new_category").upper(), _text(value, "correct_category").upper()
    if correct in _CATEGORIES:
        when = find_instant(value, "category_update_timestamp") or at + _WARNED_BEFORE
        return {"next_category": correct, "next_category_at": when} | ({"category": new} if new in _CATEGORIES else {})
    if new in _CATEGORIES:
        return {"category": new, "next_category": None, "next_category_at": None}
    return None


def _components(value: Json, _at: datetime) -> Json | None:
    """Its texts at once, for parameters must fit them; the rest, with examples, is read from Meta."""
    body = _text(value, "message_template_element")
    if not body:
        return None
    parts: list[Json] = []
    if title := _text(value, "message_template_title"):
        parts.append({"type": "HEADER", "format": "TEXT", "text": title})
    parts.append({"type": "BODY", "text": body})
    if footer := _text(value, "message_template_footer"):
        parts.append({"type": "FOOTER", "text": footer})
    given = value.get("message_template_buttons")
    buttons = [_button(each) for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if buttons:
        parts.append({"type": "BUTTONS", "buttons": buttons})
    return {"components": parts, "stale": True}


def _button(given: Json) -> Json:
    keys = ("type", "text", "url", "phone_number")
    known = {key: _text(given, f"message_template_button_{key}") for key in keys}
    return {key: text for key, text in known.items() if text}


def _reason(value: Json) -> str | None:
    rejection, other = get_object(value, "rejection_info"), get_object(value, "other_info")
    given = (
        _text(value, "reason"),
        *(_text(rejection, "reason"), _text(rejection, "recommendation")),
        *(_text(other, "title"), _text(other, "description")),
    )
    said = [each for each in dict.fromkeys(given) if each and each != "NONE"]
    return ": ".join(said)[:_LONGEST_REASON] or None


def _text(value: Json, key: str) -> str:
    return get_text(value, key)[:_LONGEST_TEXT]


HANDLERS: dict[str, Handler] = {
    "message_template_status_update": _hears(_status),
    "message_template_quality_update": _hears(_quality),
    "message_template_components_update": _hears(_components),
    "template_category_update": _hears(_category),
}

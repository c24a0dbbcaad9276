"""What Meta tells beside messages and statuses: a handler for each webhook field; what has none is kept and counted."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from tasktalk import metrics
from tasktalk.db import Conn
from tasktalk.integrations.connections import Directory, Integration
from tasktalk.integrations.tellings import READERS
from tasktalk.integrations.told import hear
from tasktalk.messaging.templates import hearing as templates
from tasktalk.queue.claim import Item
from tasktalk.whatsapp.fields import find_id, find_instant, get_object, get_text, read_object

Json = dict[str, Any]

# Keeps one change, told of one number at a moment; answers what became of it, for the log of deliveries.
Handler = Callable[[Conn, Integration, Json, datetime], Awaitable[str]]


def _of_number(field: str) -> Handler:
    async def handle(conn: Conn, integration: Integration, value: Json, at: datetime) -> str:
        return await hear(conn, integration, field, value, at)

    return handle


# By webhook field; called for every number that the change is about: those of its account, if it names none.
HANDLERS: dict[str, Handler] = {
    **{field: _of_number(field) for field in READERS},
    **templates.HANDLERS,
}


async def apply_changes(conn: Conn, directory: Directory, items: Sequence[Item], notes: dict[int, str]) -> None:
    """All effects of `items`, which are changes, in their order; `notes` say what became of each."""
    integrations = await directory.all()
    for item in items:
        payload = read_object(item.payload)
        field, value = get_text(payload, "field"), get_object(get_object(payload, "change"), "value")
        handler = HANDLERS.get(field)
        metrics.CHANGES.labels(field if handler else "unknown").inc()
        if handler is None:
            notes[item.seq] = f"stored: nothing here handles the field {field[:80]}"
            continue
        concerned = find_concerned(integrations, payload, value)
        at = min(find_instant(payload, "time") or item.received_at, item.received_at)
        became = [await handler(conn, each, value, at) for each in concerned]
        notes[item.seq] = "; ".join(dict.fromkeys(became)) or "for a number that is not connected here"


def find_concerned(integrations: Sequence[Integration], payload: Json, value: Json) -> list[Integration]:
    """The numbers that a change is about, by what it names: the number's id, its digits, or its account alone.

    Whose app signed it was checked by the number in `metadata`, else by the account; so nothing else leads out of that.
    """
    named = find_id(get_object(payload, "metadata"), "phone_number_id")
    if named:
        return [each for each in integrations if each.phone_number_id == named]
    account = find_id(payload, "waba_id")
    of_account = sorted((each for each in integrations if each.waba_id == account), key=lambda each: each.id)
    if get_text(value, "entity_type") == "PHONE_NUMBER" and (entity := find_id(value, "entity_id")):
        return [each for each in of_account if each.phone_number_id == entity]
    digits = _digits(get_text(value, "display_phone_number"))
    if not digits:
        return of_account
    same = [each for each in of_account if _digits(each.display_phone_number) == digits]
    unknown = [each for each in of_account if not each.display_phone_number]
    return same or (unknown if len(of_account) == 1 else [])


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))

"""The log of one number, or of one contact of it: what the API lists, as lines of the log."""

from uuid import UUID

from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.listing import Wanted, list_messages
from tasktalk.analytics.messages.model import ContactShown, Message, Status
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.log import Entry, Page, Show, sent_words
from tasktalk.db import Conn

_FATES: dict[Status, tuple[str, str]] = {
    "waiting": (phrase("Waiting"), "busy"),
    "handled": (phrase("Handled"), "good"),
    "sending": (phrase("Sending"), "busy"),
    "sent": (phrase("Sent"), "good"),
    "delivered": (phrase("Delivered"), "good"),
    "read": (phrase("Read"), "accent"),
    "failed": (phrase("Failed"), "bad"),
}


async def list_narrowed(
    conn: Conn,
    *,
    integration_id: UUID,
    contact: UUID | None,
    show: Show,
    cursor: str | None,
    speech: Speech,
    limit: int = 50,
) -> Page:
    """A page, for administrators: nobody's words are in it. Raises NotFound for the number, BadRequest (cursor)."""
    wanted = Wanted(
        direction=show if show in {"in", "out"} else None,
        status="failed" if show == "failed" else None,
        contact=contact,
    )
    page = await list_messages(
        conn, integration_id=integration_id, wanted=wanted, cursor=cursor, limit=limit, with_text=False
    )
    return Page([_entry(each, speech) for each in page.items], page.next)


def name_of(contact: ContactShown | None, speech: Speech) -> str:
    """What to call them: by their account, by what they call themselves, by what WhatsApp does."""
    if contact is None:
        return speech.say("Somebody")
    if contact.username and not (contact.user_name or contact.name):
        return f"@{contact.username}"
    return contact.user_name or contact.name or contact.phone or speech.say("Somebody")


def _entry(message: Message, speech: Speech) -> Entry:
    kind = words.kind_words({"type": message.type})
    what = speech.say(kind) if message.kind is None else sent_words(message.kind, kind, speech)
    said = [what, speech.say(message.note or ""), message.timeline.reason or ""]
    fate, tone = _FATES[message.status]
    return Entry(
        way=message.direction,
        seq=int(message.id.partition("-")[2]),
        at=message.at,
        who=name_of(message.contact, speech),
        what=" · ".join(part for part in said if part),
        fate=speech.say(fate),
        tone=tone,
        own=False,
        text=None,
    )

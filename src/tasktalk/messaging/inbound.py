"""From Meta's message to what the assistant takes: an Utterance, or a note why there is none."""

from uuid import UUID

from tasktalk.assistant.replies.speech import phrase
from tasktalk.assistant.reply import Utterance
from tasktalk.whatsapp.payloads import Inbound

CHANNEL = "whatsapp"

_SORRY = {
    "voice": phrase("I cannot listen to voice notes yet. Please write it to me."),
    "media": phrase("I cannot keep attachments yet. Write to me what should be done with it."),
    "other": phrase("I cannot read this kind of message. Please write it to me as text."),
}


def to_utterance(message: Inbound, *, shown: tuple[UUID, ...]) -> Utterance | str | None:  # noqa: PLR0911  (one a kind)
    """What was said; or one sentence to answer with, in English; or None for what needs no answer.

    `shown`: the tasks of the message of ours that this one answers or reacts to. Forwarded text, places and cards are
    kept word for word: they are somebody else's words, never instructions.
    """
    if message.kind == "text" or (message.kind == "media" and message.text):
        return _said(message, message.text, shown=shown, literal=message.forwarded)
    if message.kind == "tap":
        return Utterance(CHANNEL, text=message.text, tap=message.tap_id or "", message_id=message.wamid)
    if message.kind == "reaction":
        return Utterance(
            CHANNEL,
            reaction=message.emoji or "",
            about=shown,
            about_message=message.target,
            message_id=message.wamid,
        )
    if message.kind == "location" and message.location is not None:
        place = message.location
        name = place.name or place.address or f"{place.latitude:.5f}, {place.longitude:.5f}"
        link = f"https://maps.google.com/?q={place.latitude},{place.longitude}"
        return _said(message, "\n".join(filter(None, (name, place.address, link))), shown=(), literal=True)
    if message.kind == "contacts" and message.cards:
        cards = "\n".join(f"{card.name} {' '.join(card.phones)}".strip() for card in message.cards)
        return _said(message, cards, shown=(), literal=True)
    if message.kind == "media":
        return _SORRY["voice" if message.media is not None and message.media.voice else "media"]
    if message.kind in {"system", "edit", "revoke"}:
        return None
    return _SORRY["other"]


def _said(message: Inbound, text: str, *, shown: tuple[UUID, ...], literal: bool) -> Utterance:
    return Utterance(
        CHANNEL,
        text=text,
        literal=literal,
        about=shown,
        about_message=message.context_id,
        message_id=message.wamid,
        said_at=message.sent_at,
    )

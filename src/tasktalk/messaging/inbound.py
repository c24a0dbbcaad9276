"""From Meta's message to what the assistant takes: an Utterance, or a note why there is none."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from tasktalk.assistant.replies.of_files import NOT_FETCHED, NOT_HEARD
from tasktalk.assistant.replies.speech import phrase
from tasktalk.assistant.reply import Trouble, Utterance
from tasktalk.messaging.media import Failure, read_file, read_heard
from tasktalk.whatsapp.payloads import Inbound

CHANNEL = "whatsapp"

_NOBODY_SAID = frozenset({"request_welcome"})  # somebody opened the chat; Meta sends it no more
_UNREADABLE = Trouble(phrase("I cannot read this kind of message. Please write it to me as text."))


def to_utterance(  # noqa: PLR0911  (one a kind)
    message: Inbound, *, shown: tuple[UUID, ...], prepared: Mapping[str, Any], longest_note: float = 0
) -> Utterance | Trouble | None:
    """What was said; or one sentence to answer with; or None for what needs no answer.

    `shown`: the tasks of the message of ours that this one answers or reacts to. `prepared`: the file it brought, the
    words of a voice note; `longest_note` in seconds. Forwarded text, places and cards are kept word for word: they are
    somebody else's words, never instructions.
    """
    if message.kind == "text":
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
    if message.kind == "media" and message.media is not None and message.media.type != "sticker":
        return _sent(message, shown=shown, prepared=prepared, longest_note=longest_note)
    if message.kind in {"system", "edit", "revoke"} or message.type in _NOBODY_SAID:
        return None
    return _UNREADABLE


def _sent(
    message: Inbound, *, shown: tuple[UUID, ...], prepared: Mapping[str, Any], longest_note: float
) -> Utterance | Trouble:
    """A file with its caption, or the words of a voice note; what did not come of it is said after the reply."""
    said = _said(message, message.text, shown=shown, literal=message.forwarded)
    voice = message.media is not None and message.media.voice
    heard, file = read_heard(prepared) if voice else None, read_file(prepared)
    if heard is not None and heard.text:
        return replace(said, text=heard.text, heard=True)
    if file is None or isinstance(file, Failure):
        failure = file or Failure("away")
        trouble = Trouble(NOT_FETCHED.get(failure.failed, NOT_FETCHED["away"]), failure.most)
        return replace(said, trouble=trouble) if message.text else trouble
    if voice:
        why = (heard.failed if heard is not None else None) or "off"
        return replace(said, file=file, trouble=Trouble(NOT_HEARD[why], longest_note / 60))
    return replace(said, file=file)


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

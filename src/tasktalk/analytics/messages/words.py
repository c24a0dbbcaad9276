"""States, kinds and errors in plain words: in English, which the console says in the language of who looks."""

import re
from collections.abc import Mapping
from typing import Any

from tasktalk.assistant.replies.speech import phrase
from tasktalk.whatsapp.explanations import UNKNOWN, explain

_KINDS = {
    "text": phrase("Text"),
    "image": phrase("Photo"),
    "video": phrase("Video"),
    "audio": phrase("Voice note"),
    "document": phrase("Document"),
    "sticker": phrase("Sticker"),
    "location": phrase("Location"),
    "contacts": phrase("Contact card"),
    "reaction": phrase("Reaction"),
    "interactive": phrase("Buttons or list"),
    "button": phrase("Tap on a button"),
    "template": phrase("Template"),
    "system": phrase("Notice of WhatsApp"),
    "order": phrase("Order"),
    "unsupported": phrase("Something unsupported"),
}

_INTERACTIVE = {
    "button": phrase("Buttons"),
    "list": phrase("List"),
    "button_reply": phrase("Tap on a button"),
    "list_reply": phrase("Choice from a list"),
    "nfm_reply": phrase("Form"),
}

_MARKED = re.compile(r"(?<!\w)([*_~])(\S(?:[^*_~\n]*\S)?)\1(?!\w)")

_STATUSES = {
    "sent": ("check", phrase("Sent"), phrase("WhatsApp has passed it on.")),
    "delivered": ("check-check", phrase("Delivered"), phrase("It is on the person's phone.")),
    "read": ("check-check", phrase("Read"), phrase("The person has seen it.")),
    "played": ("play", phrase("Played"), phrase("The person has listened to it.")),
    "failed": ("circle-x", phrase("Failed"), ""),
}


def kind_words(message: Mapping[str, Any]) -> str:
    """What kind of message it is."""
    kind = str(message.get("type", ""))
    inner = message.get("interactive")
    if kind == "interactive" and isinstance(inner, dict):
        return _INTERACTIVE.get(str(inner.get("type")), _KINDS[kind])
    return _KINDS.get(kind, phrase("Message"))


def error_words(code: int | None, said: str | None) -> str:
    """Why something failed and what to do; what WhatsApp itself said of what we do not know; the code to look up."""
    if code is None:
        return said or "No reason was given."
    told = explain(code)
    words = f"{told.meaning} {told.what_to_do}" if told is not UNKNOWN else said or told.meaning
    return f"{words} (code {code})"


def status_words(status: str) -> tuple[str, str, str]:
    """Icon, name and meaning of a status of Meta's."""
    return _STATUSES.get(status, ("info", status.capitalize(), ""))


def inbound_fate(row: Mapping[str, Any]) -> tuple[str, str]:
    """What became of a message received, and its tone."""
    if row["state"] == "dead":
        return phrase("Failed"), "bad"
    if row["state"] == "waiting":
        return (phrase("Trying again"), "warn") if row["attempts"] else (phrase("Waiting"), "busy")
    if row["kind"] == "unreadable":
        return phrase("Not readable"), "warn"
    return phrase("Handled"), "good"


def outbound_fate(row: Mapping[str, Any]) -> tuple[str, str]:
    """What became of a message to be sent, and its tone."""
    if row["state"] == "refused" or row["status"] == "failed":
        return phrase("Failed"), "bad"
    if row["status"]:
        name = status_words(row["status"])[1]
        return name, "accent" if row["status"] in {"read", "played"} else "good"
    return {
        "waiting": (phrase("Trying again"), "warn") if row["attempts"] else (phrase("Waiting"), "busy"),
        "sending": (phrase("Sending"), "busy"),
        "doubtful": (phrase("Making sure"), "warn"),
    }.get(row["state"], (phrase("Accepted"), "good"))


def plain(text: str) -> str:
    """`text` without WhatsApp's marks for bold, italic and struck."""
    return _MARKED.sub(r"\2", text)


def plain_text_of(message: Mapping[str, Any]) -> str | None:
    """As `text_of`, plain."""
    text = text_of(message)
    return None if text is None else plain(text)


def text_of(message: Mapping[str, Any]) -> str | None:
    """What a message says to a person, received or sent; None when it has no words."""
    match message:
        case {"text": {"body": str(text)}}:
            return text
        case {"interactive": {"button_reply": {"title": str(text)}} | {"list_reply": {"title": str(text)}}}:
            return text
        case {"interactive": {"body": {"text": str(text)}}}:
            return text
        case {"button": {"text": str(text)}} | {"reaction": {"emoji": str(text)}} | {"location": {"name": str(text)}}:
            return text
        case {"type": str(kind)} if isinstance(media := message.get(kind), dict):
            caption = media.get("caption") or media.get("filename")
            return caption if isinstance(caption, str) else None
        case _:
            return None

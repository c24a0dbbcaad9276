"""States, kinds and errors in plain words."""

import re
from collections.abc import Mapping
from typing import Any

from tasktalk.whatsapp.explanations import UNKNOWN, explain

_KINDS = {
    "text": "Text",
    "image": "Photo",
    "video": "Video",
    "audio": "Voice note",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
    "reaction": "Reaction",
    "interactive": "Buttons or list",
    "button": "Tap on a button",
    "template": "Template",
    "system": "Notice of WhatsApp",
    "order": "Order",
    "unsupported": "Something unsupported",
}

_INTERACTIVE = {
    "button": "Buttons",
    "list": "List",
    "button_reply": "Tap on a button",
    "list_reply": "Choice from a list",
    "nfm_reply": "Form",
}

_MARKED = re.compile(r"(?<!\w)([*_~])(\S(?:[^*_~\n]*\S)?)\1(?!\w)")

_STATUSES = {
    "sent": ("check", "Sent", "WhatsApp has passed it on."),
    "delivered": ("check-check", "Delivered", "It is on the person's phone."),
    "read": ("check-check", "Read", "The person has seen it."),
    "played": ("play", "Played", "The person has listened to it."),
    "failed": ("circle-x", "Failed", ""),
}


def kind_words(message: Mapping[str, Any]) -> str:
    """What kind of message it is."""
    kind = str(message.get("type", ""))
    inner = message.get("interactive")
    if kind == "interactive" and isinstance(inner, dict):
        return _INTERACTIVE.get(str(inner.get("type")), _KINDS[kind])
    return _KINDS.get(kind, "Message")


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
        return "Failed", "bad"
    if row["state"] == "waiting":
        return ("Trying again", "warn") if row["attempts"] else ("Waiting", "busy")
    if row["kind"] == "unreadable":
        return "Not readable", "warn"
    return "Handled", "good"


def outbound_fate(row: Mapping[str, Any]) -> tuple[str, str]:
    """What became of a message to be sent, and its tone."""
    if row["state"] == "refused" or row["status"] == "failed":
        return "Failed", "bad"
    if row["status"]:
        name = status_words(row["status"])[1]
        return name, "accent" if row["status"] in {"read", "played"} else "good"
    return {
        "waiting": ("Trying again", "warn") if row["attempts"] else ("Waiting", "busy"),
        "sending": ("Sending", "busy"),
        "doubtful": ("Making sure", "warn"),
    }.get(row["state"], ("Accepted", "good"))


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

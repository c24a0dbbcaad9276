"""States, kinds and errors in plain words."""

import re
from collections.abc import Mapping
from typing import Any

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

# Facts sheet section 9: what an operator can understand and, where there is something to do, do.
_ERRORS = {
    0: "WhatsApp does not accept the access token. Make a new one and enter it.",
    1: "WhatsApp had an unknown problem. It is tried again.",
    2: "WhatsApp was out of service. It is tried again.",
    3: "The access token lacks a permission. Give its system user whatsapp_business_messaging.",
    4: "The app sent too many requests. It is tried again later.",
    10: "The access token lacks a permission. Give its system user whatsapp_business_messaging.",
    33: "WhatsApp does not know this phone number id. Check the number's settings.",
    100: "WhatsApp did not understand the message.",
    190: "The access token has expired or was revoked. Make a new one and enter it.",
    368: "WhatsApp has blocked the account for a breach of its policies.",
    80007: "The business account sent too many requests. It is tried again later.",
    130429: "Too many messages a second for this number. It is tried again.",
    130472: "WhatsApp withheld it: the person is part of an experiment.",
    130497: "The business may not write to people in this country.",
    131000: "WhatsApp had an unknown problem. It is tried again.",
    131005: "The access token lacks a permission for this.",
    131008: "WhatsApp misses something in the message.",
    131009: "WhatsApp does not accept a value in the message.",
    131016: "WhatsApp was out of service. It is tried again.",
    131021: "The number cannot write to itself.",
    131026: "It cannot be delivered: the phone may not use WhatsApp, be too old, or have blocked the number.",
    131030: "The test number may only write to phones on its list. Add this one at Meta.",
    131031: "WhatsApp has locked the account.",
    131037: "The number's display name is not approved yet.",
    131042: "There is a problem with paying WhatsApp. Check the payment method at Meta.",
    131045: "The number is not registered rightly. Register it again.",
    131047: "More than 24 hours since the person last wrote: only a template may go.",
    131048: "WhatsApp slows the number down, since too many people blocked or reported it.",
    131049: "WhatsApp withheld it, to keep people from getting too much.",
    131050: "The person does not want marketing messages.",
    131051: "WhatsApp does not support this kind of message.",
    131052: "The file could not be fetched from WhatsApp.",
    131053: "WhatsApp did not accept the file.",
    131056: "Too many messages to one person in a short time. It is tried again.",
    131057: "WhatsApp is being maintained. It is tried again.",
    132000: "The template wants another number of values.",
    132001: "There is no such approved template in this language.",
    132015: "The template is paused for its quality.",
    132016: "The template is disabled for its quality.",
    133010: "The number is not registered. Register it at Meta.",
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
    """Why something failed; what WhatsApp itself said, and its code, for those who look it up."""
    known = _ERRORS.get(code) if code is not None else None
    if known is None:
        return f"{said or 'No reason was given.'}{f' (code {code})' if code is not None else ''}"
    return f"{known} (code {code})"


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

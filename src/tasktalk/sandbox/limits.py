"""The shape of what may be sent: section 4 of the facts sheet, checked as Meta checks it before answering 200.

131008: something is missing; 131009: a value is not allowed; 100: a field is of the wrong kind or far too long.
"""

from collections.abc import Callable
from typing import Any

from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.interactive_limits import check_interactive
from tasktalk.sandbox.shapes import Json, get_list, get_object, get_text, need, refuse

TEXT_CHARACTERS = 4096
CAPTION_CHARACTERS = 1024
CONTACTS = 257
OPAQUE_CHARACTERS = 512
_LATITUDE, _LONGITUDE = 90, 180
_CAPTIONED = ("image", "video", "document")
_MESSAGING_PRODUCT = "whatsapp"
_GROUP_KINDS = frozenset(("text", "image", "video", "audio", "document", "sticker", "template"))


def check_message(message: Json) -> str:
    """Check everything that can be seen without knowing the recipient. Returns the type."""
    if message.get("messaging_product") != _MESSAGING_PRODUCT:
        raise MetaError(100, "The parameter messaging_product is required and has to be 'whatsapp'.")
    if message.get("recipient_type", "individual") not in ("individual", "group"):
        raise MetaError(100, "Param recipient_type must be one of {individual, group}.")
    kind = message.get("type", "text")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise MetaError(100, f'Param type must be one of {{{", ".join(sorted(_CHECKS)).upper()}}} - got "{kind}".')
    opaque = message.get("biz_opaque_callback_data")
    if opaque is not None and (not isinstance(opaque, str) or len(opaque) > OPAQUE_CHARACTERS):
        raise MetaError(
            100, f"Param biz_opaque_callback_data must be a string of {OPAQUE_CHARACTERS} characters at most."
        )
    context = message.get("context")
    if context is not None:
        get_text(get_object(message, "context", ""), "message_id", "context.")
    check(get_list(message, "contacts", "") if kind == "contacts" else get_object(message, kind, ""))
    return str(kind)


def _text(text: Json) -> None:
    body = get_text(text, "body", "text.")
    if len(body) > TEXT_CHARACTERS:
        raise MetaError(100, f"Param text['body'] must be at most {TEXT_CHARACTERS} characters long.")
    if not body.strip():
        raise MetaError(100, "Param text['body'] must be a non-empty string.")
    preview = text.get("preview_url")
    if preview is not None and not isinstance(preview, bool):
        raise MetaError(100, "Param text['preview_url'] must be a boolean.")


def _media(kind: str) -> Callable[[Json], None]:
    def check(media: Json) -> None:
        media_id, link = media.get("id"), media.get("link")
        if media_id is None and link is None:
            raise need(f"{kind}.id or {kind}.link")
        if media_id is not None and link is not None:
            raise MetaError(100, f"Param {kind} takes either id or link, not both.")
        given = media_id if media_id is not None else link
        if not isinstance(given, str) or not given:
            raise MetaError(100, f"Param {kind} id or link must be a non-empty string.")
        if link is not None and not given.startswith(("http://", "https://")):
            raise refuse(f"{kind}.link has to be a URL.")
        caption = media.get("caption")
        if caption is not None:
            if kind not in _CAPTIONED:
                raise MetaError(100, f"Unexpected key 'caption' on param '{kind}'.")
            get_text(media, "caption", f"{kind}.", most=CAPTION_CHARACTERS, empty=True)

    return check


def _location(location: Json) -> None:
    for name, most in (("latitude", _LATITUDE), ("longitude", _LONGITUDE)):
        value = location.get(name)
        if value is None:
            raise need(f"location.{name}")
        try:
            number = float(value)
        except (TypeError, ValueError) as error:
            raise MetaError(100, f"Param location['{name}'] must be a number.") from error
        if not -most <= number <= most:
            raise refuse(f"location.{name} has to be between -{most} and {most}.")


def _contacts(contacts: list[Any]) -> None:
    if not 1 <= len(contacts) <= CONTACTS:
        raise refuse(f"contacts has to hold 1 to {CONTACTS} contacts.")
    for index, contact in enumerate(contacts):
        if not isinstance(contact, dict):
            raise MetaError(100, f"Param contacts[{index}] must be an object.")
        name = get_object(contact, "name", f"contacts[{index}].")
        get_text(name, "formatted_name", f"contacts[{index}].name.")


def _reaction(reaction: Json) -> None:
    get_text(reaction, "message_id", "reaction.")
    emoji = get_text(reaction, "emoji", "reaction.", empty=True)
    if emoji and emoji.isascii():
        raise refuse("reaction.emoji has to be an emoji.")


def _template(template: Json) -> None:
    get_text(template, "name", "template.", most=512)
    get_text(get_object(template, "language", "template."), "code", "template.language.")
    if template.get("components") is not None:
        get_list(template, "components", "template.")


_CHECKS: dict[str, Callable[[Any], None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": check_interactive,
    **{kind: _media(kind) for kind in ("image", "video", "audio", "document", "sticker")},
}


def check_group(kind: str) -> None:
    """Groups take text, media and templates alone (section 2.2)."""
    if kind not in _GROUP_KINDS:
        raise MetaError(131051, f"A message of type {kind} cannot be sent to a group.")

"""From what a thumb did to what a webhook says (facts sheet section 2)."""

import json
from typing import Any

from tasktalk.sandbox.chats import Person
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.shapes import Json, get_text
from tasktalk.sandbox.world import World

MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_RESERVED = ("id", "from", "timestamp", "from_user_id", "from_parent_user_id")
_REQUIRED: dict[str, tuple[str, type]] = {
    "text": ("body", str),
    "reaction": ("message_id", str),
    "interactive": ("type", str),
    "button": ("text", str),
    **dict.fromkeys(MEDIA_KINDS, ("id", str)),
}


def parse_message(body: bytes) -> Json:
    """A message object; raises MetaError 100, 131008 or 131009. Types that we do not know are anybody's to try."""
    try:
        # The standard library's reader keeps lone surrogates, which phones do send and webhooks do carry.
        message = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MetaError(100, f"The body is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise MetaError(100, 'The body has to be a JSON object, for instance {"type":"text","text":{"body":"hi"}}.')
    for name in _RESERVED:
        if name in message:
            raise MetaError(100, f"Leave '{name}' out: the simulator gives it.")
    kind = get_text(message, "type", "", most=64)
    context = message.get("context")
    if context is not None and not isinstance(context, dict):
        raise MetaError(100, "Param context must be a JSON object.")
    _check_content(kind, message)
    return message


def _check_content(kind: str, message: Json) -> None:
    """The least that each kind of message needs; raises MetaError 131008."""
    if kind in _REQUIRED:
        name, wanted = _REQUIRED[kind]
        content = message.get(kind)
        if not isinstance(content, dict):
            raise MetaError(131008, f"A message of type {kind} needs an object '{kind}'.")
        if not isinstance(content.get(name), wanted):
            raise MetaError(131008, f"'{kind}.{name}' is missing or not a string.")
    elif kind == "location":
        place = message.get(kind)
        numbers = [place.get("latitude"), place.get("longitude")] if isinstance(place, dict) else [None]
        if not all(isinstance(number, int | float) for number in numbers):
            raise MetaError(131008, "A location needs numbers 'latitude' and 'longitude'.")
    elif kind == "contacts" and not isinstance(message.get(kind), list):
        raise MetaError(131008, "A message of type contacts needs a list 'contacts'.")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def complete(world: World, message: Json, *, now: float) -> None:
    """Add to a media object what Meta knows about it; an id that nobody knows stays as it is."""
    kind = message["type"]
    if kind not in MEDIA_KINDS:
        return
    media: Json = dict(message[kind])
    medium = world.media.find(media["id"], now=now)
    if medium is not None:
        media.setdefault("mime_type", medium.mime_type)
        media["sha256"] = medium.sha256_base64
        if kind == "audio":
            media.setdefault("voice", medium.mime_type.startswith("audio/ogg"))
        if kind == "document" and medium.filename:
            media.setdefault("filename", medium.filename)
        if kind == "sticker":
            media.setdefault("animated", False)
    message[kind] = media


def refer(world: World, message: Json, *, person: Person, hidden: bool) -> None:
    """Write `context` as webhooks do: the id of the message replied to, and whose it was."""
    context = message.get("context")
    if not context:
        return
    context = dict(context)
    if "message_id" in context:
        context["id"] = context.pop("message_id")
    item_id = context.get("id")
    if isinstance(item_id, str) and "from" not in context:
        item = world.chats.find_item(item_id)
        if item is None or item.direction == "out":
            context["from"] = world.config.business_digits
        elif not hidden:
            context["from"] = person.wa_id
    message["context"] = context


def with_sender(message: Json, *, person: Person, item_id: str, now: int, hidden: bool) -> Json:
    """The message with its id, sender and time, in Meta's order."""
    content: dict[str, Any] = {} if hidden else {"from": person.wa_id}
    content["from_user_id"] = person.user_id
    content["id"] = item_id
    content["timestamp"] = str(now)
    if message["type"] == "reaction" and not message["reaction"].get("emoji"):
        # A reaction taken away comes without `emoji`.
        message = message | {"reaction": {"message_id": message["reaction"]["message_id"]}}
    return content | message

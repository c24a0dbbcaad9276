"""Payloads for the eyes of those whom the words are not meant for: the shape stays, what was said and by whom goes."""

import re
from typing import Any

HIDDEN = "•••"

# Keys whose values say how a message is built and what became of it. Everything else may hold somebody's words.
_STRUCTURE = frozenset({
    "animated", "category", "code", "display_phone_number", "errors", "expiration_timestamp", "field", "forwarded",
    "frequently_forwarded", "href_type", "messaging_product", "mime_type", "phone_number_id", "preview_url",
    "pricing_model", "recipient_type", "status", "sub_type", "time", "timestamp", "type", "voice", "waba_id", "why",
})  # fmt: skip
_SHORT = 12


# A phone, or an id that may hold one: however it is written.
_DIGITS = re.compile(r"\+?\d(?:[\s().\-/]*\d){5,}")


def redact(value: Any, key: str = "", *, words: bool = False) -> Any:
    """`value` with its words hidden and its ids shortened (a wamid holds the phone number).

    `words`: they may be seen; phones and ids in them still not.
    """
    if isinstance(value, dict):
        return {
            name if words or name.isidentifier() else HIDDEN: redact(inner, name, words=words)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [redact(inner, key, words=words) for inner in value]
    if value is None or isinstance(value, bool) or key in _STRUCTURE:
        return value
    if key == "id" and isinstance(value, str) and value.startswith("wamid."):
        return f"wamid.…{value[-_SHORT // 3 :]}"
    return _DIGITS.sub(HIDDEN, value) if words and isinstance(value, str) else HIDDEN

"""Fields of JSON whose shape nobody promises: one of the wrong type reads as absent.

`get_` gives an empty value for what is absent, `find_` gives None.
"""

import re
from datetime import UTC, datetime
from typing import Any

from tasktalk.whatsapp.tolerant import NotJson, read

_Json = dict[str, Any]

_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138
_LONGEST_NUMBER = 18  # digits; 64 bits hold any of them
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,137}")
_PHONE = re.compile(r"[0-9]{5,20}")
_PHONE_PUNCTUATION = str.maketrans("", "", "+ -()./\u00a0")


def read_object(text: str) -> _Json:
    """The object `text` spells; an empty one if it spells none."""
    try:
        value = read(text.encode())
    except (NotJson, UnicodeEncodeError):
        return {}
    return value if isinstance(value, dict) else {}


def get_object(parent: _Json, key: str) -> _Json:
    """An object."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def list_objects(parent: _Json, key: str) -> list[_Json]:
    """The objects in a list."""
    value = parent.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def get_first(parent: _Json, key: str) -> _Json:
    """The first object in a list."""
    return next(iter(list_objects(parent, key)), {})


def get_text(parent: _Json, key: str) -> str:
    """A text."""
    value = parent.get(key)
    return value if isinstance(value, str) else ""


def find_text(parent: _Json, key: str) -> str | None:
    """A text that is not empty."""
    return get_text(parent, key) or None


def find_id(parent: _Json, key: str) -> str | None:
    """An id; one written as a number is the same id."""
    value = parent.get(key)
    return str(value) if type(value) is int else find_text(parent, key)


def find_integer(parent: _Json, key: str) -> int | None:
    """A whole number from 0, also one written as text."""
    value = parent.get(key)
    if type(value) is int:
        value = str(value)
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.isascii() and value.isdecimal():
        return int(value)
    return None


def find_code(parent: _Json, key: str) -> int | None:
    """A code that fits 32 bits."""
    value = find_integer(parent, key)
    return value if value is not None and value < 1 << 31 else None


def find_degrees(parent: _Json, key: str, limit: int) -> float | None:
    """A coordinate between -`limit` and `limit`."""
    value = parent.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
        return None
    return float(value)


def find_instant(parent: _Json, key: str) -> datetime | None:
    """Seconds since 1970 as text or number; milliseconds have been seen too."""
    value = parent.get(key)
    seconds = value if type(value) is float else find_integer(parent, key)
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def sort_identities(*values: Any) -> tuple[str | None, str | None]:
    """The first phone (digits only) and the first business-scoped id among `values`, whichever field they came in.

    What is neither is dropped: nothing may ever be sent to it.
    """
    wa_id = bsuid = None
    for value in values:
        if not isinstance(value, str):
            continue
        if _BSUID.fullmatch(value):
            bsuid = bsuid or value
        elif _PHONE.fullmatch(phone := value.translate(_PHONE_PUNCTUATION)):
            wa_id = wa_id or phone
    return wa_id, bsuid

"""Ids that ascend with creation: UUIDv7 (RFC 9562), monotonic within a process."""

import random
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, 12 + 14 bits that count up within one, 48 random bits."""
    global _last  # noqa: PLW0603  (the clock may stand still or go back; the ids may not)
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1_000_000 << 26)
        tick = _last
    millis, count = tick >> 26, tick & 0x3FF_FFFF
    high = millis << 16 | 0x7000 | count >> 14
    # Unique, not secret: what an id opens is asked of the viewer. The system's own generator costs seven times that.
    low = 0x8000_0000_0000_0000 | (count & 0x3FFF) << 48 | random.getrandbits(48)
    return UUID(int=high << 64 | low)


def parse_id(text: str) -> UUID | None:
    """The id that `text` spells, or None: a malformed id is simply one that does not exist."""
    try:
        return UUID(text)
    except ValueError:
        return None

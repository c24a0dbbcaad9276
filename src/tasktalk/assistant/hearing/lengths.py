"""How long a note lasts, read off the file without decoding it: what WhatsApp records is Opus in Ogg (RFC 7845)."""

_PAGE = b"OggS"
_HEAD = b"OpusHead"
_RATE = 48_000  # Opus counts in these, whatever it was recorded with
_POSITION = slice(6, 14)  # in a page: samples up to its end
_SKIP = slice(10, 12)  # in the head: samples before the sound begins
_NOWHERE = 2**63  # from here on negative: no packet ends on the page


def find_seconds(content: bytes) -> float | None:
    """Seconds of sound, as the last page says; None for another kind of file, or a broken one."""
    head = content.find(_HEAD, 0, 4096)
    if not content.startswith(_PAGE) or head < 0:
        return None
    skip = int.from_bytes(content[head:][_SKIP], "little")
    at = content.rfind(_PAGE)
    while at > 0:
        position = int.from_bytes(content[at : at + 14][_POSITION], "little")
        if skip <= position < _NOWHERE:
            return (position - skip) / _RATE
        at = content.rfind(_PAGE, 0, at)
    return None

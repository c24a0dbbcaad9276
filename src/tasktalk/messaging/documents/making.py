"""What is uploaded: the bytes, by what name and type Meta takes them, and as what kind of message they are shown."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.exporting.export import read_export
from tasktalk.assistant.reply import Sending
from tasktalk.db import Pool
from tasktalk.errors import TooLarge
from tasktalk.phrases import phrase
from tasktalk.tasks.attachments.attachments import get_content
from tasktalk.tasks.attachments.store import Store

_MB = 1_000_000
_LONGEST = 100 * _MB  # of any file, by Meta
# What is shown as what it is, and how large it may be; the rest goes as a document. (Facts sheet: 5.)
_SHOWN: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("image/jpeg", "image/png"), ("image", 5 * _MB)),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), ("audio", 16 * _MB)),
    **dict.fromkeys(("video/mp4", "video/3gpp"), ("video", 16 * _MB)),
}
# Documents that Meta knows by type. What it does not know passes as bytes, and text of any kind as text: the name tells
# the phone what it is.
_KNOWN = frozenset(
    (
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    )
)


@dataclass(frozen=True, slots=True)
class Made:
    """`kind`: of the message; `mime_type`: as Meta takes it."""

    kind: str
    name: str
    mime_type: str
    content: bytes

    def message(self, media_id: str, caption: str) -> dict[str, Any]:
        """For POST /messages, once Meta has the file."""
        shown: dict[str, Any] = {"id": media_id}
        if self.kind == "document":
            shown["filename"] = self.name
        if caption and self.kind != "audio":  # which has none
            shown["caption"] = caption
        return {"type": self.kind, self.kind: shown}


async def make(pool: Pool, store: Store, file: Sending, *, viewer: Viewer, now: dt.datetime) -> Made:
    """Reads it as the viewer may, now.

    Raises NotFound for what is not there for them any more, TooLarge, Unavailable when the store is away.
    """
    if file.export is not None:
        pieces = read_export(pool, file.export, viewer=viewer, now=now)
        mime_type = "application/pdf" if file.export.format == "pdf" else "text/plain"
        return Made("document", file.name, mime_type, await _join(pieces))
    if file.attachment_id is None:
        raise ValueError("a file is an export or an attachment")
    async with pool.acquire() as conn:
        found, key = await get_content(conn, viewer=viewer, attachment_id=file.attachment_id)
    if found.size > _LONGEST:
        raise TooLarge(phrase("WhatsApp takes no file as large as this one."))
    kind, mime_type = _as_sent(found.mime_type, found.size)
    return Made(kind, found.name, mime_type, await _join(await store.get(key)))


def _as_sent(mime_type: str, size: int) -> tuple[str, str]:
    bare = mime_type.partition(";")[0].strip().lower()
    kind, most = _SHOWN.get(bare, ("document", 0))
    if kind != "document" and size <= most:
        return kind, bare
    if bare in _KNOWN:
        return "document", bare
    return "document", "text/plain" if bare.startswith("text/") else "application/octet-stream"


async def _join(pieces: Any) -> bytes:
    content = bytearray()
    async for piece in pieces:
        content += piece
        if len(content) > _LONGEST:
            raise TooLarge(phrase("WhatsApp takes no file as large as this one."))
    return bytes(content)

"""A ZIP that is written as it is sent: the JSON document, then every file, none of it whole in memory."""

import datetime as dt
import io
import zipfile
from collections.abc import AsyncIterator

from tasktalk.assistant.exporting.rest import KeptFile
from tasktalk.errors import NotFound
from tasktalk.tasks.attachments.store import Store

DOCUMENT = "data.json"
MISSING = "missing.txt"


class _Pipe(io.RawIOBase):
    """What is written, until it is taken."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        written, self._written = bytes(self._written), bytearray()
        return written


async def write_zip(
    document: AsyncIterator[bytes], files: AsyncIterator[tuple[KeptFile, str]], store: Store, *, now: dt.datetime
) -> AsyncIterator[bytes]:
    """In pieces. Files that the store has lost are named in `missing.txt`. Raises Unavailable when it is away."""
    pipe, missing = _Pipe(), list[str]()
    with zipfile.ZipFile(pipe, "w") as archive:
        with archive.open(_entry(DOCUMENT, now, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as entry:
            async for piece in document:
                entry.write(piece)
                if written := pipe.take():
                    yield written
        async for file, key in files:
            try:
                content = await store.get(key)
            except NotFound:
                missing.append(file.path)
                continue
            with archive.open(_entry(file.path, file.created_at, zipfile.ZIP_STORED), "w", force_zip64=True) as entry:
                async for piece in content:
                    entry.write(piece)
                    yield pipe.take()
        if missing:
            archive.writestr(_entry(MISSING, now, zipfile.ZIP_STORED), "\n".join([*missing, ""]))
    yield pipe.take()


def _entry(name: str, at: dt.datetime, packed: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type, entry.external_attr = packed, 0o600 << 16
    return entry

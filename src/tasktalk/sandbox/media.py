"""Media objects: bytes in files, facts in the store, and URLs that work for five minutes (facts sheet section 5)."""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.store import Store

URL_SECONDS = 300
UPLOADED_SECONDS = 30 * 86400
RECEIVED_SECONDS = 7 * 86400
_MB = 1_000_000

_DOCUMENTS = frozenset(
    (
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/octet-stream",
    )
)
_KINDS: tuple[tuple[frozenset[str], int], ...] = (
    (frozenset(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus")), 16 * _MB),
    (frozenset(("image/jpeg", "image/png")), 5 * _MB),
    (frozenset(("image/webp",)), 500_000),
    (frozenset(("video/mp4", "video/3gpp", "video/3gp")), 16 * _MB),
    (_DOCUMENTS, 100 * _MB),
)


class Medium(msgspec.Struct, frozen=True):
    """One object; times in seconds of the simulated clock, sha256 in hex."""

    id: str
    mime_type: str
    sha256: str
    size: int
    filename: str | None
    created_at: int
    expires_at: int

    @property
    def sha256_base64(self) -> str:
        """As webhooks write it (the Info answer writes hex)."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


class Media:
    """All of them."""

    def __init__(self, store: Store, folder: Path, *, app_secret: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = store
        self._folder = folder
        self._key = app_secret.encode()

    async def add(self, content: bytes, *, mime_type: str, filename: str | None, now: int, seconds: int) -> Medium:
        """Keep an object; it is safe when this returns."""
        digest = hashlib.sha256(content).hexdigest()
        medium = Medium(
            str(10**15 + secrets.randbelow(9 * 10**15)), mime_type, digest, len(content), filename, now, now + seconds
        )
        self._path(medium.id).write_bytes(content)
        self._store.write("insert into media values (?, ?, ?, ?, ?, ?, ?)", *msgspec.structs.astuple(medium))
        await self._store.committed()
        return medium

    def find(self, medium_id: str, *, now: float) -> Medium | None:
        """An object that has not expired."""
        if not medium_id.isdigit():
            return None
        rows = self._store.read("select * from media where id = ?", medium_id)
        medium = Medium(*rows[0]) if rows else None
        return medium if medium is not None and medium.expires_at > now else None

    def read(self, medium: Medium) -> bytes:
        """Its bytes."""
        return self._path(medium.id).read_bytes()

    async def delete(self, medium: Medium) -> None:
        """Forget it."""
        self._store.write("delete from media where id = ?", medium.id)
        await self._store.committed()
        self._path(medium.id).unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget all of them."""
        self._store.write("delete from media")
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)

    def sign_url(self, medium_id: str, *, now: float) -> str:
        """Path and query of a URL for the next five minutes, shaped like those of lookaside.fbsbx.com."""
        ext = int(now) + URL_SECONDS
        return f"/whatsapp_business/attachments/?mid={medium_id}&ext={ext}&hash={self._hash(medium_id, ext)}"

    def check_url(self, *, medium_id: str, ext: str, given: str, now: float) -> bool:
        """Whether these are the parameters of such a URL and it is still good."""
        if not ext.isdigit() or int(ext) < now:
            return False
        return hmac.compare_digest(self._hash(medium_id, int(ext)).encode(), given.encode())

    def _hash(self, medium_id: str, ext: int) -> str:
        return hmac.digest(self._key, f"{medium_id}/{ext}".encode(), "sha256").hex()[:32]

    def _path(self, medium_id: str) -> Path:
        return self._folder / medium_id


def check_upload(mime_type: str, size: int) -> None:
    """Refuse what Meta does not take; raises MetaError 131053."""
    bare = mime_type.partition(";")[0].strip().lower()
    for kinds, limit in _KINDS:
        if bare in kinds:
            if size > limit:
                raise MetaError(131053, f"A file of type {bare} may have {limit} bytes, this one has {size}.")
            if not size:
                raise MetaError(131053, "The file is empty.")
            return
    raise MetaError(131053, f"Files of type '{bare}' are not supported.")

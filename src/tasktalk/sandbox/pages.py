"""The phone page's files."""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from tasktalk.sandbox.asgi import Answer, Call
from tasktalk.sandbox.errors import no_such_object

_POLICY = (
    b"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    b"form-action 'self'; frame-ancestors 'none'"
)
_TEXT = (".html", ".css", ".js", ".svg", ".json")


def find_page(folder: Path, call: Call) -> Answer:
    """`/` or `/static/{file}`; raises MetaError for anything else."""
    name = "/".join(call.parts[1:]) if call.parts else "index.html"
    path = (folder / name).resolve()
    if call.method not in ("GET", "HEAD") or not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise no_such_object(str(call.scope["path"]))
    packed = path.suffix in _TEXT and "gzip" in call.header(b"accept-encoding")
    body, kind, tag = _read(path, path.stat().st_mtime_ns, packed)
    headers: tuple[tuple[bytes, bytes], ...] = (
        (b"etag", tag),
        (b"vary", b"accept-encoding"),
        (b"cache-control", b"no-cache"),
        (b"content-security-policy", _POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    )
    if call.header(b"if-none-match") == tag.decode():
        return Answer(b"", 304, kind, headers)
    if packed:
        headers += ((b"content-encoding", b"gzip"),)
    return Answer(body, 200, kind, headers)


@lru_cache(maxsize=128)
def _read(path: Path, _changed_at: int, packed: bool) -> tuple[bytes, bytes, bytes]:  # noqa: FBT001
    """A file's bytes, content type and entity tag."""
    body = path.read_bytes()
    body = gzip.compress(body, 9, mtime=0) if packed else body
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".js":
        kind = "text/javascript"
    if path.suffix in _TEXT:
        kind += "; charset=utf-8"
    return body, kind.encode(), f'"{hashlib.sha256(body).hexdigest()[:20]}"'.encode()

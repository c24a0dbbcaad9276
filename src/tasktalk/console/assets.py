"""First-party files of the console: read once, named by content, cached for ever by whoever knows the name."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).with_name("static")
# One file to load; the order is the cascade's.
_STYLES = (
    "tokens.css",
    "base.css",
    "layout.css",
    "controls.css",
    "forms.css",
    "charts.css",
    "quick.css",
    "tasks.css",
    "task.css",
    "projects.css",
    "try.css",
    "boards.css",
    "calendar.css",
    "bulk.css",
    "messages.css",
    "operator.css",
    "system.css",
    "account.css",
    "templates.css",
    "api.css",
)
_FOR_EVER = "public, max-age=31536000, immutable"
_TEXT = ("text/", "application/javascript", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `packed` is gzip, where that helps."""

    body: bytes
    packed: bytes | None
    version: str
    mime_type: str


def asset_url(name: str) -> str:
    """Where the file is; the address changes with its content."""
    return f"/static/{name}?v={_assets()[name].version}"


@router.get("/static/{name:path}")
async def get_asset(request: Request, name: str) -> Response:
    """A file, or 304 where the browser has it already."""
    asset = _assets().get(name)
    if asset is None:
        return Response(status_code=404)
    packed = asset.packed if "gzip" in request.headers.get("accept-encoding", "") else None
    etag = f'"{asset.version}{"-gzip" if packed else ""}"'
    known = request.query_params.get("v") == asset.version
    headers = {
        "ETag": etag,
        "Vary": "Accept-Encoding",
        "Cache-Control": _FOR_EVER if known else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(packed or asset.body, media_type=asset.mime_type, headers=headers)


def _has(if_none_match: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: any of a list, compared weakly."""
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in given or etag in given


@cache
def _assets() -> dict[str, Asset]:
    files = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.is_file()}
    files["console.css"] = b"\n".join(files.pop(name) for name in _STYLES)
    return {name: _asset(name, body) for name, body in files.items()}


def _asset(name: str, body: bytes) -> Asset:
    mime_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if mime_type.startswith(_TEXT) else None
    return Asset(body, packed, hashlib.sha256(body).hexdigest()[:12], mime_type)

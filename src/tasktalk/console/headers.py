"""What browsers are told about our pages: nothing runs, loads or frames but what we serve."""

from collections.abc import Mapping
from typing import Any

_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "private, no-cache",
}


def page_headers(*, https: bool) -> dict[str, str]:
    """Of every page; `no-cache` lets the back button work but asks us before showing an old page."""
    if https:
        return _ALWAYS | {"strict-transport-security": "max-age=31536000"}
    return dict(_ALWAYS)


def security_headers(scope: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """The same for an ASGI scope, as middleware wants them."""
    headers = page_headers(https=scope.get("scheme") == "https")
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]

"""The proof that a delivery is Meta's: `X-Hub-Signature-256: sha256=<64 hex>`, HMAC-SHA256 with the app secret.

The bytes signed are the bytes received: Meta escapes what is not ASCII, so a body parsed and written again has another
digest. (Facts sheet: 1.2.)
"""

import hmac
from collections.abc import Sequence

_PREFIX = "sha256="
_DIGEST_BYTES = 32
_HEADER_LENGTH = len(_PREFIX) + 2 * _DIGEST_BYTES


def sign(body: bytes, secret: str) -> str:
    """The header's value for `body` under this app secret."""
    return _PREFIX + hmac.digest(secret.encode(), body, "sha256").hex()


def check_signature(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether any of the app secrets signed `body`; several are valid while one is replaced, an empty one never.

    Constant time for a given number of secrets: every one is tried, and digests are compared whole.
    """
    if header is None or len(header) != _HEADER_LENGTH or not header.startswith(_PREFIX):
        return False
    try:
        given = bytes.fromhex(header[len(_PREFIX) :])
    except ValueError:
        return False
    if len(given) != _DIGEST_BYTES:  # fromhex skips blanks
        return False
    found = False
    for secret in secrets:
        if secret:
            found |= hmac.compare_digest(hmac.digest(secret.encode(), body, "sha256"), given)
    return found

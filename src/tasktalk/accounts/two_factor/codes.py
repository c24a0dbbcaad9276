"""What a code is: six digits of the half minute (RFC 6238), or one of ten recovery codes."""

import hmac
import secrets
from datetime import datetime

import pyotp

from tasktalk.crypto import hash_token

STEP_SECONDS = 30
RECOVERY_CODES = 10

_ISSUER = "Tasktalk"
_SECRET_LETTERS = 32  # base32: 160 bits, as RFC 4226 wants
_DRIFT = 1  # half minutes that a phone's clock may be off
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # none of 0 o 1 i l, which look alike
_GROUPS, _GROUP = 6, 4  # 118 bits: nobody guesses them, and their plain hash tells nothing (ASVS 5, 6.5.2)


def new_secret() -> str:
    """What the person's app and we share, in base32."""
    return pyotp.random_base32(_SECRET_LETTERS)


def uri_of(secret: str, *, account: str) -> str:
    """What an authenticator app reads off the QR code: `otpauth://totp/…`."""
    uri: str = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)
    return uri


def find_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Which half minute `code` is of, this one and its neighbours; None for a wrong one. In constant time."""
    made, here = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(here - _DRIFT, here + _DRIFT + 1):
        if hmac.compare_digest(made.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def plain(text: str) -> str:
    """A code as it counts: without the spaces and dashes that people write, in small letters."""
    return "".join(letter for letter in text if letter.isalnum()).lower()


def new_recovery_codes() -> list[str]:
    """Ten, such as `k3vm-92xq-pd7h-ryt4-mm3c-8wza`, to be shown once."""
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]


def hash_recovery_code(code: str) -> bytes:
    """What is stored of one, however it is written."""
    return hash_token(plain(code))


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))

"""Sealing, signing and hashing. Keys are derived from the master secret (`SECRET_KEY`), one a purpose."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tasktalk.errors import AppError

_NONCE_BYTES = 12
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 12  # 96 bits: short enough for a button's id, far beyond guessing within its life


class CannotUnseal(AppError):
    """A stored secret was sealed with another key: set SECRET_KEY back, or enter the secret again."""


class Keyring:
    """The current master secret and, during a rotation, old ones that can still open what they sealed."""

    def __init__(self, secret: str, *, old: Sequence[str] = ()) -> None:
        self._secret = secret
        self._sealers = {_key_id(s): AESGCM(_derive(s, "seal")) for s in (secret, *old)}
        self._current = _key_id(secret)
        self._signers: dict[str, bytes] = {}

    def seal(self, plain: str) -> bytes:
        """AES-256-GCM; layout: 4 bytes key id, 12 bytes nonce, cipher text with tag."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._current + nonce + self._sealers[self._current].encrypt(nonce, plain.encode(), self._current)

    def unseal(self, sealed: bytes) -> str:
        """What was sealed. Raises CannotUnseal when the key is unknown or the bytes were changed."""
        key_id, nonce = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        sealer = self._sealers.get(key_id)
        if sealer is None:
            raise CannotUnseal
        try:
            return sealer.decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], key_id).decode()
        except InvalidTag as error:
            raise CannotUnseal from error

    def sign(self, data: bytes, *, purpose: str) -> str:
        """A short URL-safe signature of `data`, valid for `purpose` alone: keyed BLAKE2b (RFC 7693)."""
        key = self._signers.get(purpose) or self._signers.setdefault(purpose, _derive(self._secret, "sign:" + purpose))
        return base64.urlsafe_b64encode(hashlib.blake2b(data, key=key, digest_size=_SIGNATURE_BYTES).digest()).decode()

    def check(self, data: bytes, signature: str, *, purpose: str) -> bool:
        """Whether `signature` is ours; constant time."""
        return hmac.compare_digest(self.sign(data, purpose=purpose).encode(), signature.encode())


def new_token(prefix: str = "") -> str:
    """256 random bits, URL-safe, behind a prefix that says what kind of token it is."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored of a token; plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def _derive(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), b"tasktalk:" + purpose.encode(), "sha256")


def _key_id(secret: str) -> bytes:
    return _derive(secret, "id")[:_KEY_ID_BYTES]

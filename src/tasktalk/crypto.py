"""Sealing, signing and hashing. Keys are derived from the master secret (`SECRET_KEY`), one a purpose."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tasktalk.errors import AppError

_NONCE_BYTES = 12
KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 12  # 96 bits: short enough for a button's id, far beyond guessing within its life


class CannotUnseal(AppError):
    """A stored secret was sealed with another key: set SECRET_KEY back, or enter the secret again."""


class Keyring:
    """The current master secret and, while one takes another's place, older ones.

    Those open what they sealed and vouch for what they signed.
    """

    def __init__(self, secret: str, *, old: Sequence[str] = ()) -> None:
        self._read: Callable[[], Sequence[str]] | None = None
        self._hold((secret, *old))

    @classmethod
    def kept(cls, read: Callable[[], Sequence[str]]) -> "Keyring":
        """Of the secrets that `read` gives, the current one first; asked again when a key is met that is not known."""
        current, *old = read()
        keyring = cls(current, old=old)
        keyring._read = read
        return keyring

    def look_again(self) -> bool:
        """Whether other secrets are kept now than were before."""
        secrets = tuple(self._read()) if self._read is not None else self._secrets
        if secrets == self._secrets:
            return False
        self._hold(secrets)
        return True

    @property
    def old_ids(self) -> list[bytes]:
        """What values begin with that an older secret sealed."""
        return [each for each in self._sealers if each != self._current]

    def seal(self, plain: str) -> bytes:
        """AES-256-GCM; layout: 4 bytes key id, 12 bytes nonce, cipher text with tag."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._current + nonce + self._sealers[self._current].encrypt(nonce, plain.encode(), self._current)

    def unseal(self, sealed: bytes) -> str:
        """What was sealed. Raises CannotUnseal when the key is unknown or the bytes were changed."""
        id_, nonce = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES : KEY_ID_BYTES + _NONCE_BYTES]
        if id_ not in self._sealers:
            self.look_again()
        sealer = self._sealers.get(id_)
        if sealer is None:
            raise CannotUnseal
        try:
            return sealer.decrypt(nonce, sealed[KEY_ID_BYTES + _NONCE_BYTES :], id_).decode()
        except InvalidTag as error:
            raise CannotUnseal from error

    def sign(self, data: bytes, *, purpose: str) -> str:
        """A short URL-safe signature of `data`, valid for `purpose` alone: keyed BLAKE2b (RFC 7693)."""
        return self._sign(self._secrets[0], data, purpose)

    def signatures(self, data: bytes, *, purpose: str) -> list[str]:
        """What `sign` says now, and what it said with each older secret."""
        return [self._sign(secret, data, purpose) for secret in self._secrets]

    def check(self, data: bytes, signature: str, *, purpose: str) -> bool:
        """Whether `signature` is ours; constant time."""
        return self._fits(data, signature, purpose) or (self.look_again() and self._fits(data, signature, purpose))

    def _hold(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)
        self._sealers = {_key_id(each): AESGCM(_derive(each, "seal")) for each in self._secrets}
        self._current = _key_id(self._secrets[0])
        self._signers: dict[tuple[str, str], bytes] = {}

    def _fits(self, data: bytes, signature: str, purpose: str) -> bool:
        given = signature.encode()
        return any(hmac.compare_digest(each.encode(), given) for each in self.signatures(data, purpose=purpose))

    def _sign(self, secret: str, data: bytes, purpose: str) -> str:
        known = (secret, purpose)
        key = self._signers.get(known) or self._signers.setdefault(known, _derive(secret, "sign:" + purpose))
        return base64.urlsafe_b64encode(hashlib.blake2b(data, key=key, digest_size=_SIGNATURE_BYTES).digest()).decode()


def new_token(prefix: str = "") -> str:
    """256 random bits, URL-safe, behind a prefix that says what kind of token it is."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored of a token; plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def key_id(secret: str) -> str:
    """Names a master secret without telling anything of it."""
    return _key_id(secret).hex()


def _derive(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), b"tasktalk:" + purpose.encode(), "sha256")


def _key_id(secret: str) -> bytes:
    return _derive(secret, "id")[:KEY_ID_BYTES]

"""A file under a passphrase: scrypt makes the key, AES-256-GCM seals chunk by chunk, so that no size is too large.

Layout: a magic line, 16 bytes of salt, 7 of nonce, then chunks of 64 KiB, each with its 16 bytes of tag. The nonce
of a chunk is those 7 bytes, its number (4 bytes) and 1 for the last one, 0 for others: none can be moved or left out.
"""

import io
import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tasktalk.errors import BadRequest
from tasktalk.settings import Settings

MAGIC = b"tasktalk sealed 1\n"
SHORTEST = 12  # characters of a passphrase

_SALT, _NONCE, _TAG = 16, 7, 16
_CHUNK = 64 * 1024
_COST = {"length": 32, "n": 2**15, "r": 8, "p": 1}  # 32 MiB and a tenth of a second
_MOST_CHUNKS = 2**32
_HEAD = len(MAGIC) + _SALT + _NONCE


class WrongPassphrase(BadRequest):
    """The passphrase does not open this file, or the file was changed."""


def is_sealed(file: BinaryIO) -> bool:
    """Whether the file, read from its beginning, is one of ours; it is back at its beginning afterwards."""
    found = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return found


class SealedWriter(io.RawIOBase):
    """Takes bytes in order and writes them sealed to `file`. Closing it writes the last chunk, not closing `file`."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, self._nonce = os.urandom(_SALT), os.urandom(_NONCE)
        self._head = MAGIC + salt + self._nonce
        self._sealer = AESGCM(_derive(passphrase, salt))
        self._file, self._waiting, self._number = file, bytearray(), 0
        file.write(self._head)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile gives bytes
        """Take all of it."""
        self._waiting += data
        while len(self._waiting) > _CHUNK:  # the last one, be it full, is written when it is known to be the last
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def close(self) -> None:
        """Write what is left, as the end."""
        if not self.closed:
            self._seal(bytes(self._waiting), last=True)
        super().close()

    def abandon(self) -> None:
        """Nobody will want what was written: no end is written to it."""
        super().close()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        if self._number >= _MOST_CHUNKS:
            raise BadRequest("The file grows past what can be sealed.")
        self._file.write(self._sealer.encrypt(_chunk_nonce(self._nonce, self._number, last=last), plain, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """What was sealed, to be read from any place. Raises WrongPassphrase for a chunk that does not open."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        size = file.seek(0, os.SEEK_END) - _HEAD
        self._chunks, rest = divmod(size, _CHUNK + _TAG)
        self._chunks += rest > 0
        if size < _TAG or 0 < rest < _TAG:
            raise WrongPassphrase("The file is cut short.")
        self._size = size - self._chunks * _TAG
        file.seek(0)
        self._head = file.read(_HEAD)
        self._nonce = self._head[-_NONCE:]
        self._sealer = AESGCM(_derive(passphrase, self._head[len(MAGIC) : -_NONCE]))
        self._place, self._open, self._plain = 0, -1, b""
        self._unseal(self._chunks - 1)  # is it the end, and the passphrase?

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # what BufferedReader gives
        """At most to the end of a chunk."""
        if self._place >= self._size:
            return 0
        number, start = divmod(self._place, _CHUNK)
        self._unseal(number)
        found = self._plain[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _unseal(self, number: int) -> None:
        if self._open == number:
            return
        self._file.seek(_HEAD + number * (_CHUNK + _TAG))
        nonce = _chunk_nonce(self._nonce, number, last=number == self._chunks - 1)
        try:
            self._plain = self._sealer.decrypt(nonce, self._file.read(_CHUNK + _TAG), self._head)
        except InvalidTag:
            raise WrongPassphrase from None
        self._open = number


def _derive(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, **_COST).derive(passphrase.encode())


def _chunk_nonce(nonce: bytes, number: int, *, last: bool) -> bytes:
    return nonce + number.to_bytes(4, "big") + bytes([last])


def read_passphrase(file: Path | None, *, settings: Settings) -> str | None:
    """The first line of `file`, else TASKTALK_BACKUP_PASSPHRASE; None without either.

    Raises BadRequest for one that cannot be read or is guessed soon.
    """
    if file is None:
        given = settings.backup_secret
        return None if given is None else _check(given, of="TASKTALK_BACKUP_PASSPHRASE")
    try:
        line = (file.read_text(encoding="utf-8").splitlines() or [""])[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return _check(line, of=str(file))


def _check(passphrase: str, *, of: str) -> str:
    if len(passphrase) < SHORTEST:
        raise BadRequest(f"The passphrase of {of} has fewer than {SHORTEST} characters.")
    return passphrase

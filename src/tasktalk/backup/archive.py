"""The one file of a backup: a ZIP that any program opens, and a manifest of what is in it, each with its SHA-256.

It is written in one go beside its place, perhaps through a seal, and appears there as a whole or not at all.
"""

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, cast
from uuid import UUID

import msgspec

from tasktalk.backup.sealing import SealedReader, SealedWriter, is_sealed
from tasktalk.errors import BadRequest, Conflict

FORMAT = 1
MANIFEST = "manifest.json"
_LEVEL = 1  # of deflate: rows shrink to a fifth; each further level costs more time than it saves
_READ = 256 * 1024

# What `zipfile` may raise for bytes that are none of its own: RuntimeError covers what it has not implemented.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, struct.error)

Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how much


class NotABackup(BadRequest):
    """This file is no backup of Tasktalk's, or not all of it is there."""


class Member(msgspec.Struct, frozen=True):
    """One part of the file; `rows` of a table's."""

    size: int
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What the file holds. `key_id` names the master key that sealed its credentials; it never holds the key."""

    format: int
    id: UUID
    made_at: datetime
    version: str
    revision: str
    server: str
    key_id: str
    files_in: str  # "backup", or where the attachments stay
    sequences: dict[str, int]
    members: dict[str, Member]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(member.rows or 0 for member in self.members.values())

    def list_under(self, folder: str) -> list[str]:
        """The names of members in a folder of the file."""
        return [name for name in self.members if name.startswith(folder)]


class Writer:
    """Adds members to a backup; each is hashed as it goes by."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.members: dict[str, Member] = {}

    @contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator["Hashed"]:
        """What is written in the block becomes the member `name`."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            hashed = Hashed(file)
            yield hashed
        self.members[name] = Member(hashed.size, hashed.digest.hexdigest(), hashed.rows)

    def finish(self, manifest: Manifest) -> None:
        """The manifest goes last: it knows the others."""
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


class Hashed:
    """A member being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size, self.digest = 0, hashlib.sha256()
        self.rows: int | None = None

    def write(self, data: bytes) -> None:
        """Add to it."""
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)


@contextmanager
def writing(path: Path, *, passphrase: str | None) -> Iterator[Writer]:
    """A new backup at `path`, there once the block ends well. Raises Conflict for a file that is there already."""
    if path.exists():
        raise Conflict(f"{path} is there already; name another file")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with _sealed(file, passphrase) as target, zipfile.ZipFile(target, "w", compresslevel=_LEVEL) as zipped:
                yield Writer(zipped)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
        _settle(path.parent)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _sealed(file: BinaryIO, passphrase: str | None) -> Iterator[IO[bytes]]:
    if not passphrase:
        yield file
        return
    sealed = SealedWriter(file, passphrase)
    try:
        yield cast("IO[bytes]", sealed)
    except BaseException:
        sealed.abandon()
        raise
    sealed.close()


class Reader:
    """A backup that can be read; `check` says whether all of it can."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        try:
            self.manifest = msgspec.json.decode(zipped.read(MANIFEST), type=Manifest)
        except (KeyError, msgspec.MsgspecError, *_UNREADABLE) as error:
            raise NotABackup from error
        if self.manifest.format != FORMAT:
            raise NotABackup(f"This backup is of format {self.manifest.format}; this release reads {FORMAT}.")

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """The bytes of a member."""
        with self._zip.open(name) as file:
            yield file

    def check(self, progress: Progress) -> None:
        """Read every byte once. Raises NotABackup naming the first member that is not what the manifest says."""
        members = self.manifest.members
        if {name for name in self._zip.namelist() if name != MANIFEST} != members.keys():
            raise NotABackup("What is in the file is not what its manifest lists.")
        for number, (name, member) in enumerate(members.items()):
            progress("Checking the backup", number, len(members))
            digest = hashlib.sha256()
            try:
                with self.member(name) as file:
                    while data := file.read(_READ):
                        digest.update(data)
            except _UNREADABLE as error:
                raise NotABackup(f"{name} in this backup cannot be read: {error}") from error
            if digest.hexdigest() != member.sha256:
                raise NotABackup(f"{name} in this backup was changed or damaged.")


@contextmanager
def reading(path: Path, *, passphrase: str | None) -> Iterator[Reader]:
    """The backup at `path`. Raises NotABackup, WrongPassphrase, or BadRequest where a passphrase is missing."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}") from error
    with file:
        source: BinaryIO = file
        if is_sealed(file):
            if not passphrase:
                raise BadRequest("This backup is sealed: give its passphrase with --passphrase-file.")
            source = cast("BinaryIO", io.BufferedReader(SealedReader(file, passphrase), _READ))
        try:
            zipped = zipfile.ZipFile(source)
        except _UNREADABLE as error:
            raise NotABackup from error
        with zipped:
            yield Reader(zipped)


def write_private(path: Path, content: bytes) -> None:
    """A file that is there as a whole, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)


def _settle(folder: Path) -> None:
    """The names in the folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The seal of a backup: of every size, read from any place, and nothing can be cut off, moved or changed."""

import io

import pytest

from tasktalk.backup import sealing
from tasktalk.backup.sealing import MAGIC, SealedReader, SealedWriter, WrongPassphrase

PASSPHRASE = "correct horse battery"
CHUNK, TAG = 64 * 1024, 16
HEAD = len(MAGIC) + 16 + 7


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sealing._COST, "n", 2)


def seal(plain: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, PASSPHRASE)
    for start in range(0, len(plain), 50_000):
        writer.write(plain[start : start + 50_000])
    writer.close()
    return file.getvalue()


def unseal(sealed: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return io.BufferedReader(SealedReader(io.BytesIO(sealed), passphrase)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
def test_what_was_sealed_is_read_again(size: int) -> None:
    plain = bytes(number % 251 for number in range(size))
    sealed = seal(plain)
    assert unseal(sealed) == plain
    reader = SealedReader(io.BytesIO(sealed), PASSPHRASE)
    for place in {0, size // 2, max(0, size - 3)}:
        reader.seek(place)
        assert io.BufferedReader(reader).read(5) == plain[place : place + 5]
        reader = SealedReader(io.BytesIO(sealed), PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        unseal(sealed, PASSPHRASE + "!")


def test_nothing_is_cut_off_moved_or_changed() -> None:
    sealed = seal(bytes(3 * CHUNK))
    whole = CHUNK + TAG
    first, second = sealed[HEAD : HEAD + whole], sealed[HEAD + whole : HEAD + 2 * whole]
    rest = sealed[HEAD + 2 * whole :]
    for spoiled in (
        sealed[:-whole],  # a whole chunk: what is left opens, and is no end
        sealed[:HEAD],
        sealed[:-1],
        sealed + b"x",
        sealed[:HEAD] + second + first + rest,
        sealed[:HEAD] + first + first + rest,
        sealed[: HEAD - 1] + bytes([sealed[HEAD - 1] ^ 1]) + sealed[HEAD:],  # the head is vouched for too
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
    ):
        with pytest.raises(WrongPassphrase):
            unseal(spoiled)

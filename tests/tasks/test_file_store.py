"""The file store, on a disk and in a bucket: what goes in comes out, and what fails on the way in is not there."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
from pydantic import SecretStr

from s3_peer import ACCESS, REGION, SECRET, Bucket, open_bucket
from tasktalk.errors import NotFound, TooLarge, Unavailable
from tasktalk.settings import BadSetting, Settings
from tasktalk.tasks.attachments.store import Store, new_key, open_store

MIB = 1024 * 1024
SIZES = [1, 5 * MIB, 12 * MIB + 7]  # bytes: a part at the most, a part exactly, several


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    async with open_bucket() as bucket:
        yield bucket


@pytest.fixture
def in_bucket(bucket: Bucket) -> Store:
    return open_store(bucket_settings(bucket))


@pytest.fixture
def on_disk(tmp_path: Path) -> Store:
    return open_store(Settings(data=tmp_path))


def bucket_settings(bucket: Bucket, *, secret: str = SECRET) -> Settings:
    return Settings(
        files_url=f"s3://files/of%20tasktalk?endpoint={bucket.url}&region={REGION}",
        files_access_key=SecretStr(ACCESS),
        files_secret_key=SecretStr(secret),
    )


async def pieces(content: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def failing(content: bytes) -> AsyncIterator[bytes]:
    async for piece in pieces(content):
        yield piece
    raise TooLarge("too much", field="file")


async def read(store: Store, key: str) -> bytes:
    return b"".join([chunk async for chunk in await store.get(key)])


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", SIZES)
async def test_a_folder_gives_back_what_it_got(on_disk: Store, tmp_path: Path, size: int) -> None:
    key, content = new_key(), os.urandom(size)
    await on_disk.put(key, pieces(content))
    assert await read(on_disk, key) == content
    assert files_in(tmp_path) == [tmp_path / "files" / key]
    await on_disk.delete(key)
    await on_disk.delete(key)
    assert files_in(tmp_path) == []
    with pytest.raises(NotFound):
        await on_disk.get(key)


@pytest.mark.parametrize("size", SIZES)
async def test_a_bucket_gives_back_what_it_got(in_bucket: Store, bucket: Bucket, size: int) -> None:
    key, content = new_key(), os.urandom(size)
    await in_bucket.put(key, pieces(content))
    assert bucket.objects == {f"/files/of tasktalk/{key}": content}
    assert bucket.uploads == (size >= 5 * MIB)  # a small file is one call
    assert await read(in_bucket, key) == content
    await in_bucket.delete(key)
    await in_bucket.delete(key)
    assert (bucket.objects, bucket.refused) == ({}, 0)
    with pytest.raises(NotFound):
        await in_bucket.get(key)


@pytest.mark.parametrize("size", [100, 12 * MIB])
async def test_what_fails_on_its_way_in_is_not_there(on_disk: Store, tmp_path: Path, size: int) -> None:
    with pytest.raises(TooLarge) as told:
        await on_disk.put(new_key(), failing(os.urandom(size)))
    assert told.value.data == {"field": "file"}
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("size", [100, 12 * MIB])
async def test_what_fails_on_its_way_into_a_bucket_is_given_up(in_bucket: Store, bucket: Bucket, size: int) -> None:
    with pytest.raises(TooLarge):
        await in_bucket.put(new_key(), failing(os.urandom(size)))
    assert (bucket.objects, bucket.parts) == ({}, {})


async def test_a_file_is_on_disk_before_anybody_hears_of_it(
    on_disk: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    key = new_key()
    await on_disk.put(key, pieces(b"x"))
    file = tmp_path / "files" / key
    assert synced == [str(file), str(file.parent), str(file.parent.parent)]


async def test_what_a_killed_process_left_goes_with_its_key(on_disk: Store, tmp_path: Path) -> None:
    key = new_key()
    half = tmp_path / "files" / f"{key}#1"
    half.parent.mkdir()
    half.write_bytes(b"half of it")
    await on_disk.delete(key)
    assert files_in(tmp_path) == []


async def test_a_bucket_that_does_not_know_our_key_is_not_available(bucket: Bucket) -> None:
    store = open_store(bucket_settings(bucket, secret="wrong"))
    with pytest.raises(Unavailable):
        await store.put(new_key(), pieces(b"x"))
    with pytest.raises(Unavailable):
        await store.get(new_key())
    assert (bucket.objects, bucket.refused) == ({}, 2)


async def test_a_full_disk_is_told_as_such(on_disk: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        await on_disk.put(new_key(), pieces(b"x"))
    assert files_in(tmp_path) == []


async def test_many_at_once_do_not_mix(on_disk: Store) -> None:
    files = {new_key(): os.urandom(MIB + number) for number in range(8)}
    await asyncio.gather(*(on_disk.put(key, pieces(content)) for key, content in files.items()))
    assert {key: await read(on_disk, key) for key in files} == files


def test_keys_say_nothing_and_are_spread(tmp_path: Path) -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{30}", key) for key in keys)
    assert open_store(Settings(data=tmp_path)).folder == tmp_path / "files"
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "url",
    [
        "/srv/files",
        "gs://bucket",
        "s3://",
        "s3://[",
        "s3://bucket?endpoint=example.org",
        "s3://bucket?secret=x",
        "https://x/y",
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="TASKTALK_FILES_URL"):
        open_store(Settings(files_url=url))

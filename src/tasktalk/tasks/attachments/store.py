"""Where the bytes of attachments lie: a folder, or a bucket that speaks S3. Which file is whose, the database knows."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from pydantic import SecretStr

from tasktalk.errors import NotFound, Unavailable
from tasktalk.logs import get_log
from tasktalk.phrases import phrase
from tasktalk.settings import BadSetting, Settings

log = get_log("files")

CHUNK = 256 * 1024  # bytes, of reading
_PART = 5 * 1024 * 1024  # bytes; S3 takes no smaller parts
_PARTS_IN_FLIGHT = 2
_URL = "TASKTALK_FILES_URL is like s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-west-1"


@dataclass(frozen=True, slots=True)
class Store:
    """Files by key. `folder`: where they lie as such; None: in a bucket.

    Every call raises Unavailable when the folder or the bucket cannot be used right now.
    """

    backend: LocalStore | S3Store
    folder: Path | None

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """The file is there, whole and on disk, when this returns. None of it is when `chunks` or the store fails."""
        with _told("put"):
            first, rest = await read_first(chunks, _PART)
            source = chain(first, chunks) if rest else first  # a small file is a single call
            await obstore.put_async(self.backend, key, source, chunk_size=_PART, max_concurrency=_PARTS_IN_FLIGHT)
            if self.folder is not None:
                try:
                    await asyncio.to_thread(_settle, self.folder / key, self.folder)
                except OSError:
                    await asyncio.to_thread(_remove, self.folder / key)
                    raise

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The file, opened: what is yielded is its bytes. Raises NotFound for one that is not there."""
        with _told("get"):
            try:
                found = await obstore.get_async(self.backend, key)
            except FileNotFoundError:
                log.error("file_lost", key=key)  # noqa: TRY400  (the key says it all)
                raise NotFound(phrase("This file is not in the store any more.")) from None
        return _bytes(found)

    async def delete(self, key: str) -> None:
        """The file is gone, with what a killed process may have left of it; one that was not there is no error."""
        with _told("delete"):
            if self.folder is not None:
                await asyncio.to_thread(_remove, self.folder / key)
                return
            try:
                await obstore.delete_async(self.backend, key)
            except FileNotFoundError:
                log.debug("file_gone_already", key=key)


async def read_first(chunks: AsyncIterator[bytes], size: int) -> tuple[bytes, bool]:
    """The first bytes, `size` or more; True when there may be others after them."""
    first = bytearray()
    async for chunk in chunks:
        first += chunk
        if len(first) >= size:
            return bytes(first), True
    return bytes(first), False


def new_key() -> str:
    """A key that says nothing of what it holds: two letters for a folder, thirty more."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name[2:]}"


def open_store(settings: Settings) -> Store:
    """The bucket of TASKTALK_FILES_URL, else `files` in the data folder. Nothing is asked over the network yet.

    Raises BadSetting for an address that cannot be one.
    """
    if settings.files_url:
        return Store(_open_bucket(settings), None)
    folder = (settings.data / "files").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store(LocalStore(folder), folder)


def _open_bucket(settings: Settings) -> S3Store:
    try:
        url = urlsplit(settings.files_url)
    except ValueError:
        raise BadSetting(_URL) from None
    options = parse_qs(url.query)
    if url.scheme != "s3" or not url.hostname or options.keys() - {"endpoint", "region"}:
        raise BadSetting(_URL)
    endpoint = options.get("endpoint", [None])[0]
    if endpoint is not None and not endpoint.startswith(("https://", "http://")):
        raise BadSetting(_URL)
    # Without keys of ours the usual ones are taken: the machine's role, or AWS_ACCESS_KEY_ID and its like.
    config: dict[str, Any] = {
        "bucket": url.hostname,
        "region": options.get("region", ["us-east-1"])[0],
        "endpoint": endpoint,
        "access_key_id": _secret(settings.files_access_key),
        "secret_access_key": _secret(settings.files_secret_key),
        "virtual_hosted_style_request": False,
        "disable_bulk_delete": True,  # not every bucket that speaks S3 has it
    }
    return S3Store(
        prefix=unquote(url.path).strip("/") or None,
        config={name: value for name, value in config.items() if value is not None},  # type: ignore[arg-type]
        client_options={
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
            "connect_timeout": timedelta(seconds=5),
            "read_timeout": timedelta(seconds=30),
            "timeout": timedelta(hours=1),  # of a whole download, at the pace of whoever it is for
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
    )


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None


async def chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Both, one after the other."""
    yield first
    async for chunk in rest:
        yield chunk


async def _bytes(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    with _told("get"):
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """The store's own troubles as Unavailable; those of whoever feeds it pass."""
    try:
        yield
    except (BaseError, OSError) as error:
        log.warning("files_unavailable", doing=what, exc_info=error)
        raise Unavailable(phrase("Files cannot be kept or read right now. Try again in a moment.")) from error


def _settle(file: Path, root: Path) -> None:
    """The file's bytes and the names that lead to it are on disk."""
    for path in (file, file.parent, root):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(file: Path) -> None:
    for path in (file, *file.parent.glob(f"{file.name}#*")):  # what is being written bears a # and a number
        path.unlink(missing_ok=True)

"""Files and voice notes that people send: fetched, kept or heard before their turn is taken, with no transaction open.

What comes of it lies as JSON in the item's `prepared`: `file` is a file in the store, `heard` the words of a note; both
may be a failure instead, which is an answer, too. `read_file` and `read_heard` read it back.
"""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import find_viewer
from tasktalk.assistant.dialogue import load_dialogues
from tasktalk.assistant.hearing.ear import Ear, Heard, transcribe
from tasktalk.assistant.replies.of_files import name_of
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.assistant.reply import Enclosed, FileKind, Need
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, TooLarge, Unavailable
from tasktalk.integrations.connections import Directory, Integration
from tasktalk.logs import get_log
from tasktalk.messaging.preparing import typing
from tasktalk.queue.claim import Item
from tasktalk.tasks.attachments.attachments import Kept, clean_name
from tasktalk.tasks.attachments.scanning import Infected, ScannerAway
from tasktalk.tasks.attachments.store import Store
from tasktalk.tasks.attachments.uploads import Limits, Upload, keep
from tasktalk.tasks.names import list_titles
from tasktalk.whatsapp.graph import Graph
from tasktalk.whatsapp.media import Found, MediaError, fetch
from tasktalk.whatsapp.payloads import Inbound, read_message
from tasktalk.whatsapp.payloads import Media as Sent

log = get_log("messaging.media")

FOR = "for"  # the key of `carried` that says whose turn it is
FETCH_SECONDS = 60.0
_KEEP_SECONDS = 10.0  # of a note's time, to store it when it was not heard
_LONGEST_NOTE = 16 * 1024 * 1024  # bytes; Meta takes no larger ones
_HINTED_TITLES = 20
_MIB = 1024 * 1024
_UNSCANNED = "unscanned"
_SCANNER_PAUSES = (1.0, 3.0, 6.0, 12.0, 12.0, 12.0)
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "audio/ogg": ".ogg",
    "audio/opus": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
}
_KINDS: dict[str, FileKind] = {"image": "photo", "video": "video", "audio": "audio"}


class Failure(msgspec.Struct, frozen=True):
    """Why a file is not there; `most` MiB are allowed."""

    failed: str
    most: float = 0


@dataclass(frozen=True, slots=True)
class MediaRoom:
    """Where files go and notes are heard. `ear` None: nobody listens. `graph_of`: Meta's side of a number."""

    pool: Pool
    store: Store
    limits: Limits
    directory: Directory
    graph_of: Callable[[Integration], Graph]
    ear: Ear | None

    @property
    def seconds(self) -> dict[Need, float]:
        """What can be met here, and how long it may take."""
        met: dict[Need, float] = {"file": FETCH_SECONDS}
        if self.ear is not None:
            met["heard"] = FETCH_SECONDS + self.ear.timeout_seconds + _KEEP_SECONDS
        return met

    async def prepare_file(self, item: Item, seconds: float) -> Mapping[str, Any]:
        """`{"file": …}`: the file in the store, or why it is not. A scanner that is away is given a while."""
        until = time.monotonic() + seconds
        message, viewer, graph = await self._open(item)
        async with typing(graph, item.phone_number_id or "", message.wamid):
            for pause in _SCANNER_PAUSES:
                found = await self._fetch_file(graph, item, message, viewer)
                if found.get("failed") != _UNSCANNED or until - time.monotonic() < 2 * pause:
                    break
                await asyncio.sleep(pause)
            return {"file": found}

    async def prepare_heard(self, item: Item, seconds: float) -> Mapping[str, Any]:
        """`{"heard": …}`: what a voice note says; if it was not heard, `file` as well."""
        until = time.monotonic() + seconds - _KEEP_SECONDS
        message, viewer, graph = await self._open(item)
        async with typing(graph, item.phone_number_id or "", message.wamid):
            content = await self._fetch_note(graph, item, message)
            if isinstance(content, Failure):
                return {"file": msgspec.to_builtins(content)}
            heard = await self._listen(content, message, viewer, until - time.monotonic())
            made: dict[str, Any] = {"heard": msgspec.to_builtins(heard)}
            if heard.failed:
                made["file"] = await self._keep(viewer, _upload(message, viewer, _once(content)), message)
            return made

    async def _open(self, item: Item) -> tuple[Inbound, Viewer, Graph]:
        integration = await self.directory.find(item.phone_number_id)
        async with self.pool.acquire() as conn:
            viewer = await find_viewer(conn, user_id=UUID(item.prepared[FOR]))
        if integration is None or viewer is None:
            raise LookupError("The number or the person is not there any more")
        return read_message(item.payload), viewer, self.graph_of(integration)

    async def _fetch_file(self, graph: Graph, item: Item, message: Inbound, viewer: Viewer) -> Any:
        async def take(_found: Found, chunks: AsyncIterator[bytes]) -> Any:
            return await self._keep(viewer, _upload(message, viewer, chunks), message)

        return await _fetch(graph, item, message, take, most_bytes=self.limits.file)

    async def _fetch_note(self, graph: Graph, item: Item, message: Inbound) -> bytes | Failure:
        async def take(_found: Found, chunks: AsyncIterator[bytes]) -> bytes:
            return b"".join([chunk async for chunk in chunks])

        found = await _fetch(graph, item, message, take, most_bytes=min(self.limits.file, _LONGEST_NOTE))
        return found if isinstance(found, bytes) else msgspec.convert(found, Failure)

    async def _keep(self, viewer: Viewer, upload: Upload, message: Inbound) -> Any:
        """The file in the store as JSON, or a Failure as JSON; what is wrong with the download goes up."""
        try:
            kept = await keep(
                self.pool, self.store, viewer=viewer, upload=upload, limits=self.limits, now=dt.datetime.now(dt.UTC)
            )
        except TooLarge as error:
            large = error.data.get("most") == self.limits.file
            return msgspec.to_builtins(Failure("too_large", self.limits.file / _MIB) if large else Failure("no_room"))
        except Infected:
            log.warning("file_infected", person=str(viewer.user_id))
            return msgspec.to_builtins(Failure("infected"))
        except ScannerAway:  # it is in the log
            return msgspec.to_builtins(Failure(_UNSCANNED))
        except BadRequest as error:
            log.info("file_refused", why=error.message)
            return msgspec.to_builtins(Failure("kind" if "found" in error.data else "empty"))
        except Unavailable:  # it is in the log
            return msgspec.to_builtins(Failure("away"))
        return {
            "key": kept.key,
            "name": kept.name,
            "mime_type": kept.mime_type,
            "size": kept.size,
            "sha256": kept.sha256.hex(),
            "most_bytes": self.limits.person,
            "kind": _kind_of(message),
        }

    async def _listen(self, content: bytes, message: Inbound, viewer: Viewer, seconds: float) -> Heard:
        if self.ear is None:
            return Heard(failed="off")
        async with self.pool.acquire() as conn:
            dialogue = (await load_dialogues(conn, [viewer]))[viewer.user_id]
            titles = await list_titles(conn, viewer=viewer, limit=_HINTED_TITLES)
        hints = [*dialogue.people, *dialogue.projects, *(title for _, title in titles)]
        mime_type = message.media.mime_type if message.media else ""
        return await transcribe(
            self.ear, content, mime_type=mime_type, language=viewer.language, hints=hints, seconds=seconds
        )


def find_need(message: Inbound, seconds: Mapping[Need, float]) -> Need | None:
    """What the turn of a message needs first, of what can be met."""
    if message.kind != "media" or message.media is None or message.media.type == "sticker":
        return None
    wanted: tuple[Need, ...] = ("heard", "file") if message.media.voice else ("file",)
    return next((need for need in wanted if need in seconds), None)


def read_file(prepared: Mapping[str, Any]) -> Enclosed | Failure | None:
    """The file that was made ready, or why there is none; None: it was not tried."""
    found = prepared.get("file")
    if found is None:
        return None
    if "failed" in found:
        return msgspec.convert(found, Failure)
    kept = Kept(found["key"], found["name"], found["mime_type"], found["size"], bytes.fromhex(found["sha256"]))
    return Enclosed(kept, found["most_bytes"], found["kind"])


def read_heard(prepared: Mapping[str, Any]) -> Heard | None:
    """What was heard; None: nobody tried, or it failed in the way."""
    found = prepared.get("heard")
    if found is None:
        return None
    return msgspec.convert(found, Heard) if found.get("failed") in _WHYS else Heard(failed="late")


_WHYS = (None, "off", "silence", "unclear", "too_long", "late", "away")


async def _fetch(graph: Graph, item: Item, message: Inbound, take: Any, *, most_bytes: int) -> Any:
    sent = message.media or Sent("", "")
    try:
        return await fetch(
            graph,
            sent.id,
            take,
            phone_number_id=item.phone_number_id or "",
            sha256=sent.sha256,
            most_bytes=most_bytes,
        )
    except MediaError as error:
        log.info("media_not_fetched", why=error.why, error=str(error), seq=item.seq)
        why = error.why if error.why in {"vanished", "too_large"} else "away"
        return msgspec.to_builtins(Failure(why, most_bytes / _MIB))


def _upload(message: Inbound, viewer: Viewer, chunks: AsyncIterator[bytes]) -> Upload:
    sent = message.media or Sent("", "")
    return Upload(_file_name(message, viewer), sent.mime_type, chunks)


def _file_name(message: Inbound, viewer: Viewer) -> str:
    """The sender's, as far as it is one, else one of ours in their language."""
    sent = message.media or Sent("", "")
    if sent.filename:
        try:
            return clean_name(sent.filename)
        except BadRequest:
            log.debug("file_without_a_name")
    at = (message.sent_at or dt.datetime.now(dt.UTC)).astimezone(ZoneInfo(viewer.timezone))
    kind = sent.mime_type.partition(";")[0].strip().lower()
    nameless = Enclosed(Kept("", "", kind, 0, b""), 0, _kind_of(message) or "photo")
    word = name_of(nameless, at, get_speech(viewer.language)).replace(":", ".").removesuffix(f" {at:%H.%M}")
    return f"{word} {at:%H.%M}{_ENDINGS.get(kind, '')}"


def _kind_of(message: Inbound) -> FileKind | None:
    """What a file without a name of its own is called."""
    sent = message.media
    if sent is None or sent.filename:
        return None
    return "voice" if sent.voice else _KINDS.get(sent.type)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    await asyncio.sleep(0)
    yield content

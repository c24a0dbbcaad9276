"""An ear at an address: whatever answers `/v1/audio/transcriptions` as OpenAI does."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import msgspec

from tasktalk.assistant.hearing.listened import Deaf, Listened, Part, Sound

_LONGEST_ANSWER = 4 * 1024 * 1024
_PATH = "/audio/transcriptions"
_PAUSES = (0.5, 2.0)  # seconds, after an answer that may be another one next time
_ENDINGS = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav"}
_OK, _BAD, _MANY, _BROKEN = 200, 400, 429, 500


@dataclass(slots=True)
class Endpoint:
    """`model` is the name that it knows. `verbose` until it says that it cannot say how sure it is."""

    url: str
    model: str
    key: str | None
    session: aiohttp.ClientSession | None = None
    verbose: bool = True

    async def prepare(self) -> None:
        """Nothing is asked ahead."""
        self._open()

    async def close(self) -> None:
        """Lets go of its connections."""
        if self.session is not None:
            await self.session.close()

    async def listen(self, sound: Sound) -> Listened:
        """Raises Deaf, after a second and a third try where that may help."""
        for pause in (*_PAUSES, None):
            try:
                status, content = await self._post(sound)
                if status == _BAD and self.verbose:
                    self.verbose = False
                    status, content = await self._post(sound)
            except (aiohttp.ClientError, OSError) as error:
                why = f"{type(error).__name__}: {error}"
            else:
                if status == _OK:
                    return _read(content)
                why = f"HTTP {status}"
                if status != _MANY and status < _BROKEN:
                    raise Deaf("away", why)
            if pause is None:
                raise Deaf("away", why)
            await asyncio.sleep(pause)
        raise AssertionError  # the last round returns or raises

    async def _post(self, sound: Sound) -> tuple[int, bytes]:
        form = aiohttp.FormData()
        kind = sound.mime_type.partition(";")[0].strip().lower() or "audio/ogg"
        form.add_field("file", sound.content, filename=f"note.{_ENDINGS.get(kind, 'ogg')}", content_type=kind)
        form.add_field("model", self.model)
        form.add_field("response_format", "verbose_json" if self.verbose else "json")
        form.add_field("temperature", "0")
        for name, value in (("language", sound.language), ("prompt", sound.prompt)):
            if value:
                form.add_field(name, value)
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with self._open().post(
            address_of(self.url), data=form, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await _read_all(response)

    def _open(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=5))
        return self.session


def address_of(url: str) -> str:
    """The whole address, for a server's, its `/v1`'s, or the whole one."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith(_PATH):
        path = (path or "/v1") + _PATH
    return urlunsplit(parts._replace(path=path))


async def _read_all(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > _LONGEST_ANSWER:
            raise Deaf("away", "The answer has no end")
    return bytes(content)


def _read(content: bytes) -> Listened:
    try:
        answer = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise Deaf("away", "The answer is no JSON") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise Deaf("away", "The answer has no text")
    segments = answer.get("segments")
    parts = tuple(map(_part, filter(_is_part, segments))) if isinstance(segments, list) else ()
    language, seconds = answer.get("language"), _number(answer.get("duration"))
    return Listened(parts or (Part(answer["text"]),), language if isinstance(language, str) else "", seconds or None)


def _is_part(segment: Any) -> bool:
    return isinstance(segment, dict) and isinstance(segment.get("text"), str)


def _part(segment: dict[str, Any]) -> Part:
    return Part(
        segment["text"],
        _number(segment.get("no_speech_prob")),
        _number(segment.get("avg_logprob")),
        _number(segment.get("compression_ratio")),
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

"""The ear that the settings name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tasktalk.assistant.hearing.ear import Ear
from tasktalk.assistant.hearing.endpoint import Endpoint
from tasktalk.assistant.hearing.local import Whisper
from tasktalk.settings import BadSetting, Settings

_DEFAULT_MODEL = "whisper-1"
_AT_ONCE = 4  # at an address


def open_ear(settings: Settings) -> Ear | None:
    """None where voice notes are not to be heard. Raises BadSetting for an address that cannot be one."""
    if settings.voice.lower() == "off" or (not settings.voice and not settings.voice_url):
        return None
    source: Whisper | Endpoint
    if settings.voice_url:
        if not settings.voice_url.startswith(("https://", "http://")):
            raise BadSetting("TASKTALK_VOICE_URL is like https://api.example.org/v1")
        key = settings.voice_key.get_secret_value() if settings.voice_key else None
        source, at_once = Endpoint(settings.voice_url, settings.voice or _DEFAULT_MODEL, key), _AT_ONCE
    else:
        source, at_once = Whisper(settings.voice), 1
    return Ear(
        source.listen,
        source.prepare,
        source.close,
        asyncio.Semaphore(at_once),
        longest_seconds=settings.voice_max_seconds,
        timeout_seconds=settings.voice_timeout_seconds,
    )


@asynccontextmanager
async def ready(ear: Ear | None) -> AsyncIterator[None]:
    """It is made ready before the first note, and ended after the block."""
    if ear is None:
        yield
        return
    await ear.prepare()
    try:
        yield
    finally:
        await ear.close()

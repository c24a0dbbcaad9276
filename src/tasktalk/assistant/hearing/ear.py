"""Transcribing a voice note, within limits of length, time and number; what was surely not said is left out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from tasktalk.assistant.hearing.doubts import is_echo, judge
from tasktalk.assistant.hearing.lengths import find_seconds
from tasktalk.assistant.hearing.listened import Deaf, Listen, Sound, Why
from tasktalk.logs import get_log

log = get_log("hearing")

_LONGEST_PROMPT = 400  # characters; Whisper reads the last 224 tokens
_LONGEST_HINT = 40


class Heard(msgspec.Struct, frozen=True):
    """The words of a note, or why there are none. `language` as the ear named it; `seconds` of sound, 0 if unknown."""

    text: str = ""
    language: str = ""
    seconds: float = 0.0
    failed: Why | None = None


@dataclass(frozen=True, slots=True)
class Ear:
    """`room`: how many notes it takes at once. `prepare` gets it ready ahead of the first one, `close` ends it."""

    listen: Listen
    prepare: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
    room: asyncio.Semaphore
    longest_seconds: float
    timeout_seconds: float


async def transcribe(
    ear: Ear, content: bytes, *, mime_type: str, language: str, hints: Sequence[str] = (), seconds: float | None = None
) -> Heard:
    """What is said in a note. `hints`: names and titles that may occur; `seconds`: it may take, if less than usual.

    Never raises but for bugs: whatever goes wrong is a Heard that failed.
    """
    long = find_seconds(content)
    if long is not None and long > ear.longest_seconds:
        return Heard(seconds=long, failed="too_long")
    limit = min(ear.timeout_seconds, seconds) if seconds is not None else ear.timeout_seconds
    sound = Sound(content, mime_type, language, _prompt(hints), ear.longest_seconds)
    try:
        async with asyncio.timeout(max(limit, 0.0)), ear.room:
            return await _listen(ear, sound, hints)
    except TimeoutError:
        log.warning("note_not_heard_in_time", seconds=limit)
        return Heard(seconds=long or 0.0, failed="late")
    except Deaf as deaf:
        log.warning("note_not_heard", why=deaf.why, error=str(deaf))
        return Heard(seconds=long or 0.0, failed=deaf.why)


async def _listen(ear: Ear, sound: Sound, hints: Sequence[str]) -> Heard:
    listened = await ear.listen(sound)
    if sound.prompt and is_echo(listened, hints):  # it read out what it was shown: once more, without
        listened = await ear.listen(Sound(sound.content, sound.mime_type, sound.language, "", sound.longest_seconds))
    if listened.seconds is not None and listened.seconds > sound.longest_seconds:
        return Heard(seconds=listened.seconds, failed="too_long")
    text, why = judge(listened)
    return Heard(text, listened.language, listened.seconds or 0.0, why)


def _prompt(hints: Sequence[str]) -> str:
    """As a transcript may run before the note; what does not fit is left out whole."""
    prompt = ""
    for hint in hints:
        words = " ".join(hint.split())
        if words and len(words) <= _LONGEST_HINT and len(prompt) + len(words) + 2 <= _LONGEST_PROMPT:
            prompt += f"{words}. "
    return prompt.strip()

"""What an ear says it heard, before anybody believes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

Why = Literal["off", "silence", "unclear", "too_long", "late", "away"]


class Part(msgspec.Struct, frozen=True):
    """A stretch of speech, with how sure Whisper is of it; None where the ear does not say.

    `no_speech`: how likely nobody speaks, 0 to 1. `logprob`: the mean of its tokens, 0 is certain. `squeezed`: how much
    shorter it compresses; what repeats itself has much.
    """

    text: str
    no_speech: float | None = None
    logprob: float | None = None
    squeezed: float | None = None


class Listened(msgspec.Struct, frozen=True):
    """All of a note; `language` as the ear names it, `seconds` of sound where it says."""

    parts: tuple[Part, ...]
    language: str = ""
    seconds: float | None = None


class Deaf(Exception):
    """The ear could not listen; `why` is for the person, the message for the log."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class Sound:
    """A note as it came. `prompt`: words that may occur in it; `language`: that of the person, `de`."""

    content: bytes
    mime_type: str
    language: str
    prompt: str
    longest_seconds: float


# Raises Deaf. Cancelled when it takes too long.
Listen = Callable[[Sound], Awaitable[Listened]]

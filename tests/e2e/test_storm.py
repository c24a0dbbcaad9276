"""Five thousand messages through the processes and the simulator, on its worst day, within Meta's limits."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from process_kit import Phone, Up, running, text_of
from product_kit import until

PEOPLE, EACH = 200, 25
FAULTS = {
    "error": 130429,
    "rate": 0.2,
    "lost_response": 0.1,
    "duplicates": 0.3,
    "reorder": 0.3,
    "enforce_pair": True,
    "enforce_throughput": True,
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def stormy() -> Iterator[Up]:
    with tempfile.TemporaryDirectory(prefix="tt-storm-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        with running(folder, sandbox_people=PEOPLE, reconcile_seconds=5) as started:
            yield started


async def test_everybody_gets_each_reply_once(stormy: Up, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{stormy.facts['sandbox']}/faults", json=FAULTS) as answer:
        assert answer.status == 200, await answer.text()
    phones = [Phone(session, stormy, each["name"]) for each in stormy.facts["phones"] if each["linked"]]
    assert len(phones) == PEOPLE
    began = time.monotonic()

    async def write(phone: Phone) -> None:
        for number in range(EACH):
            await phone.say(f"water plant {number:03d} tomorrow")

    await asyncio.gather(*(write(phone) for phone in phones))
    for phone in phones:
        await until(lambda phone=phone: _has_all(phone), seconds=900, every=0.5)
    seconds = time.monotonic() - began
    expected = Counter(f"{number:03d}" for number in range(EACH))
    for phone in phones:
        heard = [text_of(each) for each in await phone.chat(direction="out")]
        assert Counter(text.partition("plant ")[2][:3] for text in heard) == expected
    codes = Counter(line.get("code") for line in stormy.log() if line.get("event") == "send_failed")
    assert 131056 not in codes
    print(f"{PEOPLE * EACH} messages: {seconds:.0f} s; failed calls by code: {dict(codes)}")  # noqa: T201


async def _has_all(phone: Phone) -> bool:
    return len(await phone.chat(direction="out")) >= EACH

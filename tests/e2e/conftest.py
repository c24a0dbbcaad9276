import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from listening_kit import Listener, listening

from fake_model import FakeModel, serving
from process_kit import Phone, Up, running


@pytest.fixture(scope="session")
def up_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account may enter."""
    made = Path(tempfile.mkdtemp(prefix="tt-e2e-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def up(up_folder: Path) -> Iterator[Up]:
    """One `tasktalk up` for all tests here, with a person for each that must not share one."""
    with running(up_folder, sandbox_people=48, reconcile_seconds=3, notice_gather_seconds=1, limits="off") as started:
        yield started


@pytest.fixture(scope="session")
async def fake() -> AsyncIterator[FakeModel]:
    async with serving() as one:
        yield one


@pytest.fixture(scope="session")
async def listener() -> AsyncIterator[Listener]:
    async with listening() as one:
        yield one


@pytest.fixture(scope="session")
async def beyond(fake: FakeModel, listener: Listener, up_folder: Path) -> AsyncIterator[Up]:
    """A second one, which asks a model and an ear elsewhere, and whose Meta has no templates before they are handed in.

    Started in a thread: those answer meanwhile.
    """
    folder = up_folder / "beyond"
    folder.mkdir(mode=0o711)
    model = {"model": "gpt-test", "model_url": fake.url, "model_key": "sk-test", "model_timeout_seconds": 2}
    ear = {"voice_url": listener.url, "voice_key": "k3y"}
    own = {"sandbox_people": 6, "sandbox_templates": "none", "notice_gather_seconds": 1, "limits": "off"}
    context = running(folder, **model, **ear, **own)
    yield await asyncio.to_thread(context.__enter__)
    await asyncio.to_thread(context.__exit__, None, None, None)


@pytest.fixture(scope="session")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as one:
        yield one


@pytest.fixture
async def ana(session: aiohttp.ClientSession, up: Up) -> Phone:
    return await listening_from_now(Phone(session, up, "Ana"))


@pytest.fixture
async def ben(session: aiohttp.ClientSession, up: Up) -> Phone:
    return await listening_from_now(Phone(session, up, "Ben"))


async def listening_from_now(phone: Phone) -> Phone:
    """Tests share these two, who share a project: what one has heard is nothing to the next."""
    chat = await phone.chat()
    phone.last = chat[-1]["id"] if chat else ""
    return phone


_taken: list[str] = []


@pytest.fixture
def someone(session: aiohttp.ClientSession, up: Up) -> Phone:
    """A linked person nobody else here speaks as."""
    free = [each["name"] for each in up.facts["phones"] if each["linked"]][2:]
    name = next(name for name in free if name not in _taken)
    _taken.append(name)
    return Phone(session, up, name)

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

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
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as one:
        yield one


@pytest.fixture
def ana(session: aiohttp.ClientSession, up: Up) -> Phone:
    return Phone(session, up, "Ana")


@pytest.fixture
def ben(session: aiohttp.ClientSession, up: Up) -> Phone:
    return Phone(session, up, "Ben")


_taken: list[str] = []


@pytest.fixture
def someone(session: aiohttp.ClientSession, up: Up) -> Phone:
    """A linked person nobody else here speaks as."""
    free = [each["name"] for each in up.facts["phones"] if each["linked"]][2:]
    name = next(name for name in free if name not in _taken)
    _taken.append(name)
    return Phone(session, up, name)

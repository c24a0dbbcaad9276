from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from sandbox_kit import Client, Process, Receiver, receiving


@pytest.fixture(scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    async with receiving(one):
        yield one


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Process]:
    one = Process(tmp_path_factory.mktemp("sandbox"), receiver.url)
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
async def sandbox(process: Process, receiver: Receiver, session: aiohttp.ClientSession) -> AsyncIterator[Client]:
    client = Client(session, process.url)
    await client.call("POST", "/reset")
    await client.call("DELETE", "/faults")
    receiver.clear()
    yield client
    await client.call("DELETE", "/faults")

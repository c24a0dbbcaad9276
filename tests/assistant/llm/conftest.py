from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from talk import Talk
from thinking_kit import Thinker

from fake_model import KEY, FakeModel, serving
from tasktalk.assistant.llm.mind import Mind, open_mind
from tasktalk.settings import Settings


@pytest.fixture
async def fake() -> AsyncIterator[FakeModel]:
    async with serving() as fake:
        yield fake


@pytest.fixture
async def mind(fake: FakeModel) -> AsyncIterator[Mind]:
    settings = Settings(model="fake", model_url=fake.url, model_key=KEY, model_timeout_seconds=5)
    mind = open_mind(settings)
    assert mind is not None
    yield mind
    await mind.model.client.close()


@pytest.fixture
def now() -> datetime:
    """Turns of the route take the clock's."""
    return datetime.now(UTC)


@pytest.fixture
def thinker(ana: Talk, mind: Mind) -> Thinker:
    return Thinker(ana, mind)

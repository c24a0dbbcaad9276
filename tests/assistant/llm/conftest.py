from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from fake_model import KEY, FakeModel, serving
from talk import KEYRING, Talk

from tasktalk.assistant.api import take_turn
from tasktalk.assistant.llm.mind import Mind, open_mind
from tasktalk.assistant.reply import Reply, Utterance
from tasktalk.settings import Settings


@pytest.fixture
async def fake() -> AsyncIterator[FakeModel]:
    async with serving() as fake:
        yield fake


@pytest.fixture
async def mind(fake: FakeModel) -> AsyncIterator[Mind]:
    settings = Settings(model="fake", model_url=fake.url, model_key=KEY, model_timeout_seconds=5)  # type: ignore[arg-type]
    mind = open_mind(settings)
    assert mind is not None
    yield mind
    await mind.model.client.close()  # type: ignore[attr-defined]


@dataclass
class Thinker:
    """A person whose assistant may ask the model; everything is committed, as the route does it."""

    talk: Talk
    mind: Mind

    async def say(self, text: str, *, literal: bool = False, about: tuple[UUID, ...] = ()) -> Reply:
        said = Utterance("test", text=text, literal=literal, about=about)
        reply = await take_turn(self.talk.pool, keyring=KEYRING, viewer=self.talk.viewer, said=said, mind=self.mind)
        assert reply is not None
        return reply


@pytest.fixture
def now() -> datetime:
    """Now: turns of the route take the clock's."""
    from datetime import UTC  # noqa: PLC0415

    return datetime.now(UTC)


@pytest.fixture
def thinker(ana: Talk, mind: Mind) -> Thinker:
    return Thinker(ana, mind)

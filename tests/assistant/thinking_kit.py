"""A person whose assistant may ask a model."""

from dataclasses import dataclass
from uuid import UUID

from talk import KEYRING, Talk

from tasktalk.assistant.api import take_turn
from tasktalk.assistant.llm.mind import Mind
from tasktalk.assistant.reply import Reply, Utterance


@dataclass
class Thinker:
    """Everything is committed, as the route does it."""

    talk: Talk
    mind: Mind

    async def say(self, text: str, *, literal: bool = False, about: tuple[UUID, ...] = ()) -> Reply:
        said = Utterance("test", text=text, literal=literal, about=about)
        reply = await take_turn(self.talk.pool, keyring=KEYRING, viewer=self.talk.viewer, said=said, mind=self.mind)
        assert reply is not None
        return reply

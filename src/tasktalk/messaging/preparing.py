"""Getting what a turn needs from outside, while the person sees that we are typing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tasktalk.assistant.llm.budget import prepare_thought
from tasktalk.assistant.llm.mind import Mind
from tasktalk.db import Pool
from tasktalk.integrations.connections import Directory, Integration
from tasktalk.logs import get_log
from tasktalk.queue.claim import Item
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph
from tasktalk.whatsapp.payloads import read_message

log = get_log("messaging.preparing")

_SPARE_SECONDS = 5.0
_TYPING_SECONDS = 20.0  # the indicator goes out after 25


@asynccontextmanager
async def typing(graph: Graph, phone_number_id: str, wamid: str) -> AsyncIterator[None]:
    """Who wrote `wamid` sees that we are typing, as long as the block lasts. It never fails the block."""
    showing = asyncio.create_task(_show_typing(graph, phone_number_id, wamid))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)  # its failures are logged by now


async def _show_typing(graph: Graph, phone_number_id: str, wamid: str) -> None:
    while True:
        try:
            await graph.mark_read(phone_number_id, wamid, typing=True)
        except GraphError as error:  # a comfort that is missed, no more
            log.info("typing_not_shown", code=error.code)
        await asyncio.sleep(_TYPING_SECONDS)


@dataclass(frozen=True, slots=True)
class ThinkingRoom:
    """Where sentences are thought about that the grammar does not take. `graph_of`: Meta's side of a number."""

    pool: Pool
    mind: Mind
    directory: Directory
    graph_of: Callable[[Integration], Graph]

    @property
    def seconds(self) -> float:
        """How long a thought may take: the model's own limit comes first, and says so."""
        return self.mind.timeout_seconds + _SPARE_SECONDS

    async def prepare(self, item: Item, _seconds: float) -> Mapping[str, Any]:
        """`{"thought": …}`: what the model makes of the question that the item carries."""
        integration = await self.directory.find(item.phone_number_id)
        if integration is None:
            raise LookupError("The number is not connected any more")
        wamid = read_message(item.payload).wamid
        async with typing(self.graph_of(integration), item.phone_number_id or "", wamid):
            return await prepare_thought(self.pool, self.mind, item.prepared)

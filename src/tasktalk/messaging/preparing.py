"""Getting what a turn needs from outside, while the person sees that we are typing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tasktalk.logs import get_log
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

log = get_log("messaging.preparing")

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

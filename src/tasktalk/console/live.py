"""The live stream: names of what changed, so that an open page asks for itself again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import api_viewer
from tasktalk.console.hooks import Changes, find_changes

router = APIRouter(include_in_schema=False)

_LONGEST_SECONDS = 600  # then the browser comes back, with a session looked at afresh
_BEAT_SECONDS = 20  # a comment, so that neither a proxy nor a phone takes the stream for dead
_RETRY_MS = 2000


@router.get("/live")
async def stream_changes(request: Request, viewer: Annotated[Viewer, Depends(api_viewer)]) -> StreamingResponse:
    """Server-sent events; each one's data is a name. Holds no database connection."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(_events(find_changes(request), viewer), media_type="text/event-stream", headers=headers)


async def _events(changes: Changes | None, viewer: Viewer) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MS}\n\n"
    if changes is None:
        return
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + _LONGEST_SECONDS
    names = changes.subscribe()
    heard: asyncio.Future[str] | None = None
    try:
        while (left := ends_at - loop.time()) > 0:
            heard = heard or asyncio.ensure_future(anext(names))
            done, _ = await asyncio.wait({heard}, timeout=min(left, _BEAT_SECONDS))
            if not done:
                yield ":\n\n"
                continue
            try:
                name, _, whose = heard.result().partition(":")
            except StopAsyncIteration:
                return
            heard = None
            if not whose or whose == str(viewer.user_id):
                yield f"data: {name}\n\n"
    finally:
        if heard is not None:
            heard.cancel()
            await asyncio.wait({heard})
        close = getattr(names, "aclose", None)
        if close is not None:
            await close()

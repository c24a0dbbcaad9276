"""What changed, by name, for pages that are open: fed by NOTIFY, gathered so that a burst is told once."""

import asyncio
from collections.abc import AsyncIterator

_GATHER_SECONDS = 0.15
_NAMES = {"journal": "tasks", "inbox": "messages", "outbox": "messages", "queue": "system", "webhooks": "webhooks"}


class Changes:
    """Any number of listeners; each hears every name once a burst."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._waiting: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, channel: str) -> None:
        """A NOTIFY came."""
        name = _NAMES.get(channel)
        if name is None or not self._listeners:
            return
        self._waiting.add(name)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._tell)

    async def subscribe(self) -> AsyncIterator[str]:
        """Names as they come, until the listener goes or we close."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=100)
        self._listeners.add(queue)
        try:
            while (name := await queue.get()) is not None:
                yield name
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener's stream; the page comes back to whoever answers next."""
        for queue in self._listeners:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    def _tell(self) -> None:
        self._timer = None
        names, self._waiting = self._waiting, set()
        for queue in self._listeners:
            for name in names:
                if not queue.full():  # who does not listen will look at everything when it does
                    queue.put_nowait(name)

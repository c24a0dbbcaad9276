"""Group commit: concurrent requests hand in their rows, one statement writes them all, then all of them go on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

from tasktalk.logs import get_log

log = get_log("queue.group_commit")

Row = TypeVar("Row")
_DEADLOCK_TRIES = 5


class GroupCommit(Generic[Row]):
    """Collects rows while a write is under way; `put` returns once its rows are committed, and raises if not."""

    def __init__(self, write: Callable[[Sequence[Row]], Awaitable[None]], *, max_rows: int = 1000) -> None:
        """`write` commits the rows it is given, all or none."""
        self._write = write
        self._max_rows = max_rows
        self._waiting: list[tuple[Sequence[Row], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, rows: Sequence[Row]) -> None:
        """Commit `rows`, together with whatever else is waiting."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain())
        await done

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch: list[tuple[Sequence[Row], asyncio.Future[None]]] = []
                count = 0
                while self._waiting and (not batch or count < self._max_rows):
                    entry = self._waiting.pop(0)
                    batch.append(entry)
                    count += len(entry[0])
                await self._commit(batch)
        finally:
            self._writer = None

    async def _commit(self, batch: list[tuple[Sequence[Row], asyncio.Future[None]]]) -> None:
        try:
            await self._write_patiently([row for rows, _ in batch for row in rows])
        except asyncpg.DataError as error:
            if len(batch) == 1:
                _settle(batch, error)
                return
            # One request holds what the database refuses: each is written by itself, so that its neighbours go through.
            log.warning("group_split", requests=len(batch), error=str(error))
            for entry in batch:
                await self._commit([entry])
        except Exception as error:  # noqa: BLE001  (every waiting request must hear of it, whatever it was)
            _settle(batch, error)
        else:
            _settle(batch, None)

    async def _write_patiently(self, rows: Sequence[Row]) -> None:
        """Two writers with the same duplicates can deadlock; the one that is thrown out tries again."""
        for _ in range(_DEADLOCK_TRIES):
            try:
                return await self._write(rows)
            except asyncpg.DeadlockDetectedError:
                continue
        return await self._write(rows)


def _settle(batch: list[tuple[Sequence[Row], asyncio.Future[None]]], error: Exception | None) -> None:
    for _, done in batch:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
